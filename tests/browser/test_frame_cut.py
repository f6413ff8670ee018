"""A frame that is too low cuts the words and says so, whatever its page does: credit and link are always seen."""

import json
import urllib.request

import pytest

from tests.browser.conftest import open_page
from tests.browser.frame_inspection import find_faults, show_frame
from tests.browser.hosts import running_site
from tests.browser.test_frame import FLAGGED, QUOTE

WIDTHS = 288, 320, 400, 600
#: From the lowest that has room for a line of words and the credit.
HEIGHTS = 60, 71, 90, 111, 120, 150, 180, 185, 200, 240, 271, 320


@pytest.fixture(scope="module")
def site():
    with running_site() as running:
        yield running


@pytest.fixture
def page(browser, server):
    """A page in each browser."""
    with open_page(browser, server.url) as new_page:
        yield new_page


@pytest.fixture
def quotes(server):
    """The ids of all quotes, and whether each is flagged."""
    with urllib.request.urlopen(f"{server.url}/v1/quotes?limit=100") as response:
        return {quote["id"]: bool(quote["advisories"]) for quote in json.load(response)["data"]}


class TestEverySize:
    def test_nothing_is_cut_without_a_sign(self, page, site, server):
        faults = []
        for quote in (QUOTE, FLAGGED):
            frame = show_frame(page, site, f"{server.url}/embed/quotes/{quote}")
            for width, height in ((288, 200), (288, 120), (600, 60)):
                faults += find_faults(page, frame, width, height)
        assert faults == []

    @pytest.mark.nightly
    def test_no_quote_of_the_pack_is_cut_without_a_sign(self, page, site, server, quotes):
        faults = []
        for quote, is_flagged in quotes.items():
            frame = show_frame(page, site, f"{server.url}/embed/quotes/{quote}")
            for is_open in (False, True)[: is_flagged + 1]:
                frame.evaluate(
                    "open => document.querySelectorAll('details').forEach(one => one.open = open)", is_open
                )
                for width in WIDTHS:
                    for height in HEIGHTS:
                        faults += [
                            f"{quote}, {is_open}, {fault}"
                            for fault in find_faults(page, frame, width, height)
                        ]
        assert faults == []
