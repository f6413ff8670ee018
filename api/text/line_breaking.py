"""Line breaking (UAX #14) and grapheme clusters (UAX #29), as Chromium applies them.

Chromium and this module break lines with ICU. Its dictionaries find the words of Thai, Lao, Khmer and
Burmese, which have no spaces between them. Chromium overrides ICU with a table of its own for pairs of ASCII
characters; ``CHROMIUM_BREAKS`` holds the table's breaks. Agreement with browsers is what makes a computed
frame height correct.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import accumulate

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


def line_breaks(text: str) -> list[int]:
    """Return the index of every line break opportunity; the last is the end of the text."""
    from icu4py.breakers import LineBreaker

    standard = (
        index for index in _segment_ends(LineBreaker(text, "root")) if not ASCII_PAIR.match(text, index - 1)
    )
    return sorted({*standard, *(match.start() for match in CHROMIUM_BREAKS.finditer(text)), len(text)} - {0})


def graphemes(text: str) -> list[tuple[int, int]]:
    """Return the start and end of each grapheme cluster: a letter with its marks, an emoji sequence."""
    from icu4py.breakers import CharacterBreaker

    ends = list(_segment_ends(CharacterBreaker(text, "root")))
    return list(zip([0, *ends], ends, strict=False))


def _segment_ends(segments: Iterable[str]) -> Iterable[int]:
    """Return the end of each segment. ICU's own offsets count UTF-16 code units."""
    return accumulate(map(len, segments))
