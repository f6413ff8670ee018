"""Items with expanded references, as the API serves them, and text that is hostile to output formats."""

from hypothesis import settings
from hypothesis import strategies as st

from api.representations import format_named, formats_for

QUOTE = "/v1/quotes/her-2013-a-wife-without-the-challenges"
OWN_WORDS = "/v1/quotes/her-2013-perfection-is-the-enemy-of-real"
FLAGGED = "/v1/quotes/her-2013-the-average-modern-woman"
CLAIM = "/v1/commentary/her-2013-perfection-opposes-reality"
SOURCE = "/v1/sources/her-perfection-is-the-enemy-of-real"
PUBLICATION = "The Wall of Wisdom"
#: The names of all formats of a quote except JSON.
FORMAT_NAMES = [form.name for form in formats_for("quote")[1:]]
STYLES = ["apa", "mla", "chicago"]

STORABLE = st.characters(
    exclude_categories=["Cs"],
    exclude_characters=[chr(code) for code in (*range(9), *range(0x0B, 0x20), 0x7F)],
)
MARKS = "\\{}%#&$_^~\"'`<>[]()*@|-=+!?:;,./\n\t \x85\u2028\u202e\ue000\ue003”“é"
FRAGMENTS = [
    "word",
    "<script>",
    "</span>",
    "</script>",
    "--",
    "''",
    "``",
    ",,",
    "?`",
    "1.",
    "#",
    ">",
    "www.a.example",
    "http://a.example/",
    "![x](y)",
    "שלום",
]
LINES = [
    "\nTY  - BOOK",
    "\nER  - ",
    "\n@book{x,",
    "\n\n    x",
    "\n```\n",
    "\n---\n",
    "\n<div>\n",
    "\n| a |\n|---|\n",
]
#: Text that schemas accept (no control characters, no surrounding white space) but that is hard to escape.
HOSTILE = (
    st.one_of(
        st.text(STORABLE, min_size=1),
        st.lists(st.sampled_from([*MARKS, *FRAGMENTS, *LINES]), min_size=1).map("".join),
    )
    .map(str.strip)
    .filter(bool)
)
#: No deadline, because machines may be slow.
hypothesis_settings = settings(deadline=None, max_examples=80)


def expanded_item(client, path):
    """Return an item with its references expanded, including some that no format uses."""
    extra = ",scene,speaker" if "/quotes/" in path else ""
    include = "" if "/sources/" in path else f"?include=film,sources{extra}"
    return client.get(f"{path}{include}").get_json()


def render(name, item):
    """Return an item in the format with this name."""
    return format_named(name, item["type"]).body(item).decode()


def with_source(item, **changes):
    """Return the item with changes to the source of its first citation."""
    first, *others = item["citations"]
    return item | {"citations": [first | {"source": first["source"] | changes}, *others]}


def make_item(type_name, folder, slug, **fields):
    """Return an item with the common fields, and ``fields`` of its own."""
    times = {"created_at": "2026-11-23T00:00:00Z", "updated_at": "2026-11-23T00:00:00Z"}
    url = f"http://127.0.0.1:8000/v1/{folder}/{slug}"
    common = {
        "type": type_name,
        "id": slug,
        "label": slug,
        "url": url,
        "html_url": None,
        "editor_note": None,
    }
    return common | fields | times


def make_quote(text):
    """Return a quote with this text. Every other text that editors write is the same text."""
    unknown = dict.fromkeys(("published_on", "source_url"))
    texts = dict.fromkeys(("title", "subtitle", "publication", "section", "author", "rights"), text)
    source = make_item("source", "sources", "a", kind="essay", language="en", **unknown, **texts)
    film = make_item("film", "films", "f", label=text, title=text, directors=[text], release_year=2013)
    theme = make_item("theme", "themes", "t", label=text)
    return make_item(
        "quote",
        "quotes",
        "q",
        label=text,
        text=text,
        language="en",
        voice="film",
        fidelity="as-quoted-by-source",
        speaker=make_item("character", "characters", "c", label=text),
        speaker_certainty="explicit",
        film=film,
        scene=make_item("scene", "scenes", "s", label=text),
        themes=[theme],
        advisories=[make_item("advisory", "advisories", "v", label=text, severity=2)],
        citations=[{"source": source, "paragraphs": [35]}],
        rights=text,
    )


def collapse_spaces(text):
    """Return the text with each run of white space replaced by one space."""
    return " ".join(text.split())
