"""The packs of the tests: editable copies of them, and loading them without what they refer to."""

import re
from pathlib import Path

from api.entries.whole_resources import load_whole
from models import Alias
from models.revision import change_set
from seeds.check import check_pack
from seeds.load import load
from seeds.pack import read_pack
from seeds.rules import RULES
from tests.databases import ROOT

PACKS = ROOT / "tests" / "packs"
SECOND = PACKS / "second"
ESSAYS = PACKS / "essays"
#: A second essay on the film of the first pack, which it compares with the film of the second pack.
SECOND_ESSAY = PACKS / "her-second-essay"
FILM = "casablanca-1942"
ESSAY = "casablanca-a-man-who-stays"
#: Who changes entries of databases.
EDITOR = "A test editor"
#: A commentary entry that no other refers to.
CLAIM = f"{FILM}-a-hero-who-stands-still"
#: What the essay argues as a whole.
THESIS = f"{FILM}-renunciation-is-not-for-sale"
#: Why ``withdraw`` withdraws an entry.
REASON = "It says nothing that another entry does not say."


class PackCopy:
    """A pack in a temporary folder."""

    def __init__(
        self,
        root: Path,
        vocabularies: set[tuple[str, str]] = frozenset(),
        *,
        film: str = FILM,
        before: tuple[Path, ...] = (),
    ) -> None:
        self.root, self.vocabularies = root, vocabularies
        self.film, self.before = film, before

    def file(self, name: str) -> Path:
        """Return the path of a file of the pack."""
        shared = name in ("themes.yml", "sources.yml", "advisories.yml")
        return self.root / name if shared else self.root / "films" / self.film / name

    def replace(self, name: str, old: str, new: str, *, after: str = "") -> int:
        """Replace the first ``old`` after ``after`` by ``new``; return the line of the change."""
        text = self.file(name).read_text("utf-8")
        start = text.index(old, text.index(after))
        self.file(name).write_text(text[:start] + new + text[start + len(old) :], "utf-8", newline="")
        return text.count("\n", 0, start) + 1

    def append(self, name: str, text: str) -> int:
        """Append to a file; return the line of the first appended text."""
        before = self.file(name).read_text("utf-8") if self.file(name).exists() else ""
        self.file(name).write_text(before + text, "utf-8")
        return before.count("\n") + 1

    def line(self, name: str, text: str, *, after: str = "") -> int:
        """Return the line of the first ``text`` that follows ``after``."""
        return self.replace(name, text, text, after=after)

    def diagnostics(self, essays: Path | None = None):
        """Return the diagnostics of ``subtext check`` for the pack, and for those that it builds on."""
        return check_pack(
            read_pack(*self.before, self.root),
            RULES,
            essays=essays,
            exists_elsewhere=lambda *reference: reference in self.vocabularies,
        )[1]

    def messages(self, rule: str = "", *, essays: Path | None = None) -> list[str]:
        """Return the printed diagnostics, of one rule if given, with file names instead of paths."""
        diagnostics = [diagnostic for diagnostic in self.diagnostics(essays) if rule in ("", diagnostic.rule)]
        return [str(diagnostic).replace(f"{diagnostic.file.parent}/", "") for diagnostic in diagnostics]


def load_packs(database, *roots: Path):
    """Load packs whose references may be in the database already; return the loader's report."""
    with database.write_session() as session:
        check_result, diagnostics = check_pack(read_pack(*roots), RULES, exists_elsewhere=lambda *_: True)
        assert not [diagnostic for diagnostic in diagnostics if diagnostic.level == "error"]
        return load(session, check_result)


def remove(second, name, slug):
    """Remove an entry from a file of the pack; return its text."""
    text = second.file(name).read_text("utf-8")
    entry = re.search(rf"(?ms)^{slug}:\n.*?(?=^\S|\Z)", text)[0]
    second.file(name).write_text(text.replace(entry, ""), "utf-8")
    return entry


def withdraw(second, slug, type_name="commentary", moved_to=None):
    """Withdraw an id, and return the path of the file of withdrawals."""
    path = second.root / "films" / FILM / "withdrawn.yml"
    text = path.read_text("utf-8") if path.exists() else "withdrawn:\n"
    moved = f"\n    moved_to: {moved_to}" if moved_to else ""
    path.write_text(f"{text}  - id: {slug}\n    type: {type_name}\n    reason: {REASON}{moved}\n", "utf-8")
    return path


#: A second source about the film of the second pack, its thesis, and a claim that extends it.
REPLY = "casablanca-a-man-who-leaves"
REPLY_THESIS, REPLY_CLAIM = f"{FILM}-leaving-is-easier-than-it-looks", f"{FILM}-the-letters-save-others"
_REPLY = f"""
{REPLY}:
  kind: review
  title: "Casablanca: A Man Who Leaves"
  publication: Subtext test reviews
  language: en
  rights: Made for this repository, and free to use with its tests.
  films: [{FILM}]
  sha256: {"a" * 64}
  paragraphs:
    - {{kind: body, word_count: 9, sha256: {"b" * 64}}}
    - {{kind: body, word_count: 9, sha256: {"c" * 64}}}
"""
_REPLY_ENTRY = """
{slug}:
  title: {title}
  text: {text}
  language: en
  kind: {kind}
  scope: film
  weight: core
  scenes: []
  characters: [{film}-rick]
  themes: [sacrifice]
  citations:
    - {{source: {source}, paragraphs: [{paragraph}]}}
  relations:
    - {{relation: {relation}}}
"""


def add_reply(second: PackCopy) -> None:
    """Add a second source about the film, whose thesis disputes that of the first."""
    second.append("sources.yml", _REPLY)
    entries = (
        (
            REPLY_THESIS,
            "Leaving is easier",
            "Rick gives up nothing.",
            "thesis",
            1,
            f"disputes, commentary: {THESIS}",
        ),
        (
            REPLY_CLAIM,
            "Letters",
            "The letters of transit save two people.",
            "interpretation",
            2,
            f"extends, commentary: {REPLY_THESIS}",
        ),
    )
    for slug, title, text, kind, paragraph, relation in entries:
        entry = {"slug": slug, "title": title, "text": text, "kind": kind, "paragraph": paragraph}
        second.append(
            "commentary.yml", _REPLY_ENTRY.format(**entry, relation=relation, film=FILM, source=REPLY)
        )


def rename(database, type_name, slug, new):
    """Give an entry of a database another id, as an editor does."""
    with database.write_session() as session, change_set(session, EDITOR):
        resource = load_whole(session, type_name, slug)
        session.add(Alias(type_name=type_name, slug=slug, resource_id=resource.id))
        resource.slug = new
