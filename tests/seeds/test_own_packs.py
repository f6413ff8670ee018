"""The pack of this repository, which every start loads, next to packs of the operator and older editions."""

import re
import shutil

import pytest

from models import Quote
from seeds.editors_changes import LoadedEntry
from subtext_cli import commands, preparation
from tests.cases import each
from tests.seeds.packs import CLAIM, FILM, PackCopy, remove, withdraw
from tests.seeds.test_editors_changes import EDITOR, delete, edit, record_of
from tests.seeds.test_pull import PARIS, create, lines_of, pulled

TOAST = f"{FILM}-heres-looking-at-you"
NEW = f"{FILM}-a-price-list"


@pytest.fixture
def repository(second, record, monkeypatch):
    """The pack that a start loads: a copy of the second pack, with recorded revisions."""
    record()
    monkeypatch.setattr(preparation, "SEEDS", second.root)
    return second


@pytest.fixture
def started(packed, repository):
    """A database after its first start."""
    preparation.prepare(packed)
    return packed


@pytest.fixture
def own(repository, tmp_path):
    """A pack of the operator: a copy of the repository's."""
    return PackCopy(shutil.copytree(repository.root, tmp_path / "own"), repository.vocabularies)


@pytest.fixture
def start(started, capsys):
    """A function that starts again and returns what this prints."""

    def run():
        capsys.readouterr()
        preparation.prepare(started)
        return capsys.readouterr().err

    return run


def seed(database, *packs, take=()):
    return preparation.load_packs(database, packs, take)


def title_of(database, slug=CLAIM):
    return record_of(database, "commentary", slug)["title"]


def change(database):
    """Change, add and delete something as editors do."""
    edit(database, "commentary", CLAIM, title="By an editor")
    citations = [{"source": "casablanca-a-man-who-stays", "paragraphs": [5]}]
    text = "The line is a price list."
    create(database, "quote", NEW, f"{FILM}-only-good-manners", text=text, label="#1", citations=citations)
    delete(database, "commentary", f"{FILM}-memory-edits")


def advance(pack, record, *titles):
    """Make new editions of a pack, each with another title of the claim."""
    for title in titles:
        line = next(line for line in entry_of(pack).splitlines() if line.startswith("  title:"))
        pack.replace("commentary.yml", line, f"  title: {title}", after=f"{CLAIM}:")
        record()


def entry_of(pack):
    text = pack.file("commentary.yml").read_text("utf-8")
    return re.search(rf"(?ms)^{CLAIM}:\n.*?(?=^\S|\Z)", text)[0]


