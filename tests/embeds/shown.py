"""Quotes to show, and text that tries to break what shows them."""

from hypothesis import strategies as st

from api.embeds.quote_view_model import Quoted
from tests.forms import HOSTILE

SCRIPTS = [
    "It expands in size the more you love. ",
    "Все счастливые семьи похожи друг на друга. ",
    "Ἐν ἀρχῇ ἦν ὁ λόγος, καὶ ὁ λόγος ἦν. ",
    "שלום עולם (abc) 123, ועוד. ",
    "هذا نص طويل بالعربية في 2024. ",
    "यह एक लंबा वाक्य है। ",
    "晩春、父と娘の物語。これは長い文章です。",
    "한국어 문장은 띄어쓰기가 있다. ",
    "ประโยคภาษาไทยไม่มีช่องว่าง",
    "ሰላም ქართული հայերեն বাংলা ",
    "👩‍💻🙂🔥🇫🇷1️⃣★♪→",
    "Pneumonoultramicroscopic",
    "W",
    "i",
    "e\u0301\u0323\u0302\u0308\u0304",
    "\u202eevil\u202c ",
    "a\u2028b\u2029c\x85d\n\te",
    "\ufdfd",
    "<script>alert(1)</script>",
    '"><img onerror=x>]]>&amp;lt;',
    "\U0001f9ff\ue000\ufffe\U00020000\U000e0041",
    "\u200d\u200b\u2060\xad",
]
#: What the issue names, and what else has broken cards elsewhere.
HARD = [*SCRIPTS, *(script * (4_000 // len(script)) for script in SCRIPTS)]
#: Text of every length that the schema takes: one script over and over, several, or anything at all.
TEXTS = st.one_of(
    st.tuples(st.sampled_from(SCRIPTS), st.integers(1, 5_000)).map(
        lambda made: (made[0] * made[1])[: made[1]]
    ),
    st.lists(st.sampled_from(SCRIPTS), min_size=1, max_size=60).map("".join),
    HOSTILE,
)


def shown(text="Her love is real.", **changes):
    """Return what is shown of a quote with this text."""
    made = {
        "id": "a-quote",
        "label": "A label",
        "text": text,
        "language": "en",
        "voice": "film",
        "who": "Theodore",
        "film": "Her (2013)",
        "film_page": "http://subtext.example/films/her-2013",
        "source": "Her: Perfection Is the Enemy of Real",
        "attribution": "Theodore, in Her (2013), as quoted in “Her: Perfection Is the Enemy of Real”",
        "note": None,
        "page": "http://subtext.example/quotes/a-quote",
    }
    return Quoted(**(made | changes))
