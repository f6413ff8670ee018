"""Reading a pack: the files, their entries, and the line on which each thing stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from seeds.faults import Fault

VOCABULARIES = {"advisories.yml": "advisory", "themes.yml": "theme", "sources.yml": "source"}
FILM_FILES = {
    "film.yml": "film",
    "characters.yml": "character",
    "scenes.yml": "scene",
    "quotes.yml": "quote",
    "commentary.yml": "commentary",
}
#: The header of a file: when what is in it was released. An entry may carry its own.
RELEASED_AT = "released_at"
#: The largest file that is read, in bytes.
MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class Entry:
    """One thing of a pack: its type, its id, its body as it was written, and where."""

    type_name: str
    slug: str
    body: dict[str, Any]
    position: int
    file: Path
    line: int
    released_at: dt.datetime | None
    lines: Any = field(repr=False, compare=False)

    def fault(self, rule: str, message: str, *path: Any, **options: Any) -> Fault:
        """Return a fault of this entry, at the line of ``path`` inside it as near as it is known."""
        return Fault(self.file, _line_of(self.lines, path) or self.line, self.slug, rule, message, **options)


@dataclass
class Pack:
    """The entries of one or more roots, in the order of their files."""

    roots: list[Path]
    entries: list[Entry] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def of(self, type_name: str) -> list[Entry]:
        """Return the entries of one type."""
        return [entry for entry in self.entries if entry.type_name == type_name]


def read_pack(*roots: Path) -> Pack:
    """Read every file of these roots; what cannot be read becomes a fault, not an exception."""
    pack = Pack(list(roots))
    for root in roots:
        found = list(_files(root))
        released: dict[Path, dt.datetime | None] = {}
        if not found:
            message = "There is no pack here: neither vocabularies nor films/<film>/film.yml."
            pack.faults.append(Fault(root, 1, "-", "pack", message))
        for path, type_name, film in found:
            _read_file(pack, path, type_name, film, released)
    return pack


def _files(root: Path) -> Iterator[tuple[Path, str, str | None]]:
    for name, type_name in VOCABULARIES.items():
        if (root / name).is_file():
            yield root / name, type_name, None
    for folder in sorted((root / "films").glob("*/")):
        for name, type_name in FILM_FILES.items():
            if (folder / name).is_file():
                yield folder / name, type_name, folder.name


def _read_file(
    pack: Pack, path: Path, type_name: str, film: str | None, released: dict[Path, dt.datetime | None]
) -> None:
    shown = _shown(path)
    try:
        content = _load(path)
    except DuplicateKeyError as error:
        pack.faults.append(Fault(shown, _mark(error), "-", "duplicate", "This key stands twice in the file."))
        return
    except (YAMLError, UnicodeDecodeError, ValueError) as error:
        message = f"It is not readable YAML: {str(error).splitlines()[0]}"
        pack.faults.append(Fault(shown, _mark(error), "-", "yaml", message))
        return
    # A film's files share the time in film.yml, which is read first; a vocabulary has its own.
    shared_by = path.parent if film else path
    header = content.pop(RELEASED_AT, None)
    if header is not None:
        released[shared_by] = _time(header)
    released_at = released.get(shared_by)
    if released_at is None:
        where = "film.yml" if film else "the file"
        message = f"When was it released? {where} begins with released_at, such as 2026-11-23T00:00:00Z."
        pack.faults.append(Fault(shown, 1, "-", "released-at", message))
    for position, (slug, body) in enumerate(content.items(), 1):
        line = content.lc.key(slug)[0] + 1
        if not isinstance(slug, str) or not isinstance(body, CommentedMap):
            message = "An entry is an id (quoted, if YAML would read it as a number) and its fields."
            pack.faults.append(Fault(shown, line, str(slug), "form", message))
            continue
        plain = _plain(body)
        own = plain.pop(RELEASED_AT, None)
        if film is not None and type_name != "film":
            plain.setdefault("film", film)
        pack.entries.append(
            Entry(type_name, slug, plain, position, shown, line, _time(own) or released_at, body)
        )


def _load(path: Path) -> CommentedMap:
    if path.stat().st_size > MOST_BYTES:
        raise ValueError(f"the file is larger than {MOST_BYTES} bytes")
    content = YAML().load(path.read_text("utf-8"))
    if content is None:
        return CommentedMap()
    if not isinstance(content, CommentedMap):
        raise ValueError("a file is a mapping from ids to entries")
    return content


def _shown(path: Path) -> Path:
    """Return the path as a person would name it: from here, where it lies below here."""
    resolved, here = path.resolve(), Path.cwd()
    return resolved.relative_to(here) if resolved.is_relative_to(here) else resolved


def _mark(error: Exception) -> int:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    return mark.line + 1 if mark else 1


def _time(value: Any) -> dt.datetime | None:
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, dt.datetime):
        return None
    # YAML reads "…Z" as a naive time in UTC.
    naive = value.tzinfo is None
    plain = dt.datetime(*value.timetuple()[:6], tzinfo=dt.UTC if naive else value.tzinfo)
    return plain.astimezone(dt.UTC)


def _plain(value: Any) -> Any:
    """Return YAML's own types as those that a JSON body would have."""
    if isinstance(value, dict):
        return {str(key) if isinstance(key, str) else key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, bool) or value is None:
        return value
    for kind in (str, int, float):
        if isinstance(value, kind):
            return kind(value)
    return value


def _line_of(node: Any, path: tuple[Any, ...]) -> int | None:
    line = None
    for step in path:
        try:
            if isinstance(node, CommentedMap):
                line = node.lc.key(step)[0] + 1
            elif isinstance(node, CommentedSeq):
                line = node.lc.item(step)[0] + 1
            node = node[step]
        except (KeyError, IndexError, TypeError, AttributeError):
            break
    return line
