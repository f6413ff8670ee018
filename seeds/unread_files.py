"""Find what lies in a pack and is not read, for example because its name is misspelt."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

from api.schemas.fields import SLUG

#: Documents about a pack, with any extension or none.
_DOCUMENTS = re.compile(
    r"(README|LICEN[CS]E|CONTENT-LICEN[CS]E|COPYING|NOTICE|AUTHORS|CHANGELOG|CONTRIBUTING|SECURITY"
    r"|CODE_OF_CONDUCT)(\W.*)?",
    re.IGNORECASE,
)
#: What operating systems leave in folders. They hide other such files with a dot.
_SYSTEM_FILES = {"thumbs.db", "desktop.ini"}
#: Copies that editors, patch and Git make.
_BACKUP = re.compile(r".*(~|\.bak|\.orig|\.rej|\.swp|\.tmp|\.old)|#.*#", re.IGNORECASE)
#: In the folder above, other files may be anything, such as the code of a repository.
_CONTENT_EXTENSIONS = {
    ".yml",
    ".yaml",
    ".json",
    ".jsonl",
    ".csv",
    ".tsv",
    ".xml",
    ".md",
    ".txt",
    ".docx",
    ".odt",
}


class UnreadFile(NamedTuple):
    """A file or folder that is not read; ``meant`` are the names of files that were probably meant."""

    path: Path
    message: str
    meant: Collection[str] = ()
    is_backup: bool = False


def no_pack(root: Path, film_names: Collection[str]) -> str:
    """Return the message that a folder has no pack, with the folder that was probably meant."""
    message = "There is no pack here: no vocabularies and no films/<film>/film.yml."
    if any((root / name).is_file() for name in film_names):
        return f"{message} This is the folder of a film. Name the folder above “films”."
    if next(root.glob("*/film.yml"), None):
        return f"{message} This is the folder of all films. Name the folder above."
    return message


def is_film_folder(path: Path) -> bool:
    """Whether a path is a folder whose name can be the id of a film."""
    return path.is_dir() and bool(SLUG.fullmatch(path.name))


def unread_in_film(folder: Path, names: Collection[str]) -> Iterator[UnreadFile]:
    """Yield what is not read in the folder of a film, which has files called ``names`` and nothing else."""
    for path in _others(folder, names):
        yield _unread(path, names)


def unread_in_root(root: Path, names: Collection[str], film_names: Collection[str]) -> Iterator[UnreadFile]:
    """Yield what is not read in the folder of a pack and in its folder ``films``.

    Code may lie beside the pack, and texts that have the id of a source for a name, which the caller knows.
    """
    for path in _others(root, names):
        if path.name in film_names and path.is_file():
            message = f"This file is not read here. It belongs in films/<film>/{path.name}."
            yield UnreadFile(path, message, [path.name])
        elif path.name == "films":
            if not path.is_dir():
                yield UnreadFile(path, "“films” must be a folder. It has one folder for each film.")
        elif path.is_dir() and path.name not in names:
            if _has_film(path, film_names):
                yield UnreadFile(path, "This folder is not read. Films belong in “films”.", film_names)
        elif _is_content(path) or path.name in names:
            yield _unread(path, names)
    for path in _others(root / "films", ()):
        if not path.is_dir():
            yield UnreadFile(path, "This file is not read. “films” has one folder for each film.")
        elif not is_film_folder(path):
            message = "This folder is not read. Its name must be the film's id, as [a-z0-9]+(-[a-z0-9]+)*."
            yield UnreadFile(path, message, film_names)


def _others(folder: Path, names: Collection[str]) -> list[Path]:
    """Return what is in a folder besides files called ``names``, documents and hidden files."""
    if not folder.is_dir():
        return []
    return [
        path
        for path in sorted(folder.iterdir())
        if not path.name.startswith((".", "__"))
        and not (path.name in names and path.is_file())
        and not _DOCUMENTS.fullmatch(path.name)
        and path.name.lower() not in _SYSTEM_FILES
    ]


def _is_content(path: Path) -> bool:
    return (
        path.suffix.lower() in _CONTENT_EXTENSIONS or bool(_BACKUP.fullmatch(path.name)) or path.is_symlink()
    )


def _has_film(folder: Path, film_names: Collection[str]) -> bool:
    return any((inner / name).exists() for inner in (folder, *folder.glob("*/")) for name in film_names)


def _unread(path: Path, names: Collection[str]) -> UnreadFile:
    allowed = f"Allowed here: {', '.join(names)}."
    if path.name in names:
        problem = "This is not a file" if path.exists() else "This link leads nowhere"
        return UnreadFile(path, f"{problem}, so it is not read. {allowed}", [path.name])
    if _BACKUP.fullmatch(path.name):
        return UnreadFile(path, "This looks like a backup and is not read. Delete it.", is_backup=True)
    matches = get_close_matches(path.name.lower(), names, n=1)
    hint = f" Did you mean “{matches[0]}”?" if matches else ""
    kind = "folder" if path.is_dir() else "file"
    return UnreadFile(path, f"This {kind} is not read.{hint} {allowed}", matches)
