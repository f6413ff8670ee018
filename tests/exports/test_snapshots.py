"""Snapshots: made by a command, listed and downloaded over HTTP, and gone after a purge."""

import os
import shutil
from contextlib import contextmanager

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from api.app import create_app
from api.core.config import Settings
from api.exports.snapshots import LOCK, Snapshot, find_snapshots
from api.resources.service import snapshots as routes
from models import ContentGeneration, Theme
from subtext_cli.snapshot import snapshot
from tests.conftest import STATEMENT_SECONDS
from tests.exports.exporting import read_index
from tests.purging import run_purge


def make(database, folder):
    """Run the command; return its output."""
    url = database.url.render_as_string(hide_password=False)
    environment = {"SUBTEXT_DATABASE_URL": url, "SUBTEXT_SNAPSHOTS": str(folder)}
    result = CliRunner().invoke(snapshot, [], env=environment)
    assert result.exit_code == 0, result.output or result.exception
    return result.output


def change(database, label):
    with database.write_session() as session:
        Theme.by_slug(session, "avoidance").assign({"label": label})


@contextmanager
def client_of(database, folder, **settings):
    url = database.url.render_as_string(hide_password=False)
    app = create_app(
        Settings(database_url=url, statement_seconds=STATEMENT_SECONDS, snapshots=folder, **settings)
    )
    yield app.test_client()
    app.extensions["database"].close()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "snapshots"


@pytest.fixture
def client(packed, folder):
    with client_of(packed, folder, cache_bytes=0) as client:
        yield client


def newest(client):
    """Return the path of the newest snapshot."""
    return client.get("/v1/snapshots").get_json()["data"][0]["url"].removeprefix("http://127.0.0.1:8000")


