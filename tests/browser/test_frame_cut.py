"""A frame that is too low cuts the words and says so, whatever its page does: credit and link are always seen."""

import json
import urllib.request

import pytest

from models.database import Database
from models.revision import change_set
from tests.browser.conftest import open_page
from tests.browser.frame_inspection import find_faults, show_frame
from tests.browser.test_frame import FLAGGED, QUOTE
from tests.models.content import RELEASED, cite, fill, flag, quote
from tests.serving import serving

WIDTHS = 288, 320, 400, 600
#: Texts that the pack lacks: without blanks, in scripts with high lines, from right to left, and hard to draw.
HARD_TEXTS = {
    "unspaced": "W" * 600,
    "lower": "pneumonoultramicroscopic" * 25,
    "cjk": "晩春は小津安二郎の映画である。愛と孤独。" * 12,
    "arabic": "هذا نص طويل بالعربية يجب أن ينكسر إلى عدة أسطر. " * 6,
    "hebrew": "שלום עולם, זה משפט ארוך בעברית (abc) 123. " * 6,
    "thai": "ประโยคภาษาไทยไม่มีช่องว่างและยาวมาก" * 8,
    "hindi": "यह एक लंबा वाक्य है जिसे कई पंक्तियों में तोड़ा जाना चाहिए। " * 5,
    "burmese": "လူတိုင်းသည် တူညီလွတ်လပ်သော ဂုဏ်သိက္ခာဖြင့် မွေးဖွားလာသူများဖြစ်သည်။ " * 4,
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 " * 40,
    "marks": "e\u0301\u0323\u0302\u0308\u0304" * 60,
}
#: From the lowest that has room for a line of words and the credit.
HEIGHTS = 60, 71, 90, 111, 120, 150, 180, 185, 200, 240, 271, 320
#: Some scripts need higher lines than the lowest frame has room for.
MIN_HARD_HEIGHT = 71


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


@pytest.fixture(scope="module")
def hard(sqlite_engine, tmp_path_factory):
    """A running server over hard texts, plain and flagged, of a film and a source with long titles."""
    with sqlite_engine.fresh() as url:
        database = Database(url)
        with database.write_session() as session:
            content = fill(session)
            with change_set(session, "maker", at=RELEASED):
                content.film.label = content.film.title = "The Longest Title That a Film Has Ever Had " * 3
                content.essay.title = "On Everything That Was Ever Said of It, and Then Some More " * 3
                session.add_all(hard_quotes(content))
        database.close()
        with serving(tmp_path_factory.mktemp("hard") / "log", SUBTEXT_DATABASE_URL=url) as running:
            yield running


def hard_quotes(content):
    for number, (name, text) in enumerate(HARD_TEXTS.items()):
        for is_flagged in (False, True):
            slug = f"{name}-flagged" if is_flagged else name
            new = quote(content.film, slug, 10 + 2 * number + is_flagged, text=text.strip())
            new.citations = [cite(content.essay, 2)]
            new.advisory_links = [flag(content.crude, 1), flag(content.spoiler, 2)] if is_flagged else []
            yield new


def find_all_faults(page, frame, is_flagged, heights=HEIGHTS):
    """Return what is wrong with a frame in all sizes, and with a flagged one after it was opened."""
    faults = []
    for is_open in (False, True)[: is_flagged + 1]:
        frame.evaluate(
            "open => document.querySelectorAll('details').forEach(one => one.open = open)", is_open
        )
        for width in WIDTHS:
            for height in heights:
                faults += [f"open: {is_open}, {fault}" for fault in find_faults(page, frame, width, height)]
    return faults


class TestEverySize:
    def test_nothing_is_cut_without_a_sign(self, page, site, server):
        faults = []
        for quote_ in (QUOTE, FLAGGED):
            frame = show_frame(page, site, f"{server.url}/embed/quotes/{quote_}")
            for width, height in ((288, 200), (288, 120), (600, 60)):
                faults += find_faults(page, frame, width, height)
        assert faults == []

    @pytest.mark.nightly
    def test_no_quote_of_the_pack_is_cut_without_a_sign(self, page, site, server, quotes):
        faults = {}
        for quote_, is_flagged in quotes.items():
            frame = show_frame(page, site, f"{server.url}/embed/quotes/{quote_}")
            faults[quote_] = find_all_faults(page, frame, is_flagged)
        assert {quote_: found for quote_, found in faults.items() if found} == {}

    @pytest.mark.nightly
    def test_no_hard_text_is_cut_without_a_sign(self, page, site, hard):
        faults = {}
        for name in HARD_TEXTS:
            for slug in (name, f"{name}-flagged"):
                frame = show_frame(page, site, f"{hard.url}/embed/quotes/the-lamp-1950-{slug}")
                heights = [height for height in HEIGHTS if height >= MIN_HARD_HEIGHT]
                faults[slug] = find_all_faults(page, frame, slug != name, heights)
        assert {slug: found for slug, found in faults.items() if found} == {}


class TestResize:
    """A page that resizes the frame shows all of it; one that does not is told the same height again and again."""

    def test_it_is_whole_once_it_is_resized(self, page, site, server):
        frame = show_frame(page, site, f"{server.url}/embed/quotes/{QUOTE}")
        page.evaluate(
            "heard = []; addEventListener('message', ({data}) => data.sentinel && heard.push(data.height))"
        )
        assert find_faults(page, frame, 288, 150) == []
        assert frame.get_by_role("link", name="Read the rest").is_visible()
        page.wait_for_function("heard.length > 0")
        needed = page.evaluate("heard.at(-1)")
        assert needed > 200
        assert find_faults(page, frame, 288, needed) == []
        assert not frame.locator(".rest").is_visible()
        assert frame.evaluate("document.documentElement.className") == ""
        # A turn later nothing has changed: the frame and its page do not answer each other for ever.
        count = page.evaluate("heard.length")
        page.wait_for_timeout(300)
        assert set(page.evaluate("heard.slice(1)")) == {needed}
        assert page.evaluate("heard.length") <= count + 2

    def test_without_its_script_the_words_scroll_above_the_credit(self, page, site, server):
        page.route("**/frame.js*", lambda route: route.abort())
        for quote_ in (QUOTE, FLAGGED):
            frame = show_frame(page, site, f"{server.url}/embed/quotes/{quote_}")
            frame.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
            page.evaluate("Object.assign(document.querySelector('iframe'), {width: 288, height: 180})")
            frame.wait_for_function("innerHeight === 180 && innerWidth === 288")
            words, credit = frame.locator("figure > :first-child"), frame.locator("figcaption")
            assert words.evaluate("one => one.scrollHeight > one.clientHeight")
            assert words.evaluate("one => getComputedStyle(one).overflowY") == "auto"
            assert credit.evaluate("one => one.getBoundingClientRect().bottom <= innerHeight")
