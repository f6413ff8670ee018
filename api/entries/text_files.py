"""Decode the text files of a pack, and split them into the lines that an editor shows."""

from __future__ import annotations

import codecs
import re

#: Characters that are not displayed, as the inside of a regular expression's brackets: Unicode's property
#: Default_Ignorable_Code_Point (soft hyphens, zero-width spaces, direction marks, variation selectors…).
IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_BLANK = re.compile(rf"[\s{IGNORABLE}\u2800]*")
#: Editors do not break lines at the other characters that Python and YAML 1.1 take for line ends.
LINE_END = re.compile(r"\r\n?|\n")
# UTF-32 comes first: its byte order mark begins with that of UTF-16.
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}


class WrongEncoding(Exception):
    """A file is not encoded as UTF-8; ``str()`` says how it probably is, ``line`` where that shows."""

    def __init__(self, message: str, line: int = 1) -> None:
        self.line = line
        super().__init__(f"{message} Save the file as UTF-8.")


def decode(content: bytes) -> str:
    """Return the text of a file without its byte order mark.

    Raises:
        WrongEncoding: the file is not encoded as UTF-8.
    """
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            raise WrongEncoding(f"The file is encoded as {encoding}.")
    head = content[:1000]
    # In UTF-16, every second byte of a Latin letter, a space or a line end is zero.
    if head.count(0) * 4 > len(head):
        raise WrongEncoding("The file is encoded as UTF-16.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = LINE_END.split(content[: error.start].decode("utf-8-sig"))
        byte = content[error.start : error.start + 1]
        place = f"The byte {byte.hex().upper()} in column {len(before[-1]) + 1}"
        guess = (
            f" would be “{latin}” in Latin-1" if (latin := byte.decode("cp1252", "ignore")) else " is invalid"
        )
        raise WrongEncoding(f"The file is not encoded as UTF-8. {place}{guess}.", len(before)) from None


def split_lines(text: str) -> list[str]:
    """Return the lines of a text. Those without a visible character are empty."""
    return ["" if _BLANK.fullmatch(line) else line for line in LINE_END.split(text)]
