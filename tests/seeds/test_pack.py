"""Reading packs: entries, positions and times. Every error is a diagnostic with a line."""

import datetime as dt

import pytest
import yaml

from seeds import strict_yaml
from seeds.pack import read_pack
from seeds.yaml_nodes import NodeBuilder
from tests.cases import each
from tests.databases import SEEDS
from tests.seeds.packs import FILM, SECOND

RELEASED = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
THEME = "released_at: 2026-11-24T00:00:00Z\nsacrifice:\n  name: Sacrifice\n  definition: Giving up.\n"
MALFORMED = "An entry must be an id with a mapping of fields. Quote an id that YAML would read as a number."


def diagnostics(pack):
    return [
        (diagnostic.file.name, diagnostic.line, diagnostic.rule, diagnostic.message)
        for diagnostic in pack.diagnostics
    ]


def invalid_yaml(line, problem):
    return [("themes.yml", line, "yaml", f"Invalid YAML: {problem}.")]


class TestEntries:
    @pytest.fixture
    def pack(self, second):
        return read_pack(second.root)

    def test_every_file_is_read(self, pack):
        assert not pack.diagnostics
        counts = {
            type_name: len(pack.of_type(type_name)) for type_name in ("theme", "film", "source", "character")
        }
        assert counts == {"theme": 1, "film": 1, "source": 1, "character": 5}

    def test_positions_count_from_one_in_the_order_of_the_file(self, pack):
        scenes = pack.of_type("scene")
        assert [scene.position for scene in scenes] == list(range(1, len(scenes) + 1))
        assert scenes[0].slug == "casablanca-1942-an-evening-at-the-cafe"

    def test_an_entry_may_say_its_position_and_the_next_one_follows_it(self, second):
        second.replace("scenes.yml", "  title:", "  position: 7\n  title:", after=f"{FILM}-paris")
        scenes = read_pack(second.root).of_type("scene")
        assert [scene.position for scene in scenes] == [1, 2, 7, 8, 9, 10]
        assert "position" not in scenes[2].body

    @each("position", ["1", "two", "true", "2147483648", "null"])
    def test_a_position_does_not_go_back(self, second, position):
        text = second.file("scenes.yml").read_text("utf-8")
        line = second.replace(
            "scenes.yml", "  title:", f"  position: {position}\n  title:", after=f"{FILM}-paris"
        )
        message = (
            "The position must be an integer between 2 and 2147483647: entries are in the order of the film. "
            "Leave it out if the entry comes right after the one above."
        )
        assert diagnostics(read_pack(second.root)) == [("scenes.yml", line, "position", message)]
        second.file("scenes.yml").write_text(text, "utf-8")

    def test_an_entry_has_the_line_of_its_id(self, pack, second):
        paris = next(entry for entry in pack.entries if entry.slug == "casablanca-1942-paris")
        assert paris.line == second.line("scenes.yml", "casablanca-1942-paris:")

    def test_a_diagnostic_has_its_line_inside_the_entry(self, pack, second):
        paris = next(entry for entry in pack.entries if entry.slug == "casablanca-1942-paris")
        diagnostic = paris.diagnostic("x", "y", "appearances", 1, "presence")
        assert diagnostic.line == second.line("scenes.yml", "ilsa, presence", after="casablanca-1942-paris:")

    def test_the_film_is_implied_by_the_folder(self, pack):
        bound = [entry for entry in pack.entries if entry.type_name in ("scene", "quote", "commentary")]
        assert {entry.body["film"] for entry in bound} == {FILM}
        assert "film" not in pack.of_type("film")[0].body

    def test_dates_and_numbers_are_those_of_json(self, themes):
        pack = themes(THEME + "  on: 2020-02-03\n  count: 0x10\n  share: 1.5\n  huge: 0x" + "f" * 5000)
        body = pack.of_type("theme")[0].body
        assert (body["on"], body["count"], body["share"]) == ("2020-02-03", 16, 1.5)
        assert body["huge"] == float("inf")
        assert [type(body[name]) for name in ("on", "count", "share")] == [str, int, float]

    def test_only_the_requested_types_are_read(self, second):
        second.append("film.yml", "a: [\n")
        pack = read_pack(second.root, types=("theme", "source"))
        assert not pack.diagnostics
        assert {entry.type_name for entry in pack.entries} == {"theme", "source"}

    def test_several_roots_make_one_pack(self, second, tmp_path):
        (tmp_path / "themes.yml").write_text(THEME)
        pack = read_pack(tmp_path, second.root)
        assert [entry.slug for entry in pack.of_type("theme")] == ["sacrifice", "sacrifice"]
        assert pack.of_type("theme")[0].file != pack.of_type("theme")[1].file


