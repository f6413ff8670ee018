"""``/v1/meta``: the release, the counts of content, and its generation."""

import tomllib
from importlib.metadata import version

import pytest

from api.app import create_app
from api.core.config import ROOT, Settings
from api.core.resource_registry import COLLECTION_PATHS
from api.core.version import VERSION
from models import Quote, Status
from models.revision import change_set
from openapi import PATH
from tests.lists import get_json, total
from tests.statements import selects, statements
from tests.storing import STORED

pytestmark = pytest.mark.any_database

QUOTE_ID = "her-2013-a-wife-without-the-challenges"


@pytest.fixture
def database_and_client(engine, make_app):
    """A database with the pack that the test may change, and a client of an app over it."""
    with engine.fresh("pack") as url, make_app(url) as app:
        yield app.extensions["database"], app.test_client()


def change(database, alter):
    with database.write_session() as session, change_set(session, "tester"):
        alter(Quote.by_slug(session, QUOTE_ID))


class TestMeta:
    def test_it_has_the_release(self, client):
        meta = get_json(client, "/v1/meta")
        assert list(meta) == ["type", "name", "version", "release", "build", "content", "links"]
        assert (meta["type"], meta["name"], meta["version"]) == ("meta", "Subtext", "v1")
        assert (meta["release"], meta["build"]) == (VERSION, None)

    def test_it_has_the_build_of_the_settings(self, engine):
        with engine.fresh("pack") as url:
            app = create_app(Settings(database_url=url, build="4e9f841"))
            assert get_json(app.test_client(), "/v1/meta")["build"] == "4e9f841"
            app.extensions["database"].close()

    def test_counts_are_the_totals_of_the_lists(self, anyone):
        counts = get_json(anyone, "/v1/meta")["content"]["counts"]
        assert counts == {path.rsplit("/", 1)[1]: total(anyone, path) for path in COLLECTION_PATHS.values()}
        assert counts["quotes"] > 0

    def test_it_and_the_index_link_to_each_other(self, client):
        base = "http://127.0.0.1:8000"
        assert get_json(client, "/v1")["links"]["meta"] == f"{base}/v1/meta"
        assert get_json(client, "/v1/meta")["links"] == {
            "index": f"{base}/v1",
            "openapi": f"{base}/v1/openapi.json",
            "docs": f"{base}/docs",
            "changelog": f"{base}/docs/changelog",
            "versioning": f"{base}/docs/guides/versioning",
            "snapshot": None,
        }

    def test_parameters_are_refused(self, client):
        assert client.get("/v1/meta?fields=release").status_code == 422

    def test_it_is_one_statement(self, app, client):
        with statements(app.extensions["database"].engine) as recorded:
            client.get("/v1/meta")
        assert len(selects(recorded)) == 1

    def test_both_databases_return_the_same_but_their_epochs(
        self, sqlite_engine, postgresql_engine, make_app
    ):
        responses = []
        for engine in (sqlite_engine, postgresql_engine):
            with engine.fresh("pack") as url, make_app(url) as app:
                responses.append(app.test_client().get("/v1/meta"))
        epochs = [response.get_json()["content"]["epoch"].encode() for response in responses]
        bodies = [
            response.data.replace(epoch, b"") for response, epoch in zip(responses, epochs, strict=True)
        ]
        assert bodies[0] == bodies[1]
        assert epochs[0] != epochs[1]
        assert [len(epoch) for epoch in epochs] == [16, 16]


class TestContent:
    def test_the_pack_has_its_release_time(self, client):
        content = get_json(client, "/v1/meta")["content"]
        assert (content["generation"], content["updated_at"]) == (1, "2026-11-30T00:00:00Z")

    def test_an_empty_database_has_no_time(self, engine, make_app):
        with engine.fresh() as url, make_app(url) as app:
            content = get_json(app.test_client(), "/v1/meta")["content"]
        assert (content["generation"], content["epoch"], content["updated_at"]) == (0, None, None)
        assert set(content["counts"].values()) == {0}

    def test_a_change_raises_the_generation_and_changes_the_etag(self, database_and_client):
        database, client = database_and_client
        before = client.get("/v1/meta")
        change(database, lambda line: setattr(line, "label", "Her verdict"))
        after = client.get("/v1/meta", headers={"If-None-Match": before.headers["ETag"]})
        assert after.status_code == 200
        earlier, later = before.get_json()["content"], after.get_json()["content"]
        assert (later["generation"], later["epoch"]) == (earlier["generation"] + 1, earlier["epoch"])
        assert later["updated_at"] > earlier["updated_at"]
        assert later["counts"] == earlier["counts"]

    @pytest.mark.parametrize(
        ("column", "value"), [("deleted_at", STORED), ("status", Status.DRAFT)], ids=["deleted", "withdrawn"]
    )
    def test_hiding_an_item_is_a_change_and_lowers_the_count(self, database_and_client, column, value):
        database, client = database_and_client
        before = get_json(client, "/v1/meta")["content"]
        change(database, lambda line: setattr(line, column, value))
        after = get_json(client, "/v1/meta")["content"]
        assert after["counts"] == before["counts"] | {"quotes": before["counts"]["quotes"] - 1}
        assert after["updated_at"] > before["updated_at"]


class TestRelease:
    def test_it_is_the_version_of_the_package_and_the_document(self):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
        assert "version" not in project["project"]
        assert version("subtext") == VERSION
        assert f'"version": "{VERSION}"' in PATH.read_text("utf-8")

    def test_its_major_version_is_that_of_the_path(self):
        assert VERSION.split(".")[0] == "1"
