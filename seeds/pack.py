"""Read a pack: its files, their entries, and the line number of each entry and field."""

from __future__ import annotations

import datetime as dt
import math
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from api.entries.entry import Entry
from api.entries.validation import display_key
from api.entries.violations import Level
from api.schemas.pack_entry_schemas import MAX_POSITION
from models import RESOURCES, Commentary, Film, Quote, Scene, Source
from models.film import OfFilm
from seeds.diagnostics import Diagnostic
from seeds.pack_file import POSITION
from seeds.positions import last_position_before
from seeds.recorded_revisions import FILE_NAME as REVISIONS
from seeds.recorded_revisions import RecordedRevision, entry_digest, read_revisions
from seeds.release_dates import RELEASED_AT, TIMESTAMP_EXAMPLE, InvalidReleaseDate, parse_release_date
from seeds.strict_yaml import Mapping, Sequence, Unreadable, read_mapping
from seeds.unread_files import is_film_folder, no_pack, unread_in_film, unread_in_root
from seeds.withdrawals import FILE_NAME as WITHDRAWN
from seeds.withdrawals import Withdrawal, read_withdrawals

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
#: What packs in other folders may use of this one: its vocabularies, but not the sources of its films.
SHARED_TYPES = tuple(type_name for type_name in VOCABULARIES.values() if type_name != Source.type_name)
TYPES = (*VOCABULARIES.values(), *FILM_FILES.values())
#: The largest integer in a JSON body; parsers disagree about larger ones.
MAX_INTEGER = 2**64 - 1
#: The types whose entries have a position.
POSITIONED = frozenset(model.type_name for model in RESOURCES if hasattr(model, POSITION))
#: The largest position of a scene that is added to a film of another pack.
MAX_SCENE_POSITION = 100_000


@dataclass(frozen=True)
class PackEntry(Entry):
    """One entry of a pack: its type, id and raw body, and its file and line.

    ``position`` is its place among the entries of its file, from 1; see ``seeds.positions`` for those of a
    film of another pack. ``lines`` is the YAML node, which knows the line number of each field.
    """

    file: Path
    line: int
    released_at: dt.datetime | None
    lines: Any = field(repr=False, compare=False)

    @cached_property
    def digest(self) -> str:
        """A digest of the entry as it is written, and of its position."""
        return entry_digest(self.body, self.position)

    @property
    def mention(self) -> str:
        """See :attr:`Entry.mention`."""
        return f"“{self.slug}” at {self.file}:{self.line}"

    def diagnostic(self, rule: str, message: str, *path: Any, **options: Any) -> Diagnostic:
        """Return a diagnostic for this entry, with the line number of ``path`` in its body if known."""
        return Diagnostic(
            self.file, _line_of(self.lines, path) or self.line, self.slug, rule, message, **options
        )


@dataclass
class Pack:
    """The entries of one or more root folders, in the order of their files."""

    roots: list[Path]
    entries: list[PackEntry] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    #: Types with an unreadable file. References to these types are not checked.
    unread_types: set[str] = field(default_factory=set)
    #: Type and id of each entry that is no mapping. References to it are no second error.
    malformed_ids: set[tuple[str, str]] = field(default_factory=set)
    withdrawals: list[Withdrawal] = field(default_factory=list)
    #: The recorded revisions by type and id, and the root folders that have a file of them.
    revisions: dict[tuple[str, str], RecordedRevision] = field(default_factory=dict)
    roots_with_revisions: list[Path] = field(default_factory=list)

    def of_type(self, type_name: str) -> list[PackEntry]:
        """Return the entries of one type."""
        return [entry for entry in self.entries if entry.type_name == type_name]

    def records_revision_of(self, entry: PackEntry) -> bool:
        """Whether the root folder of an entry has a file of revisions."""
        return self.roots[self.place_of(entry)] in self.roots_with_revisions

    def place_of(self, entry: PackEntry) -> int:
        """Return the index of the root folder of an entry. Packs may build on those that are named before."""
        return self._places[entry.file]

    @cached_property
    def _places(self) -> dict[Path, int]:
        """The index of the root folder of each file."""
        roots = [_display_path(root) for root in self.roots]
        return {
            file: next(place for place, root in enumerate(roots) if file.is_relative_to(root))
            for file in {entry.file for entry in self.entries}
        }


def read_pack(*roots: Path, types: Collection[str] = TYPES) -> Pack:
    """Read the files with entries of ``types`` from root folders.

    An unreadable file becomes a diagnostic, not an exception.
    """
    pack = Pack(list(roots))
    for root in roots:
        reader = _Reader(pack)
        files = list(_files(root))
        for path, type_name, film in files:
            if type_name in types:
                reader.read(path, type_name, film)
        if (root / REVISIONS).is_file():
            reader.read_revisions(root / REVISIONS)
            pack.roots_with_revisions.append(root)
        for folder in (root, *_film_folders(root)):
            if (folder / WITHDRAWN).is_file():
                reader.read_withdrawals(folder / WITHDRAWN)
        if not files:
            pack.diagnostics.append(
                Diagnostic(_display_path(root), 1, "-", "pack", no_pack(root, FILM_FILES))
            )
        pack.diagnostics += _unread_files(pack, root)
    if missing := list(_missing_film_files(pack)):
        pack.diagnostics += missing
        pack.unread_types.add("film")
    return pack


