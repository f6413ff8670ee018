"""The commands ``check``, ``seed`` and ``paragraphs`` as they are typed."""

import shutil

import pytest
from click.testing import CliRunner

from models.database import Database
from subtext_cli.commands import cli
from tests.databases import SEEDS
from tests.seeds.packs import ESSAY, ESSAYS, SECOND, load_packs
from tests.seeds.test_load import COUNTS, history, states

TEXT = ESSAYS / f"{ESSAY}.txt"
UNMIGRATED = "subtext: the database is not migrated to this version; run `subtext migrate`."


@pytest.fixture
def subtext(monkeypatch):
    """Run a command as in a shell without settings of ours; return its result."""
    for name in ("SUBTEXT_DATABASE_URL", "SUBTEXT_ESSAYS"):
        monkeypatch.delenv(name, raising=False)

    def run(*words, **environment):
        return CliRunner().invoke(cli, [str(word) for word in words], env=environment)

    return run


@pytest.fixture
def url(engine):
    """A migrated database that holds the first pack."""
    with engine.fresh("pack") as made:
        yield made


@pytest.fixture
def stored(url):
    database = Database(url)
    yield database
    database.close()


def lines(counts, outcome):
    """Return what the command says of a load in which everything had one outcome."""
    told = {
        type_name: {"created": 0, "updated": 0, "unchanged": 0, outcome: number}
        for type_name, number in counts.items()
    }
    return [
        f"{type_name}: {', '.join(f'{number} {said}' for said, number in counted.items())}"
        for type_name, counted in told.items()
    ]


