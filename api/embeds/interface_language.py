"""The words of embeds around a quote, in the languages of ``interface_strings.json``; ``lang=`` selects one.

The quote itself, names, titles and labels of content notes stay as they are published. To add a language, add
its strings to the file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from api.text.quotation_marks import quotation_marks

STRINGS = Path(__file__).with_name("interface_strings.json")
DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True)
class InterfaceLanguage:
    """The strings of a language; ``{}`` stands for a name or number.

    ``code`` is a BCP 47 tag. ``thousands`` separates groups of digits. ``own_words`` describes a
    source whose author is unknown, by its kind.
    """

    code: str
    name: str
    show_words: str
    read_rest: str
    about: str
    quoted_in: str
    unknown_source: str
    own_words: dict[str, str]
    inferred: str
    uncertain: str
    content_note: str
    severity: str
    quote_missing: str
    collection_missing: str
    browse: str
    no_quotes: str
    one_quote: str
    quotes: str
    thousands: str
    many_quotes: str
    range: str
    single: str
    previous: str
    next: str

    @property
    def parameters(self) -> dict[str, str]:
        """The query parameters of a frame in this language; none for the default."""
        return {} if self.code == DEFAULT_LANGUAGE else {"lang": self.code}

    @property
    def marks(self) -> tuple[str, str]:
        """The quotation marks around titles."""
        return quotation_marks(self.code)

    def name_speaker(self, label: str, certainty: str) -> str:
        """Return a speaker's name and, unless it is explicit, how certain it is that they speak."""
        return label if certainty == "explicit" else getattr(self, certainty).format(label)

    def describe_note(self, advisories: Iterable[tuple[str, int]]) -> str:
        """Return the content note for labels and severities."""
        return self.content_note.format(
            ", ".join(self.severity.format(label, severity) for label, severity in advisories)
        )

    def number_quotes(self, first: int, last: int) -> str:
        """Return the numbers of the quotes on a page, in words."""
        return self.single.format(last) if first == last else self.range.format(first, last)

    def count_quotes(self, number: int, *, is_exact: bool = True) -> str:
        """Return a number of quotes in words; if it is not exact, there are more."""
        if number == 1 and is_exact:
            return self.one_quote
        digits = f"{number:,}".replace(",", self.thousands)
        return (self.quotes if is_exact else self.many_quotes).format(digits)


@cache
def interface_languages() -> dict[str, InterfaceLanguage]:
    """Return the languages by code, English first."""
    strings = json.loads(STRINGS.read_text("utf-8"))
    return {code: InterfaceLanguage(code, **values) for code, values in strings.items()}


def language_codes() -> tuple[str, ...]:
    """Return the codes of the languages, English first."""
    return tuple(interface_languages())


def interface_language(tag: str = "") -> InterfaceLanguage:
    """Return the language of a tag, by its primary subtag; English for any other."""
    languages = interface_languages()
    return languages.get(primary_subtag(tag), languages[DEFAULT_LANGUAGE])


def primary_subtag(tag: str) -> str:
    """Return the language in a BCP 47 tag, or in the name of a locale such as WordPress has (``de_DE``)."""
    return tag.strip().replace("_", "-").partition("-")[0].lower()
