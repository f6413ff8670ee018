"""What editors change is written into the files of a pack, and loading these changes nothing."""

import re
import shutil

import pytest
from sqlalchemy import select

from api.entries.changes import EntryChange, check_entries
from api.entries.records import record_to_body
from api.entries.whole_resources import load_whole
from models import RESOURCES
from models.purge import REMOVED, purge
from models.revision import change_set
from seeds.check import check_pack
from seeds.load import load
from seeds.pack import read_pack
from seeds.pull import pull
from seeds.rules import RULES
from subtext_cli import commands
from tests.databases import SEEDS
from tests.seeds.packs import CLAIM, EDITOR, ESSAY, ESSAYS, FILM, load_packs, rename
from tests.seeds.test_editors_changes import delete, edit, record_of, reload

PARIS = f"{FILM}-paris"


def create(database, type_name, slug, like, /, **values):
    """Create an entry that is like another one."""
    with database.write_session() as session, change_set(session, EDITOR):
        body, _ = record_to_body(type_name, load_whole(session, type_name, like).to_record())
        body.pop("position", None)
        checked = check_entries(session, [EntryChange(type_name, slug, body | values)])
        assert not [violation.message for violation in checked.violations]
        checked.write()


def pulled(database, root, **options):
    """Write what editors changed, and return what was done."""
    with database.read_session() as session:
        result = pull(session, root, **options)
    result.write()
    return result


def lines_of(root):
    return {
        path.relative_to(root): path.read_text("utf-8").splitlines() for path in sorted(root.rglob("*.yml"))
    }


def differing_lines(before, after):
    """Return the lines that went and those that came, but those of revisions."""
    gone, new = [], []
    for path in after:
        if path.name != "revisions.yml":
            gone += [line for line in before.get(path, []) if line not in after[path] and line]
            new += [line for line in after[path] if line not in before.get(path, []) and line]
    return gone, new


def content(database):
    """Return all records, with what depends on a pack's dates and numbers, and what missing ids say."""
    with database.read_session() as session:
        return {
            (model.type_name, row.slug): (row.to_record(), row.revision, row.created_at, row.updated_at)
            for model in RESOURCES
            for row in session.scalars(select(model).where(model.deleted_at.is_(None)))
        }


@pytest.fixture
def loaded(packed, second, record):
    """A database with the second pack, whose revisions are recorded."""
    record()
    load_packs(packed, second.root)
    return packed


