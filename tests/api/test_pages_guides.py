"""Guides and the changelog, which are rendered from Markdown files of the repository."""

import datetime as dt
from itertools import pairwise

import pytest
from flask import render_template

from api.core.config import ROOT
from api.http.deprecation.declaration import Deprecated
from api.http.deprecation.deprecation_list import DeprecationEntry
from api.pages import guides
from api.pages.markdown_to_html import render_document
from tests.browser.parsed import Parsed
from tests.cases import each

pytestmark = pytest.mark.any_database

BASE = "http://127.0.0.1:8000"
GUIDE_NAMES = sorted(path.stem for path in (ROOT / "docs" / "guides").glob("*.md") if path.stem != "README")
PATHS = ["/docs/guides", "/docs/changelog", *(f"/docs/guides/{name}" for name in GUIDE_NAMES)]


@pytest.fixture(scope="module")
def client(sqlite_engine):
    """A client over the pack; pages are the same over both databases."""
    from api.app import create_app
    from api.core.config import Settings

    with sqlite_engine.fresh("pack") as url:
        app = create_app(Settings(database_url=url, statement_seconds=60))
        yield app.test_client()
        app.extensions["database"].close()


@pytest.fixture
def read(client):
    """A function that returns a parsed page."""
    return lambda path: Parsed(client.get(path).text)


class TestEveryPage:
    @each("path", PATHS)
    def test_has_one_title_and_headings_in_order(self, read, path):
        page = read(path)
        levels = [int(e.tag[1]) for e in page.elements if e.tag in ("h1", "h2", "h3", "h4")]
        assert levels.count(1) == 1
        assert levels[0] == 1
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
        assert len(page.ids) == len(set(page.ids))

    @each("path", PATHS)
    def test_has_a_canonical_url_and_returns_304(self, client, read, path):
        [canonical] = read(path).all("link", rel="canonical")
        assert canonical.attributes["href"] == f"{BASE}{path}"
        second = client.get(path, headers={"If-None-Match": client.get(path).headers["ETag"]})
        assert (second.status_code, second.data) == (304, b"")

    @each("path", PATHS)
    def test_every_link_works(self, client, read, path):
        for link in read(path).links:
            target, _, anchor = link.partition("#")
            if target.startswith("https://"):
                continue
            response = client.get(target or path)
            assert response.status_code == 200, link
            assert not anchor or anchor in Parsed(response.text).ids, link

    @each("path", PATHS)
    def test_every_code_block_is_focusable_labelled_and_copyable(self, read, path):
        page = read(path)
        blocks = page.all("pre")
        assert len(blocks) == len(page.all("button")) == len(page.all("figcaption"))
        assert all(block.attributes["tabindex"] == "0" for block in blocks)
        assert {block.attributes["aria-labelledby"] for block in blocks} <= set(page.ids)
        assert {button.attributes["data-copy"] for button in page.all("button")} <= set(page.ids)

    @each("path", PATHS)
    def test_has_no_inline_styles(self, client, read, path):
        assert not [e for e in read(path).elements if "style" in e.attributes or e.tag == "style"]
        assert "unsafe" not in client.get(path).headers["Content-Security-Policy"]


class TestGuides:
    def test_the_index_links_to_every_guide(self, read):
        index = [link for link in read("/docs/guides").links if link.startswith("/docs/guides/")]
        assert sorted(index) == [f"/docs/guides/{name}" for name in GUIDE_NAMES]

    def test_guides_link_to_the_next_and_previous_ones(self, read):
        index = [link for link in read("/docs/guides").links if link.startswith("/docs/guides/")]
        for earlier, later in pairwise(index):
            [forwards] = read(earlier).all("a", rel="next")
            [back] = read(later).all("a", rel="prev")
            assert (forwards.attributes["href"], back.attributes["href"]) == (later, earlier)

    @each("name", GUIDE_NAMES)
    def test_the_navigation_marks_the_current_guide(self, read, name):
        [current_link] = [
            a for a in read(f"/docs/guides/{name}").all("a") if a.attributes.get("aria-current") == "page"
        ]
        assert current_link.attributes["href"] == f"/docs/guides/{name}"

    def test_an_unknown_one_is_not_found(self, client):
        assert client.get("/docs/guides/no-such").get_json()["code"] == "not-found"

    def test_each_is_rendered_once(self, client):
        client.get("/docs/guides/search")
        before = guides._load_document.cache_info().misses
        client.get("/docs/guides/search")
        client.get("/docs/guides/errors")
        assert guides._load_document.cache_info().misses == before


