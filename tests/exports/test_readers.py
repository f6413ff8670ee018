"""Programs of others read exports: Datasette the SQLite file, and mlcroissant the description in Croissant."""

import json
import os
import subprocess

import pytest

from api.core.config import ROOT
from models import RESOURCES
from tests.conftest import skip_test
from tests.exports.exporting import read_lines, run_export

pytestmark = [pytest.mark.any_database, pytest.mark.nightly]

#: The environment with the packages of requirements-datasets.txt.
BINARIES = ROOT / "build" / "datasets" / "bin"
READ_RECORDS = """
import json, sys
import mlcroissant
dataset = mlcroissant.Dataset(jsonld=sys.argv[1])
sets = [each.name for each in dataset.metadata.record_sets]
print(json.dumps({name: [record[f"{name}/id"].decode() for record in dataset.records(name)] for name in sets}))
"""


def run_reader(program, *arguments):
    """Run a program of the environment; return its standard output."""
    if not (BINARIES / program).exists():
        skip_test("because the readers of exports are not installed (make build/datasets/.installed).")
    result = subprocess.run(
        [BINARIES / program, *arguments],
        env=os.environ | {"HOME": str(BINARIES.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_datasette_shows_the_tables_with_their_descriptions(packed, tmp_path):
    folder = run_export(packed, tmp_path / "sqlite", "sqlite")
    arguments = [str(folder / "export.sqlite3"), "--metadata", str(folder / "metadata.yml"), "--get"]
    quotes = json.loads(run_reader("datasette", *arguments, "/export/quotes.json?_labels=on&_shape=array"))
    assert len(quotes) == 29
    # Foreign keys have the labels of what they refer to.
    assert quotes[0]["film_id"] == {"value": "her-2013", "label": "Her (2013)"}
    page = run_reader("datasette", *arguments, "/export/quotes")
    assert "The quotes of the service." in page
    assert "<dt>word_count</dt><dd>The number of words" in page


def test_mlcroissant_validates_the_description_and_loads_every_item(packed, tmp_path):
    folder = run_export(packed, tmp_path / "ndjson")
    description = str(folder / "croissant.json")
    run_reader("mlcroissant", "validate", "--jsonld", description)
    loaded = json.loads(run_reader("python", "-c", READ_RECORDS, description))
    assert loaded == {
        model.__tablename__: [item["id"] for item in read_lines(folder, f"{model.__tablename__}.ndjson")]
        for model in RESOURCES
    }
