"""Swagger UI and the home page in a real browser."""

import json

import pytest

FITS_THE_SCREEN = "document.documentElement.scrollWidth <= window.innerWidth"


def other_hosts(page, server):
    """Return the URLs of other hosts that a page has requested."""
    return [url for url in page.requested_urls if not url.startswith((server.url, "data:", "blob:"))]


def assert_starts_with_skip_link(page):
    """Assert that the first tab stop is a link past the navigation, visible and working."""
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content", page.url
    assert page.locator(":focus").bounding_box()["x"] >= 0, page.url
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content", page.url


class TestSwaggerUI:
    @pytest.fixture
    def docs(self, page):
        page.goto("/docs")
        page.wait_for_selector("#operations-quotes-getQuote")
        return page

    def test_it_loads_without_an_error_or_another_host(self, docs, server):
        assert docs.locator(".info .title").first.inner_text().startswith("Subtext")
        assert docs.locator(".opblock").count() > 30
        assert other_hosts(docs, server) == []
        assert docs.errors == []

    def test_an_operation_opens_and_try_it_out_shows_data(self, docs, server):
        operation = docs.locator("#operations-quotes-getQuote")
        operation.locator(".opblock-summary-control").click()
        operation.locator("button.try-out__btn").click()
        operation.locator("input[placeholder='quote_id']").fill("her-2013-a-wife-without-the-challenges")
        operation.locator("button.execute").click()
        body = operation.locator(".live-responses-table .response-col_description pre").first
        body.wait_for()
        assert '"speaker_certainty": "explicit"' in body.inner_text()
        assert f"{server.url}/v1/quotes/her-2013-a-wife-without-the-challenges" in docs.requested_urls
        assert other_hosts(docs, server) == []
        assert docs.errors == []


class TestHomePage:
    def test_it_has_a_heading_a_quote_and_a_request(self, page, server):
        page.goto("/")
        assert page.locator("h1").inner_text() == "Film commentary you can call"
        assert page.locator("blockquote").inner_text()
        assert page.locator(".cards h3").all_inner_texts() == [
            "App developers",
            "Site owners",
            "Critics and editors",
        ]
        assert page.locator("#call").inner_text().startswith(f'curl "{server.url}/v1/quotes?')
        assert other_hosts(page, server) == []
        assert page.errors == []

    def test_the_request_works(self, page, server):
        page.goto("/")
        url = page.locator("#call").inner_text().removeprefix('curl "').removesuffix('"')
        response = page.request.get(url)
        assert response.status == 200
        [quote] = json.loads(response.body())["data"]
        answer = page.locator(".answer").inner_text()
        assert answer.count("…") <= 3
        for name, value in quote.items():
            assert f'"{name}": {json.dumps(value, ensure_ascii=False)}' in answer

    def test_every_link_works(self, page):
        page.goto("/")
        for link in page.locator("a").all():
            assert page.request.get(link.get_attribute("href")).status == 200

    def test_it_is_no_wider_than_the_screen(self, page):
        page.goto("/")
        for width in (320, 768, 1200):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(FITS_THE_SCREEN), width
