"""POST …/revisions/{revision}/restore: an item gets the content of an earlier revision again."""

import random

import pytest
from sqlalchemy import select

from models import Quote, QuoteKind, Revision, Status
from tests.api.past import HOURS, past_of
from tests.api_keys import add_key
from tests.models.content import quote

LINE = "/v1/quotes/the-lamp-1950-lamp-on"


@pytest.fixture
def past(database):
    with past_of(database) as past:
        past.key = add_key(database, "admin")
        yield past


def restore(past, path, revision, status=200, *, if_match=None, query="", **headers):
    """Restore a revision with the current ETag; return the response."""
    tag = if_match or past.client.get(path).headers.get("ETag", "*")
    headers = past.key | {"If-Match": tag} | headers
    response = past.client.post(f"{path}/revisions/{revision}/restore{query}", headers=headers)
    assert response.status_code == status, response.text
    return response


class TestRestore:
    def test_the_content_is_that_of_the_revision_again(self, past):
        past.change("line", text="Other words.", kind=QuoteKind.FRAGMENT)
        response = restore(past, LINE, 1, query="?note=They+were+right.")
        assert response.get_json()["text"] == "Leave the lamp on."
        assert response.get_json()["revision"] == 3
        item = past.get(LINE)
        assert (item.data, item.headers["ETag"]) == (response.data, response.headers["ETag"])
        last, _, first = past.revisions("line")
        assert (last["change"], last["restores"], last["editor"]) == ("restore", first["pin"], "desk")
        assert last["note"] == f"Restored revision {first['pin']}. They were right."

    def test_of_equal_content_there_is_no_new_revision(self, past):
        pin, generation, etag = past.pin("line"), past.generation(), past.get(LINE).headers["ETag"]
        response = restore(past, LINE, pin)
        assert (response.get_json()["revision"], response.headers["ETag"]) == (1, etag)
        assert past.generation() == generation

    def test_references_to_what_is_gone_are_refused_or_left_out(self, past):
        with past.editing() as session:
            line = past.find(session, "line")
            line.speaker, line.speaker_certainty, line.themes = None, None, [past.find(session, "dark")]
        for name in ("light", "keeper"):
            past.change(name, deleted_at=HOURS[0])
        problem = restore(past, LINE, 1, 409).get_json()
        assert {error["pointer"] for error in problem["errors"]} == {"/speaker", "/themes/0"}
        assert "was deleted" in problem["errors"][0]["detail"]
        assert "drop_missing=true" in problem["detail"]
        # Without themes, it contradicts the rules of today.
        problem = restore(past, LINE, 1, 409, query="?drop_missing=true").get_json()
        assert problem["errors"][0]["pointer"] == "/themes"

    def test_what_is_left_out_is_named(self, past):
        past.change("line", speaker=None, speaker_certainty=None)
        past.change("keeper", deleted_at=HOURS[0])
        restore(past, LINE, 1, 409)
        response = restore(past, LINE, 1, query="?drop_missing=true")
        assert response.headers["Restore-Dropped"] == "/speaker"
        assert (response.get_json()["speaker"], response.get_json()["speaker_certainty"]) == (None, None)

    def test_a_record_of_an_older_version_gets_the_defaults_of_today(self, past):
        with past.database.write_session() as session:
            row = session.scalars(select(Revision).filter_by(type_name="quote", number=1).limit(1)).one()
            kept = {key: value for key, value in row.record.items() if key != "omitted_before"}
            row.record = kept | {"mood": "dark"}
        past.change("line", text="Other words.")
        response = restore(past, LINE, 1)
        assert response.headers["Restore-Dropped"] == "/mood"
        assert response.get_json()["omitted_before"] is False
        assert "Left out: /mood." in past.revisions("line")[0]["note"]

    def test_a_deleted_item_is_public_again(self, past):
        past.change("dusk", deleted_at=HOURS[0])
        path = past.path("dusk")
        restore(past, path, 2, 409, if_match="*")
        assert "If-Match: *" in restore(past, path, 1, 412, if_match=f'"1.{"0" * 32}"').get_json()["detail"]
        assert restore(past, path, 1, if_match="*").get_json()["revision"] == 3
        assert [one["change"] for one in past.revisions("dusk")] == ["restore", "delete", "create"]

    def test_it_needs_the_state_that_it_changes_and_a_key(self, past):
        past.change("line", text="Other words.")
        url = f"{LINE}/revisions/1/restore"
        assert past.client.post(url).status_code == 401
        assert past.client.post(url, headers=past.key).status_code == 428
        restore(past, LINE, 1, 412, if_match=f'"1.{"0" * 32}"')
        limited = add_key(past.database, "write:quotes", name="drafter")
        assert past.client.post(url, headers=limited | {"If-Match": "*"}).status_code == 403
        restore(past, LINE, 9, 404)
        assert past.json(LINE)["text"] == "Other words."

    def test_it_can_be_repeated_with_its_key(self, past):
        past.change("line", text="Other words.")
        tag = past.get(LINE).headers["ETag"]
        first, second = (restore(past, LINE, 1, if_match=tag, **{"Idempotency-Key": "a"}) for _ in range(2))
        assert first.data == second.data
        assert second.headers["Idempotency-Replayed"] == "true"
        assert past.json(LINE)["revision"] == 3

    def test_no_draft_can_be_restored(self, past):
        with past.editing() as session:
            session.add(quote(past.find(session, "film"), "dawn", 9, status=Status.DRAFT, text="Secret."))
        with past.editing() as session:
            session.scalars(select(Quote).filter_by(slug="the-lamp-1950-dawn")).one().assign(
                {"status": Status.PUBLISHED, "text": "Public."}
            )
        restore(past, "/v1/quotes/the-lamp-1950-dawn", 1, 404)


def content_of(past, path, revision):
    return {k: v for k, v in past.json(f"{path}/revisions/{revision}")["record"].items() if k != "id"}


def restore_at_random(past, count):
    """Change items at random and restore random revisions: the content is equal, or a 409 says why it cannot be."""
    chance = random.Random(count)
    refused = 0
    for _ in range(count):
        name = chance.choice(["line", "dusk", "storm", "film", "claim"])
        field = {"dusk": "definition", "storm": "summary", "film": "synopsis"}.get(name, "text")
        past.change(name, **{field: f"Words {chance.randrange(9)}."})
        if chance.random() < 0.2:
            other = chance.choice(["spoiler", "crude", "doubt", "morning"])
            with past.database.read_session() as session:
                is_deleted = past.find(session, other).deleted_at is not None
            past.change(other, deleted_at=None if is_deleted else HOURS[0])
        path = past.path(name)
        revision = chance.choice(past.revisions(name, "?limit=100"))["number"]
        tag = past.get(path).headers["ETag"]
        url = f"{path}/revisions/{revision}/restore"
        response = past.client.post(url, headers=past.key | {"If-Match": tag})
        if response.status_code == 409:
            refused += 1
            assert response.get_json()["errors"], response.text
            assert past.get(path).headers["ETag"] == tag
        else:
            assert response.status_code == 200, response.text
            last = past.revisions(name, "?limit=1")[0]["number"]
            assert content_of(past, path, last) == content_of(past, path, revision)
    return refused


def test_a_few_random_revisions_are_restored_or_refused_with_the_reason(past):
    assert restore_at_random(past, 15) < 15


@pytest.mark.nightly
def test_a_thousand_random_revisions_are_restored_or_refused_with_the_reason(past):
    assert 0 < restore_at_random(past, 1_000) < 1_000