class TestCheck:
    def test_the_repositorys_pack_is_checked_without_packs(self, subtext):
        result = subtext("check")
        assert result.exit_code == 0
        assert ": 0 errors, 0 warnings, " in result.output.splitlines()[-1]
        assert ", 0 of 1 sources' texts at hand: " in result.output

    def test_a_sound_pack_is_one_line(self, subtext):
        result = subtext("check", SECOND)
        assert result.exit_code == 0
        assert (
            result.output
            == "29 entries, 61 words quoted, 0 of 1 sources' texts at hand: 0 errors, 0 warnings, 0 notices.\n"
        )

    def test_texts_are_found_in_the_folder_that_is_named(self, subtext):
        result = subtext("check", SECOND, "--against", ESSAYS)
        assert result.exit_code == 0
        assert (
            result.output
            == "29 entries, 61 words quoted, 1 of 1 sources' texts at hand: 0 errors, 0 warnings, 0 notices.\n"
        )

    def test_texts_are_found_in_the_folder_of_the_environment(self, subtext):
        result = subtext("check", SECOND, SUBTEXT_ESSAYS=str(ESSAYS))
        assert ", 1 of 1 sources' texts at hand: " in result.output

    def test_an_option_goes_before_the_environment(self, subtext, tmp_path):
        result = subtext("check", SECOND, "--against", tmp_path, SUBTEXT_ESSAYS=str(ESSAYS))
        assert ", 0 of 1 sources' texts at hand: " in result.output

    def test_an_empty_setting_is_none(self, subtext):
        assert subtext("check", SECOND, SUBTEXT_ESSAYS="").exit_code == 0

    def test_a_fault_names_file_line_rule_and_entry(self, subtext, second):
        line = second.replace("quotes.yml", "text: Here's looking", "text: There's looking")
        result = subtext("check", second.root, "--against", ESSAYS)
        assert result.exit_code == 1
        assert result.output.splitlines() == [
            f"{second.file('quotes.yml')}:{line}: error [verbatim] casablanca-1942-heres-looking-at-you: "
            "Paragraph 9 does not have these words.",
            "29 entries, 61 words quoted, 1 of 1 sources' texts at hand: 1 errors, 0 warnings, 0 notices.",
        ]

    def test_a_file_below_here_is_named_from_here(self, subtext, second, monkeypatch):
        monkeypatch.chdir(second.root)
        line = second.replace("film.yml", "runtime_minutes: 102", "runtime_minutes: 0")
        result = subtext("check", ".")
        opening = f"films/casablanca-1942/film.yml:{line}: error [form] casablanca-1942: runtime_minutes: "
        assert result.output.startswith(opening)

    def test_warnings_alone_are_no_failure(self, subtext, second):
        second.replace("commentary.yml", "themes: [letting-go]", "themes: [sacrifice]")
        second.replace("sources.yml", "kind: footer", "kind: body")
        result = subtext("check", second.root)
        assert result.exit_code == 0
        assert ": warning [coverage] " in result.output
        assert result.output.endswith(": 0 errors, 1 warnings, 0 notices.\n")

    def test_strictly_warnings_are_a_failure(self, subtext, second):
        second.replace("sources.yml", "kind: footer", "kind: body")
        assert subtext("check", second.root, "--strict").exit_code == 1
        assert subtext("check", SECOND, "--strict").exit_code == 0

    def test_notices_are_counted_and_shown_when_asked_for(self, subtext, second):
        second.replace("quotes.yml", "advisories:\n    - {advisory: spoiler, severity: 1}", "advisories: []")
        counted, shown = subtext("check", second.root), subtext("check", second.root, "--notices")
        assert (counted.exit_code, shown.exit_code) == (0, 0)
        assert counted.output.endswith(": 0 errors, 0 warnings, 1 notices.\n")
        assert ": notice [flagged-paragraph] casablanca-1942-only-good-manners: " in shown.output
        assert ": notice [" not in counted.output

    def test_github_is_told_file_line_and_rule(self, subtext, second):
        line = second.replace("film.yml", "runtime_minutes: 102", "runtime_minutes: null\n  50%: x") + 1
        result = subtext("check", second.root, "--format", "github")
        place = f"file={second.file('film.yml')},line={line},title=form"
        assert result.output.startswith(f"::error {place}::casablanca-1942: 50%25: Unknown field.")

    def test_unreadable_files_are_faults(self, subtext, second):
        second.file("quotes.yml").write_bytes(b"a: \xff\n")
        result = subtext("check", second.root)
        assert result.exit_code == 1
        assert ":1: error [yaml] -: It is not readable YAML: it is not UTF-8.\n" in result.output

    def test_what_a_pack_says_cannot_steer_the_terminal(self, subtext, second):
        second.append("themes.yml", '"\\e[2J\\ud800\\nall is well":\n  name: x\n')
        result = subtext("check", second.root)
        assert result.exit_code == 1
        assert "\\x1b[2J\\ud800\\nall is well: " in result.output
        assert "\x1b" not in result.output

    def test_an_empty_folder_is_a_fault(self, subtext, tmp_path):
        result = subtext("check", tmp_path)
        assert result.exit_code == 1
        assert "error [pack] -: There is no pack here" in result.output

    @pytest.mark.parametrize(
        "words", [["nowhere"], [TEXT], [SECOND, "--against", "nowhere"], ["--against", TEXT]]
    )
    def test_what_is_no_folder_is_a_mistake_of_usage(self, subtext, words):
        result = subtext("check", *words)
        assert result.exit_code == 2
        assert "Error: Invalid value for " in result.output

    def test_a_pack_may_refer_to_nothing_of_the_first_film(self, subtext, second):
        second.replace("quotes.yml", "scene: casablanca-1942-paris", "scene: her-2013-time-alone")
        result = subtext("check", second.root)
        assert "There is no scene “her-2013-time-alone”." in result.output

    def test_several_packs_are_checked_as_one(self, subtext):
        result = subtext("check", SEEDS, SECOND)
        assert result.exit_code == 0
        assert ", 0 of 2 sources' texts at hand: " in result.output

    def test_its_help_says_what_it_takes(self, subtext):
        result = subtext("check", "--help")
        assert result.exit_code == 0
        assert "SUBTEXT_ESSAYS" in result.output

    def test_it_needs_no_database(self, subtext):
        result = subtext("check", SECOND, SUBTEXT_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
        assert result.exit_code == 0


class TestSeed:
    def test_the_repositorys_pack_is_loaded_without_packs(self, subtext, engine):
        with engine.fresh() as url:
            first = subtext("seed", SUBTEXT_DATABASE_URL=url)
            second = subtext("seed", SUBTEXT_DATABASE_URL=url)
        assert (first.exit_code, second.exit_code) == (0, 0)
        assert [line.split(":")[0] for line in first.output.splitlines()] == [
            "advisory",
            "theme",
            "film",
            "source",
            "character",
            "scene",
            "quote",
            "commentary",
        ]
        assert all(line.endswith(" 0 updated, 0 unchanged") for line in first.output.splitlines())
        assert all(": 0 created, 0 updated, " in line for line in second.output.splitlines())

    def test_a_pack_is_created_once_and_then_unchanged(self, subtext, url, stored):
        first = subtext("seed", SECOND, SUBTEXT_DATABASE_URL=url)
        before = states(stored), history(stored)
        second = subtext("seed", SECOND, SUBTEXT_DATABASE_URL=url)
        assert (first.exit_code, second.exit_code) == (0, 0)
        assert first.output.splitlines() == lines(COUNTS, "created")
        assert second.output.splitlines() == lines(COUNTS, "unchanged")
        assert (states(stored), history(stored)) == before

    def test_a_change_is_counted(self, subtext, url, second):
        subtext("seed", second.root, SUBTEXT_DATABASE_URL=url)
        second.replace("scenes.yml", "title: Paris", "title: Lost Paris")
        result = subtext("seed", second.root, SUBTEXT_DATABASE_URL=url)
        assert "scene: 0 created, 1 updated, 5 unchanged" in result.output.splitlines()

    def test_it_does_as_the_loader_does(self, subtext, url, stored, engine):
        subtext("seed", SECOND, SUBTEXT_DATABASE_URL=url)
        with engine.fresh("pack") as other_url:
            other = Database(other_url)
            load_packs(other, SECOND)
            assert states(stored) == states(other)
            other.close()

    def refused(self, subtext, stored, url, root):
        before = states(stored), history(stored)
        result = subtext("seed", root, SUBTEXT_DATABASE_URL=url)
        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit)
        assert (states(stored), history(stored)) == before
        return result.output

    def test_a_broken_pack_changes_nothing(self, subtext, stored, url, second):
        line = second.replace("commentary.yml", "weight: core", "weight: heavy")
        output = self.refused(subtext, stored, url, second.root)
        assert f"commentary.yml:{line}: error [form] " in output
        assert output.endswith("1 errors: nothing was changed.\n")

    def test_a_reference_to_what_neither_pack_nor_database_has_changes_nothing(
        self, subtext, stored, url, second
    ):
        second.replace("scenes.yml", "themes: [avoidance]", "themes: [no-such-theme]")
        assert "There is no theme “no-such-theme”." in self.refused(subtext, stored, url, second.root)

    def test_a_level_too_many_over_the_databases_themes_changes_nothing(self, subtext, stored, url, second):
        second.replace("themes.yml", "broader: null", "broader: avoidance")
        assert self.refused(subtext, stored, url, second.root) == (
            "subtext: “avoidance” has a broader theme itself, and the hierarchy has one level. "
            "Nothing was changed.\n"
        )

    def test_a_refusal_of_the_database_is_one_sentence(self, subtext, stored, url, second):
        subtext("seed", second.root, SUBTEXT_DATABASE_URL=url)
        for name in ("scenes.yml", "quotes.yml", "commentary.yml"):
            second.file(name).unlink()
        text = second.file("sources.yml").read_text().splitlines(keepends=True)
        second.file("sources.yml").write_text("".join(text[:-8]))
        output = self.refused(subtext, stored, url, second.root)
        assert output.startswith("subtext: The database refuses it: ")
        assert output.count("\n") == 1

    def test_a_folder_without_a_pack_changes_nothing(self, subtext, stored, url, tmp_path):
        assert "There is no pack here" in self.refused(subtext, stored, url, tmp_path)

    def test_warnings_keep_nothing_from_being_loaded(self, subtext, url, second):
        second.replace("sources.yml", "kind: footer", "kind: body")
        result = subtext("seed", second.root, SUBTEXT_DATABASE_URL=url)
        assert result.exit_code == 0
        assert "warning" not in result.output

    def test_what_the_database_has_may_be_referred_to(self, subtext, url, second):
        subtext("seed", SECOND, SUBTEXT_DATABASE_URL=url)
        for name in ("themes.yml", "sources.yml", "film.yml", "characters.yml", "scenes.yml"):
            second.file(name).unlink()
        for name in ("quotes.yml", "commentary.yml"):
            second.replace(name, "# ", "released_at: 2026-11-24T00:00:00Z\n# ")
        result = subtext("seed", second.root, SUBTEXT_DATABASE_URL=url)
        kept = {type_name: COUNTS[type_name] for type_name in ("quote", "commentary")}
        assert result.output.splitlines() == lines(kept, "unchanged")

    def test_an_unmigrated_database_is_told_so(self, subtext, tmp_path):
        result = subtext("seed", SECOND, SUBTEXT_DATABASE_URL=f"sqlite:///{tmp_path / 'new.sqlite3'}")
        assert result.exit_code == 1
        assert result.output.strip() == UNMIGRATED

    def test_an_unmigrated_postgresql_database_is_told_so(self, subtext, postgresql_engine):
        kind = postgresql_engine.kind
        try:
            result = subtext("seed", SECOND, SUBTEXT_DATABASE_URL=kind.create("unmigrated"))
        finally:
            kind.drop("unmigrated")
        assert result.exit_code == 1
        assert result.output.strip() == UNMIGRATED


