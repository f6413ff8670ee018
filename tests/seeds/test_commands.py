"""The commands ``check``, ``seed`` and ``paragraphs``, as a user types them."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from models import RESOURCES
from seeds.diagnostics import Diagnostic
from subtext_cli.commands import cli
from tests.databases import SEEDS
from tests.seeds.packs import ESSAY, ESSAYS, SECOND
from tests.seeds.test_load import COUNTS, history, resource_states

TEXT = ESSAYS / f"{ESSAY}.txt"
UNMIGRATED = "subtext: The database schema is not at this version. Run `subtext migrate`."


@pytest.fixture
def subtext(monkeypatch):
    """A function that runs a command without any of our settings, and returns its result."""
    for name in ("SUBTEXT_DATABASE_URL", "SUBTEXT_ESSAYS"):
        monkeypatch.delenv(name, raising=False)

    def run(*words, **environment):
        return CliRunner().invoke(cli, [str(word) for word in words], env=environment)

    return run


@pytest.fixture
def url(packed):
    """The URL of a database that holds the first pack."""
    return packed.url.render_as_string(hide_password=False)


def expected_lines(counts, outcome):
    """Return the output of a load in which every entry has one outcome."""
    counts_by_type = {
        type_name: {"created": 0, "updated": 0, "unchanged": 0, outcome: number}
        for type_name, number in counts.items()
    }
    return [
        f"{type_name}: {', '.join(f'{number} {name}' for name, number in counts_by_outcome.items())}"
        for type_name, counts_by_outcome in counts_by_type.items()
    ]


class TestCheck:
    def test_it_checks_the_packs_of_the_repository_by_default(self, subtext):
        result = subtext("check")
        assert result.exit_code == 0
        assert ": 0 errors, 0 warnings, " in result.output.splitlines()[-1]
        assert ", 0 of 1 source texts available: " in result.output

    def test_a_valid_pack_is_one_line(self, subtext):
        result = subtext("check", SECOND)
        assert result.exit_code == 0
        assert (
            result.output
            == "29 entries, 61 quoted words, 0 of 1 source texts available: 0 errors, 0 warnings, 0 notices.\n"
        )

    def test_texts_are_read_from_the_folder_in_the_option(self, subtext):
        result = subtext("check", SECOND, "--against", ESSAYS)
        assert result.exit_code == 0
        assert (
            result.output
            == "29 entries, 61 quoted words, 1 of 1 source texts available: 0 errors, 0 warnings, 0 notices.\n"
        )

    def test_texts_are_read_from_the_folder_in_the_environment(self, subtext):
        result = subtext("check", SECOND, SUBTEXT_ESSAYS=str(ESSAYS))
        assert ", 1 of 1 source texts available: " in result.output

    def test_the_option_overrides_the_environment(self, subtext, tmp_path):
        result = subtext("check", SECOND, "--against", tmp_path, SUBTEXT_ESSAYS=str(ESSAYS))
        assert ", 0 of 1 source texts available: " in result.output

    def test_an_empty_setting_is_ignored(self, subtext):
        assert subtext("check", SECOND, SUBTEXT_ESSAYS="").exit_code == 0

    def test_an_error_names_file_line_rule_and_entry(self, subtext, second):
        line = second.replace("quotes.yml", "text: Here's looking", "text: There's looking")
        result = subtext("check", second.root, "--against", ESSAYS)
        assert result.exit_code == 1
        assert result.output.splitlines() == [
            f"{second.file('quotes.yml')}:{line}: error [verbatim] casablanca-1942-heres-looking-at-you: "
            "Paragraph 9 does not contain this text. "
            "The nearest passage, in paragraph 9, is “Here's looking at you, kid.”.",
            "29 entries, 61 quoted words, 1 of 1 source texts available: 1 error, 0 warnings, 0 notices.",
        ]

    def test_a_file_below_the_current_folder_has_a_relative_path(self, subtext, second, monkeypatch):
        monkeypatch.chdir(second.root)
        line = second.replace("film.yml", "runtime_minutes: 102", "runtime_minutes: 0")
        result = subtext("check", ".")
        opening = f"films/casablanca-1942/film.yml:{line}: error [form] casablanca-1942: runtime_minutes: "
        assert result.output.startswith(opening)

    def test_warnings_alone_do_not_fail(self, subtext, second):
        second.replace("commentary.yml", "themes: [letting-go]", "themes: [sacrifice]")
        second.replace("sources.yml", "kind: footer", "kind: body")
        result = subtext("check", second.root)
        assert result.exit_code == 0
        assert ": warning [coverage] " in result.output
        assert result.output.endswith(": 0 errors, 1 warning, 0 notices.\n")

    def test_with_strict_warnings_fail(self, subtext, second):
        second.replace("sources.yml", "kind: footer", "kind: body")
        assert subtext("check", second.root, "--strict").exit_code == 1
        assert subtext("check", SECOND, "--strict").exit_code == 0

    def test_notices_are_counted_and_printed_with_an_option(self, subtext, second):
        second.replace("quotes.yml", "advisories:\n    - {advisory: spoiler, severity: 1}", "advisories: []")
        without_notices, with_notices = (
            subtext("check", second.root),
            subtext("check", second.root, "--notices"),
        )
        assert (without_notices.exit_code, with_notices.exit_code) == (0, 0)
        assert without_notices.output.endswith(": 0 errors, 0 warnings, 1 notice.\n")
        assert ": notice [flagged-paragraph] casablanca-1942-only-good-manners: " in with_notices.output
        assert ": notice [" not in without_notices.output

    def test_the_github_format_has_file_line_and_rule(self, subtext, second):
        line = second.replace("film.yml", "runtime_minutes: 102", "runtime_minutes: null\n  50%: x") + 1
        result = subtext("check", second.root, "--format", "github")
        properties = f"file={second.file('film.yml')},line={line},title=form"
        assert result.output.startswith(f"::error {properties}::casablanca-1942: 50%25: Unknown field.")

    def test_the_github_format_escapes_the_name_of_a_file(self):
        message = Diagnostic(Path("a:b,c%.yml"), 3, "an-entry", "form", "100 %: odd,\nbut data")
        properties = "file=a%3Ab%2Cc%25.yml,line=3,title=form"
        assert message.as_annotation() == f"::error {properties}::an-entry: 100 %25: odd,\\nbut data"

    def test_an_unreadable_file_is_an_error(self, subtext, second):
        second.file("quotes.yml").write_bytes(b"a: \xff\n")
        result = subtext("check", second.root)
        assert result.exit_code == 1
        assert (
            ":1: error [yaml] -: The file is not encoded as UTF-8. The byte FF in column 4 " in result.output
        )

    def test_control_characters_of_a_pack_are_escaped(self, subtext, second):
        second.append("themes.yml", '"\\e[2J\\ud800\\nall is well":\n  name: x\n')
        result = subtext("check", second.root)
        assert result.exit_code == 1
        assert "\\x1b[2J\\ud800\\nall is well: " in result.output
        assert "\x1b" not in result.output

    def test_an_empty_folder_is_an_error(self, subtext, tmp_path):
        result = subtext("check", tmp_path)
        assert result.exit_code == 1
        assert "error [pack] -: There is no pack here" in result.output

    @pytest.mark.parametrize(
        "words", [["nowhere"], [TEXT], [SECOND, "--against", "nowhere"], ["--against", TEXT]]
    )
    def test_only_folders_are_accepted(self, subtext, words):
        result = subtext("check", *words)
        assert result.exit_code == 2
        assert "Error: Invalid value for " in result.output

    def test_a_reference_to_another_film_is_an_error(self, subtext, second):
        second.replace("quotes.yml", "scene: casablanca-1942-paris", "scene: her-2013-time-alone")
        result = subtext("check", second.root)
        assert "There is no scene “her-2013-time-alone”." in result.output

    def test_several_packs_are_checked_as_one(self, subtext):
        result = subtext("check", SEEDS, SECOND)
        assert result.exit_code == 0
        assert ", 0 of 2 source texts available: " in result.output

    def test_its_help_names_the_setting(self, subtext):
        result = subtext("check", "--help")
        assert result.exit_code == 0
        assert "SUBTEXT_ESSAYS" in result.output

    def test_it_needs_no_database(self, subtext):
        result = subtext("check", SECOND, SUBTEXT_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
        assert result.exit_code == 0


class TestSeed:
    def test_it_loads_the_packs_of_the_repository_by_default(self, subtext, database):
        url = database.url.render_as_string(hide_password=False)
        first = subtext("seed", SUBTEXT_DATABASE_URL=url)
        second = subtext("seed", SUBTEXT_DATABASE_URL=url)
        assert (first.exit_code, second.exit_code) == (0, 0)
        types = [line.split(":")[0] for line in first.output.splitlines()]
        assert types == [model.type_name for model in RESOURCES]
        assert all(" 0 updated, 0 unchanged" in line for line in first.output.splitlines())
        assert all(": 0 created, 0 updated, " in line for line in second.output.splitlines())

    def test_a_pack_is_created_once_and_then_unchanged(self, subtext, url, packed):
        first = subtext("seed", SECOND, SUBTEXT_DATABASE_URL=url)
        before = resource_states(packed), history(packed)
        second = subtext("seed", SECOND, SUBTEXT_DATABASE_URL=url)
        assert (first.exit_code, second.exit_code) == (0, 0)
        assert first.output.splitlines() == expected_lines(COUNTS, "created")
        assert second.output.splitlines() == expected_lines(COUNTS, "unchanged")
        assert (resource_states(packed), history(packed)) == before

    def test_a_changed_entry_is_counted(self, subtext, url, second):
        subtext("seed", second.root, SUBTEXT_DATABASE_URL=url)
        second.replace("scenes.yml", "title: Paris", "title: Lost Paris")
        result = subtext("seed", second.root, SUBTEXT_DATABASE_URL=url)
        assert "scene: 0 created, 1 updated, 5 unchanged" in result.output.splitlines()

    def test_it_does_what_the_loader_does(self, subtext, url, packed, both):
        subtext("seed", SECOND, SUBTEXT_DATABASE_URL=url)
        assert resource_states(packed) == resource_states(both)

    def output_of_failure(self, subtext, packed, url, root):
        before = resource_states(packed), history(packed)
        result = subtext("seed", root, SUBTEXT_DATABASE_URL=url)
        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit)
        assert (resource_states(packed), history(packed)) == before
        return result.output

    def test_a_broken_pack_changes_nothing(self, subtext, packed, url, second):
        line = second.replace("commentary.yml", "weight: core", "weight: heavy")
        output = self.output_of_failure(subtext, packed, url, second.root)
        assert f"commentary.yml:{line}: error [form] " in output
        assert output.endswith("1 error: nothing was changed.\n")

    def test_an_unknown_reference_changes_nothing(self, subtext, packed, url, second):
        second.replace("scenes.yml", "themes: [avoidance]", "themes: [no-such-theme]")
        assert "There is no theme “no-such-theme”." in self.output_of_failure(
            subtext, packed, url, second.root
        )

    def test_a_third_level_of_themes_changes_nothing(self, subtext, packed, url, second):
        second.replace("themes.yml", "broader: null", "broader: avoidance")
        assert self.output_of_failure(subtext, packed, url, second.root) == (
            "subtext: “avoidance” has a broader theme itself, and the hierarchy has one level. "
            "Nothing was changed.\n"
        )

    def test_an_integrity_error_is_one_sentence(self, subtext, packed, url, second):
        subtext("seed", second.root, SUBTEXT_DATABASE_URL=url)
        for name in ("scenes.yml", "quotes.yml", "commentary.yml"):
            second.file(name).unlink()
        text = second.file("sources.yml").read_text().splitlines(keepends=True)
        second.file("sources.yml").write_text("".join(text[:-8]))
        output = self.output_of_failure(subtext, packed, url, second.root)
        assert output.startswith("subtext: The database rejected the pack: ")
        assert output.count("\n") == 1

    def test_a_folder_without_a_pack_changes_nothing(self, subtext, packed, url, tmp_path):
        assert "There is no pack here" in self.output_of_failure(subtext, packed, url, tmp_path)

    def test_a_pack_with_warnings_is_loaded(self, subtext, url, second):
        second.replace("sources.yml", "kind: footer", "kind: body")
        result = subtext("seed", second.root, SUBTEXT_DATABASE_URL=url)
        assert result.exit_code == 0
        assert "warning" not in result.output

    def test_entries_of_the_database_may_be_referred_to(self, subtext, url, second):
        subtext("seed", SECOND, SUBTEXT_DATABASE_URL=url)
        for name in ("themes.yml", "sources.yml", "film.yml", "characters.yml", "scenes.yml"):
            second.file(name).unlink()
        for name in ("quotes.yml", "commentary.yml"):
            second.replace(name, "# ", "released_at: 2026-11-24T00:00:00Z\n# ")
        counts = {type_name: COUNTS[type_name] for type_name in ("quote", "commentary")}
        # Without film.yml they are additions to the film, which have other positions.
        for outcome in ("updated", "unchanged"):
            result = subtext("seed", second.root, SUBTEXT_DATABASE_URL=url)
            assert result.output.splitlines() == expected_lines(counts, outcome)

    def test_an_unmigrated_database_is_an_error(self, subtext, tmp_path):
        (tmp_path / "new.sqlite3").touch()
        result = subtext("seed", SECOND, SUBTEXT_DATABASE_URL=f"sqlite:///{tmp_path / 'new.sqlite3'}")
        assert result.exit_code == 1
        assert result.output.strip() == UNMIGRATED

    def test_an_unmigrated_postgresql_database_is_an_error(self, subtext, postgresql_engine):
        with postgresql_engine.fresh(None) as url:
            result = subtext("seed", SECOND, SUBTEXT_DATABASE_URL=url)
        assert result.exit_code == 1
        assert result.output.strip() == UNMIGRATED


class TestParagraphs:
    def test_they_are_printed_as_in_sources_yml(self, subtext, second):
        result = subtext("paragraphs", TEXT)
        assert result.exit_code == 0
        sources_yml = second.file("sources.yml").read_text()
        for line in result.output.splitlines():
            numbers = line.partition("word_count")[2] or line
            assert numbers in sources_yml

    def test_a_source_with_them_is_valid(self, subtext, second):
        head = second.file("sources.yml").read_text().partition("  sha256:")[0]
        paragraphs = "".join(f"  {line}\n" for line in subtext("paragraphs", TEXT).output.splitlines())
        second.file("sources.yml").write_text(head + paragraphs)
        assert [
            diagnostic.level for diagnostic in second.diagnostics(ESSAYS) if diagnostic.level == "error"
        ] == []

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

    def test_other_encodings_are_refused_in_one_sentence(self, subtext, tmp_path):
        (tmp_path / "text.txt").write_bytes(b"caf\xe9")
        result = subtext("paragraphs", tmp_path / "text.txt")
        assert result.exit_code == 1
        assert result.output == (
            f"subtext: {tmp_path / 'text.txt'}:1: The file is not encoded as UTF-8. The byte E9 in column 4 would be "
            "“é” in Latin-1. Save the file as UTF-8.\n"
        )

    @pytest.mark.parametrize("path", ["nowhere.txt", ESSAYS])
    def test_only_files_are_accepted(self, subtext, path):
        assert subtext("paragraphs", path).exit_code == 2


class TestProgress:
    def test_it_is_not_printed_without_a_terminal(self, subtext):
        assert "Checking" not in subtext("check", SECOND).output

    def test_a_copied_pack_has_the_same_output(self, subtext, tmp_path):
        copy = shutil.copytree(SECOND, tmp_path / "elsewhere")
        assert subtext("check", copy).output == subtext("check", SECOND).output
