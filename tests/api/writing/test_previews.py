"""Links to previews: what they show is what publication gives, and only to whoever has the link."""

import datetime as dt
import re

import pytest
from sqlalchemy import select

from api.app import create_app
from api.core.config import Settings
from models import ApiKey
from models.draft import Draft
from tests.api.writing.test_drafts import NEW, SECRET, THEME, publish, save, with_scopes, without_times

QUOTE = "/v1/quotes/her-2013-a-wife-without-the-challenges"
BASE = "http://127.0.0.1:8000"


def link(editor, path=NEW, end="/draft", **parameters):
    response = editor.send("POST", f"{path}{end}/preview-link", query_string=parameters)
    assert response.status_code == 201, response.text
    return response.json


def read(editor, url):
    return editor.client.get(url.removeprefix(BASE))


def paths(editor):
    """Pages and responses that show a draft of the quote, of its film, or lists with them."""
    slug, film = QUOTE.rpartition("/")[2], "her-2013"
    return [
        *(QUOTE, f"{QUOTE}?include=scene", f"{QUOTE}.bib", f"/quotes/{slug}", f"/embed/quotes/{slug}"),
        *(
            f"/quotes/{slug}/snippet",
            f"/oembed?url={BASE}/quotes/{slug}",
            f"/films/{film}",
            "/feeds/quotes.atom",
        ),
        *(
            f"/v1/search?q={SECRET}",
            f"/search?q={SECRET}",
            "/v1/quotes?limit=5&facets=kind",
            "/sitemap.xml",
            "/",
        ),
        *(f"/v1/films/{film}/coverage", "/v1/themes/patience", "/v1/themes?limit=100", "/no-such-page"),
    ]


class TestPreviewLinks:
    def test_every_page_is_as_after_publication(self, editor):
        change = {"label": f"{SECRET} as a label", "editor_note": f"A note by {SECRET}."}
        assert save(editor, QUOTE, change, method="PATCH", release="autumn").status_code == 201
        save(editor, NEW, THEME | {"definition": f"{SECRET} waits."}, release="autumn")
        before = {path: same(editor.client.get(path).data) for path in paths(editor)}
        url = link(editor, "/v1/releases/autumn", "")["url"].rstrip("/")
        previews = {path: read(editor, f"{url}{path}") for path in paths(editor)}
        assert {path: same(editor.client.get(path).data) for path in paths(editor)} == before
        tag = editor.send("GET", "/v1/releases/autumn").headers["ETag"]
        assert editor.send("POST", "/v1/releases/autumn/publish", tag=tag).status_code == 200
        for path, preview in previews.items():
            published = editor.client.get(path)
            assert preview.status_code == published.status_code, path
            assert same(preview.data) == same(published.data), path
            assert preview.headers.get("Content-Type") == published.headers.get("Content-Type"), path
        assert sum(same(preview.data) != before[path] for path, preview in previews.items()) > 8

    def test_nobody_may_keep_it(self, editor):
        save(editor, QUOTE, {"label": SECRET}, method="PATCH")
        links = link(editor, QUOTE)["links"]
        assert set(links) == {"item", "page", "embed"}
        for url in links.values():
            first = read(editor, url)
            assert (first.status_code, SECRET in first.text) == (200, True), url
            assert first.headers["Cache-Control"] == "private, no-store"
            assert first.headers["X-Robots-Tag"].startswith("noindex")
            assert first.headers["Referrer-Policy"] == "no-referrer"
            kept = {name.lower() for name, _ in first.headers}
            assert not {name for name in kept if name.startswith("access-control") or name == "etag"}

    def test_a_link_is_for_the_draft_as_it_was(self, editor):
        tag = save(editor, NEW, THEME).headers["ETag"]
        urls = [link(editor)["links"]["item"]]
        assert read(editor, urls[0]).status_code == 200
        tag = save(editor, NEW, {"name": "Forbearance"}, tag=tag, method="PATCH").headers["ETag"]
        assert read(editor, urls[0]).status_code == 410
        urls.append(link(editor)["links"]["item"])
        assert publish(editor, NEW).status_code == 201
        assert [read(editor, url).status_code for url in urls] == [410, 410]

    def test_it_expires_in_a_week_at_most(self, editor, monkeypatch):
        save(editor, NEW, THEME)
        assert editor.send("POST", f"{NEW}/draft/preview-link?expires_in=604801").status_code == 422
        made = link(editor, expires_in=60)
        url = made["links"]["item"]
        seconds = dt.datetime.fromisoformat(made["expires_at"]) - dt.datetime.now(dt.UTC)
        assert dt.timedelta(seconds=50) < seconds <= dt.timedelta(seconds=60)
        later = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=61)

        class Later(dt.datetime):
            @classmethod
            def now(cls, tz=None):
                return later

        monkeypatch.setattr("api.writing.drafts.previews.dt.datetime", Later)
        assert read(editor, url).status_code == 410

    def test_a_forged_or_cut_link_is_missing(self, editor):
        save(editor, NEW, THEME)
        token = link(editor)["url"].split("/previews/")[1].rstrip("/")
        payload, _, signature = token.rpartition(".")
        for forged in (
            "x",
            token[:-1],
            f"{payload[:-2]}xx.{signature}",
            f"{payload}.",
            "x" * 2000,
            f"{token}x",
        ):
            response = editor.client.get(f"/previews/{forged}{NEW}")
            assert response.status_code == 404, forged
        inner = editor.client.get(f"/previews/{token}/previews/{token}{NEW}")
        assert inner.status_code == 404
        assert editor.client.get(f"/previews/{token}{NEW}/draft").status_code == 404
        assert editor.client.post(f"/previews/{token}{NEW}").status_code == 405

    def test_it_is_signed_with_the_secret_of_the_settings(self, editor):
        save(editor, NEW, THEME)
        url = link(editor)["links"]["item"]
        settings = Settings(
            database_url=editor.database.url.render_as_string(hide_password=False), secret_key="x" * 32
        )
        assert "x" * 32 not in repr(settings)
        other = create_app(settings)
        assert other.test_client().get(url.removeprefix(BASE)).status_code == 404
        other.extensions["database"].close()

    def test_logs_leave_the_token_out(self, editor, capfd):
        save(editor, NEW, THEME)
        url = link(editor)["url"]
        settings = Settings(
            database_url=editor.database.url.render_as_string(hide_password=False), access_log="all"
        )
        app = create_app(settings)
        assert app.test_client().get(f"{url.removeprefix(BASE)}v1/themes/patience").status_code == 200
        app.extensions["database"].close()
        logged = capfd.readouterr().err
        assert "/previews/…/v1/themes/patience" in logged
        assert url.split("/")[4] not in logged

    def test_it_ends_with_the_key_that_made_it(self, editor):
        other = with_scopes(editor, "read:drafts")
        save(editor, NEW, THEME)
        url = link(other)["links"]["item"]
        assert read(editor, url).status_code == 200
        with editor.database.write_session() as session:
            key = session.scalar(select(ApiKey).where(ApiKey.name == "drafter"))
            key.revoked_at = dt.datetime.now(dt.UTC)
        assert read(editor, url).status_code == 410

    def test_a_draft_that_cannot_be_published_has_no_preview(self, editor):
        save(editor, NEW, {"name": "Patience"})
        response = read(editor, link(editor)["links"]["item"])
        assert (response.status_code, response.json["errors"][0]["pointer"]) == (422, "/definition")


