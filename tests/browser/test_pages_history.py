"""The page of an item's history and a pinned page in a real browser, over content that changed."""

import pytest

from tests.api.past import HOURS, past_of
from tests.browser.test_pages_docs import SCREENS, violations
from tests.browser.test_pages_looks import assert_fits_screens

BASE = "http://127.0.0.1:8000"
LINE = f"{BASE}/quotes/the-lamp-1950-lamp-on"

pytestmark = pytest.mark.any_database


@pytest.fixture
def past(database):
    with past_of(database) as past:
        yield past


def serve(page, client):
    """Let a browser's page load everything from a test client."""

    def respond(route):
        response = client.get(route.request.url.removeprefix(BASE))
        route.fulfill(status=response.status_code, headers=dict(response.headers), body=response.data)

    page.route("**/*", respond)


class TestHistory:
    def test_axe_finds_nothing_and_it_fits_the_screen(self, past, page):
        pin = past.pin("line")
        past.change(
            "line", text="Leave the light on. " + "Donaudampfschiff" * 20, note="As spoken.", at=HOURS[0]
        )
        past.change("line", themes=[], advisory_links=[], at=HOURS[1])
        serve(page, past.client)
        for url in (f"{LINE}/history", f"{LINE}?revision={pin}"):
            for width, scheme in SCREENS:
                page.set_viewport_size({"width": width, "height": 800})
                page.emulate_media(color_scheme=scheme)
                page.goto(url)
                page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
                assert violations(page) == [], (url, scheme)
            assert_fits_screens(page)
        assert page.errors == []
