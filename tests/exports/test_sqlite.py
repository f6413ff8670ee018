"""The export as an SQLite file has a table of each type and of each list, and nothing that is not public."""

from contextlib import closing

import pytest
import yaml

from models import RESOURCES
from models.sqlite_driver import sqlite
from tests.api.past import past_of
from tests.exports.changed_content import change_everything
from tests.exports.exporting import read_index, read_lines, run_export


@pytest.fixture
def changed(database):
    with past_of(database) as past:
        change_everything(past)
        yield past


def query(folder, sql):
    with closing(sqlite.connect(f"file:{folder / 'export.sqlite3'}?mode=ro", uri=True)) as connection:
        return connection.execute(sql).fetchall()


def test_it_has_what_the_api_returns(changed, tmp_path):
    lines = run_export(changed.database, tmp_path / "ndjson")
    folder = run_export(changed.database, tmp_path / "sqlite", "sqlite")
    for model in RESOURCES:
        items = read_lines(lines, f"{model.__tablename__}.ndjson")
        rows = query(folder, f"SELECT id, label, revision, updated_at FROM {model.__tablename__}")
        names = ("id", "label", "revision", "updated_at")
        assert rows == [tuple(item[name] for name in names) for item in items]
    assert query(folder, "SELECT scene_id, speaker_id FROM quotes WHERE id LIKE '%light-on'") == [
        ("the-lamp-1950-storm", "the-lamp-1950-keeper")
    ]
    assert query(folder, "SELECT * FROM quote_themes") == [("the-lamp-1950-light-on", 1, "light")]
    assert query(folder, "SELECT * FROM quote_citations") == [
        ("the-lamp-1950-light-on", 1, "on-the-lamp", "[2]")
    ]
    assert query(folder, "SELECT * FROM theme_related ORDER BY theme_id") == [
        ("dark", 1, "light"),
        ("light", 1, "dark"),
    ]
    assert query(folder, "PRAGMA foreign_key_check") == []
    assert query(folder, "PRAGMA integrity_check") == [("ok",)]


def test_it_is_one_file_that_needs_no_other(changed, tmp_path):
    folder = run_export(changed.database, tmp_path / "sqlite", "sqlite")
    assert query(folder, "PRAGMA journal_mode") == [("delete",)]
    names = {path.name for path in folder.iterdir()}
    assert names == {"index.json", "export.sqlite3", "metadata.yml"}
    assert [file["name"] for file in read_index(folder)["files"]] == ["export.sqlite3", "metadata.yml"]


def test_nothing_that_is_not_public_is_in_its_bytes(changed, tmp_path):
    for name in ("sqlite", "csv"):
        folder = run_export(changed.database, tmp_path / name, name)
        plain = [path for path in folder.iterdir() if path.suffix != ".gz"]
        assert [path.name for path in plain if b"unseen" in path.read_bytes()] == []
        assert any(b"Leave" in path.read_bytes() for path in plain)


def test_the_metadata_describes_every_table_and_column(changed, tmp_path):
    folder = run_export(changed.database, tmp_path / "sqlite", "sqlite")
    described = yaml.safe_load((folder / "metadata.yml").read_text("utf-8"))["databases"]["export"]["tables"]
    tables = query(folder, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    assert {name for (name,) in tables} == set(described)
    for name, about in described.items():
        columns = {row[1] for row in query(folder, f'PRAGMA table_info("{name}")')}
        assert about["description"]
        assert set(about.get("columns", ())) <= columns
        assert set(about.get("facets", ())) <= columns
