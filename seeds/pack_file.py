"""Edit a file of a pack as text: comments, order, quotation marks and line ends stay as they are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.entries.text_files import decode
from seeds.release_dates import RELEASED_AT, parse_release_date
from seeds.strict_yaml import Mapping, read_mapping
from seeds.yaml_writing import WIDTH, field_lines

#: The field with the place of an entry in its film.
POSITION = "position"
#: A comment behind a value on the same line.
_COMMENT = re.compile(r"\s+#(\s.*)?$")


@dataclass
class Block:
    """The lines of an entry, with the comments right above it; the line of its key, and of its fields."""

    slug: str
    lines: list[str]
    key_line: int = 0
    field_lines: dict[str, int] = field(default_factory=dict)
    #: The position that the entry shall have; None if its type has none.
    position: int | None = None
    #: The position that it says; None if that follows from its place in the file.
    written_position: int | None = None

    def rename(self, slug: str) -> None:
        """Give the entry another id."""
        key = self.lines[self.key_line]
        self.lines[self.key_line] = re.sub(r"^[^:]*:", f"{slug}:", key, count=1)
        self.slug = slug

    def set(self, name: str, value: Any, order: Iterable[str]) -> None:
        """Write a field, in its place or after those that come before it in ``order``."""
        if name in self.field_lines:
            start, end = self._extent(name)
            written = self.lines[start:end]
            style = written[0].partition(":")[2].strip() or "".join(written[1:2]).strip()
            width = max(map(len, written[1:]), default=0) if style.startswith(">") and written[2:] else WIDTH
            lines = field_lines(name, value, style=style, width=width)
            self._replace(start, end, _with_comment(written, lines))
            return
        names = list(order)
        before = [each for each in names[: names.index(name)] if each in self.field_lines]
        start = self._extent(before[-1])[1] if before else self.key_line + 1
        self._replace(start, start, field_lines(name, value))
        self.field_lines[name] = start

    def remove(self, name: str) -> None:
        """Remove a field if the entry has it."""
        if name in self.field_lines:
            start, end = self._extent(name)
            del self.field_lines[name]
            self._replace(start, end, [])

    def number(self, implied: int | None, order: Iterable[str]) -> None:
        """Say the position of the entry if its place in the file does not imply it."""
        if self.position == implied:
            self.remove(POSITION)
        elif self.written_position != self.position:
            self.set(POSITION, self.position, order)

    def _extent(self, name: str) -> tuple[int, int]:
        """Return the first line of a field, and the one after its last, without blank lines and comments."""
        start = self.field_lines[name]
        end = min((line for line in self.field_lines.values() if line > start), default=len(self.lines))
        while end > start + 1 and re.fullmatch(r"\s*(#.*)?", self.lines[end - 1]):
            end -= 1
        return start, end

    def _replace(self, start: int, end: int, lines: list[str]) -> None:
        self.lines[start:end] = lines
        shift = len(lines) - (end - start)
        for name, line in self.field_lines.items():
            if line >= end and line != start:
                self.field_lines[name] = line + shift


def _with_comment(written: list[str], lines: list[str]) -> list[str]:
    """Return new lines with the comment behind the value that they replace, if both have one line."""
    comment = _COMMENT.search(written[0])
    is_one = len(written) == len(lines) == 1
    return [lines[0] + comment[0]] if is_one and comment and "#" not in lines[0] else lines


class PackFile:
    """A file with entries, which may not exist yet."""

    def __init__(self, path: Path) -> None:
        """Read the file; its content must be valid."""
        self.path = path
        content = path.read_bytes() if path.is_file() else b""
        text = decode(content)
        self.mark = content[:3] if content.startswith(b"\xef\xbb\xbf") else b""
        self.line_end = "\r\n" if "\r\n" in text else "\n"
        self.original = lines = text.replace("\r\n", "\n").split("\n")
        entries = read_mapping(path) if content else Mapping()
        #: The release date at the top, and the position of a first entry that says none.
        self.released_at = parse_release_date(entries[RELEASED_AT]) if RELEASED_AT in entries else None
        self.first_position: int | None = None
        slugs = [slug for slug in entries if slug != RELEASED_AT]
        starts = [self._first_line(entries.lines[slug] - 1) for slug in slugs]
        self.header = lines[: starts[0]] if starts else [line for line in lines if line]
        ends = [*starts[1:], len(lines)] if starts else []
        self.blocks: list[Block] = []
        for slug, start, end in zip(slugs, starts, ends, strict=True):
            key_line = entries.lines[slug] - 1 - start
            block = Block(str(slug), lines[start:end], key_line)
            names = entries[slug].lines if isinstance(entries[slug], Mapping) else {}
            block.written_position = entries[slug].get(POSITION) if names else None
            block.field_lines = {name: line - 1 - start for name, line in names.items()}
            self.blocks.append(block)

    def _first_line(self, line: int) -> int:
        """Return the line at which the comments right above a key begin."""
        while line > 0 and self.original[line - 1].startswith("#"):
            line -= 1
        return line

    def block(self, slug: str) -> Block:
        """Return the block of an entry that the file has."""
        return next(block for block in self.blocks if block.slug == slug)

    def add(self, slug: str, values: dict[str, Any]) -> Block:
        """Append an entry."""
        lines = [f"{slug}:"]
        block = Block(slug, lines)
        for name, value in values.items():
            block.field_lines[name] = len(lines)
            lines += field_lines(name, value)
        self.blocks.append(block)
        return block

    def remove(self, slug: str) -> None:
        """Remove an entry with the comments above it."""
        self.blocks = [block for block in self.blocks if block.slug != slug]

    def content(self) -> bytes:
        """Return the file as it is now."""
        parts = [self.header, *(block.lines for block in self.blocks)]
        lines: list[str] = []
        for part in parts:
            # Blocks are moved with the blank lines below them, of which the last one may have had none.
            if lines and lines[-1] and part and part is not parts[1]:
                lines.append("")
            lines += part
        while lines and not lines[-1]:
            lines.pop()
        return self.mark + "".join(line + self.line_end for line in lines).encode()