class TestNothing:
    def test_changes_if_no_editor_did(self, packed, tmp_path):
        root = tmp_path / "seeds"
        shutil.copytree(SEEDS, root, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        assert pulled(packed, root).files == {}


class TestChanges:
    def change_everything(self, database):
        edit(database, "film", FILM, synopsis="An American owns a café in Casablanca; an old love walks in.")
        edit(
            database, "commentary", CLAIM, title="Laszlo: “unmoved”", weight="core", editor_note="Seen twice."
        )
        edit(database, "quote", f"{FILM}-heres-looking-at-you", position=5, label="A toast: kid")
        edit(
            database,
            "scene",
            f"{FILM}-the-airfield",
            themes=["letting-go", "sacrifice"],
            starts_at="01:30:00",
        )
        create(
            database, "theme", "honour", "sacrifice", name="Honour", label="Honour", definition="A good name."
        )
        create(
            database,
            "quote",
            f"{FILM}-a-price-list",
            f"{FILM}-only-good-manners",
            text="The line is a price list.",
            label="#1: a price list",
            themes=["honour"],
            citations=[{"source": "casablanca-a-man-who-stays", "paragraphs": [5]}],
        )
        create(database, "character", f"{FILM}-ugarte", f"{FILM}-sam", name="Ugarte", label="Ugarte")
        delete(database, "commentary", f"{FILM}-memory-edits")
        rename(database, "scene", PARIS, f"{PARIS}-in-june")

    def test_are_written_with_little_difference_and_loading_them_changes_nothing(
        self, loaded, second, restore_empty
    ):
        before = lines_of(second.root)
        self.change_everything(loaded)
        result = pulled(loaded, second.root)
        assert result.conflicts == []
        gone, new = differing_lines(before, lines_of(second.root))
        assert len(gone) < 40, gone
        assert "  title: 'Laszlo: “unmoved”'" in new or '  title: "Laszlo: “unmoved”"' in new
        assert "  starts_at: 01:30:00" in new or '  starts_at: "01:30:00"' in new
        # The pack is valid, and the database has it.
        assert not [each for each in second.diagnostics(ESSAYS) if each.level == "error"]
        report, generations = reload(loaded, second.root)
        assert (generations, report.kept) == (0, [])
        assert not any(counts["updated"] or counts["created"] for counts in report.values())
        assert pulled(loaded, second.root).files == {}
        # A database that is new has the same content.
        expected = content(loaded)
        fresh = restore_empty()
        with fresh.write_session() as session:
            load(session, check_pack(read_pack(SEEDS), RULES)[0])
        with fresh.write_session() as session:
            load(session, check_pack(read_pack(second.root), RULES, exists_elsewhere=lambda *_: True)[0])
        assert content(fresh) == expected

    def test_of_the_pack_and_of_an_editor_are_a_conflict(self, loaded, second):
        edit(loaded, "commentary", CLAIM, title="By an editor")
        second.replace("commentary.yml", "weight: minor", "weight: core", after=CLAIM)
        before = lines_of(second.root)
        result = pulled(loaded, second.root)
        assert [re.sub(" on .*", "", each) for each in result.conflicts] == [
            f"commentary {CLAIM}: changed by {EDITOR}"
        ]
        assert lines_of(second.root) == before
        assert pulled(loaded, second.root, take=[CLAIM]).conflicts == []
        assert (
            "  title: By an editor"
            in lines_of(second.root)[second.file("commentary.yml").relative_to(second.root)]
        )

    def test_name_what_was_renamed_in_another_pack(self, loaded, second):
        rename(loaded, "theme", "letting-go", "parting")
        before = lines_of(second.root)
        assert pulled(loaded, second.root).conflicts == []
        gone, new = differing_lines(before, lines_of(second.root))
        assert "letting-go" in " ".join(gone)
        assert [line.replace("letting-go", "parting") for line in gone] == new
        assert reload(loaded, second.root)[1] == 0

    def test_take_out_what_was_purged(self, loaded, second):
        with loaded.write_session() as session:
            purge(session, load_whole(session, "commentary", CLAIM))
        report, generations = reload(loaded, second.root, take=["all"])
        assert ([each.change for each in report.kept], generations) == (["purged"], 0)
        assert record_of(loaded, "commentary", CLAIM)["text"] == REMOVED
        assert pulled(loaded, second.root).changes == [f"commentary {CLAIM}: deleted"]
        assert not [each for each in second.diagnostics(ESSAYS) if each.level == "error"]
        assert reload(loaded, second.root)[1] == 0

    def test_of_another_film_are_left_out_on_request(self, loaded, second):
        edit(loaded, "commentary", CLAIM, title="By an editor")
        assert pulled(loaded, second.root, film="her-2013").files == {}
        assert len(pulled(loaded, second.root, film=FILM).files) == 2


class TestWhatIsGone:
    """What editors deleted, and what the operator purged."""

    def purge(self, database, type_name, slug):
        with database.write_session() as session:
            purge(session, load_whole(session, type_name, slug))

    def create_each(self, database):
        """Create an item of each type; return their types and ids."""
        likes = {
            "theme": "sacrifice",
            "source": "casablanca-a-man-who-stays",
            "character": f"{FILM}-sam",
            "scene": PARIS,
            "quote": f"{FILM}-only-good-manners",
            "commentary": CLAIM,
        }
        made = []
        for type_name, like in likes.items():
            slug = f"{FILM}-anew-{type_name}"
            texts = {"quote": {"text": "The line is a price list."}}.get(type_name, {})
            create(database, type_name, slug, like, label="Anew", **texts)
            made.append((type_name, slug))
        return made

    def test_before_any_pack_had_it_is_left_out(self, loaded, second):
        before = lines_of(second.root)
        for key in self.create_each(loaded):
            self.purge(loaded, *key)
        result = pulled(loaded, second.root)
        assert (result.changes, result.references) == ([], [])
        assert lines_of(second.root) == before

    def test_before_any_pack_had_it_is_withdrawn_if_it_was_only_deleted(self, loaded, second):
        made = self.create_each(loaded)
        for key in reversed(made):
            delete(loaded, *key)
        assert pulled(loaded, second.root).changes == []
        text = "\n".join(path.read_text("utf-8") for path in second.root.rglob("withdrawn.yml"))
        assert [slug for _, slug in made if f"  - id: {slug}\n" not in text] == []
        assert not [each for each in second.diagnostics(ESSAYS) if each.level == "error"]
        assert reload(loaded, second.root)[1] == 0

    def test_stays_while_the_pack_refers_to_it_and_the_rest_is_written(self, loaded, second, restore_empty):
        quote, claim = f"{FILM}-only-good-manners", f"{FILM}-renunciation-is-not-for-sale"
        self.purge(loaded, "quote", quote)
        edit(loaded, "commentary", CLAIM, title="By an editor")
        result = pulled(loaded, second.root)
        assert result.changes == [f"commentary {CLAIM}: title"]
        [line] = result.references
        assert line.startswith(f"quote {quote}: purged by operator on 20")
        assert line.endswith(f"; referred to by commentary {claim}")
        assert not [each for each in second.diagnostics(ESSAYS) if each.level == "error"]
        assert (reload(loaded, second.root)[1], record_of(loaded, "quote", quote)["text"]) == (0, REMOVED)
        # Once nothing refers to it any more, it goes.
        edit(loaded, "commentary", claim, quotes=[])
        result = pulled(loaded, second.root)
        assert (set(result.changes), result.references) == (
            {f"commentary {claim}: quotes", f"quote {quote}: deleted"},
            [],
        )
        assert not [each for each in second.diagnostics(ESSAYS) if each.level == "error"]
        assert (reload(loaded, second.root)[1], pulled(loaded, second.root).files) == (0, {})

    def test_goes_once_the_file_does_not_refer_to_it(self, loaded, second):
        self.purge(loaded, "quote", f"{FILM}-only-good-manners")
        second.replace("commentary.yml", f"quotes: [{FILM}-only-good-manners]", "quotes: []")
        result = pulled(loaded, second.root)
        assert (result.changes, result.references) == ([f"quote {FILM}-only-good-manners: deleted"], [])

    def test_goes_with_all_that_refers_to_it(self, loaded, second):
        quote, thesis = f"{FILM}-only-good-manners", f"{FILM}-renunciation-is-not-for-sale"
        edit(loaded, "commentary", thesis, quotes=[])
        edit(loaded, "commentary", CLAIM, quotes=[quote])
        pulled(loaded, second.root)
        self.purge(loaded, "quote", quote)
        self.purge(loaded, "commentary", CLAIM)
        result = pulled(loaded, second.root)
        assert set(result.changes) == {f"quote {quote}: deleted", f"commentary {CLAIM}: deleted"}
        assert result.references == []

    def test_stays_with_what_stays_and_refers_to_it(self, loaded, second):
        quote, thesis = f"{FILM}-only-good-manners", f"{FILM}-renunciation-is-not-for-sale"
        self.purge(loaded, "quote", quote)
        self.purge(loaded, "commentary", thesis)
        result = pulled(loaded, second.root)
        assert [line.split(":")[0] for line in result.references] == [
            f"commentary {thesis}",
            f"quote {quote}",
        ]
        assert result.files == {}

    @pytest.mark.parametrize(
        ("type_name", "slug"), [("film", FILM), ("source", "casablanca-a-man-who-stays")]
    )
    def test_may_be_what_all_refer_to(self, loaded, second, type_name, slug):
        before = lines_of(second.root)
        self.purge(loaded, type_name, slug)
        result = pulled(loaded, second.root)
        [line] = result.references
        assert re.search(rf"{type_name} {slug}: purged by operator .*; referred to by .* and \d+ more$", line)
        assert lines_of(second.root) == before

    def test_is_said_if_a_new_entry_refers_to_it(self, loaded, second):
        new = f"{FILM}-a-price-list"
        text = "The line is a price list."
        create(loaded, "quote", new, f"{FILM}-only-good-manners", text=text, label="#1")
        create(loaded, "commentary", f"{CLAIM}-anew", CLAIM, quotes=[new], label="Anew")
        self.purge(loaded, "quote", new)
        result = pulled(loaded, second.root)
        assert [re.sub(" on .* UTC", "", line) for line in result.references] == [
            f"quote {new}: purged by operator; referred to by commentary {CLAIM}-anew"
        ]
        assert f"commentary {CLAIM}-anew: new" in result.changes


class TestWhatIsNew:
    OTHER = "metropolis-1927"

    def create_film(self, database):
        create(database, "film", self.OTHER, FILM, label="Metropolis (1927)", title="Metropolis")
        create(
            database, "scene", f"{self.OTHER}-paris", PARIS, film=self.OTHER, appearances=[], advisories=[]
        )

    def test_a_film_gets_a_folder(self, loaded, second):
        self.create_film(loaded)
        pulled(loaded, second.root)
        folder = second.root / "films" / self.OTHER
        assert {path.name for path in folder.iterdir()} == {"film.yml", "scenes.yml"}
        _, generations = reload(loaded, second.root)
        assert generations == 0

    def test_an_empty_folder_becomes_a_pack(self, loaded, tmp_path):
        self.create_film(loaded)
        root = tmp_path / "new"
        root.mkdir()
        pulled(loaded, root, film=self.OTHER)
        assert (root / "films" / self.OTHER / "film.yml").is_file()

    def test_a_film_that_is_deleted_again_is_left_out(self, loaded, second):
        self.create_film(loaded)
        delete(loaded, "scene", f"{self.OTHER}-paris")
        delete(loaded, "film", self.OTHER)
        pulled(loaded, second.root)
        assert not (second.root / "films" / self.OTHER).exists()
        _, generations = reload(loaded, second.root)
        assert generations == 0

    def test_an_entry_of_the_editors_names_its_source_if_it_cites_two(self, loaded, second):
        create(loaded, "source", "another-essay", ESSAY, label="Another essay", title="Another essay")
        citations = [{"source": source, "paragraphs": [1]} for source in ("another-essay", ESSAY)]
        values = {"asserted_by": "editor", "source": "another-essay", "citations": citations, "relations": []}
        create(
            loaded,
            "commentary",
            f"{FILM}-two-essays",
            CLAIM,
            title="Two essays",
            text="Both agree.",
            **values,
        )
        pulled(loaded, second.root)
        _, generations = reload(loaded, second.root)
        assert generations == 0


class TestVocabularyOfAnotherPack:
    def adopt(self, database, second, slug, **values):
        """Create a theme which another pack then has."""
        create(database, "theme", slug, "sacrifice", name=slug, label=slug, definition=slug, **values)
        with database.engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE themes SET pack_digest = 'abc+@1' WHERE slug = '{slug}'")

    def test_is_written_only_if_the_pack_uses_it(self, loaded, second):
        self.adopt(loaded, second, "honour")
        self.adopt(loaded, second, "pride", broader="honour")
        assert pulled(loaded, second.root).files == {}
        edit(loaded, "commentary", CLAIM, themes=["pride"])
        assert pulled(loaded, second.root).changes == [
            f"commentary {CLAIM}: themes",
            "theme pride: new",
            "theme honour: new",
        ]


class TestCommand:
    def test_shows_and_writes_the_differences(self, loaded, second, runner, monkeypatch):
        edit(loaded, "commentary", CLAIM, title="By an editor")
        monkeypatch.setenv("SUBTEXT_DATABASE_URL", loaded.url.render_as_string(hide_password=False))
        before = lines_of(second.root)
        result = runner.invoke(commands.cli, ["pull", str(second.root), "--dry-run"])
        assert result.exit_code == 0, result.output
        assert "+  title: By an editor\n" in result.output
        assert lines_of(second.root) == before
        result = runner.invoke(commands.cli, ["pull", str(second.root)])
        assert result.output == f"commentary {CLAIM}: title\n2 files changed.\n"

    def test_fails_if_references_are_left(self, loaded, second, runner, monkeypatch):
        monkeypatch.setenv("SUBTEXT_DATABASE_URL", loaded.url.render_as_string(hide_password=False))
        with loaded.write_session() as session:
            purge(session, load_whole(session, "quote", f"{FILM}-only-good-manners"))
        result = runner.invoke(commands.cli, ["pull", str(second.root)])
        assert result.exit_code == 1
        assert f"left: quote {FILM}-only-good-manners: purged by operator on " in result.output
        assert "remove these references, here or over the API, and pull again\n" in result.output
