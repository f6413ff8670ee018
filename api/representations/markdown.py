"""Markdown (CommonMark), in which no text of an item is markup, HTML or a link."""

from __future__ import annotations

import re
from collections.abc import Iterator

from api.representations.attribution import Item, address, attribution, content_note, one_line, title_of, uri
from api.representations.plain_text import facts, publication

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


def inert(text: str) -> str:
    """Return one line of text so that Markdown shows it and does nothing else with it."""
    escaped = ANYWHERE.sub(r"\\\g<0>", text.strip(" \t").translate(ENTITIES))
    linkless = BARE_LINK.sub(r"\\\g<0>", escaped)
    return AT_START.sub(_escaped_start, linkless)


def inert_lines(text: str, before: str = "") -> str:
    """Return text of several lines, each with ``before`` at its front; lines stay lines."""
    lines = [inert(line) for line in text.split("\n")]
    kept = [
        line + ("\\" if line and following else "")
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
    ]
    return "\n".join(f"{before}{line}".rstrip(" ") for line in kept)


def link(label: str, to: str) -> str:
    """Return a link; the address stands in angle brackets, where only they and line ends count."""
    return f"[{inert(one_line(label))}](<{uri(to)}>)"


def _escaped_start(match: re.Match[str]) -> str:
    """Return a line's first mark, escaped; of a list's number, what follows it is escaped."""
    return f"\\{match[0]}" if not match[0].isdecimal() else f"{match[0]}\\"


def _below(item: Item) -> str:
    *said, _ = facts(item)
    return "\n".join([f"{inert(fact)}\\" for fact in said] + [link(item["label"], address(item))])


def _note(item: Item) -> str | None:
    note = content_note(item)
    return f"**{inert(note)}**" if note else None


def _quote(item: Item) -> Iterator[str | None]:
    yield _note(item)
    yield inert_lines(item["text"], "> ")
    yield f"— {inert(attribution(item))}"
    yield _below(item)


def _commentary(item: Item) -> Iterator[str | None]:
    yield f"# {inert(one_line(item['title']))}"
    yield _note(item)
    yield inert_lines(item["text"])
    yield f"— {inert(attribution(item))}"
    yield _below(item)


def _source(item: Item) -> Iterator[str | None]:
    yield f"# {inert(title_of(item))}"
    yield inert(publication(item))
    yield link("Read it", item["source_url"]) if item["source_url"] else None
    yield _below(item)


WRITERS = {"quote": _quote, "commentary": _commentary, "source": _source}