class TestParagraphs:
    def test_they_are_printed_as_sources_list_them(self, subtext, second):
        result = subtext("paragraphs", TEXT)
        assert result.exit_code == 0
        written = second.file("sources.yml").read_text()
        for line in result.output.splitlines():
            numbers = line.partition("word_count")[2] or line
            assert numbers in written

    def test_a_source_made_of_them_is_sound(self, subtext, second):
        head = second.file("sources.yml").read_text().partition("  sha256:")[0]
        made = "".join(f"  {line}\n" for line in subtext("paragraphs", TEXT).output.splitlines())
        second.file("sources.yml").write_text(head + made)
        assert [fault.level for fault in second.faults(ESSAYS) if fault.level == "error"] == []

    def test_blank_lines_and_white_space_do_not_count(self, subtext, tmp_path):
        (tmp_path / "text.txt").write_bytes("\n \t\r\n  one  two\r\n\n\u00a0three\n\n".encode())
        result = subtext("paragraphs", tmp_path / "text.txt")
        assert [line[:32] for line in result.output.splitlines()[1:]] == [
            "paragraphs:",
            "  - {kind: body, word_count: 2, ",
            "  - {kind: body, word_count: 1, ",
        ]

    def test_an_empty_text_has_none(self, subtext, tmp_path):
        (tmp_path / "text.txt").touch()
        result = subtext("paragraphs", tmp_path / "text.txt")
        sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        assert result.output == f"sha256: {sha256}\nparagraphs:\n"

    def test_what_is_no_utf_8_is_one_sentence(self, subtext, tmp_path):
        (tmp_path / "text.txt").write_bytes(b"caf\xe9")
        result = subtext("paragraphs", tmp_path / "text.txt")
        assert result.exit_code == 1
        assert result.output == f"subtext: {tmp_path / 'text.txt'} is not UTF-8.\n"

    @pytest.mark.parametrize("path", ["nowhere.txt", ESSAYS])
    def test_what_is_no_file_is_a_mistake_of_usage(self, subtext, path):
        assert subtext("paragraphs", path).exit_code == 2


class TestProgress:
    def test_nothing_of_it_is_shown_where_no_terminal_is(self, subtext):
        assert "Checking" not in subtext("check", SECOND).output

    def test_a_copy_elsewhere_is_checked_alike(self, subtext, tmp_path):
        copy = shutil.copytree(SECOND, tmp_path / "elsewhere")
        assert subtext("check", copy).output == subtext("check", SECOND).output
