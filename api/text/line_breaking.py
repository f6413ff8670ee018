"""Line breaking (UAX #14) and grapheme clusters (UAX #29), as Chromium applies them.

Chromium overrides UAX #14 with a table of its own for pairs of ASCII characters; ``CHROMIUM_BREAKS`` holds
the table's breaks. Agreement with browsers is what makes a computed frame height correct.
"""

from __future__ import annotations

import re
from functools import lru_cache

#: A word with its trailing spaces.
WORD = re.compile(r"[^ ]+ *|^ +")
LETTER = "A-Za-z0-9À-ÖØ-öø-ɏͰ-ϿЀ-ӿ"
#: A word without a break inside: Latin, Greek or Cyrillic letters with common punctuation.
PLAIN_WORD = re.compile(rf"[“‘«(]*[{LETTER}’'.,;:!?”)]+ *")
#: Two neighbouring words are analysed separately if the first ends, and the second starts, like this.
STARTS_WITH_LETTER = re.compile(f"[{LETTER}]")
ENDS_WITH_LETTER = re.compile(f"[{LETTER}.,;:!?] +$")
#: Breaks between two ASCII characters, and after an opening quotation mark that a space follows, which
#: later versions of UAX #14 than Chromium's forbid.
CHROMIUM_BREAKS = re.compile(
    r"""(?<=[!"#%&)*+,.:;=>?\\\]|}~])(?=[(<\[{])"""
    r"""|(?<=-)(?=["#%&'(*+\-<=>@A-Z\[\\^_`a-z{|~])"""
    r"""|(?<=[A-Za-z0-9]-)(?=[0-9])"""
    r"""|(?<=\?)(?=[#$%&(*+\-0-9<=>@A-Z\[\\^_`a-z{|~])"""
    r"""|(?<=[«‹“‘„]\ )(?=\w)"""
)
#: A pair of characters that Chromium's table decides.
ASCII_PAIR = re.compile(r"[!-~]{2}")
# Characters that are clusters of their own unless a combining mark follows: letters, punctuation, ideographs.
SIMPLE_CHARACTERS = (
    " -~\xa0-\u02ff\u0370-\u0482\u048a-\u058f\u05d0-\u05ea\u0620-\u064a\u1e00-\u1fff"
    "\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u3001-\u3029\u3041-\u3096\u30a0-\u30ff\u4e00-\u9fff"
)
CHARACTER_RUN = re.compile(
    rf"(?P<simple>[{SIMPLE_CHARACTERS}]+(?=[{SIMPLE_CHARACTERS}]|\Z))|[{SIMPLE_CHARACTERS}]?[^{SIMPLE_CHARACTERS}]+",
    re.DOTALL,
)


def line_breaks(text: str) -> list[int]:
    """Return the index of every line break opportunity; the last is the end of the text."""
    breaks: list[int] = []
    group, start = "", 0
    for word in WORD.findall(text):
        if ENDS_WITH_LETTER.search(group) and STARTS_WITH_LETTER.match(word):
            breaks += [start + index for index in _breaks_within(group)]
            start, group = start + len(group), ""
        group += word
    return breaks + [start + index for index in _breaks_within(group)]


@lru_cache(maxsize=10_000)
def _breaks_within(words: str) -> tuple[int, ...]:
    """Return the breaks in words that are analysed together, including the one at their end."""
    if not words or PLAIN_WORD.fullmatch(words):
        return (len(words),) if words else ()
    from uniseg.linebreak import line_break_boundaries

    standard = (
        index for index in line_break_boundaries(words) if index and not ASCII_PAIR.match(words, index - 1)
    )
    return tuple(sorted({*standard, *(match.start() for match in CHROMIUM_BREAKS.finditer(words))}))


def graphemes(text: str) -> list[tuple[int, int]]:
    """Return the start and end of each grapheme cluster: a letter with its marks, an emoji sequence."""
    ends: list[int] = []
    for run in CHARACTER_RUN.finditer(text):
        if run["simple"]:
            ends += range(run.start() + 1, run.end() + 1)
        else:
            ends += [run.start() + end for end in _grapheme_ends(run[0])]
    return list(zip([0, *ends], ends, strict=False))


@lru_cache(maxsize=10_000)
def _grapheme_ends(run: str) -> tuple[int, ...]:
    from uniseg.graphemecluster import grapheme_cluster_boundaries

    return tuple(end for end in grapheme_cluster_boundaries(run) if end)