class TestReleasedAt:
    def test_everything_of_a_film_has_the_time_in_film_yml(self, second):
        assert {entry.released_at for entry in read_pack(second.root).entries} == {RELEASED}

    def test_a_file_may_have_its_own_and_the_next_file_has_the_films_again(self, second):
        second.replace("scenes.yml", "# Scenes", "released_at: 2027-01-01T00:00:00Z\n# Scenes")
        pack = read_pack(second.root)
        assert {entry.released_at.year for entry in pack.of_type("scene")} == {2027}
        assert {entry.released_at.year for entry in pack.of_type("quote")} == {2026}

    def test_an_entry_may_have_its_own(self, second):
        second.replace("scenes.yml", "title: Paris", "title: Paris\n  released_at: 2027-01-01T00:00:00Z")
        entries = read_pack(second.root).of_type("scene")
        late = [entry.slug for entry in entries if entry.released_at != RELEASED]
        assert late == ["casablanca-1942-paris"]
        assert not [entry for entry in entries if "released_at" in entry.body]

    @each(
        "timestamp",
        [
            "2026-11-24T00:00:00Z",
            "2026-11-24 00:00:00",
            "2026-11-24T02:00:00+02:00",
            '"2026-11-24T00:00:00Z"',
            "2026-11-23T23:00:00.9-01:00",
        ],
    )
    def test_a_time_is_utc_to_the_second(self, themes, timestamp):
        pack = themes(THEME.replace("2026-11-24T00:00:00Z", timestamp))
        assert not pack.diagnostics
        assert pack.entries[0].released_at == RELEASED

    @each("timestamp", ["soon", "2026-11-24", "0001-01-01T00:00:00+14:00", "[1]", "{a: b}", "null", "12"])
    def test_an_invalid_timestamp_is_an_error_at_its_line(self, themes, timestamp):
        pack = themes("# When.\n" + THEME.replace("2026-11-24T00:00:00Z", timestamp))
        message = "A timestamp looks like 2026-11-23T00:00:00Z."
        assert diagnostics(pack) == [("themes.yml", 2, "released-at", message)]

    def test_an_invalid_timestamp_in_an_entry_is_an_error_at_its_line(self, themes):
        pack = themes(THEME + "  released_at: soon\n")
        assert str(pack.diagnostics[0]).endswith(
            "themes.yml:5: error [released-at] sacrifice: A timestamp looks like 2026-11-23T00:00:00Z."
        )

    def test_a_vocabulary_without_one_is_an_error(self, themes):
        message = "The file has no release date. Add released_at at the top. A timestamp looks like 2026-11-23T00:00:00Z."
        assert diagnostics(themes(THEME.partition("\n")[2])) == [("themes.yml", 1, "released-at", message)]

    def test_a_film_without_one_is_a_single_error(self, second):
        second.replace("film.yml", "released_at: 2026-11-24T00:00:00Z\n", "")
        results = diagnostics(read_pack(second.root))
        assert [row[:3] for row in results] == [("film.yml", 1, "released-at")]

    def test_without_a_film_yml_each_file_lacks_its_own(self, second):
        second.file("film.yml").unlink()
        found = diagnostics(read_pack(second.root))
        # The scenes have no positions, for they were not written as additions to a film.
        assert {row[:3:2] for row in found} == {
            *(
                (name, "released-at")
                for name in ("characters.yml", "scenes.yml", "quotes.yml", "commentary.yml")
            ),
            ("scenes.yml", "position"),
            ("casablanca-1942", "pack"),
        }


class TestForm:
    def test_an_empty_file_lacks_only_its_header(self, themes):
        assert [diagnostic[1:3] for diagnostic in diagnostics(themes(""))] == [(1, "released-at")]

    def test_a_header_alone_is_a_file(self, themes):
        pack = themes("released_at: 2026-11-24T00:00:00Z\n")
        assert not pack.diagnostics
        assert not pack.entries

    @each("entry", ["lost: just text", "lost:", "lost: [a, b]", "lost: 3"])
    def test_an_entry_that_is_not_a_mapping_is_an_error(self, themes, entry):
        pack = themes(THEME + entry + "\n")
        assert diagnostics(pack) == [("themes.yml", 5, "form", MALFORMED)]
        assert [entry.slug for entry in pack.entries] == ["sacrifice"]

    @each("key", ["1984", "true", "null", "2026-11-24", "1.5", "0x" + "f" * 300])
    def test_a_key_that_is_not_a_string_is_an_error(self, themes, key):
        assert diagnostics(themes(f"{THEME}{key}: {{name: x}}\n")) == [("themes.yml", 5, "form", MALFORMED)]

    def test_a_key_that_is_a_very_long_number_is_an_error(self, themes):
        pack = themes(f"{THEME}? 0x{'f' * 5000}\n: {{name: x}}\n")
        assert str(pack.diagnostics[0]).endswith(f"error [form] (a number): {MALFORMED}")

    def test_a_long_key_is_shortened_in_the_diagnostic(self, themes):
        pack = themes(f"{THEME}? {'long ' * 1000}\n: 1\n")
        assert len(pack.diagnostics[0].entry) == 81

    def test_a_byte_order_mark_and_windows_line_ends_are_accepted(self, themes):
        pack = themes(b"\xef\xbb\xbf" + THEME.replace("\n", "\r\n").encode())
        assert not pack.diagnostics
        assert pack.entries[0].line == 2


