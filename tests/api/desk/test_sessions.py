"""Signing in at the desk: whom it lets in, for how long, and which requests it takes for its own."""

import datetime as dt
import re
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import make_url, select

from api.app import create_app
from api.core.config import Settings
from models.api_key import ApiKey
from models.database import Database
from tests.api.desk.conftest import ORIGIN, Browser, make_app, make_key

SIGN_IN = "The desk"
SOURCES = "Texts"


def heading(page):
    return page.texts("//h1")[0]


def change_key(database, **columns):
    with database.write_session() as session:
        for name, value in columns.items():
            setattr(session.scalars(select(ApiKey).where(ApiKey.name == "desk")).one(), name, value)


def now():
    return dt.datetime.now(dt.UTC)


class TestWithoutAKey:
    def test_every_path_is_missing_as_any_other(self, desk_app, packed):
        browser = Browser(desk_app)

        def answer(path):
            page = browser.get(path, headers={"Accept": "application/json"})
            body = re.sub(r'"(instance|request_id)":"[^"]*"', "", page.text)
            headers = dict(page.headers)
            return (
                page.status,
                body,
                {n: v for n, v in headers.items() if n not in ("X-Request-Id", "Content-Length")},
            )

        missing = answer("/no-such-page")
        assert missing[0] == 404
        for path in ("/edit", "/edit/drafts", "/edit/quotes/new", "/edit/texts/her-nobodys-mirror"):
            assert answer(path) == missing, path
        assert browser.post("/edit/session", {"key": "x"}).status == 404
        make_key(packed)
        assert browser.get("/edit").status == 200
        change_key(packed, revoked_at=now())
        assert browser.get("/edit").status == 404

    @pytest.mark.any_database
    def test_neither_has_a_database_that_cannot_be_written(self, as_nobody, sqlite_engine):
        with sqlite_engine.fresh("pack") as url:
            content = Path(make_url(url).database).read_bytes()
        with as_nobody() as folder:
            copy = folder / "x.sqlite3"
            copy.write_bytes(content)
            with closing(Database(f"sqlite:///{copy}")) as written:
                make_key(written)
            for mode, status in ((0o644, 200), (0o444, 404)):
                copy.chmod(mode)
                app = create_app(Settings(database_url=f"sqlite:///{copy}"))
                assert app.test_client().get("/edit").status_code == status
                app.extensions["database"].close()


class TestSignIn:
    def test_a_key_opens_the_desk_for_eight_hours_in_this_browser(self, desk_app, key):
        browser = Browser(desk_app)
        assert heading(browser.get("/edit")) == SIGN_IN
        response = browser.client.post("/edit/session", data={"key": f" {key} "}, headers=ORIGIN)
        assert (response.status_code, response.location) == (303, "/edit")
        cookie = response.headers["Set-Cookie"]
        assert all(
            part in cookie for part in ("HttpOnly", "SameSite=Strict", "Path=/edit", "Max-Age=28800")
        ), cookie
        assert "Secure" not in cookie
        assert key.split("_")[2] not in cookie
        page = browser.get("/edit")
        assert heading(page) == SOURCES
        assert key not in page.text

    @pytest.mark.any_database
    def test_it_leads_to_the_page_that_was_asked_for_if_it_is_one_of_the_desk(self, browser, desk_app, key):
        stranger = Browser(desk_app)
        page = stranger.get("/edit/quotes/new?source=her-nobodys-mirror&paragraph=5", follow_redirects=True)
        action, values = page.form("Sign in")
        signed_in = stranger.post(action, values | {"key": key})
        assert signed_in.texts("//textarea[@readonly]")[0].startswith("Two neighbours")
        for path in (
            "https://evil.example",
            "//evil.example/edit/",
            "/edit/../x",
            "/edit/sign-out",
            "/edit/\\x",
            "/",
        ):
            response = stranger.client.post("/edit/session", data={"key": key, "next": path}, headers=ORIGIN)
            assert response.location == "/edit", path

    def test_the_cookie_is_secure_where_the_service_is(self, packed, key):
        app = make_app(packed, public_url="https://example.org/films")
        origin = {"Origin": "https://example.org"}
        response = app.test_client().post("/edit/session", data={"key": key}, headers=origin)
        assert response.location == "/films/edit"
        assert "; Secure" in response.headers["Set-Cookie"]
        assert "Path=/films/edit" in response.headers["Set-Cookie"]
        app.extensions["database"].close()

    def test_other_keys_are_refused_with_the_reason_of_the_api(self, desk_app, key):
        browser = Browser(desk_app)
        for wrong, reason in [
            ("", "This is not an API key"),
            ("subtext_x", "This is not an API key"),
            (key[:-1] + ("0" if key[-1] != "0" else "1"), "typing error"),
            (make_key_of_another_service(), "This API key is unknown"),
        ]:
            page = browser.sign_in(wrong)
            assert page.status == 401, wrong
            assert reason in page.texts("//*[@role='alert']")[0], wrong
            assert browser.cookie is None

    def test_pages_are_private_and_not_indexed_or_framed(self, browser):
        for path in ("/edit", "/edit/texts/her-nobodys-mirror", "/edit/quotes/new", "/edit/no-such"):
            headers = browser.get(path, headers={"Accept": "text/html"}).headers
            assert "no-store" in headers["Cache-Control"], path
            assert "public" not in headers["Cache-Control"], path
        headers = browser.get("/edit").headers
        assert headers["Cache-Control"] == "private, no-store"
        assert headers["X-Robots-Tag"].startswith("noindex")
        assert headers["X-Frame-Options"] == "DENY"
        policy = headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "ETag" not in headers


