"""Markdown (CommonMark), in which no text of an item is markup, HTML or a link."""

from __future__ import annotations

import re
from collections.abc import Iterator

from api.representations.attribution import (
    Item,
    attribution,
    content_note,
    encode_uri,
    full_title,
    one_line,
    public_url,
)
from api.representations.plain_text import footer_lines, format_publication

# HTML is put out of action by character references, which every dialect reads; the rest by backslashes.
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
#: What means something anywhere in a line: emphasis, code, links, tables, mathematics, mentions.
ANYWHERE = re.compile(r"[\\`*_\[\]{}|~$^@]")
#: What begins a heading, a list, a rule or a definition, where a line begins with it.
AT_START = re.compile(r"^([#+=:-]|\d+(?=[.)]))")
#: What some dialects make a link of.
BARE_LINK = re.compile(r"(?i)(:)(?=//)|(?<=www)(\.)")


def write(item: Item) -> str:
    """Return an item as Markdown; a content note stands before what it is on."""
    return "\n\n".join(block for block in WRITERS[item["type"]](item) if block) + "\n"


def escape_markdown(text: str) -> str:
    """Return one line of text so that Markdown shows it and does nothing else with it."""
    escaped = ANYWHERE.sub(r"\\\g<0>", text.strip(" \t").translate(ENTITIES))
    linkless = BARE_LINK.sub(r"\\\g<0>", escaped)
    return AT_START.sub(_escaped_start, linkless)


def escape_markdown_lines(text: str, before: str = "") -> str:
    """Return text of several lines, each with ``before`` at its front; lines stay lines."""
    lines = [escape_markdown(line) for line in text.split("\n")]
    kept = [
        line + ("\\" if line and following else "")
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
    ]
    return "\n".join(f"{before}{line}".rstrip(" ") for line in kept)


def format_link(label: str, to: str) -> str:
    """Return a link; the address stands in angle brackets, where only they and line ends count."""
    return f"[{escape_markdown(one_line(label))}](<{encode_uri(to)}>)"


def _escaped_start(match: re.Match[str]) -> str:
    """Return a line's first mark, escaped; of a list's number, what follows it is escaped."""
    return f"\\{match[0]}" if not match[0].isdecimal() else f"{match[0]}\\"


def _footer(item: Item) -> str:
    *said, _ = footer_lines(item)
    return "\n".join(
        [f"{escape_markdown(fact)}\\" for fact in said] + [format_link(item["label"], public_url(item))]
    )


def _note(item: Item) -> str | None:
    note = content_note(item)
    return f"**{escape_markdown(note)}**" if note else None


def _quote(item: Item) -> Iterator[str | None]:
    yield _note(item)
    yield escape_markdown_lines(item["text"], "> ")
    yield f"— {escape_markdown(attribution(item))}"
    yield _footer(item)


def _commentary(item: Item) -> Iterator[str | None]:
    yield f"# {escape_markdown(one_line(item['title']))}"
    yield _note(item)
    yield escape_markdown_lines(item["text"])
    yield f"— {escape_markdown(attribution(item))}"
    yield _footer(item)


def _source(item: Item) -> Iterator[str | None]:
    yield f"# {escape_markdown(full_title(item))}"
    yield escape_markdown(format_publication(item))
    yield format_link("Read it", item["source_url"]) if item["source_url"] else None
    yield _footer(item)


WRITERS = {"quote": _quote, "commentary": _commentary, "source": _source}