class TestDeprecatedNow:
    def test_it_lists_what_is_deprecated_today(self, read):
        entry = "Field Advisory.severities, since 2026-11-30. Use severity_levels instead."
        assert entry in read("/docs/guides/versioning").behind("article")

    def test_it_says_that_nothing_is_deprecated(self, client):
        with client.application.test_request_context("/docs/guides/versioning"):
            guides_ = guides.load_guides(BASE)
            guide = guides_["versioning"]
            html = render_template("guide.html", guide=guide, guides=guides_, deprecated=[], calls=())
        assert "Nothing is deprecated in this version." in Parsed(html).behind("article")

    def test_it_lists_deprecations(self, client):
        deprecation = Deprecated(dt.date(2027, 1, 1), instead="`GET /v1/new`", sunset=dt.date(2028, 1, 1))
        entry = DeprecationEntry("parameter", "old", ("listQuotes",), deprecation)
        with client.application.test_request_context("/docs/guides/versioning"):
            guides_ = guides.load_guides(BASE)
            html = render_template(
                "guide.html", guide=guides_["versioning"], guides=guides_, deprecated=[entry], calls=()
            )
        text = " ".join(Parsed(html).behind("article").split())
        assert "Parameter old (listQuotes), since 2027-01-01, until 2028-01-01." in text
        assert "Use GET /v1/new instead." in text
        assert "Nothing is deprecated" not in text


class TestMarkdown:
    def render(self, text, base_url="https://subtext.example"):
        return render_document(text, base_url, lambda target: guides.page_path("docs/guides", target))

    def test_html_is_escaped(self):
        html = self.render("# A\n\n<script>alert(1)</script> <b onclick=x>b</b>\n").html
        assert "<script" not in html
        assert "&lt;script&gt;" in html

    def test_javascript_urls_are_not_links(self):
        assert "<a" not in self.render("# A\n\n[x](javascript:alert(1))\n").html

    def test_code_is_escaped(self):
        assert "<b>" not in self.render("# A\n\n```text\n<b>\n```\n").html

    def test_examples_use_the_url_of_this_service(self):
        html = self.render(f"# A\n\n```sh\ncurl {BASE}/v1\n```\n\n`{BASE}/v1`\n").html
        assert html.count("https://subtext.example/v1") == 2
        assert BASE not in html

    @each(
        ("link", "path"),
        [
            ("search.md", "/docs/guides/search"),
            ("search.md#on-one-list", "/docs/guides/search#on-one-list"),
            ("README.md", "/docs/guides"),
            ("../../CHANGELOG.md", "/docs/changelog"),
            (f"{BASE}/docs", "/docs"),
            (BASE, "/"),
            ("#here", "#here"),
            ("https://example.org/x.md", "https://example.org/x.md"),
        ],
    )
    def test_links_to_files_become_links_to_pages(self, link, path):
        assert f'href="{path}"' in self.render(f"# A\n\n[b]({link})\n").html

    def test_a_link_to_a_file_without_a_page_is_refused(self):
        with pytest.raises(LookupError, match=r"docs/adr/README\.md"):
            self.render("# A\n\n[b](../adr/README.md)\n")

    def test_title_summary_and_sections(self):
        document = self.render("# A `b`\n\nOne\n*two*.\n\n## C, d!\n\n### E\n")
        assert (document.title, document.summary) == ("A b", "One two.")
        assert document.sections == (("c-d", "C, d!"), ("e", "E"))


class TestReference:
    def test_its_script_is_complete_and_cacheable(self, client):
        response = client.get("/docs/reference/scalar.js")
        assert response.content_type.startswith("text/javascript")
        assert b"createApiReference" in response.data
        assert "max-age=3600" in response.headers["Cache-Control"]
        assert response.headers["ETag"]
        response.close()

    @each("path", ["/docs", "/docs/reference"])
    def test_only_our_scripts_may_run(self, client, path):
        response = client.get(path)
        policy = response.headers["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "connect-src 'self';" in policy
        assert "default-src 'none'" in policy
        scripts = Parsed(response.text).all("script")
        assert all(script.attributes["src"].startswith("/") for script in scripts)
