"""An export appears at once and complete, or not at all; it never replaces anything else."""

import errno
import os
import signal
import subprocess
import sys

import pytest

from api.core.config import ROOT
from api.exports import folder as folders
from api.exports import ndjson
from tests.exports.exporting import read_index, run_export, start_export

pytestmark = pytest.mark.any_database


def refuse(database, folder):
    result = start_export(database, folder)
    assert result.exit_code == 1
    return str(result.exception) if isinstance(result.exception, SystemExit) else result.output


def test_an_empty_folder_and_an_earlier_export_are_replaced(packed, tmp_path):
    folder = tmp_path / "new" / "export"
    run_export(packed, folder)
    first = read_index(folder)
    (folder / "quotes.ndjson").write_text("damaged")
    run_export(packed, folder)
    assert read_index(folder) == first
    assert len((folder / "quotes.ndjson").read_bytes()) > 1000
    empty = tmp_path / "empty"
    empty.mkdir()
    run_export(packed, empty)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty", "new"]
    assert [path.name for path in folder.parent.iterdir()] == ["export"]


@pytest.mark.parametrize("content", [b"{}", b"[1]", b"no JSON", b'{"type": "export", "files": [1]}'])
def test_a_folder_with_other_things_is_refused(packed, tmp_path, content):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "index.json").write_bytes(content)
    assert f"{folder} has other things than an export, such as index.json." in refuse(packed, folder)
    assert (folder / "index.json").read_bytes() == content
    run_export(packed, tmp_path / "export")
    (tmp_path / "export" / "thesis.txt").write_text("mine")
    assert "such as thesis.txt" in refuse(packed, tmp_path / "export")
    assert (tmp_path / "export" / "thesis.txt").read_text() == "mine"


def test_a_file_is_refused(packed, tmp_path):
    file = tmp_path / "file"
    file.write_text("mine")
    assert f"{file} is no folder." in refuse(packed, file)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_failing_disk_leaves_what_was_there(packed, tmp_path, monkeypatch, code):
    folder = run_export(packed, tmp_path / "export")
    before = read_index(folder)
    calls = []

    def fail(descriptor):
        calls.append(descriptor)
        if len(calls) == 5:
            raise OSError(code, os.strerror(code))

    monkeypatch.setattr(folders.os, "fsync", fail)
    message = refuse(packed, folder)
    assert ("is full" in message) == (code == errno.ENOSPC)
    assert str(folder) in message
    assert [path.name for path in tmp_path.iterdir()] == ["export"]
    assert read_index(folder) == before


def test_an_error_leaves_nothing(packed, tmp_path, monkeypatch):
    def fail(session):
        raise KeyboardInterrupt

    monkeypatch.setattr(ndjson, "find_redirects", fail)
    assert start_export(packed, tmp_path / "export").exit_code == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 1)])
def test_a_signal_leaves_nothing(packed, tmp_path, number, status):
    """The process waits in the middle of an export for the signal. Click ends with 1 after Ctrl-C."""
    program = (
        # A process that was started in the background ignores Ctrl-C.
        "import signal, time; from api.exports import ndjson\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def wait(session):\n    print('waiting', flush=True)\n    time.sleep(60)\n"
        "ndjson.find_redirects = wait\n"
        "from subtext_cli.entry import main; main()"
    )
    url = packed.url.render_as_string(hide_password=False)
    folder = tmp_path / "export"
    with subprocess.Popen(
        [sys.executable, "-c", program, "export", "--format", "ndjson", str(folder)],
        env=os.environ | {"SUBTEXT_DATABASE_URL": url},
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        assert process.stdout.readline() == b"waiting\n"
        assert [path.name.endswith(".tmp") for path in tmp_path.iterdir()] == [True]
        process.send_signal(number)
        assert process.wait(timeout=30) == status
    assert list(tmp_path.iterdir()) == []


def test_an_older_schema_is_refused(engine, tmp_path):
    from models.database import Database

    with engine.fresh(None) as url:
        database = Database(url)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
            connection.commit()
        assert "Run `subtext migrate`" in refuse(database, tmp_path / "export")
        database.close()
    assert list(tmp_path.iterdir()) == []
