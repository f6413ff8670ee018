"""Authentication by API key: which keys are accepted, which scopes they need, and what refusals say."""

import datetime as dt

import pytest
from flask import request
from structlog.testing import capture_logs

from api.http.authentication import authenticate, require_scopes
from models import ApiKey
from models.api_token import ApiToken
from tests.api_keys import NOW, add_key

HOUR, SECOND = dt.timedelta(hours=1), dt.timedelta(seconds=1)
CHALLENGE = 'Bearer realm="subtext"'


@pytest.fixture
def app(packed, make_app):
    """An app with routes that need a key."""
    with make_app(packed.url.render_as_string(hide_password=False)) as app:

        @app.post("/v1/test/key")
        def key():
            return {"name": authenticate().name, "again": authenticate() is authenticate()}

        @app.post("/v1/test/publish")
        def publish():
            key = require_scopes("write:quotes", "publish", hint="A hint.")
            return {"id": key.public_id, "body": request.get_data(as_text=True)}

        yield app


@pytest.fixture
def post(app):
    """A function that sends an ``Authorization`` header, and returns the response."""
    client = app.test_client()

    def send(authorization, path="/v1/test/key"):
        headers = {} if authorization is None else {"Authorization": authorization}
        return client.post(path, headers=headers)

    return send


def assert_unauthorized(response, detail, challenge=f'{CHALLENGE}, error="invalid_token"'):
    assert (response.status_code, response.json["code"]) == (401, "unauthorized")
    assert detail in response.json["detail"]
    assert response.headers.getlist("WWW-Authenticate") == [challenge]
    assert response.headers["Cache-Control"] == "no-store"


class TestKey:
    def test_a_valid_key_is_accepted(self, packed, post):
        header = add_key(packed, "read:drafts")["Authorization"]
        response = post(header)
        assert (response.status_code, response.json) == (200, {"name": "desk", "again": True})
        _, token = header.split()
        for spelling in (f"bearer {token}", f"BEARER   {token}  "):
            assert post(spelling).status_code == 200

    def test_without_a_key_the_challenge_has_no_error_code(self, post):
        for header in (None, "", "Basic bWFyaWE6c2VjcmV0", "Digest x", str(ApiToken.generate())):
            assert_unauthorized(post(header), "Authorization: Bearer <key>", CHALLENGE)

    def test_a_malformed_header_is_refused(self, packed, post):
        valid = add_key(packed, "publish")["Authorization"]
        headers = ("Bearer", "Bearer ", f"{valid},{valid}", f"{valid}, Basic eA==", f"{valid} x", f"{valid}=")
        for header in (
            *headers,
            "Bearer " + "x" * 30_000,
            "Bearer schlüssel",
            "Bearer \x7f",
            f"Bearer\t{valid[7:]}",
        ):
            response = post(header)
            assert (response.status_code, response.json["code"]) == (401, "unauthorized"), header
            assert response.headers["WWW-Authenticate"].startswith(CHALLENGE)
            assert valid.split("_")[2] not in response.text

    def test_a_typing_error_is_told_from_an_unknown_key_without_the_database(self, packed, post):
        valid = add_key(packed, "publish")["Authorization"]
        assert_unauthorized(post(str(ApiToken.generate()).join(("Bearer ", ""))), "unknown")
        other = "y" if valid.endswith("x") else "x"
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ApiKey, "by_token", None)
            assert_unauthorized(post(valid[:-1] + other), "typing error")

    def test_a_wrong_secret_is_refused_like_an_unknown_id(self, packed, post):
        valid = ApiToken.parse(add_key(packed, "publish")["Authorization"].removeprefix("Bearer "))
        wrong, unknown = ApiToken.generate(valid.public_id), ApiToken.generate()
        refused = [post(f"Bearer {token}") for token in (wrong, unknown)]
        assert_unauthorized(refused[0], "unknown")
        assert [response.json["detail"] for response in refused] == [refused[0].json["detail"]] * 2

    def test_an_expired_and_a_revoked_key_are_refused_at_once(self, packed, post):
        assert post(add_key(packed, "publish", expires_at=NOW + HOUR)["Authorization"]).status_code == 200
        expired = add_key(packed, "publish", expires_at=NOW - SECOND)["Authorization"]
        assert_unauthorized(post(expired), f"expired on {NOW - SECOND:%Y-%m-%d}")
        revoked = add_key(packed, "publish")["Authorization"]
        assert post(revoked).status_code == 200
        with packed.write_session() as session:
            for key in session.query(ApiKey):
                key.revoked_at = NOW
        assert_unauthorized(post(revoked), f"revoked on {NOW:%Y-%m-%d}")

    def test_after_a_rotation_the_secret_before_is_valid_until_it_expires(self, packed, post):
        old = ApiToken.generate()
        for expires_at, status in ((NOW + HOUR, 200), (NOW - SECOND, 401), (None, 401)):
            previous = {"previous_digest": old.digest, "previous_expires_at": expires_at}
            new = ApiToken.parse(
                add_key(packed, "publish", **previous)["Authorization"].removeprefix("Bearer ")
            )
            assert post(f"Bearer {ApiToken(new.public_id, old.secret)}").status_code == status
            assert post(f"Bearer {new}").status_code == 200


