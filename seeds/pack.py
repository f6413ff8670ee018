"""Reading a pack: the files, their entries, and the line on which each thing stands."""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from models import RESOURCES, Film
from models.film import OfFilm
from seeds.diagnostics import Diagnostic, Level, named
from seeds.strict_yaml import Unreadable, read_mapping

#: The files of a film's folder and of the folder above, each with the type of its entries: a file is named
#: after its collection, and ``film.yml`` holds the one film.
FILM_FILES = {"film.yml": Film.type_name} | {
    f"{model.__tablename__}.yml": model.type_name for model in RESOURCES if issubclass(model, OfFilm)
}
VOCABULARIES = {
    f"{model.__tablename__}.yml": model.type_name
    for model in RESOURCES
    if not issubclass(model, OfFilm) and model is not Film
}
TYPES = (*VOCABULARIES.values(), *FILM_FILES.values())
#: The header of a file: when what is in it was released. An entry may carry its own.
RELEASED_AT = "released_at"
NO_TIME = "A time looks like 2026-11-23T00:00:00Z."
#: The largest whole number that a JSON body can say; beyond it, readers disagree.
MAX_INTEGER = 2**64 - 1


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

    def fault(self, rule: str, message: str, *path: Any, **options: Any) -> Diagnostic:
        """Return a fault of this entry, at the line of ``path`` inside it as near as it is known."""
        return Diagnostic(
            self.file, _line_of(self.lines, path) or self.line, self.slug, rule, message, **options
        )


@dataclass
class Pack:
    """The entries of one or more roots, in the order of their files."""

    roots: list[Path]
    entries: list[Entry] = field(default_factory=list)
    faults: list[Diagnostic] = field(default_factory=list)
    #: Types of which a file could not be read: what refers to one of them is not to blame.
    unread: set[str] = field(default_factory=set)

    def of(self, type_name: str) -> list[Entry]:
        """Return the entries of one type."""
        return [entry for entry in self.entries if entry.type_name == type_name]


def read_pack(*roots: Path, types: Collection[str] = TYPES) -> Pack:
    """Read the files of these roots that hold any of ``types``.

    What cannot be read becomes a fault, not an exception.
    """
    pack = Pack(list(roots))
    for root in roots:
        reader = _Reader(pack)
        for path, type_name, film in (found := list(_files(root))):
            if type_name in types:
                reader.read(path, type_name, film)
        if not found:
            message = "There is no pack here: neither vocabularies nor films/<film>/film.yml."
            pack.faults.append(Diagnostic(_shown(root), 1, "-", "pack", message))
        pack.faults += _strays(root)
        if filmless := list(_filmless(root)):
            pack.faults += filmless
            pack.unread.add("film")
    return pack


def _film_folders(root: Path) -> list[Path]:
    return sorted(folder for folder in (root / "films").glob("*") if folder.is_dir())


def _files(root: Path) -> Iterator[tuple[Path, str, str | None]]:
    for name, type_name in VOCABULARIES.items():
        if (root / name).is_file():
            yield root / name, type_name, None
    for folder in _film_folders(root):
        for name, type_name in FILM_FILES.items():
            if (folder / name).is_file():
                yield folder / name, type_name, folder.name


def _strays(root: Path) -> Iterator[Diagnostic]:
    """A misspelt file would be lost without a word."""
    for folder in (root, *_film_folders(root)):
        known = VOCABULARIES if folder is root else FILM_FILES
        for path in sorted(folder.glob("*.y*ml")):
            if path.name not in known:
                message = f"Nothing reads this file; here stand {', '.join(known)}."
                yield Diagnostic(_shown(path), 1, "-", "pack", message, Level.WARNING)


def _filmless(root: Path) -> Iterator[Diagnostic]:
    """What a folder holds belongs to a film, which may be in the database already."""
    for folder in _film_folders(root):
        held = [name for name in FILM_FILES if (folder / name).is_file()]
        if held and "film.yml" not in held:
            message = "There is no film.yml; what stands here belongs to a film that is loaded already."
            yield Diagnostic(_shown(folder), 1, "-", "pack", message, Level.WARNING)


class _Reader:
    """Reads the files of one root into a pack."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        #: By film folder, what film.yml says; it is read first.
        self.film_times: dict[Path, dt.datetime | None] = {}

    def read(self, path: Path, type_name: str, film: str | None) -> None:
        """Read one file: its header, then its entries."""
        file, content, released_at = _shown(path), CommentedMap(), None
        try:
            content = read_mapping(path)
            released_at = self._header(file, content, path.parent)
        except Unreadable as error:
            self.pack.unread.add(type_name)
            self.pack.faults.append(Diagnostic(file, error.line, "-", error.rule, str(error)))
        if type_name == "film":
            self.film_times[path.parent] = released_at
        implied = {"film": film} if film and type_name != "film" else {}
        for position, (slug, body) in enumerate(content.items(), 1):
            line = content.lc.key(slug)[0] + 1
            if not isinstance(slug, str) or not isinstance(body, CommentedMap):
                message = "An entry is an id (quoted, if YAML would read it as a number) and its fields."
                self.pack.faults.append(Diagnostic(file, line, named(slug), "form", message))
                continue
            plain = implied | _plain(body)
            entry = Entry(type_name, str(slug), plain, position, file, line, released_at, body)
            self.pack.entries.append(self._with_own_time(entry))

    def _header(self, file: Path, content: CommentedMap, folder: Path) -> dt.datetime | None:
        """Take the header off a file's content, and return when the file was released."""
        if RELEASED_AT in content:
            line = content.lc.key(RELEASED_AT)[0] + 1
            own = _time(content.pop(RELEASED_AT))
            if own is None:
                self.pack.faults.append(Diagnostic(file, line, "-", "released-at", NO_TIME))
            return own
        if folder not in self.film_times:
            message = f"When was it released? The file begins with released_at. {NO_TIME}"
            self.pack.faults.append(Diagnostic(file, 1, "-", "released-at", message))
        return self.film_times.get(folder)

    def _with_own_time(self, entry: Entry) -> Entry:
        if RELEASED_AT not in entry.body:
            return entry
        own = _time(entry.body.pop(RELEASED_AT))
        if own is None:
            self.pack.faults.append(entry.fault("released-at", NO_TIME, RELEASED_AT))
        return replace(entry, released_at=own)


def _shown(path: Path) -> Path:
    """Return the path as a person would name it: from here, where it lies below here."""
    # Symbolic links are not followed: a film's folder has the name that the pack gives it.
    absolute, here = Path(os.path.abspath(path)), Path.cwd()
    return absolute.relative_to(here) if absolute.is_relative_to(here) else absolute


def _time(value: Any) -> dt.datetime | None:
    """Return an aware time, to the second; None for what is none. Without a zone it is UTC, as in YAML."""
    try:
        if isinstance(value, str):
            value = dt.datetime.fromisoformat(value)
        if not isinstance(value, dt.datetime):
            return None
        plain = dt.datetime(*value.timetuple()[:6], tzinfo=value.tzinfo or dt.UTC)
        return plain.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _plain(value: Any) -> Any:
    """Return YAML's own types as those that a JSON body would have."""
    if isinstance(value, dict):
        return {str(key) if isinstance(key, str) else key: _plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    for kind in (bool, str, float):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, int):
        return int(value) if abs(value) <= MAX_INTEGER else math.inf
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