class TestMaking:
    def test_a_state_has_one_snapshot_and_the_newest_two_are_kept(self, packed, folder):
        assert "Wrote" in make(packed, folder)
        assert "Nothing to do" in make(packed, folder)
        first = find_snapshots(folder)
        for label in ("First", "Second"):
            change(packed, label)
            make(packed, folder)
        found = find_snapshots(folder)
        assert [each.generation for each in found] == [first[0].generation + 2, first[0].generation + 1]
        assert {path.name for path in folder.iterdir()} == {LOCK, *map(str, found)}

    def test_what_a_killed_maker_left_is_deleted(self, packed, folder):
        unfinished = folder / ".abc.tmp"
        unfinished.mkdir(parents=True)
        make(packed, folder)
        assert not unfinished.exists()

    @pytest.mark.any_database
    def test_only_one_process_makes_snapshots(self, packed, folder):
        import fcntl

        folder.mkdir()
        with (folder / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            assert "another process makes it" in make(packed, folder)
        assert find_snapshots(folder) == []

    def test_an_empty_database_has_none(self, database, folder):
        assert "Nothing to do" in make(database, folder)

    @pytest.mark.any_database
    def test_the_setting_is_needed(self, packed):
        result = CliRunner().invoke(snapshot, [], env={"SUBTEXT_SNAPSHOTS": ""})
        assert "SUBTEXT_SNAPSHOTS" in str(result.exception)


class TestList:
    def test_the_newest_is_first_and_linked(self, packed, folder, client):
        assert client.get("/v1/snapshots").get_json() == {"data": []}
        assert client.get("/v1/meta").get_json()["links"]["snapshot"] is None
        make(packed, folder)
        change(packed, "Other")
        make(packed, folder)
        data = client.get("/v1/snapshots").get_json()["data"]
        meta = client.get("/v1/meta").get_json()
        content = meta["content"]
        assert data[0]["id"] == f"{content['epoch']}-{content['generation']}"
        assert meta["links"]["snapshot"] == data[0]["url"]
        assert [each["generation"] for each in data] == [content["generation"], content["generation"] - 1]
        assert client.get("/v1").get_json()["links"]["snapshots"].endswith("/v1/snapshots")
        index = client.get(newest(client)).get_json()
        assert data[0]["changed_at"] == index["changed_at"]
        assert data[0]["bytes"] == sum(file.get("gzip", file)["bytes"] for file in index["files"])

    @pytest.mark.any_database
    def test_without_the_setting_it_is_empty(self, packed):
        with client_of(packed, None) as client:
            assert client.get("/v1/snapshots").get_json() == {"data": []}
            assert client.get("/v1/snapshots/0123456789abcdef-1").status_code == 404

    @pytest.mark.any_database
    def test_a_cached_list_is_renewed(self, packed, folder, monkeypatch):
        """A snapshot is made without a change of content, which is what empties the cache."""
        monkeypatch.setattr(routes, "MAX_AGE", 0)
        with client_of(packed, folder) as client:
            assert client.get("/v1/snapshots").get_json() == {"data": []}
            make(packed, folder)
            assert len(client.get("/v1/snapshots").get_json()["data"]) == 1


class TestFiles:
    def test_every_file_of_the_index_can_be_downloaded(self, packed, folder, client):
        make(packed, folder)
        path = newest(client)
        index = client.get(path).get_json()
        made = folder / path.rpartition("/")[2]
        assert index == read_index(made)
        for file in index["files"]:
            for about in (file, file.get("gzip", file)):
                response = client.get(f"{path}/{about['name']}")
                assert response.data == (made / about["name"]).read_bytes()
                assert response.headers["Cache-Control"] == "public, max-age=86400, immutable"
                head = client.head(f"{path}/{about['name']}")
                assert int(head.headers["Content-Length"]) == about["bytes"]
                tag = {"If-None-Match": response.headers["ETag"]}
                assert client.get(f"{path}/{about['name']}", headers=tag).status_code == 304
        assert client.get(f"{path}/").headers["Location"] == f"http://127.0.0.1:8000{path}"
        assert client.get(f"{path}/index.json").get_json() == index

    @pytest.mark.any_database
    @pytest.mark.parametrize(
        ("requested", "part"),
        [
            ("bytes=0-9", slice(0, 10)),
            ("bytes=10-", slice(10, None)),
            ("bytes=-7", slice(-7, None)),
            ("bytes=5-99999999", slice(5, None)),
        ],
    )
    def test_a_part(self, packed, folder, client, requested, part):
        make(packed, folder)
        path = f"{newest(client)}/themes.ndjson"
        whole = client.get(path)
        response = client.get(path, headers={"Range": requested})
        expected = whole.data[part]
        start = whole.data.index(expected) if part.start >= 0 else len(whole.data) - 7
        assert (response.status_code, response.data) == (206, expected)
        assert response.headers["Content-Range"] == (
            f"bytes {start}-{start + len(expected) - 1}/{len(whole.data)}"
        )
        same = {"Range": requested, "If-Range": whole.headers["ETag"]}
        assert client.get(path, headers=same).status_code == 206
        assert client.get(path, headers=same | {"If-Range": '"other"'}).data == whole.data

    @pytest.mark.any_database
    @pytest.mark.parametrize("requested", ["bytes=9-2", "bytes=x", "bytes=-", "bytes=0-1,4-5", "bytes=-0"])
    def test_another_range_is_ignored(self, packed, folder, client, requested):
        make(packed, folder)
        response = client.get(f"{newest(client)}/themes.ndjson", headers={"Range": requested})
        assert (response.status_code, response.data[:1]) == (200, b"{")

    @pytest.mark.any_database
    def test_a_long_file_is_downloaded_in_parts(self, packed, folder, client, monkeypatch):
        monkeypatch.setattr(routes, "MAX_BODY_BYTES", 10_000)
        make(packed, folder)
        path = newest(client)
        whole = (folder / path.rpartition("/")[2] / "themes.ndjson").read_bytes()
        refused = client.get(f"{path}/themes.ndjson")
        assert refused.status_code == 400
        assert "Range: bytes=0-9999" in refused.get_json()["detail"]
        received = b""
        while len(received) < len(whole):
            response = client.get(f"{path}/themes.ndjson", headers={"Range": f"bytes={len(received)}-"})
            assert response.status_code == 206
            assert 0 < len(response.data) <= 10_000
            received += response.data
        assert received == whole

    @pytest.mark.any_database
    def test_nothing_else_is_served(self, packed, folder, client):
        make(packed, folder)
        (folder / "secret.txt").write_text("secret")
        path = newest(client)
        (folder / path.rpartition("/")[2] / "secret.txt").write_text("secret")
        for name in ("secret.txt", "..%2fsecret.txt", "../secret.txt", ".lock", "%2e%2e%2fsecret.txt", ""):
            response = client.get(f"{path}/{name}")
            assert b"secret" not in response.data.replace(b"secret.txt", b"")
        for name in (".lock", "..", "secret.txt", "0-1", "0123456789ABCDEF-1", "x" * 500):
            assert client.get(f"/v1/snapshots/{name}").status_code == 404


class TestPurge:
    def test_a_snapshot_from_before_a_purge_is_gone_at_once(self, packed, folder, monkeypatch):
        # Otherwise the list would be cached for a minute.
        monkeypatch.setattr(routes, "MAX_AGE", 0)
        make(packed, folder)
        kept = folder.with_name("forgotten")
        shutil.copytree(folder, kept)
        with client_of(packed, folder) as client, client_of(packed, kept) as forgetful:
            paths = [newest(client), f"{newest(client)}/themes.ndjson.gz"]
            for path in paths:
                assert client.get(path).status_code == forgetful.get(path).status_code == 200
            monkeypatch.setenv("SUBTEXT_SNAPSHOTS", str(folder))
            quote = "her-2013-a-growing-collective-desire"
            assert "Deleted" in run_purge(packed, "quote", quote, "--leave-references")
            assert find_snapshots(folder) == []
            assert len(find_snapshots(kept)) == 1
            for each in (client, forgetful):
                assert [each.get(path).status_code for path in paths] == [410, 410]
                assert each.get("/v1/snapshots").get_json() == {"data": []}
            # The next one has no word of it, and is served again.
            assert "Deleted" in make(packed, kept)
            assert forgetful.get(newest(forgetful)).status_code == 200

    def test_a_snapshot_of_another_history_is_gone(self, packed, folder, client):
        make(packed, folder)
        path = newest(client)
        with packed.write_session() as session:
            session.connection().execute(update(ContentGeneration).values(epoch="0" * 16))
        assert client.get(path).status_code == 410
        make(packed, folder)
        assert [each.epoch for each in find_snapshots(folder)] == ["0" * 16]

    def test_a_snapshot_of_the_future_is_gone(self, packed, folder, client):
        make(packed, folder)
        (found,) = find_snapshots(folder)
        future = Snapshot(found.epoch, found.generation + 1)
        os.rename(folder / str(found), folder / str(future))
        assert client.get(f"/v1/snapshots/{future}").status_code == 410