class TestUnreadable:
    @each(
        ("content", "line", "problem"),
        [
            ("a: [b,\n\nc: d\n", 4, "expected ',' or ']', but got '<stream end>'"),
            ("a: b\n c: d\n", 2, "mapping values are not allowed here"),
            (
                "a: b\n\t- c\n",
                2,
                "found character '\\t' that cannot start any token. Indent with spaces. Tabs are not allowed",
            ),
            ("- a\n- b\n", 1, "the file must be a mapping from ids to entries"),
            ("just text", 1, "the file must be a mapping from ids to entries"),
            (
                "a: {}\n---\nb: {}\n",
                2,
                "but found another document. A file is one document. Remove this line",
            ),
            ("a: {}\nb: \x00\n", 2, "the character U+0000 is not allowed"),
            ("a: {}\n\nb: \x1b[2J\n", 3, "the character U+001B is not allowed"),
            ("a: {}\nb: 2026-02-30\n", 2, "day is out of range for month"),
            ("a: {}\n? [b, c]\n: d\n", 2, "a key must be a string, not a list or a mapping"),
            ("a: {}\n? {b: c}\n: d\n", 2, "a key must be a string, not a list or a mapping"),
        ],
    )
    def test_invalid_yaml_is_reported_at_its_line(self, themes, content, line, problem):
        assert diagnostics(themes(content)) == invalid_yaml(line, problem)

    @each(("key", "line"), [("sacrifice", "sacrifice: {}\n"), ("name", "  name: Again\n")])
    def test_a_duplicate_key_is_reported_at_its_second_line(self, themes, key, line):
        pack = themes(THEME + line)
        assert diagnostics(pack) == [
            ("themes.yml", 5, "duplicate", f"The key “{key}” occurs more than once.")
        ]

    @each(
        ("content", "line", "problem"),
        [
            ("a: {}\nb: !!python/object/apply:os.system [ls]\n", 2, "tags are not allowed"),
            ("a: {}\nb: !!set {c, d}\n", 2, "tags are not allowed"),
            ("a: {}\nb: ! c\n", 2, "tags are not allowed"),
            ("a: &x {}\nb: *x\n", 1, "anchors and aliases are not allowed; repeat the value instead"),
            ("a: &x\n  b: *x\n", 1, "anchors and aliases are not allowed; repeat the value instead"),
            ("a: {}\nb: *x\n", 2, "anchors and aliases are not allowed; repeat the value instead"),
            ("a: {}\nb: {<<: {c: d}}\n", 2, "merge keys are not allowed; repeat the values instead"),
            ("%YAML 1.1\n---\na: yes\n", 1, "directives are not allowed"),
            ("a: {}\n%YAML 3.0\n", 2, "directives are not allowed"),
            ("%TAG ! tag:x,2026:\n---\na: {}\n", 1, "directives are not allowed"),
        ],
    )
    def test_only_plain_yaml_is_accepted(self, themes, content, line, problem):
        assert diagnostics(themes(content)) == invalid_yaml(line, problem)

    def test_a_billion_laughs_attack_is_refused_at_the_first_anchor(self, themes):
        laughs = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 40)]
        pack = themes("\n".join(["l0: &l0 [lol]", *laughs]))
        assert diagnostics(pack) == invalid_yaml(
            1, "anchors and aliases are not allowed; repeat the value instead"
        )

    @each("opening", ["[", "{a: ", "\n- "])
    def test_nesting_is_limited(self, themes, opening):
        content = "a: " + opening * 100_000 if opening != "\n- " else "a:\n" + "- " * 100_000
        assert diagnostics(themes(content)) == invalid_yaml(
            2 if opening == "\n- " else 1, "it is nested more than 20 levels deep"
        )

    def test_a_number_with_thousands_of_digits_is_reported_at_its_line(self, themes):
        results = diagnostics(themes(f"a: {{}}\nb: {'1' * 5000}\n"))
        assert results[0][1:3] == (2, "yaml")

    def test_the_file_size_is_limited(self, themes, monkeypatch):
        monkeypatch.setattr(strict_yaml, "MAX_BYTES", 100)
        assert not themes(THEME[:100].ljust(100)).diagnostics
        assert diagnostics(themes(THEME.ljust(101))) == invalid_yaml(1, "the file is larger than 100 bytes")

    def test_the_other_files_are_read_despite_a_broken_one(self, second):
        second.append("quotes.yml", "a: [\n")
        pack = read_pack(second.root)
        assert [diagnostic.file.name for diagnostic in pack.diagnostics] == ["quotes.yml"]
        assert pack.of_type("commentary")
        assert not pack.of_type("quote")

    def test_a_broken_film_yml_is_a_single_error(self, second):
        second.append("film.yml", "a: [\n")
        assert [diagnostic[:3:2] for diagnostic in diagnostics(read_pack(second.root))] == [
            ("film.yml", "yaml")
        ]


