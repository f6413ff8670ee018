"""Quotes to display, and texts that are hard to display."""

from hypothesis import settings
from hypothesis import strategies as st

from api.embeds.quote_view_model import QuoteViewModel
from tests.forms import HOSTILE, hypothesis_settings

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
    "ស្រឡាញ់គ្នារាល់ថ្ងៃ",
    "ကျွန်ုပ်တို့မြွှိုး",
    "བརྩེ་དུང་སྒྲུབ་",
    "ಸ್ತ್ರೀ ക്ഷ്മൃ ஸ்ரீ ශ්‍රී ",
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
    "👩\u200d",  # repeated, a single grapheme cluster
    "क्",
    "(א[b{ד",
]
#: Short and long texts in scripts and with characters that are hard to lay out.
HARD_TEXTS = [*SCRIPTS, *(script * (1_200 // len(script)) for script in SCRIPTS)]
#: A strategy for texts of any accepted length: one script repeated, several scripts, or any characters.
TEXTS = st.one_of(
    st.tuples(st.sampled_from(SCRIPTS), st.integers(1, 5_000)).map(
        lambda drawn: (drawn[0] * drawn[1])[: drawn[1]]
    ),
    st.lists(st.sampled_from(SCRIPTS), min_size=1, max_size=60).map("".join),
    HOSTILE,
)


#: Few examples, because drawing a card is slow.
slow_settings = settings(hypothesis_settings, max_examples=25)


def view_model(text="Her love is real.", **changes):
    """Return the view model of a quote with this text."""
    values = {
        "id": "a-quote",
        "label": "A label",
        "text": text,
        "language": "en",
        "voice": "film",
        "speaker": "Theodore",
        "film": "Her (2013)",
        "film_page_url": "http://subtext.example/films/her-2013",
        "source": "Her: Perfection Is the Enemy of Real",
        "attribution": "Theodore, in Her (2013), as quoted in “Her: Perfection Is the Enemy of Real”",
        "credit": "Theodore, in Her (2013), as quoted in The Wall of Wisdom",
        "note": None,
        "page_url": "http://subtext.example/quotes/a-quote",
    }
    return QuoteViewModel(**(values | changes))
