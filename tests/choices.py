"""Values for generated content that are hard to store or to serve, and two ways to choose among them."""

import datetime as dt
import random

from hypothesis import strategies as st

from api.schemas.fields import UNSTORABLE_CHARACTERS
from models import Status

#: The largest value of an integer column.
LARGEST = 2**31 - 1
#: Texts that a database, a serialiser or a client may misinterpret.
NASTY = (
    "plain",
    'It\'s "quoted" \\ back\\slash \\n \\u0041 `tick`',
    "100% %s %(name)s :name ?1 ${name} {0} {name}",
    "-- ; DROP /* */ </script> <!-- &amp; <b>",
    "two\nlines\n\nand\ta tab",
    "a\u2028line\u2029a paragraph\x85a next line\xa0a blank",
    "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 𝒳",
    "שלום \u202e\u0645\u0631\u062d\u0628\u0627\u202c \u200fأهلا",
    "e\u0301 é ﬁ ß İ ı ǅ Z\u0335\u0348\u0301\u034b",
    "\ufeffmark \u200b\u200d\u2060 \x80\x9f \ufffd\ufffe\uffff \U0010ffff",
    "\u200b",
    "null",
    "true",
    "0",
    "-1e999",
    '{"a": [1]}',
    "2026-11-23T00:00:00Z",
    " ".join(["A long one, with 愛 in it."] * 240),
    "𝒳" * 6000,
)
INSTANTS = (
    dt.datetime(2026, 11, 23, tzinfo=dt.UTC),
    dt.datetime(1, 1, 1, tzinfo=dt.UTC),
    dt.datetime(999, 12, 31, 23, 59, 59, tzinfo=dt.UTC),
    dt.datetime(1969, 12, 31, 23, 59, 59, tzinfo=dt.UTC),
    dt.datetime(2000, 2, 29, 12, 0, 0, 999_999, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30))),
    dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC),
)
DATES = (dt.date(2026, 11, 23), dt.date(1, 1, 1), dt.date(2000, 2, 29), dt.date(9999, 12, 31))
TIMECODES = ("00:00:00", "01:02:03", "99:59:59")
LANGUAGES = ("en", "zh-Hant-TW", "sgn-BE-FR", "und-" + "-".join(["abcdefg"] * 3) + "-abcdefg")
ADDRESSES = ("https://example.org/?a=1&b=%20#c", "https://example.org/" + "é" * 1980)
HASHES = ("0" * 64, "0123456789abcdef" * 4)
#: Stems of ids. Each leaves room for the suffixes that the ids of a film's items add to the film's id.
STEMS = ("a", "a-b", "ab", "0", "9-z", "z" * 36, "-".join("a" * 18) + "b")
#: Which share of the available items a list contains.
SHARES = (1.0, 0.0, 0.5, 0.3)
#: Most items are published; a few are drafts or deleted.
STATUSES = (*[Status.PUBLISHED] * 6, Status.DRAFT)
DELETED = (*[None] * 12, *INSTANTS[:3])


class Drawn:
    """Choices that Hypothesis draws and shrinks."""

    def __init__(self, draw):
        self.sample = draw

    def one(self, options):
        return self.sample(st.sampled_from(options))

    def some(self, options):
        indexes = st.integers(0, len(options) - 1) if options else st.nothing()
        drawn = self.sample(st.lists(indexes, unique=True, max_size=min(4, len(options))))
        return [options[index] for index in drawn]


class Dealt:
    """Seeded choices that are the same in every run. Each option is used once before any is used again."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.decks = {}

    def one(self, options):
        deck = self.decks.setdefault(tuple(options), [])
        if not deck:
            deck += self.random.sample(options, len(options))
        return deck.pop()

    def some(self, options):
        return self.random.sample(options, round(self.one(SHARES) * len(options)))


def texts():
    """Return a strategy for texts that a create body accepts: storable, without surrounding white space."""
    unstorable = [chr(code) for code in range(128) if UNSTORABLE_CHARACTERS.match(chr(code))]
    alphabet = st.characters(exclude_categories=["Cs"], exclude_characters=unstorable)
    return st.text(alphabet, min_size=1, max_size=30).map(str.strip).filter(bool)
