"""The pages in a real browser."""

import json

import pytest


def hosts(page, served):
    """Return what was asked of anything but the service itself."""
    return [url for url in page.asked if not url.startswith((served.url, "data:", "blob:"))]


class TestSwaggerUI:
    @pytest.fixture
    def docs(self, page):
        page.goto("/docs")
        page.wait_for_selector("#operations-quotes-getQuote")
        return page

    def test_it_loads_without_another_host_or_an_error(self, docs, served):
        assert docs.locator(".info .title").first.inner_text().startswith("Subtext")
        assert docs.locator(".opblock").count() > 30
        assert hosts(docs, served) == []
        assert docs.complaints == []

    def test_an_operation_opens_and_try_it_out_shows_data(self, docs, served):
        operation = docs.locator("#operations-quotes-getQuote")
        operation.locator(".opblock-summary-control").click()
        operation.locator("button.try-out__btn").click()
        operation.locator("input[placeholder='quote_id']").fill("her-2013-a-wife-without-the-challenges")
        operation.locator("button.execute").click()
        shown = operation.locator(".live-responses-table .response-col_description pre").first
        shown.wait_for()
        assert '"speaker_certainty": "explicit"' in shown.inner_text()
        assert f"{served.url}/v1/quotes/her-2013-a-wife-without-the-challenges" in docs.asked
        assert hosts(docs, served) == []
        assert docs.complaints == []


class TestHomePage:
    def test_it_says_what_this_is_and_shows_a_quote_and_a_call(self, page, served):
        page.goto("/")
        assert page.locator("h1").inner_text() == "Film commentary you can call"
        assert page.locator("blockquote").inner_text()
        assert page.locator("#call").inner_text().startswith(f'curl "{served.url}/v1/quotes?')
        assert hosts(page, served) == []
        assert page.complaints == []

    def test_the_call_works_as_it_stands(self, page, served):
        page.goto("/")
        address = page.locator("#call").inner_text().removeprefix('curl "').removesuffix('"')
        answer = page.request.get(address)
        assert answer.status == 200
        assert len(json.loads(answer.body())["data"]) == 1

    def test_every_link_of_the_page_leads_somewhere(self, page):
        page.goto("/")
        for link in page.locator("a").all():
            assert page.request.get(link.get_attribute("href")).status == 200

    @pytest.mark.parametrize("width", [320, 1200])
    @pytest.mark.parametrize("path", ["/", "/docs/problems", "/docs/problems/invalid-parameters"])
    def test_nothing_is_wider_than_the_screen(self, page, path, width):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
