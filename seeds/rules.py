"""The rules for packs: those for entries, and those about their files, ids, withdrawals and revisions."""

from __future__ import annotations

from collections.abc import Iterator

from api.entries.entry_schemas import entry_schema
from api.entries.resolve import references
from api.entries.rules import ENTRY_RULES, TYPES_OF_FILM, id_of_film_message
from api.entries.violations import Level
from seeds.check import CheckResult, PackRule, pack_entry
from seeds.diagnostics import Diagnostic
from seeds.pack import PackEntry


def id_unique(result: CheckResult) -> Iterator[Diagnostic]:
    """Check that an id is unique within its type."""
    first_uses: dict[tuple[str, str], PackEntry] = {}
    for entry in result.pack.entries:
        first = first_uses.setdefault(entry.key, entry)
        if first is not entry:
            message = f"This id is already used at {first.file}:{first.line}."
            yield entry.diagnostic("id-unique", message)


def id_of_film(result: CheckResult) -> Iterator[Diagnostic]:
    """Check that ids of a film's entries begin with the film's id, which is the name of its folder."""
    misnamed = {film.file.parent for film in result.pack.of_type("film") if not _has_name_of_folder(film)}
    folders = {file: file.absolute().parent.name for file in {entry.file for entry in result.pack.entries}}
    for entry in result.pack.entries:
        folder = folders[entry.file]
        if entry.type_name == "film" and entry.slug != folder:
            message = f"The folder is called “{folder}”. Its name must be the film's id."
            yield entry.diagnostic("id-of-film", message)
        if entry.type_name in TYPES_OF_FILM and entry.file.parent not in misnamed:
            if entry.body["film"] != folder:
                message = f"This entry is in the folder of the film “{folder}”."
                yield entry.diagnostic("id-of-film", message, "film")
            if not entry.slug.startswith(f"{folder}-"):
                yield entry.diagnostic("id-of-film", id_of_film_message(folder))


def _has_name_of_folder(film: PackEntry) -> bool:
    return film.slug == film.file.absolute().parent.name


def withdrawn(result: CheckResult) -> Iterator[Diagnostic]:
    """Check that a withdrawn id is neither used nor referred to, and that what replaces it exists."""
    withdrawals = {each.key: each for each in result.pack.withdrawals}
    seen: set[tuple[str, str]] = set()
    for each in result.pack.withdrawals:
        if each.key in seen:
            yield each.diagnostic("This id is withdrawn more than once.")
        seen.add(each.key)
        if each.type_name in TYPES_OF_FILM and not each.slug.startswith(
            f"{each.file.absolute().parent.name}-"
        ):
            yield each.diagnostic("The id of another film is withdrawn in the folder of that film.")
        if each.moved_to and (each.type_name, each.moved_to) in withdrawals:
            yield each.diagnostic(f"“{each.moved_to}” is withdrawn itself. Name what replaces both.")
        elif each.moved_to and not result.exists(each.type_name, each.moved_to):
            yield each.diagnostic(f"There is no {each.type_name} “{each.moved_to}” that it has moved to.")
    for entry in result.pack.entries:
        if entry.key in withdrawals:
            yield entry.diagnostic("withdrawn", "This id is withdrawn, and an id is never used again.")
    for valid in result.valid_entries if withdrawals else ():
        for path, type_name, slug in references(entry_schema(valid.entry.type_name), valid.body):
            if (type_name, slug) in withdrawals:
                message = f"The {type_name} “{slug}” is withdrawn."
                yield pack_entry(valid).diagnostic("withdrawn", message, *path)


def revision(result: CheckResult) -> Iterator[Diagnostic]:
    """Warn about entries that have changed or appeared since their revisions were recorded, or vanished."""
    pack = result.pack
    for entry in pack.entries if pack.roots_with_revisions else ():
        recorded = pack.revisions.get(entry.key)
        if not pack.records_revision_of(entry) or (recorded and recorded.digest == entry.digest):
            continue
        message = (
            f"The entry has changed since revision {recorded.number} was recorded."
            if recorded
            else "The revision of the entry is not recorded."
        )
        yield entry.diagnostic("revision", f"{message} Run `subtext revisions`.", level=Level.WARNING)
    known = result.ids | {each.key for each in pack.withdrawals}
    for key, recorded in pack.revisions.items() if result.is_complete else ():
        if key not in known:
            message = "The entry has vanished, but databases keep it. List it in withdrawn.yml."
            yield Diagnostic(recorded.file, recorded.line, key[1], "revision", message, Level.WARNING)


#: All rules for packs.
RULES: tuple[PackRule, ...] = (*ENTRY_RULES, id_unique, id_of_film, withdrawn, revision)