class TestAChangeByAnEditorThatAPackOfTheOperatorHas:
    @pytest.fixture
    def own(self, started, own):
        change(started)
        pulled(started, own.root)
        assert seed(started, own.root).kept == []
        return own

    def test_is_kept_by_a_start_and_said_once(self, started, own, start):
        assert "1 of the pack's entries stayed as editors or your packs left them" in start()
        assert title_of(started) == "By an editor"
        assert record_of(started, "commentary", f"{FILM}-memory-edits")["deleted"]
        assert not record_of(started, "quote", NEW)["deleted"]
        assert start() == ""

    def test_is_kept_and_listed_by_the_command(self, started, own, repository):
        [kept] = seed(started, repository.root).kept
        assert str(kept).startswith(f"commentary {CLAIM}: changed by {EDITOR} on ")
        assert title_of(started) == "By an editor"

    def test_is_kept_by_later_editions_of_the_repositorys_pack(self, started, own, repository, record, start):
        for title in ("Upstream once", "Upstream twice", "Upstream again"):
            advance(repository, record, title)
            start()
            assert title_of(started) == "By an editor"

    def test_is_the_operators_to_change_in_the_files(self, started, own, repository, start):
        own.replace("commentary.yml", "title: By an editor", "title: In the files")
        [overwritten] = seed(started, own.root).overwritten
        assert str(overwritten).startswith(f"commentary {CLAIM}: changed by {EDITOR} on ")
        assert title_of(started) == "In the files"
        # What builds on the editor's change is as safe from a start as the change itself.
        start()
        assert title_of(started) == "In the files"
        assert [str(each).partition(" on ")[0] for each in seed(started, repository.root).kept] == [
            f"commentary {CLAIM}: changed by another pack"
        ]

    def test_is_overwritten_on_request(self, started, own, repository, start, record):
        assert seed(started, repository.root, take=[CLAIM]).kept == []
        assert f"\n  title: {title_of(started)}\n" in entry_of(repository)
        # From then on, the entry is the repository's again.
        advance(repository, record, "Upstream")
        start()
        assert title_of(started) == "Upstream"

    def test_may_be_taken_back_by_an_editor(self, started, own, repository, start):
        original = re.search(r"\n  title: (.*)", entry_of(repository))[1]
        edit(started, "commentary", CLAIM, title=original)
        own.replace("commentary.yml", "weight: minor", "weight: core", after=CLAIM)
        assert [kept.slug for kept in seed(started, own.root).kept] == [CLAIM]
        assert title_of(started) == original

    def test_is_pulled_into_a_fresh_copy_as_before(self, started, own, repository, tmp_path):
        fresh = shutil.copytree(repository.root, tmp_path / "fresh")
        result = pulled(started, fresh)
        assert result.conflicts == []
        assert f"quote {NEW}: new" in result.changes
        assert lines_of(fresh) == lines_of(own.root)

    def test_is_pulled_into_a_fresh_copy_with_what_the_files_made_of_it(
        self, started, own, repository, tmp_path
    ):
        own.replace("commentary.yml", "title: By an editor", "title: In the files")
        seed(started, own.root)
        fresh = shutil.copytree(repository.root, tmp_path / "fresh")
        assert pulled(started, fresh).conflicts == []
        path = own.file("commentary.yml").relative_to(own.root)
        assert "  title: In the files" in lines_of(fresh)[path]
        # A pack that is newer than the database keeps what it has.
        own.replace("commentary.yml", "title: In the files", "title: Not loaded yet")
        assert (pulled(started, own.root).files, pulled(started, own.root).conflicts) == ({}, [])


class TestAnOlderEdition:
    """Of servers on one database, some may have an older edition of the repository's pack."""

    @pytest.fixture
    def older(self, started, repository, tmp_path):
        older = shutil.copytree(repository.root, tmp_path / "older")
        change(started)
        pulled(started, repository.root)
        seed(started, repository.root)
        return older

    @pytest.fixture
    def use(self, started, start, monkeypatch):
        """A function that starts a server with an edition; it returns the title, and what this prints."""

        def run(root):
            monkeypatch.setattr(preparation, "SEEDS", root)
            printed = start()
            return title_of(started), printed

        return run

    def test_does_not_take_an_editors_change_back(self, started, older, repository, use):
        for root in (older, repository.root, older):
            assert use(root)[0] == "By an editor"
        assert [kept.slug for kept in seed(started, older).kept] == [CLAIM]

    def test_does_not_take_back_what_a_newer_one_made_of_it(self, older, repository, record, use):
        advance(repository, record, "A newer edition")
        title, message = use(repository.root)
        assert f"The pack replaced commentary {CLAIM}: changed by {EDITOR} on " in message
        assert title == "A newer edition"
        title, message = use(older)
        assert "1 of the pack's entries stayed" in message
        assert title == "A newer edition"