@pytest.mark.nightly
class TestNothingLeaks:
    @pytest.fixture
    def surface(self, editor):
        """The URLs that a stranger finds: from the index, the sitemap and the home page, two links deep."""
        found, queue = {}, ["/v1", "/", "/sitemap.xml", "/robots.txt", "/v1/meta", f"/v1/search?q={SECRET}"]
        queue += [
            f"/v1/themes/{SECRET.lower()}",
            f"/v1/themes/{SECRET.lower()}s",
            f"/themes/{SECRET.lower()}",
        ]
        queue += [f"/v1/themes?id={SECRET.lower()}", "/feeds/quotes.atom", "/feeds/quotes.json", "/embed"]
        queue += [
            f"/v1/quotes?theme={SECRET.lower()}",
            f"/embed/quotes?theme={SECRET.lower()}",
            "/v1/openapi.json",
        ]
        queue += [f"/v1/{name}?facets=theme&count=true" for name in ("quotes", "commentary", "scenes")]
        for _ in range(2):
            for path in queue:
                if path not in found and len(found) < 250:
                    found[path] = None
                    body = editor.client.get(path).data.decode("utf-8", "replace")
                    links = re.findall(
                        r'(?:"|>|=)(?:http://127\.0\.0\.1:8000)?(/(?!static|docs|cards)[^"<>\s&\\]*)', body
                    )
                    found[path] = sorted(set(links))
            queue = [link for links in found.values() for link in links or ()]
        return list(found)

    def test_no_response_shows_a_draft(self, editor, surface):
        def snapshot():
            responses = {path: editor.client.get(path) for path in surface}
            ignored = {"X-Request-Id", "Date"}
            return {
                path: (
                    each.status_code,
                    re.sub(rb"[0-9A-HJKMNP-TV-Z]{26}", b"<id>", each.data),
                    sorted((name, value) for name, value in each.headers if name not in ignored),
                )
                for path, each in responses.items()
                if "no-store" not in each.headers.get("Cache-Control", "") or each.status_code >= 400
            }

        before = snapshot()
        theme = f"/v1/themes/{SECRET.lower()}"
        assert (
            save(editor, theme, THEME | {"name": SECRET, "definition": SECRET}, release="r").status_code
            == 201
        )
        for path in (QUOTE, "/v1/films/her-2013", "/v1/themes/loneliness"):
            assert save(editor, path, {"label": SECRET}, method="PATCH", note=SECRET).status_code == 201
        with editor.database.read_session() as session:
            assert len(session.scalars(select(Draft)).all()) == 4
        after = snapshot()
        assert len(after) > 100
        for path, response in after.items():
            assert response == before[path], path


def same(body):
    """Return a body without its times, ids of requests and paths of previews."""
    body = re.sub(rb"[0-9A-HJKMNP-TV-Z]{26}", b"<id>", without_times(body))
    return re.sub(rb"\d{4}-\d\d-\d\d", b"<day>", body)
