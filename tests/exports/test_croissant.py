"""The description of an export in Croissant names its files and the values in them."""

import json

import pytest

from tests.exports.exporting import read_index, read_lines, run_export

pytestmark = pytest.mark.any_database


def test_it_describes_each_file_and_value(packed, tmp_path):
    folder = run_export(packed, tmp_path / "export")
    described = json.loads((folder / "croissant.json").read_bytes())
    files = {file["name"]: file for file in read_index(folder)["files"] if file["content"] == "items"}
    assert {each["contentUrl"]: each["sha256"] for each in described["distribution"]} == {
        name: file["sha256"] for name, file in files.items()
    }
    assert described["datePublished"] == read_index(folder)["changed_at"]
    assert len(described["recordSet"]) == len(files)
    for record_set in described["recordSet"]:
        item = read_lines(folder, f"{record_set['name']}.ndjson")[0]
        columns = {field["source"]["extract"]["column"]: field["dataType"] for field in record_set["field"]}
        assert columns["id"] == "sc:Text"
        assert columns["created_at"] == "sc:DateTime"
        for name, data_type in columns.items():
            expected = {"sc:Integer": int, "sc:Boolean": bool}.get(data_type, str)
            assert item[name] is None or isinstance(item[name], expected)