def lines(node):
    """Return a node with the line of each key and item."""
    if isinstance(node, strict_yaml.Mapping):
        return {key: (node.lines[key], lines(value)) for key, value in node.items()}
    if isinstance(node, strict_yaml.Sequence):
        return [(line, lines(value)) for line, value in zip(node.lines, node, strict=True)]
    return type(node), node


def by_ruamel(text):
    return lines(strict_yaml._parse_with_messages(text, text.split("\n")))


def by_libyaml(text):
    assert not strict_yaml.READ_DIFFERENTLY.search(text)
    return lines(NodeBuilder(text, yaml.CSafeLoader(text).get_event).build())


class TestTwoParsers:
    """Files are parsed by libyaml where it reads the same as ruamel.yaml, which words the messages."""

    @each("path", sorted(path for root in (SEEDS, SECOND) for path in root.rglob("*.yml")))
    def test_files_are_read_alike_by_both(self, path):
        text = path.read_text("utf-8")
        assert by_libyaml(text) == by_ruamel(text)

    @each(
        "text",
        [
            "a: >\n  folded\n  text\n\n    more\n  end\n\nb: |+\n  kept\n\n",
            "a: >-\n  one\n  two\n# A comment.\nb: |\n  x # no comment\n",
            "a: [1, 0x1F, 0o17, 1_000, 08, -1, +1, 1:30, 1e3, .5, -.inf, ~, '', \"\", null, Null, nULL]",
            "a: {b: yes, c: True, d: off, e: 2026-11-23, f: 2026-11-23T01:02:03Z, h: <<}",
            "a: 'it''s'\nb: \"tab\\t \\u00e9 \\\n  joined\"\nc: http://a.b/#c\nd: a:b\n",
            "a:\n- - b\n  -\n-\n-  c: d\n   e:\n",
            "? a\n: b\n? c\n\n# End.\n",
            "a: ¿qué? “x” — 日本 😀\n",
        ],
    )
    def test_values_and_lines_are_the_same(self, text):
        assert by_libyaml(text) == by_ruamel(text)

    @each("text", ["=1:30, \t", "a: b\n\t\n", "a: |2# c\n", "a: >-#\n  b\n", "a:\n...\n\n...\n"])
    def test_what_they_read_differently_is_read_by_ruamel(self, text):
        def result(parse):
            try:
                return parse(text)
            except strict_yaml.Unreadable as error:
                return error.line, str(error)

        assert result(lambda text: lines(strict_yaml._parse(text.split("\n")))) == result(by_ruamel)

    def test_errors_of_the_syntax_come_before_those_of_values(self, themes):
        pack = themes("a: {}\nb: {c: 2026-02-30}\na: {}\nd: [\n")
        assert diagnostics(pack)[0][1:3] == (5, "yaml")
        assert diagnostics(themes("b: {c: 2026-02-30}\na: {}\na: {}\n"))[0][1:3] == (3, "duplicate")


class TestFolders:
    @each("folder", ["", "films", "films/casablanca-1942"])
    def test_a_folder_without_a_pack_is_an_error(self, tmp_path, folder):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        message = "There is no pack here: no vocabularies and no films/<film>/film.yml."
        assert diagnostics(read_pack(tmp_path)) == [(tmp_path.name, 1, "pack", message)]

    def test_a_missing_folder_is_an_error(self, tmp_path):
        assert [diagnostic[2] for diagnostic in diagnostics(read_pack(tmp_path / "nowhere"))] == ["pack"]

    def test_paths_are_relative_to_the_current_folder(self, second, monkeypatch):
        monkeypatch.chdir(second.root)
        second.append("film.yml", "a: [\n")
        assert str(read_pack(second.root).diagnostics[0].file) == f"films/{FILM}/film.yml"
