"""Loading a pack keeps what editors changed since it was loaded last, and says so."""

import pytest
from sqlalchemy import select

from api.entries.changes import EntryChange, check_entries
from api.entries.records import record_to_body
from api.entries.whole_resources import load_whole
from models import MODELS_BY_TYPE, Commentary, ContentGeneration, Revision
from models.revision import change_set, change_time
from seeds.check import check_pack
from seeds.load import load
from seeds.pack import read_pack
from seeds.rules import RULES
from subtext_cli import commands
from tests.seeds.packs import CLAIM, EDITOR, FILM, load_packs, remove, rename, withdraw

PARIS = f"{FILM}-paris"


def edit(database, type_name, slug, /, **values):
    """Change values of an entry as an editor does."""
    with database.write_session() as session, change_set(session, EDITOR):
        resource = load_whole(session, type_name, slug)
        body, _ = record_to_body(type_name, resource.to_record())
        checked = check_entries(session, [EntryChange(type_name, slug, body | values, resource)])
        assert not checked.violations
        checked.write()


def delete(database, type_name, slug):
    with database.write_session() as session, change_set(session, EDITOR):
        load_whole(session, type_name, slug).deleted_at = change_time(session)


def reload(database, root, *, take=()):
    """Load a pack; return the report, and the generations that this made."""
    with database.write_session() as session:
        before = ContentGeneration.current(session)
        result, diagnostics = check_pack(read_pack(root), RULES, exists_elsewhere=lambda *_: True)
        assert not [diagnostic for diagnostic in diagnostics if diagnostic.level == "error"]
        report = load(session, result, take=take)
    with database.read_session() as session:
        return report, ContentGeneration.current(session) - before


def record_of(database, type_name, slug):
    with database.read_session() as session:
        return session.scalar(select(MODELS_BY_TYPE[type_name]).filter_by(slug=slug)).to_record()


@pytest.fixture
def loaded(packed, second):
    """A database with the second pack."""
    load_packs(packed, second.root)
    return packed


class TestAnEntryThatAnEditorChanged:
    def test_stays_and_is_reported(self, loaded, second):
        edit(loaded, "commentary", CLAIM, title="By an editor")
        second.replace("commentary.yml", "weight: minor", "weight: core", after=CLAIM)
        report, generations = reload(loaded, second.root)
        assert generations == 0
        assert report["commentary"] == {"unchanged": 8, "kept": 1}
        [kept] = report.kept
        assert str(kept).startswith(f"commentary {CLAIM}: changed by {EDITOR} on 20")
        assert record_of(loaded, "commentary", CLAIM)["title"] == "By an editor"

    def test_is_not_reported_while_the_pack_stays_the_same(self, loaded, second):
        edit(loaded, "commentary", CLAIM, title="By an editor")
        report, generations = reload(loaded, second.root)
        assert (report.kept, generations) == ([], 0)
        assert record_of(loaded, "commentary", CLAIM)["title"] == "By an editor"

    @pytest.mark.parametrize("name", ["all", CLAIM, f"commentary/{CLAIM}"])
    def test_is_overwritten_on_request(self, loaded, second, name):
        title = record_of(loaded, "commentary", CLAIM)["title"]
        edit(loaded, "commentary", CLAIM, title="By an editor")
        report, _ = reload(loaded, second.root, take=[name])
        assert report["commentary"]["updated"] == 1
        assert record_of(loaded, "commentary", CLAIM)["title"] == title
        # From then on it is the pack's again.
        second.replace("commentary.yml", f"title: {title}", "title: By the pack")
        reload(loaded, second.root)
        assert record_of(loaded, "commentary", CLAIM)["title"] == "By the pack"

    def test_is_the_packs_again_if_the_editor_takes_the_change_back(self, loaded, second):
        title = record_of(loaded, "commentary", CLAIM)["title"]
        edit(loaded, "commentary", CLAIM, title="By an editor")
        edit(loaded, "commentary", CLAIM, title=title)
        second.replace("commentary.yml", f"title: {title}", "title: By the pack")
        assert reload(loaded, second.root)[0].kept == []
        assert record_of(loaded, "commentary", CLAIM)["title"] == "By the pack"

    def test_is_adopted_by_a_pack_with_the_same_values(self, loaded, second):
        title = record_of(loaded, "commentary", CLAIM)["title"]
        edit(loaded, "commentary", CLAIM, title="By an editor")
        second.replace("commentary.yml", f"title: {title}", "title: By an editor")
        report, generations = reload(loaded, second.root)
        assert (report["commentary"], generations) == ({"unchanged": 9}, 0)
        second.replace("commentary.yml", "title: By an editor", "title: By the pack")
        assert reload(loaded, second.root)[0].kept == []
        assert record_of(loaded, "commentary", CLAIM)["title"] == "By the pack"

    def test_is_not_withdrawn(self, loaded, second):
        edit(loaded, "commentary", CLAIM, title="By an editor")
        remove(second, "commentary.yml", CLAIM)
        withdraw(second, CLAIM)
        report, generations = reload(loaded, second.root)
        assert ([each.slug for each in report.kept], generations) == ([CLAIM], 0)
        assert not record_of(loaded, "commentary", CLAIM)["deleted"]
        assert reload(loaded, second.root, take=[CLAIM])[0]["commentary"]["withdrawn"] == 1
        assert record_of(loaded, "commentary", CLAIM)["deleted"]


