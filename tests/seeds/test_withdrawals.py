"""What a pack takes back: 410 with the reason, or a redirect, whether a database had the entry or not."""

import re

import pytest

from api.app import create_app
from api.core.config import Settings
from models import ContentGeneration
from tests.exports.exporting import read_lines, run_export
from tests.seeds.packs import CLAIM, FILM, REASON, load_packs, remove, rename, withdraw

PARIS = f"{FILM}-paris"


@pytest.fixture
def client_of():
    """A function that returns a client over a database."""
    apps = []

    def create(database):
        url = database.url.render_as_string(hide_password=False)
        apps.append(create_app(Settings(database_url=url, cache_bytes=0)))
        return apps[-1].test_client()

    yield create
    for app in apps:
        app.extensions["database"].close()


@pytest.fixture(params=["seeded before", "fresh"])
def withdrawn(request, packed, second, client_of):
    """A client over a database whose pack withdraws a claim and renames a scene."""
    if request.param == "seeded before":
        load_packs(packed, second.root)
    remove(second, "commentary.yml", CLAIM)
    renamed = f"{PARIS}-before-the-war"
    for path in (second.root / "films" / FILM).glob("*.yml"):
        path.write_text(re.sub(rf"{PARIS}(?![a-z-])", renamed, path.read_text("utf-8")), "utf-8")
    withdraw(second, CLAIM)
    withdraw(second, PARIS, "scene", renamed)
    load_packs(packed, second.root)
    return client_of(packed)


class TestResponses:
    def test_a_withdrawn_item_is_gone_for_a_reason(self, withdrawn):
        for path in (f"/v1/commentary/{CLAIM}", f"/v1/commentary/{CLAIM}.txt"):
            response = withdrawn.get(path)
            assert response.status_code == 410
            assert response.get_json()["code"] == "gone"
            assert response.get_json()["detail"] == f"The commentary entry “{CLAIM}” was withdrawn: {REASON}"

    def test_one_that_moved_redirects(self, withdrawn):
        for path in ("/v1/scenes/{}", "/scenes/{}", "/v1/scenes/{}/quotes"):
            response = withdrawn.get(path.format(PARIS))
            assert response.status_code == 308
            assert response.location.endswith(path.format(f"{PARIS}-before-the-war"))
            assert withdrawn.get(response.location).status_code == 200

    def test_it_redirects_to_what_an_editor_renamed_since(self, withdrawn, packed, tmp_path):
        rename(packed, "scene", f"{PARIS}-before-the-war", f"{PARIS}-in-june")
        assert withdrawn.get(f"/v1/scenes/{PARIS}").location.endswith(f"/v1/scenes/{PARIS}-in-june")
        lines = read_lines(run_export(packed, tmp_path / "export"), "redirects.ndjson")
        (redirect,) = [line for line in lines if line["id"] == PARIS]
        assert (redirect["status"], redirect["moved_to"]) == (308, f"{PARIS}-in-june")

    def test_it_is_nowhere_else(self, withdrawn):
        for path in (f"/v1/films/{FILM}/commentary?limit=100", f"/v1/commentary?id={CLAIM}"):
            assert CLAIM not in [item["id"] for item in withdrawn.get(path).get_json()["data"]]
        assert CLAIM not in withdrawn.get(f"/films/{FILM}").text


class TestLoading:
    def test_it_is_reported_and_idempotent(self, packed, second):
        load_packs(packed, second.root)
        remove(second, "commentary.yml", CLAIM)
        withdraw(second, CLAIM)
        report = load_packs(packed, second.root)
        assert report["commentary"]["withdrawn"] == 1
        again = load_packs(packed, second.root)
        assert not any(counts["withdrawn"] or counts["updated"] for counts in again.values())

    def test_what_never_was_here_changes_the_content_too(self, packed, second):
        load_packs(packed, second.root)
        with packed.read_session() as session:
            before = ContentGeneration.current(session)
        withdraw(second, f"{FILM}-never-here")
        load_packs(packed, second.root)
        with packed.read_session() as session:
            assert ContentGeneration.current(session) == before + 1
