"""Write an item as Markdown (CommonMark), with all text escaped so that it cannot act as markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

from api.representations.plain_text import footer_lines, format_publication
from api.representations.shared_wording import (
    Item,
    attribution,
    content_note,
    displayed_text,
    encode_uri,
    full_title,
    one_line,
    public_url,
)

# HTML is escaped with character references, which every dialect supports; everything else with backslashes.
ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
#: Characters with a meaning anywhere in a line: emphasis, code, links, tables, mathematics, mentions.
ANYWHERE = re.compile(r"[\\`*_\[\]{}|~$^@]")
#: Characters that start a heading, list, rule or definition at the start of a line.
AT_START = re.compile(r"^([#+=:-]|\d+(?=[.)]))")
#: URLs that some dialects turn into links.
BARE_LINK = re.compile(r"(?i)(:)(?=//)|(?<=www)(\.)")


def write(item: Item) -> str:
    """Return an item as Markdown; a content note comes before the text."""
    return "\n\n".join(block for block in WRITERS[item["type"]](item) if block) + "\n"


def escape_markdown(text: str) -> str:
    """Return a line of text escaped so that Markdown displays it literally."""
    escaped = ANYWHERE.sub(r"\\\g<0>", text.strip(" \t").translate(ENTITIES))
    linkless = BARE_LINK.sub(r"\\\g<0>", escaped)
    return AT_START.sub(_escaped_start, linkless)


def escape_markdown_lines(text: str, prefix: str = "") -> str:
    """Return escaped text with hard line breaks, each line after ``prefix``."""
    lines = [escape_markdown(line) for line in text.split("\n")]
    broken = [
        line + ("\\" if line and following else "")
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
    ]
    return "\n".join(f"{prefix}{line}".rstrip(" ") for line in broken)


def format_link(label: str, url: str) -> str:
    """Return a link; in angle brackets, a URL needs no further escaping."""
    return f"[{escape_markdown(one_line(label))}](<{encode_uri(url)}>)"


def _escaped_start(match: re.Match[str]) -> str:
    """Return the escaped start of a line; for a list number, the backslash follows the number."""
    return f"\\{match[0]}" if not match[0].isdecimal() else f"{match[0]}\\"


def _footer(item: Item) -> str:
    *lines, _ = footer_lines(item)
    return "\n".join(
        [f"{escape_markdown(line)}\\" for line in lines] + [format_link(item["label"], public_url(item))]
    )


def _note(item: Item) -> str | None:
    note = content_note(item)
    return f"**{escape_markdown(note)}**" if note else None


def _quote(item: Item) -> Iterator[str | None]:
    yield _note(item)
    yield escape_markdown_lines(displayed_text(item), "> ")
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