class TestAnEntryThatAnEditorDeleted:
    def test_stays_deleted(self, loaded, second):
        delete(loaded, "commentary", CLAIM)
        assert reload(loaded, second.root)[0].kept == []
        second.replace("commentary.yml", "weight: minor", "weight: core", after=CLAIM)
        report, generations = reload(loaded, second.root)
        assert [each.change for each in report.kept] == ["deleted"]
        assert generations == 0
        assert record_of(loaded, "commentary", CLAIM)["deleted"]

    def test_comes_back_on_request(self, loaded, second):
        delete(loaded, "commentary", CLAIM)
        reload(loaded, second.root, take=[CLAIM])
        assert not record_of(loaded, "commentary", CLAIM)["deleted"]

    def test_may_be_withdrawn_without_a_reason(self, loaded, second):
        delete(loaded, "commentary", CLAIM)
        remove(second, "commentary.yml", CLAIM)
        path = withdraw(second, CLAIM)
        path.write_text(
            path.read_text("utf-8").replace("It says nothing that another entry does not say.", "null")
        )
        assert reload(loaded, second.root)[1] == 0


class TestAnEntryThatAnEditorRenamed:
    def test_keeps_its_new_id_where_the_pack_uses_the_old_one(self, loaded, second):
        rename(loaded, "scene", PARIS, f"{PARIS}-in-june")
        # An entry that refers to the scene by its old id changes too.
        second.replace("quotes.yml", "label: Rick's toast", "label: A toast")
        report, _ = reload(loaded, second.root)
        assert (report.kept, report["quote"]["updated"]) == ([], 1)
        quote = record_of(loaded, "quote", f"{FILM}-heres-looking-at-you")
        assert (quote["label"], quote["scene"]) == ("A toast", f"{PARIS}-in-june")
        second.replace("scenes.yml", "title: Paris", "title: Paris in June")
        report, _ = reload(loaded, second.root)
        assert [each.change for each in report.kept] == [f"renamed to {PARIS}-in-june"]

    def test_is_the_same_source_to_what_cites_it(self, loaded, second):
        with loaded.read_session() as session:
            source = session.scalar(select(Commentary).filter_by(slug=CLAIM)).citations[0].source.slug
        rename(loaded, "source", source, "another-name")
        second.replace("commentary.yml", "weight: minor", "weight: core", after=CLAIM)
        report, _ = reload(loaded, second.root)
        assert report["commentary"]["updated"] == 1
        claim = record_of(loaded, "commentary", CLAIM)
        assert (claim["weight"], claim["citations"][0]["source"]) == ("core", "another-name")


class TestCommand:
    def test_lists_what_is_kept(self, loaded, second, runner, monkeypatch):
        edit(loaded, "commentary", CLAIM, title="By an editor")
        second.replace("commentary.yml", "weight: minor", "weight: core", after=CLAIM)
        monkeypatch.setenv("SUBTEXT_DATABASE_URL", loaded.url.render_as_string(hide_password=False))
        result = runner.invoke(commands.cli, ["seed", str(second.root)])
        assert "commentary: 0 created, 0 updated, 8 unchanged, 1 kept\n" in result.output
        assert f"kept: commentary {CLAIM}: changed by {EDITOR} on " in result.output
        result = runner.invoke(commands.cli, ["seed", str(second.root), "--take-pack", "nobody"])
        assert str(result.exception).endswith("have no entry “nobody” to take. Nothing was changed.")
        result = runner.invoke(commands.cli, ["seed", str(second.root), "--take-pack", CLAIM])
        assert "commentary: 0 created, 1 updated, 8 unchanged\n" in result.output

    def test_revisions_of_the_pack_go_on(self, loaded, second, record):
        edit(loaded, "commentary", CLAIM, title="By an editor")
        record()
        with loaded.read_session() as session:
            claim = session.scalar(select(Commentary).filter_by(slug=CLAIM))
            number = claim.revision
        second.replace("commentary.yml", "weight: minor", "weight: core", after=CLAIM)
        record("2026-12-02")
        reload(loaded, second.root, take=["all"])
        with loaded.read_session() as session:
            claim = session.scalar(select(Commentary).filter_by(slug=CLAIM))
            assert claim.revision == number + 1
            newest = select(Revision.editor).filter_by(type_name="commentary", resource_id=claim.id)
            assert session.scalar(newest.order_by(Revision.number.desc()).limit(1)) == "seed"
