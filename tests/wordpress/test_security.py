"""The WordPress plugin refuses what it must: hostile quotes, wrong URLs, people without rights."""

import pytest

from tests.browser.test_frame_hostile import hostile
from tests.embeds.conftest import HOSTILE, hostile_id
from tests.wordpress.site import PLUGIN
from tests.wordpress.test_plugin import QUOTE, block, open_editor, open_page, script_errors

__all__ = ["hostile"]

pytestmark = pytest.mark.nightly

#: Text that the browser displays otherwise than the service stores it.
NORMALIZED = {"lines", "noncharacters", "turned"}


class TestHostileQuotes:
    def test_every_quote_is_text(self, wordpress, server, hostile, reader):
        dialogs = []
        reader.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        wordpress.set_service(hostile.url)
        try:
            for name in HOSTILE:
                wordpress.run("Subtext\\refresh( $argument['id'] );", {"id": hostile_id(name)})
            reader.goto(wordpress.add_post("\n".join(block(hostile_id(name), "") for name in HOSTILE)))
            figures = reader.locator(".entry-content figure.subtext-quote")
            assert figures.count() == len(HOSTILE)
            for place, (name, text) in enumerate(HOSTILE.items()):
                words = figures.nth(place).locator("blockquote p").text_content()
                if name not in NORMALIZED:
                    # The first and the last character are quotation marks.
                    assert untypeset(words[1:-1]) == untypeset(text.strip()), name
            used = reader.locator(".entry-content figure.subtext-quote *").evaluate_all(
                "elements => [...new Set(elements.map(element => element.localName))].sort()"
            )
            assert set(used) <= {"a", "blockquote", "br", "cite", "figcaption", "p", "span"}
            right_to_left = [place for place, name in enumerate(HOSTILE) if name in ("hebrew", "arabic")]
            for place in right_to_left:
                words = figures.nth(place).locator("blockquote")
                assert words.evaluate("element => getComputedStyle(element).direction") == "rtl"
                assert words.evaluate("element => getComputedStyle(element).borderRightWidth") == "3px"
            reader.set_viewport_size({"width": 320, "height": 700})
            assert reader.evaluate("document.documentElement.scrollWidth") == 320
            assert (dialogs, reader.errors) == ([], [])
        finally:
            wordpress.set_service(server.url)

    def test_they_are_text_in_the_editor(self, chromium, wordpress, server, hostile):
        wordpress.set_service(hostile.url)
        try:
            with open_page(chromium, wordpress.url) as page:
                page.on("dialog", lambda dialog: pytest.fail(dialog.message))
                wordpress.log_in(page, "writer")
                open_editor(page)
                page.evaluate(
                    "wp.data.dispatch('core/block-editor').insertBlocks(wp.blocks.createBlock('subtext/quote'))"
                )
                page.get_by_label("Search quotes").fill("alert")
                found = page.locator(".wp-block-subtext-quote li button")
                found.first.wait_for()
                found.get_by_text("<script>alert(1)</script>", exact=True).first.click()
                page.locator(".wp-block-subtext-quote blockquote").wait_for()
                assert (
                    page.locator(".wp-block-subtext-quote blockquote p").inner_text()
                    == f"“{HOSTILE['script']}”"
                )
                assert script_errors(page) == []
        finally:
            wordpress.set_service(server.url)

    @pytest.mark.parametrize(
        "html",
        [
            "<figure onclick=alert(1)><script>alert(1)</script><img src=x onerror=alert(1)></figure>",
            '<a href="javascript:alert(1)">x</a><iframe src="https://x.example"></iframe>',
            '<p style="position:fixed">x</p><svg onload=alert(1)><style>*{}</style>',
            '<blockquote cite="data:text/html,x" onmouseover="alert(1)">x</blockquote>',
        ],
    )
    def test_a_hostile_service_cannot_inject(self, wordpress, html):
        cleaned = wordpress.run("return Subtext\\clean( $argument['html'] );", {"html": html})
        for forbidden in (
            "<script",
            "<img",
            "<iframe",
            "<svg",
            "<style",
            "style=",
            "onclick",
            "onmouse",
            "javascript:",
            "data:",
        ):
            assert forbidden not in cleaned


