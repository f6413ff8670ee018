"""Explain what YAML makes of a line that its author meant otherwise."""

from __future__ import annotations

import re
import unicodedata

from api.entries.text_files import IGNORABLE

#: Characters that no editor shows as what they are, or that stand for one that was lost.
_MISLEADING = re.compile("[\x85\u2028\u2029\ufeff\ufffd]")
_NAMES = {"\x85": "NEXT LINE", "\ufeff": "BYTE ORDER MARK"}
_FIELD = re.compile(r"[ -]*[^\s:]+:\s+(?P<value>\S.*)")
#: Values that begin with a sign, and need no quotation marks or are refused with a reason of their own.
_WHOLE = re.compile(
    r"""
    ( "([^"\\]|\\.)*" | '([^']|\'\')*' | \[.*\] | \{.*\} | [|>][-+1-9]* | -[^ ].* | [&*!][\w!/.:-]*(\s.*)? )
    (\s+\#.*)?
    """,
    re.VERBOSE,
)
#: Mistakes that a line shows at its start, and how to correct them.
_MISTAKES = (
    (re.compile(r"(<<<<<<<|=======|>>>>>>>)( |$)"), "This line marks a merge conflict. Resolve it."),
    (re.compile(r" *\t"), "Indent with spaces. Tabs are not allowed."),
    (re.compile(rf" *[^\S ]|[\s{IGNORABLE}]*[{IGNORABLE}]"), "Indent with ordinary spaces."),
    (re.compile(r"---|\.\.\."), "A file is one document. Remove this line."),
    (re.compile(r"\s*[\w-]+:[^\s/]"), "A space must follow the colon."),
    (re.compile(r".*\t"), "Use spaces. Tabs are allowed only in quotation marks."),
)
#: A comment behind a plain value: on the same line, or on a line of its own.
_COMMENT = re.compile(r"[ \t]+(?P<comment>#[^\n]*)|(?:[ \t]*\n)+(?P<indentation> *)(?P<own_line>#[^\n]*)")
#: Values that are no prose: ids, members of enumerations, hashes, timecodes.
_WORD = re.compile(r"[a-z0-9:.-]*")


def misleading_character(line: str) -> str | None:
    """Return a sentence about the first character of a line that cannot be meant, if there is one."""
    match = None if line.isascii() else _MISLEADING.search(line)
    if match is None:
        return None
    name = f"U+{ord(match[0]):04X} ({_NAMES.get(match[0]) or unicodedata.name(match[0])})"
    if match[0] == "\ufffd":
        return f"The line contains {name}: a character was lost. Restore it."
    return f"The line contains {name}, which editors do not show. Remove it."


def cut_off_text(text: str, value: str, end: int, indentation: int) -> str | None:
    """Return the comment that cuts off a text, if one does.

    ``value`` is a plain string that ends at ``end`` in ``text``, and ``indentation`` is that of its key. A
    comment that follows an id or another single word, and starts with ``# ``, is accepted.
    """
    match = _COMMENT.match(text, end)
    if match is None:
        return None
    if match["own_line"] and len(match["indentation"]) <= indentation:
        return None
    comment = match["comment"] or match["own_line"]
    is_meant = _WORD.fullmatch(value) and re.match(r"#+(\s|$)", comment)
    return None if is_meant else comment


def hint(lines: list[str], number: int) -> str:
    """Return a sentence that says how to correct line ``number``, or the one above it, or nothing."""
    # The parser often notices a mistake only on the next line.
    above = next((n for n in range(number - 1, 0, -1) if lines[n - 1]), number)
    candidates = [lines[n - 1] for n in (number, above) if 0 < n <= len(lines)]
    sentences = [_mistake(line) for line in candidates] + [_mistake_in_value(line) for line in candidates]
    return next((f" {sentence}" for sentence in sentences if sentence), "")


def _mistake(line: str) -> str:
    return next((sentence for pattern, sentence in _MISTAKES if pattern.match(line)), "")


def _mistake_in_value(line: str) -> str:
    field = _FIELD.match(line)
    if field is None or _WHOLE.fullmatch(field["value"]):
        return ""
    value = field["value"]
    if value.startswith("'"):
        return "Inside single quotation marks, write an apostrophe twice."
    if value.startswith('"'):
        return 'Inside double quotation marks, write \\" for a quotation mark.'
    if value.startswith(("@", "`", "%", "*", "&", "!", "|", ">", "?", "-", "[", "]", "{", "}", ",")):
        return f"Put a value that starts with “{value[0]}” in quotation marks."
    forbidden = next((mark for mark in (": ", " #") if mark in f"{value} "), None)
    return f"Put a value that contains “{forbidden}” in quotation marks." if forbidden else ""
