"""The names of a source's authors, with the parts that reference formats tell apart."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from api.representations.shared_wording import Item, one_line


@dataclass(frozen=True)
class Name:
    """A name as references print it; every text is on one line.

    ``kind`` is ``person``, ``organization`` or None if unknown. ``name`` is the whole name. Only a person has
    further parts: ``family`` without its ``particle`` (``van``, ``de la``), ``given`` and ``suffix``.
    """

    name: str
    kind: str | None = None
    family: str = ""
    particle: str = ""
    given: str = ""
    suffix: str = ""
    family_first: bool = False

    @property
    def full_family(self) -> str:
        """The family name with its particle."""
        return " ".join(filter(None, (self.particle, self.family)))

    @property
    def is_single(self) -> bool:
        """Whether the name has no parts to tell apart: an organization's, or a single name."""
        return not self.given

    @property
    def is_unspaced(self) -> bool:
        """Whether the name is written without a space, as in Chinese."""
        return bool(self.given) and " " not in self.name


def credited_names(source: Item) -> tuple[Name, ...]:
    """Return the names of a source's authors; without authors its publication's, else none."""
    authors = source.get("authors") or ()
    if authors:
        return tuple(map(_name, authors))
    # A source that was stored without ``authors`` may have an ``author``, a name in plain text.
    plain, publication = source.get("author"), source.get("publication")
    if plain:
        return (Name(one_line(plain)),)
    return (Name(one_line(publication), "organization"),) if publication else ()


def _name(author: Item) -> Name:
    if not author["family"]:
        return Name(one_line(author["name"]), author["kind"])
    particle, family = split_particle(one_line(author["family"]))
    given, suffix = (one_line(author[part] or "") for part in ("given", "suffix"))
    name, family_first = one_line(author["name"]), author["family_first"]
    return Name(name, author["kind"], family, particle, given, suffix, family_first)


def split_particle(family: str) -> tuple[str, str]:
    """Return the particle and the rest of a family name: ``van`` and ``Beethoven``.

    Particles are the words in lower case before the last word, as in BibTeX and Zotero.
    """
    words = family.split()
    count = next(
        (place for place, word in enumerate(words[:-1]) if not _is_particle(word)), max(len(words) - 1, 0)
    )
    return " ".join(words[:count]), " ".join(words[count:])


def _is_particle(word: str) -> bool:
    letter = next(filter(str.isalpha, word), "")
    # Scripts without capitals count as lower case, too.
    return letter.islower() and unicodedata.name(letter).startswith("LATIN")