def make_key_of_another_service():
    from models.api_token import ApiToken

    return str(ApiToken.generate())


class TestSession:
    def test_it_ends_with_its_key(self, browser, packed):
        # Another key, so that there is a desk.
        make_key(packed, name="another")
        for column in ("revoked_at", "expires_at"):
            assert heading(browser.get("/edit/drafts")) == "Drafts"
            change_key(packed, **{column: now()})
            page = browser.get("/edit/drafts", follow_redirects=True)
            assert heading(page) == SIGN_IN
            assert "not signed in" in page.texts("//*[@role='alert']")[0]
            change_key(packed, **{column: None})

    def test_a_rotation_ends_it(self, browser, packed):
        with packed.write_session() as session:
            key = session.scalars(select(ApiKey)).one()
            token = str(key.rotate(now(), dt.timedelta(hours=1)))
        assert heading(browser.get("/edit")) == SIGN_IN
        assert heading(browser.sign_in(token)) == SOURCES

    def test_signing_out_ends_it_also_for_a_copy_of_the_cookie(self, desk_app, browser):
        copied = browser.cookie.value
        page = browser.get("/edit")
        assert heading(browser.submit(page, "Sign out")) == SIGN_IN
        assert browser.cookie is None
        thief = Browser(desk_app)
        thief.client.set_cookie("subtext_desk", copied, path="/edit")
        assert heading(thief.get("/edit")) == SIGN_IN
        thief.client.set_cookie("subtext_desk", copied, path="/edit")
        assert thief.post("/edit/drafts", {}).texts("//h1") == [SIGN_IN]

    @pytest.mark.any_database
    def test_a_changed_expired_or_foreign_cookie_is_worth_nothing(self, desk_app, browser, packed):
        own = browser.cookie.value
        public_id, expires, nonce, signature = own.split(".")
        later = f"{public_id}.{int(expires) + 9}.{nonce}.{signature}"
        foreign = make_app(packed, secret_key="s" * 32)
        for app, value in [
            (desk_app, later),
            (desk_app, own[:-1]),
            (desk_app, own + "x" * 300),
            (desk_app, ""),
            (desk_app, "é"),
            (foreign, own),
        ]:
            thief = Browser(app)
            thief.client.set_cookie("subtext_desk", value, path="/edit")
            assert heading(thief.get("/edit")) == SIGN_IN, value
        foreign.extensions["database"].close()
        assert heading(browser.get("/edit")) == SOURCES

    @pytest.mark.any_database
    def test_a_session_that_has_expired_is_over(self, desk_app, browser, key, monkeypatch):
        monkeypatch.setattr("api.desk.sessions.LIFE", 0)
        response = browser.client.post("/edit/session", data={"key": key}, headers=ORIGIN)
        value = re.search("subtext_desk=([^;]+)", response.headers["Set-Cookie"])[1]
        other = Browser(desk_app)
        other.client.set_cookie("subtext_desk", value, path="/edit")
        assert heading(other.get("/edit")) == SIGN_IN


@pytest.mark.any_database
class TestForms:
    def test_a_form_from_elsewhere_is_refused(self, browser, key, packed):
        page = browser.get("/edit/quotes/new")
        action, values = page.form("Save draft")
        values |= {"/id": "her-2013-forged"}
        for headers in (
            {},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ):
            assert browser.post(action, values, headers).status == 403, headers
            assert browser.post("/edit/session", {"key": key}, headers).status == 403, headers
        for token in ("", "x", values["form_token"][:-1]):
            assert browser.post(action, values | {"form_token": token}).status == 403, token
        assert browser.get("/edit/quotes/her-2013-forged").status == 404
        assert browser.post(action, values, {"Sec-Fetch-Site": "same-origin"}).status == 200
        assert browser.get("/edit/quotes/her-2013-forged").status == 200

    def test_the_token_of_another_session_is_refused(self, desk_app, browser, key):
        action, values = browser.get("/edit/quotes/new").form("Save draft")
        other = Browser(desk_app)
        other.sign_in(key)
        assert other.post(action, values | {"/id": "her-2013-forged"}).status == 403

    def test_a_form_that_did_not_arrive_as_a_whole_is_refused(self, browser):
        action, values = browser.get("/edit/quotes/new").form("Save draft")
        sent = urlencode(values | {"/id": "her-2013-cut"}).encode()
        options = {"headers": ORIGIN, "content_type": "application/x-www-form-urlencoded"}
        for changes, status in [
            ({"data": sent, "environ_overrides": {"CONTENT_LENGTH": str(len(sent) + 1)}}, 400),
            ({"data": sent, "environ_overrides": {"CONTENT_LENGTH": ""}}, 411),
            ({"data": sent, "content_type": "text/plain"}, 415),
        ]:
            assert browser.client.post(action, **options | changes).status_code == status, changes
        long = {"key": "x" * 2_000}
        assert browser.client.post("/edit/session", data=long, headers=ORIGIN).status_code == 413
        assert browser.get("/edit/quotes/her-2013-cut").status == 404

    def test_signing_in_counts_against_the_rate_limit(self, packed, key):
        app = make_app(packed, rate_limits=("2/minute",))
        answers = [
            app.test_client().post("/edit/session", data={"key": "wrong"}, headers=ORIGIN).status_code
            for _ in range(3)
        ]
        assert answers == [401, 401, 429]
        assert app.test_client().get("/edit").status_code == 200
        app.extensions["database"].close()
        assert key
