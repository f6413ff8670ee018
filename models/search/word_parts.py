"""Parts of words with apostrophes: elided words, endings and names."""

from __future__ import annotations

import re

#: What follows an apostrophe in English and belongs to the word, as in "don't" and "she'll".
ENGLISH_ENDINGS = frozenset(["s", "t", "d", "m", "n", "ll", "re", "ve", "em"])
#: Romance words that lose their vowel before another vowel, as in "l'eau", "qu'il" and "dell'arte".
ELISION = re.compile(
    "[ldjmtsnc]|qu|jusqu|lorsqu|puisqu|quoiqu|quelqu|presqu"
    "|un|gl|all|dall|dell|nell|sull|coll|quell|quest|bell|sant|anch|dov|com|cos|mezz|tutt"
)
VOWELS = frozenset("aeiouyh")
#: Turkish endings after a name, as in "istanbul'da".
TURKISH_ENDING = re.compile(
    "[aeiu]|[ynsd][aeiu]|[dt][ae]n?(?:ki)?|[ynsd]?[iu]n(?:[ae]|ki|d[ae]n?)?|y?l[ae]|l[iu]k?|[ns][ae]n?|c[ae]"
    "|l[ae]r(?:[iu]n?|[ae]|d[ae]n?|[iu]n[ae])?|[iu]nc[iu]"
)
#: Shorter parts are too often no words.
MIN_PART_LENGTH = 3
PART = re.compile("[^']+")

Range = tuple[int, int]


def split_at_apostrophes(word: str) -> tuple[Range, list[Range]]:
    """Return the range of a folded word without elided words and endings, and the ranges of its other parts.

    For "l'amour" that is "amour", for "istanbul'da" "istanbul". "o'brien" is a word, and "brien" is a part of
    it. English endings are left to the stemmer.
    """
    ranges = [match.span() for match in PART.finditer(word)]
    texts = [word[start:end] for start, end in ranges]
    if texts[-1] in ENGLISH_ENDINGS:
        texts.pop()
    if len(texts) < 2:
        return (0, len(word)), []
    if ELISION.fullmatch(texts[0]) and texts[1][0] in VOWELS:
        return (ranges[1][0], len(word)), []
    if len(texts[0]) >= MIN_PART_LENGTH and TURKISH_ENDING.fullmatch(texts[-1]):
        return (0, ranges[len(texts) - 2][1]), []
    parts = zip(ranges, texts, strict=False)
    return (0, len(word)), [span for span, text in parts if len(text) >= MIN_PART_LENGTH]