def _film_folders(root: Path) -> list[Path]:
    return sorted(filter(is_film_folder, (root / "films").glob("*")))


def _files(root: Path) -> Iterator[tuple[Path, str, str | None]]:
    """Yield the path, the type of the entries and the film's id of each file."""
    for name, type_name in VOCABULARIES.items():
        if (root / name).is_file():
            yield root / name, type_name, None
    for folder in _film_folders(root):
        for name, type_name in FILM_FILES.items():
            if (folder / name).is_file():
                yield folder / name, type_name, folder.name


def _unread_files(pack: Pack, root: Path) -> Iterator[Diagnostic]:
    """Report what is not read, and note the types whose entries may be there."""
    root_files = (*VOCABULARIES, WITHDRAWN, REVISIONS)
    unread = list(unread_in_root(root, root_files, (*FILM_FILES, WITHDRAWN)))
    for folder in _film_folders(root):
        unread += unread_in_film(folder, (*FILM_FILES, WITHDRAWN))
    source_texts = {f"{source.slug}.txt" for source in pack.of_type("source")}
    types = VOCABULARIES | FILM_FILES
    for file in unread:
        if file.path.name in source_texts and file.path.parent == root:
            continue
        meant = (name for name in file.meant if name in types)
        missing = [name for name in meant if not (file.path.parent / name).is_file()]
        pack.unread_types.update(types[name] for name in missing)
        level = Level.WARNING if file.is_backup else Level.ERROR
        yield Diagnostic(_display_path(file.path), 1, "-", "pack", file.message, level)


def _missing_film_files(pack: Pack) -> Iterator[Diagnostic]:
    """Warn about folders of films that no pack has; these films may be in the database already."""
    films = {film.slug for film in pack.of_type("film")}
    for folder in (folder for root in pack.roots for folder in _film_folders(root)):
        names = [name for name in FILM_FILES if (folder / name).is_file()]
        if names and "film.yml" not in names and folder.name not in films:
            message = (
                "There is no film.yml here. The film must be in the database already. "
                "Check the pack after the one with the film: subtext check OTHER_PACK THIS_PACK."
            )
            yield Diagnostic(_display_path(folder), 1, "-", "pack", message, Level.WARNING)


