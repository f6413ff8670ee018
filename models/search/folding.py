"""Folding: a text without the differences that a search ignores, such as case and accents.

Marks that spell a word are kept: the vowel signs of Indic and Southeast Asian scripts, and the voicing marks
of Kana. Marks that only modify a letter are dropped: accents, Hebrew points, Arabic vowels.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

#: Folds letters that Unicode does not decompose, and characters that are interchangeable inside a word.
LETTER_FOLDING = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
    | {"ـ": "", "ک": "ك", "ی": "ي", "ى": "ي", "ة": "ه"}  # Arabic, and its Persian letters
    | {
        "\u093c": "",
        "\u0901": "\u0902",
    }  # Devanagari: often left out, and often written as anusvara
    | dict.fromkeys("՛՜՞", "")  # Armenian marks of stress, exclamation and question, after the stressed vowel
    | dict.fromkeys("\u2010\u058a\u05be", "-")
    | {"٬": ",", "٫": "."}
)
APOSTROPHES = frozenset("’‘‛ʼʻ´՚׳״")
#: Spaces between the groups of digits of a number; others would be another kind of white space.
GROUP_SPACES = frozenset("\u00a0\u2009\u202f")
GROUP_SPACE = "\u00a0"
#: Marks around letters, and format characters: soft hyphens, joiners, directional marks.
IGNORED_CATEGORIES = frozenset({"Me", "Cf"})
#: Nonspacing marks of class 0 that change the look of a character alone.
IGNORED_MARKS = re.compile("[\u034f\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
#: The letters of one Hangul syllable, as they are spelt in decomposed text.
JAMO_SYLLABLE = re.compile("[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|.", re.DOTALL)
JAMO = re.compile("[\u1161-\u1175]")
HANGUL_SYLLABLE = re.compile("[\uac00-\ud7a3]")
NASAL = re.compile("ङ्(?=[क-घ])|ञ्(?=[च-झ])|ण्(?=[ट-ढ])|न्(?=[त-ध])|म्(?=[प-भ])")
#: Hebrew acronyms have a mark before the last letter, for which people type a quotation mark: צה"ל.
GERSHAYIM = re.compile('(?<=[א-ת])"(?=[א-ת]{1,2}(?![א-ת]))')


@lru_cache(maxsize=16_384)
def _fold_character(character: str) -> str:
    """Return the folded form of a character, or of the letters of one Hangul syllable."""
    composed = unicodedata.normalize("NFC", character)
    if HANGUL_SYLLABLE.match(composed):
        return composed
    if character in APOSTROPHES:
        return "'"
    if character in GROUP_SPACES:
        return GROUP_SPACE
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    return "".join(_fold_digit(char) for char in folded.translate(LETTER_FOLDING) if not _is_ignored(char))


def _fold_digit(character: str) -> str:
    return str(unicodedata.decimal(character)) if character.isdecimal() else character


def _is_ignored(character: str) -> bool:
    category = unicodedata.category(character)
    if category == "Mn":
        # Marks that spell a word have the class 0, or one of their script: Kana 8, Thai 103, Lao 118 …
        combining_class = unicodedata.combining(character)
        return (
            10 <= combining_class <= 36
            or combining_class >= 200
            or combining_class == 1
            or bool(IGNORED_MARKS.match(character))
        )
    return category in IGNORED_CATEGORIES


def fold(text: str) -> tuple[str, Sequence[int]]:
    """Return the folded text, and the offset in ``text`` of each folded character and of the end."""
    if text.isascii():
        return text.lower(), range(len(text) + 1)
    folded: list[str] = []
    offsets: list[int] = []
    offset = 0
    # Characters are folded one by one, because the offset of each is needed.
    for character in JAMO_SYLLABLE.findall(text) if JAMO.search(text) else text:
        for char in _fold_character(character):
            folded.append(char)
            offsets.append(offset)
        offset += len(character)
    offsets.append(offset)
    if "\u094d" in folded:
        folded, offsets = _fold_nasals("".join(folded), offsets)
    return fold_gershayim("".join(folded)), offsets


def _fold_nasals(folded: str, offsets: list[int]) -> tuple[list[str], list[int]]:
    """Write nasals in Devanagari as anusvara before consonants of their kind: हिंदी for हिन्दी."""
    signs = {match.start() + 1 for match in NASAL.finditer(folded)}
    kept = [index for index in range(len(folded)) if index not in signs]
    letters = ["\u0902" if index + 1 in signs else folded[index] for index in kept]
    return letters, [*(offsets[index] for index in kept), offsets[-1]]


def fold_gershayim(text: str) -> str:
    """Return a text of the same length in which no quotation mark is inside a Hebrew acronym."""
    return GERSHAYIM.sub("'", text) if '"' in text else text


@cache
def mark_class() -> str:
    """Return the marks that folded text contains, as ranges of a regular expression."""
    marks = [code for code in range(0x300, 0x12000) if unicodedata.category(chr(code)) in ("Mn", "Mc")]
    kept = [code for code in marks if not _is_ignored(chr(code))]
    starts = [code for before, code in zip([0, *kept], kept, strict=False) if code != before + 1]
    ends = [code for code, after in zip(kept, [*kept[1:], 0], strict=True) if after != code + 1]
    return "".join(f"{chr(start)}-{chr(end)}" for start, end in zip(starts, ends, strict=True))
