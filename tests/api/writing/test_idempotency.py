"""``Idempotency-Key``: a request is executed once, and its response replayed."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from models import RESOURCES
from models.api_key import ApiKey
from models.base import RESOURCES_BY_TYPE
from models.idempotency_record import PRUNED_AT_ONCE, IdempotencyRecord
from tests.api.writing.conftest import Editor, add_key
from tests.cases import each

THEME = {"id": "patience", "name": "Patience", "definition": "Waiting without complaint."}
PATH, KEY = "/v1/themes/patience", {"Idempotency-Key": '"first"'}


def stored(response):
    """Return what a replay has in common with the first response."""
    return (
        response.status_code,
        response.data,
        *(response.headers.get(name) for name in ("Content-Type", "Location", "ETag")),
    )


def is_replayed(response):
    return response.headers.get("Idempotency-Replayed") == "true"


@pytest.fixture
def first(editor):
    response = editor.post("/v1/themes", THEME, headers=KEY)
    assert response.status_code == 201, response.text
    assert not is_replayed(response)
    return response


class TestReplay:
    def test_it_is_the_first_response_and_changes_nothing(self, editor, first):
        before = editor.counts()
        for key in ('"first"', "first"):
            replay = editor.post("/v1/themes", THEME, headers={"Idempotency-Key": key})
            assert is_replayed(replay)
            assert stored(replay) == stored(first)
        assert editor.counts() == before

    def test_it_tells_what_the_request_did_even_if_the_item_has_changed_or_is_deleted(self, editor, first):
        editor.patch(PATH, {"label": "Changed"})
        assert stored(editor.post("/v1/themes", THEME, headers=KEY)) == stored(first)
        editor.delete(PATH)
        assert stored(editor.post("/v1/themes", THEME, headers=KEY)) == stored(first)

    def test_a_purged_body_is_gone(self, editor, first):
        with editor.database.write_session() as session:
            IdempotencyRecord.blank(session, [RESOURCES_BY_TYPE["theme"].by_slug(session, "patience")])
        replay = editor.post("/v1/themes", THEME, headers=KEY)
        assert (replay.status_code, replay.json["code"]) == (410, "gone")
        assert b"Waiting" not in replay.data

    def test_changes_of_an_item_are_replayed_before_their_precondition_is_checked(self, editor, first):
        tag = first.headers["ETag"]
        for send, status in (
            (lambda: editor.patch(PATH, {"label": "Other"}, tag=tag, headers={"Idempotency-Key": "a"}), 200),
            (lambda: editor.put(PATH, THEME_BODY, tag="*", headers={"Idempotency-Key": "b"}), 200),
            (lambda: editor.rename(PATH, "trust", tag="*", headers={"Idempotency-Key": "c"}), 200),
            (lambda: editor.delete("/v1/themes/trust", tag="*", headers={"Idempotency-Key": "d"}), 204),
        ):
            executed, replayed = send(), send()
            assert executed.status_code == status, executed.text
            assert (is_replayed(executed), is_replayed(replayed)) == (False, True)
            assert stored(executed) == stored(replayed)

    @each("model", RESOURCES)
    def test_a_change_of_every_resource_is_replayed(self, editor, model):
        path = f"/v1/{model.__tablename__}/{model.example_id}"
        key = {"Idempotency-Key": model.type_name}
        changed, again = (editor.patch(path, {"label": "Other"}, tag="*", headers=key) for _ in range(2))
        assert (changed.status_code, is_replayed(again)) == (200, True), changed.text
        assert stored(changed) == stored(again)

    def test_reads_ignore_the_header(self, editor, first):
        assert editor.get(PATH, headers={"Idempotency-Key": ",,"}).status_code == 200


THEME_BODY = {name: value for name, value in THEME.items() if name != "id"}


class TestReuse:
    def test_another_request_is_refused_and_leaves_nothing(self, editor, first):
        before = editor.counts()
        for method, path, body, options in (
            ("POST", "/v1/themes", THEME | {"name": "Other"}, {}),
            ("POST", "/v1/themes", b" " + b'{"id": "x"}', {}),
            ("POST", "/v1/advisories", THEME, {}),
            ("PUT", PATH, THEME_BODY, {"tag": "*"}),
            ("POST", "/v1/themes?note=x", THEME, {}),
        ):
            response = editor.send(method, path, body, headers=KEY, **options)
            assert (response.status_code, response.json["code"]) == (422, "idempotency-key-reused"), path
        assert editor.counts() == before

    def test_another_api_key_has_keys_of_its_own(self, app_to_write, packed, editor, first):
        other = Editor(app_to_write, packed, add_key(packed, name="other"))
        response = other.post("/v1/themes", THEME | {"id": "other"}, headers=KEY)
        assert response.status_code == 201

    def test_a_revoked_api_key_replays_nothing(self, editor, first, packed):
        with packed.write_session() as session:
            session.execute(update(ApiKey).values(revoked_at=dt.datetime.now(dt.UTC)))
        assert editor.post("/v1/themes", THEME, headers=KEY).status_code == 401

    def test_a_key_that_lost_its_scope_replays_nothing(self, editor, first, packed):
        with packed.write_session() as session:
            session.execute(update(ApiKey).values(scopes=["write:themes"]))
        assert editor.post("/v1/themes", THEME, headers=KEY).status_code == 403

    def test_after_a_day_the_request_is_executed_again(self, editor, first, packed):
        with packed.write_session() as session:
            created = dt.datetime.now(dt.UTC) - dt.timedelta(hours=25)
            session.execute(update(IdempotencyRecord).values(created_at=created))
        again = editor.post("/v1/themes", THEME, headers=KEY)
        assert (again.status_code, is_replayed(again)) == (409, False)


class TestRecording:
    def test_an_invalid_body_is_not_recorded(self, editor):
        assert editor.post("/v1/themes", {"id": "patience"}, headers=KEY).status_code == 422
        assert editor.post("/v1/themes", THEME, headers=KEY).status_code == 201

    @each(
        "request_line, body, tag, status",
        [
            ("POST /v1/themes", THEME | {"id": "loneliness"}, None, 409),
            ("PATCH /v1/themes/no-such-theme", {}, "*", 404),
            ("PATCH /v1/themes/loneliness", {}, '"9.00000000000000000000000000000000"', 412),
            ("DELETE /v1/themes/loneliness", None, "*", 409),
        ],
    )
    def test_a_refusal_by_the_content_is_replayed(self, editor, request_line, body, tag, status):
        method, path = request_line.split()
        key = {"Idempotency-Key": f"{method}{status}"}
        generation, revisions, aliases, _ = editor.counts()
        responses = [editor.send(method, path, body, tag=tag, headers=key) for _ in range(2)]
        assert [response.status_code for response in responses] == [status] * 2
        assert [is_replayed(response) for response in responses] == [False, True]
        assert stored(responses[0]) == stored(responses[1])
        assert editor.counts()[:3] == (generation, revisions, aliases)

    def test_a_failure_is_not_recorded(self, editor, monkeypatch):
        with monkeypatch.context() as patch:
            patch.setattr("api.writing.routes.read_state", lambda *_: 1 / 0)
            assert editor.post("/v1/themes", THEME, headers=KEY).status_code == 500
        assert editor.get(PATH).status_code == 404
        assert editor.post("/v1/themes", THEME, headers=KEY).status_code == 201

    def test_expired_records_are_removed_some_at_a_time(self, editor, packed):
        old = dt.datetime.now(dt.UTC) - dt.timedelta(hours=25)
        columns = {"owner": "x", "method": "POST", "path": "/", "digest": "x", "created_at": old}
        with packed.write_session() as session:
            session.add_all(
                IdempotencyRecord(**columns, key=str(number)) for number in range(PRUNED_AT_ONCE + 5)
            )
        counts = []
        for number in range(2):
            editor.post("/v1/themes", THEME | {"id": f"x{number}"}, headers={"Idempotency-Key": str(number)})
            counts.append(editor.counts()[3])
        assert counts == [5 + 1, 2]


class TestTwins:
    def test_twins_are_executed_once(self, editor):
        """Threads with one key each get the first response, or are told that it is in progress."""
        with ThreadPoolExecutor(8) as threads:
            responses = list(
                threads.map(
                    lambda number: editor.post(
                        "/v1/themes",
                        THEME | {"id": f"theme-{number // 8}"},
                        headers={"Idempotency-Key": f"k{number // 8}"},
                    ),
                    range(32),
                )
            )
        for start in range(0, 32, 8):
            twins = responses[start : start + 8]
            done = [response for response in twins if response.status_code == 201]
            assert {response.status_code for response in twins} <= {201, 409}
            assert len({response.data for response in done}) == 1
            assert sum(not is_replayed(response) for response in done) == 1
        assert editor.get("/v1/themes?q=waiting&count=true").json["page"]["total"] == 4
