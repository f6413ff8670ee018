"""Where a text may be broken: between lines (UAX #14), and between characters (UAX #29).

Chromium asks a table of its own about two neighbours in ASCII; what it answers to all pairs of them is here.
"""

from __future__ import annotations

import re
from functools import lru_cache

#: A word with the blanks behind it.
WORD = re.compile(r"[^ ]+ *|^ +")
LETTER = "A-Za-z0-9À-ÖØ-öø-ɏͰ-ϿЀ-ӿ"
#: A word of letters has no break inside: Latin, Greek and Cyrillic, and what opens and closes a phrase.
PLAIN_WORD = re.compile(rf"[“‘«(]*[{LETTER}’'.,;:!?”)]+ *")
#: A word is looked at together with the next one, unless the next begins and it ends like this.
STARTS_WITH_LETTER = re.compile(f"[{LETTER}]")
ENDS_WITH_LETTER = re.compile(f"[{LETTER}.,;:!?] +$")
#: Where a line may end between two neighbours in ASCII; and, in any text, behind an opening mark that stands
#: apart, which newer rules than Chromium's forbid.
CHROMIUM_BREAKS = re.compile(
    r"""(?<=[!"#%&)*+,.:;=>?\\\]|}~])(?=[(<\[{])"""
    r"""|(?<=-)(?=["#%&'(*+\-<=>@A-Z\[\\^_`a-z{|~])"""
    r"""|(?<=[A-Za-z0-9]-)(?=[0-9])"""
    r"""|(?<=\?)(?=[#$%&(*+\-0-9<=>@A-Z\[\\^_`a-z{|~])"""
    r"""|(?<=[«‹“‘„]\ )(?=\w)"""
)
#: Two neighbours that the table decides.
ASCII_PAIR = re.compile(r"[!-~]{2}")
# What stands alone, unless what comes next is a mark: letters, punctuation, ideographs.
SIMPLE_CHARACTERS = (
    " -~\xa0-\u02ff\u0370-\u0482\u048a-\u058f\u05d0-\u05ea\u0620-\u064a\u1e00-\u1fff"
    "\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u3001-\u3029\u3041-\u3096\u30a0-\u30ff\u4e00-\u9fff"
)
CHARACTER_RUN = re.compile(
    rf"(?P<alone>[{SIMPLE_CHARACTERS}]+(?=[{SIMPLE_CHARACTERS}]|\Z))|[{SIMPLE_CHARACTERS}]?[^{SIMPLE_CHARACTERS}]+",
    re.DOTALL,
)


def line_breaks(text: str) -> list[int]:
    """Return every place where a line may end, the end of the text last."""
    places: list[int] = []
    group, start = "", 0
    for word in WORD.findall(text):
        if ENDS_WITH_LETTER.search(group) and STARTS_WITH_LETTER.match(word):
            places += [start + place for place in _breaks_within(group)]
            start, group = start + len(group), ""
        group += word
    return places + [start + place for place in _breaks_within(group)]


@lru_cache(maxsize=10_000)
def _breaks_within(words: str) -> tuple[int, ...]:
    """Return the breaks in words that may depend on each other, their end included."""
    if not words or PLAIN_WORD.fullmatch(words):
        return (len(words),) if words else ()
    from uniseg.linebreak import line_break_boundaries

    general = (at for at in line_break_boundaries(words) if at and not ASCII_PAIR.match(words, at - 1))
    return tuple(sorted({*general, *(found.start() for found in CHROMIUM_BREAKS.finditer(words))}))


def graphemes(text: str) -> list[tuple[int, int]]:
    """Return where each character begins and ends: a letter with its marks, an emoji with its parts."""
    ends: list[int] = []
    for stretch in CHARACTER_RUN.finditer(text):
        if stretch["alone"]:
            ends += range(stretch.start() + 1, stretch.end() + 1)
        else:
            ends += [stretch.start() + end for end in _grapheme_ends(stretch[0])]
    return list(zip([0, *ends], ends, strict=False))


@lru_cache(maxsize=10_000)
def _grapheme_ends(stretch: str) -> tuple[int, ...]:
    from uniseg.graphemecluster import grapheme_cluster_boundaries

    return tuple(end for end in grapheme_cluster_boundaries(stretch) if end)