class TestScopes:
    def test_a_key_with_the_scopes_is_returned(self, packed, post):
        for scopes in (("write:quotes", "publish"), ("admin",)):
            header = add_key(packed, *scopes)["Authorization"]
            response = post(header, "/v1/test/publish")
            assert (response.status_code, response.json["id"]) == (200, header.split("_")[1])

    def test_missing_scopes_are_named(self, packed, post):
        response = post(add_key(packed, "write:quotes")["Authorization"], "/v1/test/publish")
        assert (response.status_code, response.json["code"]) == (403, "forbidden")
        assert response.json["detail"] == "The API key “desk” lacks the scope publish. A hint."
        assert response.json["errors"] == [
            {"location": "headers", "pointer": "Authorization", "detail": "Missing scope: publish."}
        ]
        assert response.headers["WWW-Authenticate"] == (
            f'{CHALLENGE}, error="insufficient_scope", scope="write:quotes publish"'
        )
        response = post(add_key(packed, "write:films")["Authorization"], "/v1/test/publish")
        assert "lacks the scopes write:quotes and publish" in response.json["detail"]

    def test_a_stranger_is_unauthorized_rather_than_forbidden(self, post):
        assert post(None, "/v1/test/publish").status_code == 401


class TestLastUse:
    def used_at(self, database):
        with database.read_session() as session:
            return session.query(ApiKey).one().last_used_at

    def test_it_is_stored_at_most_once_an_hour(self, packed, post):
        header = add_key(packed, "publish")["Authorization"]
        assert post(header).status_code == 200
        assert self.used_at(packed) - NOW < HOUR
        now = NOW.replace(microsecond=0)
        for used_at, is_stored in ((now - HOUR / 2, False), (now - 2 * HOUR, True)):
            with packed.write_session() as session:
                session.query(ApiKey).one().last_used_at = used_at
            assert post(header).status_code == 200
            assert (self.used_at(packed) != used_at) is is_stored

    def test_while_another_transaction_writes_it_is_not_waited_for(self, packed, post):
        header = add_key(packed, "publish")["Authorization"]
        with packed.write_session() as session:
            session.query(ApiKey).one().name = "another"
            session.flush()
            with capture_logs() as lines:
                assert post(header).json["name"] == "desk"
        # That is no problem of the file either.
        assert (self.used_at(packed), lines) == (None, [])
        assert post(header).json["name"] == "another"
        assert self.used_at(packed) is not None

    def test_it_makes_no_generation_and_no_revision(self, packed, post):
        def counts():
            with packed.read_session() as session:
                return (
                    session.connection()
                    .exec_driver_sql(
                        "SELECT number, (SELECT count(*) FROM revisions) FROM content_generation"
                    )
                    .one()
                )

        before = counts()
        assert post(add_key(packed, "publish")["Authorization"]).status_code == 200
        assert counts() == before


def test_a_database_that_fails_is_no_refusal(packed, make_app):
    with make_app("postgresql://nobody@127.0.0.1:1/nothing") as app:
        app.add_url_rule("/v1/test", view_func=lambda: authenticate().name, methods=["POST"])
        response = app.test_client().post(
            "/v1/test", headers={"Authorization": f"Bearer {ApiToken.generate()}"}
        )
    assert (response.status_code, response.json["code"]) == (503, "unavailable")
