"""Lists of authors as APA, MLA and Chicago style print them at the start of a reference.

citeproc-py cannot do it: it abbreviates given names in every style and ignores the order of East Asian names.
The tests compare the lists with those of citeproc-js, the processor of Zotero.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from api.representations.author_names import Name

#: From this number of authors, Chicago style names the first three.
CHICAGO_ET_AL = 7
#: APA style names up to 20 authors, and of more the first 19 and the last.
APA_MAX = 20


def format_names(names: Sequence[Name], style: str) -> str:
    """Return the names in a style, without a full stop; empty without names."""
    return LISTS[style](names) if names else ""


def _apa(names: Sequence[Name]) -> str:
    texts = [
        _commas(name.full_family, _initials(name.given), name.suffix)
        if name.family and not name.is_unspaced
        else name.name
        for name in names
    ]
    if len(texts) > APA_MAX:
        return f"{', '.join(texts[: APA_MAX - 1])}, … {texts[-1]}"
    return _join(texts, "&")


def _mla(names: Sequence[Name]) -> str:
    texts = _first_inverted(names, particle_last=False)
    return f"{texts[0]}, et al." if len(texts) > 2 else _join(texts, "and")


def _chicago(names: Sequence[Name]) -> str:
    texts = _first_inverted(names, particle_last=True)
    return f"{', '.join(texts[:3])}, et al." if len(texts) >= CHICAGO_ET_AL else _join(texts, "and")


LISTS = {"apa": _apa, "mla": _mla, "chicago": _chicago}


def _first_inverted(names: Sequence[Name], *, particle_last: bool) -> list[str]:
    first, *others = names
    inverted = first.name
    if first.family and not first.family_first:
        given = _with_stops(first.given)
        if particle_last and first.particle:
            inverted = _commas(first.family, f"{given} {first.particle}".strip(), first.suffix)
        else:
            inverted = _commas(first.full_family, given, first.suffix)
    return [inverted, *map(_natural, others)]


def _natural(name: Name) -> str:
    if not name.given or name.family_first:
        return name.name
    return " ".join(filter(None, (_with_stops(name.given), name.full_family, name.suffix)))


def _commas(*parts: str) -> str:
    return ", ".join(filter(None, parts))


def _with_stops(given: str) -> str:
    """Return given names with a full stop after each that is only a letter: ``J. Edgar`` for ``J Edgar``."""
    return " ".join(f"{word}." if len(word) == 1 and word.isupper() else word for word in given.split())


def _initials(given: str) -> str:
    """Return the initials of given names: ``J.-L. M.`` for ``Jean-Luc Marie``, ``K.`` for ``Kar-wai``."""
    return " ".join("-".join(_initials_of_word(word)) for word in given.split())


def _initials_of_word(word: str) -> Iterator[str]:
    for place, part in enumerate(filter(None, word.split("-"))):
        letter = re.search(r"\w", part)
        if letter and not (place and letter[0].islower()):
            yield f"{letter[0]}."


def _join(texts: list[str], conjunction: str) -> str:
    """Return ``A``, ``A, & B`` or ``A, B, & C``."""
    *others, last = texts
    return f"{', '.join(others)}, {conjunction} {last}" if others else last
