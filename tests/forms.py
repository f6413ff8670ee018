"""Items as the API serves them with their references filled in, and text that tries to break a form."""

from hypothesis import settings
from hypothesis import strategies as st

from api.representations import format_named, formats_for

QUOTE = "/v1/quotes/her-2013-a-wife-without-the-challenges"
OWN_WORDS = "/v1/quotes/her-2013-perfection-is-the-enemy-of-real"
FLAGGED = "/v1/quotes/her-2013-the-average-modern-woman"
CLAIM = "/v1/commentary/her-2013-perfection-opposes-reality"
SOURCE = "/v1/sources/her-perfection-is-the-enemy-of-real"
PUBLICATION = "The Wall of Wisdom"
#: Every form but JSON, which is the item itself.
WRITTEN = [form.name for form in formats_for("quote")[1:]]
STYLES = ["apa", "mla", "chicago"]

STORABLE = st.characters(
    exclude_categories=["Cs"],
    exclude_characters=[chr(code) for code in (*range(9), *range(0x0B, 0x20), 0x7F)],
)
MARKS = "\\{}%#&$_^~\"'`<>[]()*@|-=+!?:;,./\n\t \x85\u2028\u202e\ue000\ue003”“é"
RUNS = [
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
#: Text that the schemas take (no control characters, no blanks around it), at its worst.
HOSTILE = (
    st.one_of(
        st.text(STORABLE, min_size=1),
        st.lists(st.sampled_from([*MARKS, *RUNS, *LINES]), min_size=1).map("".join),
    )
    .map(str.strip)
    .filter(bool)
)
#: A machine may be slow.
tried = settings(deadline=None, max_examples=80)


def filled(client, path):
    """Return an item with more filled in than its forms speak of."""
    more = ",scene,speaker" if "/quotes/" in path else ""
    include = "" if "/sources/" in path else f"?include=film,sources{more}"
    return client.get(f"{path}{include}").get_json()


def written(name, item):
    """Return an item in a form, by the form's name."""
    return format_named(name, item["type"]).body(item).decode()


def cited_by(item, **changes):
    """Return the item, with its first source changed."""
    first, *others = item["citations"]
    return item | {"citations": [first | {"source": first["source"] | changes}, *others]}


def record(type_name, folder, slug, **own):
    """Return what every item has, and what is its own."""
    times = {"created_at": "2026-11-23T00:00:00Z", "updated_at": "2026-11-23T00:00:00Z"}
    address = f"http://127.0.0.1:8000/v1/{folder}/{slug}"
    head = {
        "type": type_name,
        "id": slug,
        "label": slug,
        "url": address,
        "html_url": None,
        "editor_note": None,
    }
    return head | own | times


def quote_of(text):
    """Return a quote of this text, in which every name that an editor writes is this text, too."""
    unknown = dict.fromkeys(("published_on", "source_url"))
    named_so = dict.fromkeys(("title", "subtitle", "publication", "section", "author", "rights"), text)
    source = record("source", "sources", "a", kind="essay", language="en", **unknown, **named_so)
    film = record("film", "films", "f", label=text, title=text, directors=[text], release_year=2013)
    theme = record("theme", "themes", "t", label=text)
    return record(
        "quote",
        "quotes",
        "q",
        label=text,
        text=text,
        language="en",
        voice="film",
        fidelity="as-quoted-by-source",
        speaker=record("character", "characters", "c", label=text),
        speaker_certainty="explicit",
        film=film,
        scene=record("scene", "scenes", "s", label=text),
        themes=[theme],
        advisories=[record("advisory", "advisories", "v", label=text, severity=2)],
        citations=[{"source": source, "paragraphs": [35]}],
        rights=text,
    )


def one_line(text):
    """Return the text with every run of white space as one blank."""
    return " ".join(text.split())
