"""The import of an export: the same content, history and redirects, on and across both databases."""

import json
import os
import shutil
from contextlib import closing

import pytest

from models.database import Database
from subtext_cli.preparation import prepare
from tests.api.writing.conftest import Editor, add_key, serving_app
from tests.cases import each
from tests.exports.exporting import read_index, run_export
from tests.models.history import epoch, generation
from tests.seeds.replication.edits import edit
from tests.seeds.replication.importing import run_import

#: What is a database's own.
OWN = ("epoch", "cursor", "changed_at")


@pytest.fixture(scope="session")
def edited(engine, tmp_path_factory):
    """The export of the pack after every kind of change, and the generation of its database."""
    folder = tmp_path_factory.mktemp("edited") / "export"
    with engine.fresh("pack") as url, closing(Database(url)) as database:
        with serving_app(database) as app:
            edit(Editor(app, database, add_key(database)))
        run_export(database, folder)
        yield folder, generation(database), epoch(database)


@pytest.fixture
def exported(edited, tmp_path):
    """A copy of that export, which a test may damage."""
    return shutil.copytree(edited[0], tmp_path / "first")


@pytest.fixture
def other(engine):
    """The URL of an empty, migrated database."""
    with engine.fresh() as url:
        yield url


def files(folder):
    """Return the bytes of the files that do not name the state of their database."""
    others = ("index.json", "croissant.json")
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in others}


def assert_equal_exports(first, second):
    assert files(first) == files(second)
    indexes = [read_index(folder) for folder in (first, second)]
    for index in indexes:
        for name in OWN:
            del index[name]
        index["files"] = [file for file in index["files"] if file["name"] != "croissant.json"]
    assert indexes[0] == indexes[1]


def imported(url, folder, target):
    """Import an export, and export it again."""
    code, output = run_import(url, folder)
    assert code == 0, output
    with closing(Database(url)) as database:
        return run_export(database, target)


class TestRoundTrip:
    def test_an_export_of_the_import_has_the_same_bytes(self, exported, other, tmp_path):
        assert_equal_exports(exported, imported(other, exported, tmp_path / "second"))

    def test_it_does_on_the_other_database_too(self, postgresql_engine, sqlite_engine, tmp_path, exported):
        for engine in (sqlite_engine, postgresql_engine):
            with engine.fresh() as url:
                target = tmp_path / url.partition(":")[0]
                assert_equal_exports(exported, imported(url, exported, target))

    def test_the_pack_does(self, packed, other, tmp_path):
        first = run_export(packed, tmp_path / "first")
        assert_equal_exports(first, imported(other, first, tmp_path / "second"))

    def test_the_start_of_a_server_changes_nothing(self, exported, other, tmp_path):
        code, output = run_import(other, exported)
        assert code == 0, output
        with closing(Database(other)) as database:
            before = generation(database)
            prepare(database)
            assert generation(database) == before
            assert_equal_exports(exported, run_export(database, tmp_path / "second"))

    def test_generations_go_on_in_another_epoch(self, edited, other):
        folder, number, own_epoch = edited
        run_import(other, folder)
        with closing(Database(other)) as imported_one:
            assert generation(imported_one) == number
            assert epoch(imported_one) != own_epoch


