"""What a pack takes back: 410 with the reason, or a redirect, whether a database had the entry or not."""

import re

import pytest

from api.app import create_app
from api.core.config import Settings
from models import ContentGeneration
from tests.seeds.packs import load_packs

FILM = "casablanca-1942"
#: No other entry refers to it.
CLAIM = f"{FILM}-a-hero-who-stands-still"
PARIS = f"{FILM}-paris"
REASON = "It says nothing that another entry does not say."


def remove(second, name, slug):
    """Remove an entry from a file of the pack; return its text."""
    text = second.file(name).read_text("utf-8")
    entry = re.search(rf"(?ms)^{slug}:\n.*?(?=^\S|\Z)", text)[0]
    second.file(name).write_text(text.replace(entry, ""), "utf-8")
    return entry


def withdraw(second, slug, type_name="commentary", moved_to=None):
    path = second.root / "films" / FILM / "withdrawn.yml"
    text = path.read_text("utf-8") if path.exists() else "withdrawn:\n"
    moved = f"\n    moved_to: {moved_to}" if moved_to else ""
    path.write_text(f"{text}  - id: {slug}\n    type: {type_name}\n    reason: {REASON}{moved}\n", "utf-8")
    return path


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


@pytest.mark.any_database
class TestCheck:
    def test_a_withdrawn_id_is_not_used(self, second):
        withdraw(second, CLAIM)
        (message,) = second.messages("withdrawn")
        assert message.endswith("This id is withdrawn, and an id is never used again.")

    def test_it_is_not_referred_to(self, second):
        remove(second, "scenes.yml", PARIS)
        withdraw(second, PARIS, "scene")
        assert second.messages("withdrawn")
        assert all(
            message.endswith(f"The scene “{PARIS}” is withdrawn.") for message in second.messages("withdrawn")
        )

    def test_what_replaces_it_exists(self, second):
        remove(second, "commentary.yml", CLAIM)
        withdraw(second, CLAIM, moved_to=f"{FILM}-nothing")
        (message,) = second.messages("withdrawn")
        assert "that it has moved to" in message

    def test_it_is_not_withdrawn_itself(self, second):
        remove(second, "commentary.yml", CLAIM)
        withdraw(second, f"{FILM}-old", moved_to=CLAIM)
        withdraw(second, CLAIM)
        (message,) = second.messages("withdrawn")
        assert message.endswith(f"“{CLAIM}” is withdrawn itself. Name what replaces both.")

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            ("withdrawn: []\nother: 1\n", "The file must have one key, withdrawn"),
            ("[]\n", "must be a mapping"),
            ("withdrawn:\n  - {id: a, type: line, reason: b}\n", "type: "),
            ("withdrawn:\n  - {id: a, type: quote}\n", "reason: Missing data"),
            ("withdrawn:\n  - a\n", "Invalid input type"),
            ("withdrawn:\n  - {id: other-film-line, type: quote, reason: b}\n", "The id of another film"),
        ],
    )
    def test_a_mistake_is_named(self, second, content, expected):
        (second.root / "films" / FILM / "withdrawn.yml").write_text(content, "utf-8")
        (message,) = second.messages()
        assert message.startswith("withdrawn.yml:")
        assert expected in message