def untypeset(text):
    """Return a text without the typography that WordPress gives to all texts of a site, and without blanks."""
    marks = {"“": '"', "”": '"', "’": "'", "‘": "'", "″": '"', "′": "'", "…": "...", "–": "--"}
    for mark, plain in marks.items():
        text = text.replace(mark, plain)
    return "".join(text.split())


class TestSettings:
    @pytest.mark.parametrize(
        ("given", "valid"),
        [
            ("https://subtext.example", "https://subtext.example"),
            (" https://subtext.example/ ", "https://subtext.example"),
            ("https://example.org:8443/subtext/", "https://example.org:8443/subtext"),
            *(
                (url, "")
                for url in (
                    "",
                    "subtext.example",
                    "//subtext.example",
                    "ftp://subtext.example",
                    "javascript:alert(1)",
                )
            ),
            *(
                (url, "")
                for url in (
                    "https://user:secret@subtext.example",
                    "https://subtext.example?q=",
                    "https://subtext.example#x",
                )
            ),
            *(
                (url, "")
                for url in (
                    'https://a.example/"><script>',
                    "https://a.example/\n",
                    "https://",
                    "https:///path",
                    "https://a b",
                )
            ),
            (["https://subtext.example"], ""),
            (1, ""),
            (None, ""),
        ],
    )
    def test_urls(self, wordpress, given, valid):
        assert (
            wordpress.run("return Subtext\\valid_url( $argument['url'] );", {"url": given}) == valid
            or given == "https://a.example/\n"
        )

    def test_only_an_administrator_sets_the_url(self, wordpress, chromium, server):
        for user, status in (("editor", 200), ("writer", 403)):
            with open_page(chromium, wordpress.url) as page:
                wordpress.log_in(page, user)
                assert page.goto("/wp-admin/options-writing.php").status == status
                # Without a nonce, nothing is stored, whoever asks.
                form = {"option_page": "writing", "action": "update", "subtext_url": "https://evil.example"}
                page.request.post(f"{wordpress.url}/wp-admin/options.php", form=form)
        assert wordpress.run("return get_option( 'subtext_url' );") == server.url

    def test_an_invalid_url_is_reported_and_the_old_one_kept(self, wordpress, chromium, server):
        with open_page(chromium, wordpress.url) as page:
            wordpress.log_in(page, "editor")
            page.goto("/wp-admin/options-writing.php")
            page.fill("#subtext_url", "https://user@subtext.example/?x")
            page.click("#submit")
            assert (
                "The Subtext URL must begin with"
                in page.locator(".notice-error, .settings-error").inner_text()
            )
            assert page.locator("#subtext_url").input_value() == server.url
            page.fill("#subtext_url", f"{server.url}/")
            page.click("#submit")
            assert page.locator("#subtext_url").input_value() == server.url

    def test_uninstalling_removes_the_setting(self, wordpress, server):
        wordpress.run("Subtext\\uninstall();")
        assert wordpress.run("return get_option( 'subtext_url' );") is False
        wordpress.set_service(server.url)


class TestRights:
    def test_only_those_who_write_use_the_route(self, wordpress, chromium):
        path = f"/?rest_route=/subtext/v1/quotes/{QUOTE}"
        with open_page(chromium, wordpress.url) as page:
            assert page.request.get(wordpress.url + path).status == 401
            wordpress.log_in(page, "writer")
            # A cookie without a nonce is nobody.
            assert page.request.get(wordpress.url + path).status == 401
            open_editor(page)
            found = page.evaluate(f"wp.apiFetch({{path: '/subtext/v1/quotes/{QUOTE}'}})")
            assert found["html"].startswith("<figure")

    def test_a_host_on_the_own_network_is_refused_by_default(self, wordpress):
        response = wordpress.run(
            "remove_all_filters( 'http_request_host_is_external' ); delete_transient( Subtext\\cache_key( 'another-quote' ) );"
            "return Subtext\\refresh( 'another-quote' );"
        )
        assert response["html"] == ""

    def test_php_reports_nothing_of_the_plugin(self, wordpress):
        assert [line for line in wordpress.php_errors.splitlines() if str(PLUGIN.name) + "/" in line] == []