def replace_line(folder, name, change, is_wanted=lambda line: True):
    """Change the first wanted line of a file, and what the index says of the file."""
    import hashlib

    path, index = folder / name, read_index(folder)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    change(next(filter(is_wanted, lines)))
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    (file,) = [file for file in index["files"] if file["name"] == name]
    file |= {"bytes": path.stat().st_size, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    (folder / "index.json").write_text(json.dumps(index))


class TestRefusals:
    def test_a_database_with_content_is_left_as_it_is(self, exported, packed):
        before = generation(packed)
        code, output = run_import(packed.url.render_as_string(hide_password=False), exported)
        assert (code, generation(packed)) == (1, before)
        assert "has content already" in output

    def test_a_file_that_cannot_be_read_is_named(self, exported, other):
        (exported / "quotes.ndjson").unlink()
        (exported / "quotes.ndjson").mkdir()
        code, output = run_import(other, exported)
        assert (code, "quotes.ndjson: This is no file." in output) == (1, True), output

    @each("damage", ["cut", "changed", "missing", "no index", "other format"])
    def test_a_damaged_export_writes_nothing(self, exported, other, tmp_path, damage):
        folder = tmp_path / damage.replace(" ", "-")
        shutil.copytree(exported, folder)
        quotes, index = folder / "quotes.ndjson", folder / "index.json"
        match damage:
            case "cut":
                quotes.write_bytes(quotes.read_bytes()[:-10])
            case "changed":
                quotes.write_bytes(quotes.read_bytes().replace(b"e", b"a"))
            case "missing":
                quotes.unlink()
            case "no index":
                index.unlink()
            case "other format":
                index.write_text(index.read_text().replace("subtext-export/1", "subtext-export/9"))
        code, output = run_import(other, folder)
        assert code == 1
        assert ("index.json" if damage in ("no index", "other format") else "quotes.ndjson") in output
        with closing(Database(other)) as database:
            assert generation(database) == 0

    @each(
        ("name", "key", "value"),
        [
            ("revisions.ndjson", "number", 0),
            ("revisions.ndjson", "item_type", "poem"),
            ("revisions.ndjson", "pin", "1"),
            ("revisions.ndjson", "created_at", "yesterday"),
            ("revisions.ndjson", "editor", "a\x00b"),
            ("revisions.ndjson", "record", None),
            ("revisions.ndjson", "current_id", "../etc"),
            ("films.ndjson", "id", "nobody"),
            ("redirects.ndjson", "kind", "lost"),
        ],
    )
    def test_a_wrong_value_is_named(self, exported, other, name, key, value):
        folder = exported.with_name(f"{name}-{key}")
        shutil.copytree(exported, folder)
        replace_line(folder, name, lambda line: line.update({key: value}))
        code, output = run_import(other, folder)
        assert code == 1
        # An item without revisions has no line of its own.
        assert ("nobody" if value == "nobody" else key) in output
        with closing(Database(other)) as database:
            assert generation(database) == 0

    @each(("key", "value"), [("label", ""), ("citations", 5), ("citations", [5]), ("citations", {"a": []})])
    def test_content_that_the_create_schema_refuses_is_refused(self, exported, other, key, value):
        folder = shutil.copytree(exported, exported.with_name("copy"), dirs_exist_ok=True)
        change = lambda line: line["record"].update({key: value})  # noqa: E731
        replace_line(folder, "revisions.ndjson", change, lambda line: line["item_type"] == "quote")
        code, output = run_import(other, folder)
        assert (code, key in output) == (1, True), output

    def test_a_redirect_of_a_public_id_is_refused(self, exported, other):
        forged = {"id": "loneliness", "type": "theme", "kind": "withdrawn", "moved_to": None}
        replace_line(exported, "redirects.ndjson", lambda line: line.update(forged))
        code, output = run_import(other, exported)
        assert (code, "redirects.ndjson, line 1: id: Must be no id" in output) == (1, True), output

    def test_a_pipe_is_not_waited_for(self, exported, other):
        (exported / "revisions.ndjson").unlink()
        os.mkfifo(exported / "revisions.ndjson")
        code, output = run_import(other, exported)
        assert (code, "revisions.ndjson: This is no file" in output) == (1, True), output

    @each("text", ["[]", "null", '"text"', "5"])
    def test_an_index_is_an_object(self, exported, other, text):
        (exported / "index.json").write_text(text)
        code, output = run_import(other, exported)
        assert (code, "index.json: Must be a JSON object." in output) == (1, True), output

    def test_another_format_is_refused(self, packed, other, tmp_path):
        folder = run_export(packed, tmp_path / "tables", format_name="csv")
        code, output = run_import(other, folder)
        assert (code, "as after `subtext export --format ndjson`" in output) == (1, True), output