class TestEntriesThatAPackOfTheOperatorLeft:
    def test_stay_as_it_left_them(self, started, own, start, repository, record):
        own.replace("commentary.yml", "weight: minor", "weight: core", after=CLAIM)
        seed(started, own.root)
        assert "1 of the pack's entries stayed" in start()
        assert record_of(started, "commentary", CLAIM)["weight"] == "core"
        # The others are still the repository's.
        advance(repository, record, "Upstream")
        repository.replace("quotes.yml", "label: Rick's toast", "label: A toast")
        record()
        start()
        assert record_of(started, "quote", TOAST)["label"] == "A toast"
        assert title_of(started) != "Upstream"

    def test_stay_in_a_database_that_had_no_other_pack(self, packed, own, repository):
        own.replace("commentary.yml", "weight: minor", "weight: core", after=CLAIM)
        remove(own, "commentary.yml", f"{FILM}-memory-edits")
        withdraw(own, f"{FILM}-memory-edits")
        for path in (own.root / "films" / FILM).glob("*.yml"):
            path.write_text(re.sub(rf"{PARIS}(?![a-z-])", f"{PARIS}-in-june", path.read_text("utf-8")))
        withdraw(own, PARIS, "scene", f"{PARIS}-in-june")
        seed(packed, own.root)
        preparation.prepare(packed)
        assert record_of(packed, "commentary", CLAIM)["weight"] == "core"
        assert record_of(packed, "quote", TOAST)["scene"] == f"{PARIS}-in-june"
        # What it withdrew does not come back.
        assert record_of(packed, "commentary", f"{FILM}-memory-edits")["deleted"]
        assert record_of(packed, "scene", PARIS)["deleted"]

    def test_are_not_withdrawn_by_the_repositorys_pack(self, started, own, repository, start):
        own.replace("commentary.yml", "weight: minor", "weight: core", after=CLAIM)
        seed(started, own.root)
        remove(repository, "commentary.yml", CLAIM)
        withdraw(repository, CLAIM)
        start()
        assert not record_of(started, "commentary", CLAIM)["deleted"]
        # The pack of the operator may.
        remove(own, "commentary.yml", CLAIM)
        withdraw(own, CLAIM)
        seed(started, own.root)
        assert record_of(started, "commentary", CLAIM)["deleted"]

    def test_are_the_repositorys_under_another_name_of_its_folder(self, started, repository, tmp_path):
        link = tmp_path / "link"
        link.symlink_to(repository.root)
        repository.replace("quotes.yml", "label: Rick's toast", "label: A toast")
        seed(started, link)
        with started.read_session() as session:
            assert not LoadedEntry.parse(Quote.by_slug(session, TOAST).pack_digest).is_own

    def test_are_those_of_one_pack_if_several_are_loaded_at_once(self, packed, own, repository, second_essay):
        seed(packed, repository.root, second_essay.root)
        with packed.read_session() as session:
            loaded = {
                quote.slug: LoadedEntry.parse(quote.pack_digest).is_own for quote in session.query(Quote)
            }
        assert loaded[TOAST] is False
        assert {is_own for slug, is_own in loaded.items() if slug.startswith("her-2013-")} == {False, True}


@pytest.mark.any_database
class TestLoadedEntry:
    @each(
        "entry",
        [
            LoadedEntry("a" * 64),
            LoadedEntry("a" * 50, is_own=True),
            LoadedEntry("a" * 50, edit=1_000_000),
            LoadedEntry("a" * 50, is_own=True, edit=7),
        ],
    )
    def test_is_read_as_it_was_written(self, entry):
        assert LoadedEntry.parse(str(entry)) == entry
        assert len(str(entry)) <= 64

    @each("text", [None, "", "of an older version"])
    def test_without_a_digest_is_compared_again(self, text):
        assert LoadedEntry.parse(text) == LoadedEntry("")


def test_the_command_lists_what_a_newer_edition_replaced(started, own, runner, monkeypatch):
    change(started)
    pulled(started, own.root)
    seed(started, own.root)
    own.replace("commentary.yml", "title: By an editor", "title: In the files")
    monkeypatch.setenv("SUBTEXT_DATABASE_URL", started.url.render_as_string(hide_password=False))
    result = runner.invoke(commands.cli, ["seed", str(own.root)])
    assert f"replaced: commentary {CLAIM}: changed by {EDITOR} on " in result.output