class _Reader:
    """Reads the files of one root into a pack."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        #: The release date in the film.yml of each folder. That file is read first.
        self.film_release_dates: dict[Path, dt.datetime | None] = {}

    def read(self, path: Path, type_name: str, film: str | None) -> None:
        """Read the header and the entries of a file."""
        file, content, released_at = _display_path(path), Mapping(), None
        try:
            content = read_mapping(path)
            released_at = self._pop_release_date(file, content, path.parent)
        except Unreadable as error:
            self.pack.unread_types.add(type_name)
            self.pack.diagnostics.append(Diagnostic(file, error.line, "-", error.rule, str(error)))
        if type_name == "film":
            self.film_release_dates[path.parent] = released_at
            if film not in content:
                # The folder or the film is misnamed: one error, not one for each reference to the film.
                self.pack.unread_types.add(type_name)
        implied = {"film": film} if film and type_name != "film" else {}
        position = self._last_position_before(path, type_name, released_at)
        for slug, body in content.items():
            position += 1
            line = content.lines[slug]
            if not isinstance(slug, str) or not isinstance(body, Mapping):
                message = (
                    "An entry must be an id with a mapping of fields. "
                    "Quote an id that YAML would read as a number."
                )
                self.pack.diagnostics.append(Diagnostic(file, line, display_key(slug), "form", message))
                self.pack.malformed_ids.add((type_name, display_key(slug)))
                continue
            json_body = implied | _to_json_types(body)
            entry = PackEntry(type_name, str(slug), json_body, position, file, line, released_at, body)
            if type_name == Scene.type_name and path.parent not in self.film_release_dates:
                entry = self._pop_scene_position(entry)
            elif type_name in POSITIONED and POSITION in entry.body:
                entry = self._pop_position(entry)
                position = entry.position
            self.pack.entries.append(self._pop_entry_release_date(entry))

    def read_withdrawals(self, path: Path) -> None:
        """Read what a folder takes back."""
        for result in self._read_rows(path, read_withdrawals):
            if isinstance(result, Withdrawal):
                self.pack.withdrawals.append(result)
            else:
                self.pack.diagnostics.append(result)

    def read_revisions(self, path: Path) -> None:
        """Read the revisions that a root folder records."""
        for result in self._read_rows(path, read_revisions):
            if isinstance(result, Diagnostic):
                self.pack.diagnostics.append(result)
            else:
                key, recorded = result
                self.pack.revisions[key] = recorded

    def _read_rows(self, path: Path, read: Callable[[Mapping, Path], Iterable[Any]]) -> Iterable[Any]:
        """Return what ``read`` yields of a file that has no entries."""
        file = _display_path(path)
        try:
            return read(read_mapping(path), file)
        except Unreadable as error:
            return [Diagnostic(file, error.line, "-", error.rule, str(error))]

    def _last_position_before(self, path: Path, type_name: str, released_at: dt.datetime | None) -> int:
        """Return the position after which the entries of a file come: 0 in the pack that has the film."""
        is_added = type_name in (Quote.type_name, Commentary.type_name)
        if not is_added or released_at is None or path.parent in self.film_release_dates:
            return 0
        root = path.parent.parent.parent
        sources = [
            each.slug
            for each in self.pack.of_type(Source.type_name)
            if each.file.parent == _display_path(root)
        ]
        return last_position_before(released_at, sources[0] if sources else "")

    def _pop_scene_position(self, entry: PackEntry) -> PackEntry:
        """Return a scene that is added to a film of another pack, with the position that its body has."""
        position = entry.body.pop(POSITION, None)
        if _is_integer(position, 1, MAX_SCENE_POSITION):
            return replace(entry, position=position)
        message = (
            "A scene that is added to a film of another pack must have the position of the scene in the film "
            f"beside which it belongs: an integer between 1 and {MAX_SCENE_POSITION}."
        )
        self.pack.diagnostics.append(entry.diagnostic("position", message, POSITION))
        return entry

    def _pop_position(self, entry: PackEntry) -> PackEntry:
        """Return an entry with the position that its body has: not before the entry above."""
        position, before = entry.body.pop(POSITION), max(entry.position - 1, 1)
        if _is_integer(position, before, MAX_POSITION):
            return replace(entry, position=position)
        message = (
            f"The position must be an integer between {before} and {MAX_POSITION}: entries are in the order "
            "of the film. Leave it out if the entry comes right after the one above."
        )
        self.pack.diagnostics.append(entry.diagnostic("position", message, POSITION))
        return entry

    def _pop_release_date(self, file: Path, content: Mapping, folder: Path) -> dt.datetime | None:
        """Remove the header from the content of a file; return the release date of its entries."""
        if RELEASED_AT in content:
            line = content.lines[RELEASED_AT]
            try:
                return parse_release_date(content.pop(RELEASED_AT))
            except InvalidReleaseDate as error:
                self.pack.diagnostics.append(Diagnostic(file, line, "-", "released-at", str(error)))
                return None
        if folder not in self.film_release_dates:
            message = f"The file has no release date. Add released_at at the top. {TIMESTAMP_EXAMPLE}"
            self.pack.diagnostics.append(Diagnostic(file, 1, "-", "released-at", message))
        return self.film_release_dates.get(folder)

    def _pop_entry_release_date(self, entry: PackEntry) -> PackEntry:
        """Return an entry with its own release date if its body has one."""
        if RELEASED_AT not in entry.body:
            return entry
        try:
            return replace(entry, released_at=parse_release_date(entry.body.pop(RELEASED_AT)))
        except InvalidReleaseDate as error:
            self.pack.diagnostics.append(entry.diagnostic("released-at", str(error), RELEASED_AT))
            return replace(entry, released_at=None)


def _is_integer(value: Any, minimum: int, maximum: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and minimum <= value <= maximum


def _display_path(path: Path) -> Path:
    """Return the path relative to the working directory if it is below it, else the absolute path."""
    # Do not resolve symbolic links: the id of a film must equal the folder's name in the pack.
    absolute, working_directory = Path(os.path.abspath(path)), Path.cwd()
    if absolute.is_relative_to(working_directory):
        return absolute.relative_to(working_directory)
    return absolute


def _to_json_types(value: Any) -> Any:
    """Convert the YAML library's types to the types of a parsed JSON body."""
    if isinstance(value, dict):
        return {
            str(key) if isinstance(key, str) else key: _to_json_types(part) for key, part in value.items()
        }
    if isinstance(value, list):
        return [_to_json_types(part) for part in value]
    # A date is written as JSON writes it, but a time would become another text than the one in the file.
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value.isoformat()
    for kind in (bool, str, float):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, int):
        return int(value) if abs(value) <= MAX_INTEGER else math.inf
    return value


def _line_of(node: Any, path: tuple[Any, ...]) -> int | None:
    """Return the line number of the deepest known node on ``path``; None if there is none."""
    line = None
    for step in path:
        try:
            if isinstance(node, Mapping | Sequence):
                line = node.lines[step]
            node = node[step]
        except (KeyError, IndexError, TypeError):
            break
    return line
