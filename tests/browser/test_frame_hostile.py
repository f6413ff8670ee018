"""Frames and pages of texts that would be more than text, in a real browser: nothing runs, nothing is cut off."""

import pytest

from models.database import Database
from tests.browser.hosts import hosting
from tests.embeds.conftest import HOSTILE, hostile_id, store_hostile
from tests.serving import serving

#: What no typeface of ours has, or has all of: a browser takes its own, so that heights are a guess.
GUESSED = {"emoji", "cjk", "noncharacters"}


@pytest.fixture(scope="module")
def hostile(sqlite_engine, tmp_path_factory):
    """A running server over hostile quotes."""
    with sqlite_engine.fresh() as url:
        database = Database(url)
        with database.write_session() as session:
            store_hostile(session)
        database.close()
        with serving(tmp_path_factory.mktemp("hostile") / "log", SUBTEXT_DATABASE_URL=url) as server:
            yield server


@pytest.fixture(scope="module")
def site():
    """Another site, on another origin."""
    with hosting() as host:
        yield host


class TestHostileText:
    @pytest.mark.parametrize("name", HOSTILE)
    def test_nothing_of_it_runs_and_all_of_it_is_seen(self, page, hostile, site, name):
        dialogs = []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        asked = {"url": f"{hostile.url}/quotes/{hostile_id(name)}", "maxwidth": "320"}
        told = page.request.get(f"{hostile.url}/oembed", params=asked).json()
        page.goto(site.shows(told["html"].replace('loading="lazy"', "")))
        main = page.frame_locator("iframe").locator("main")
        main.evaluate("document.fonts.ready")
        assert (dialogs, page.complaints) == ([], [])
        assert page.locator("main").first.evaluate("main => [...main.children].map(one => one.tagName)") == [
            "BLOCKQUOTE",
            "IFRAME",
        ]
        if name not in GUESSED:
            assert main.evaluate("main => main.offsetHeight") == told["height"]

    @pytest.mark.parametrize("name", ["hebrew", "arabic"])
    def test_what_is_written_from_the_right_stands_on_the_right(self, page, hostile, name):
        page.set_viewport_size({"width": 600, "height": 260})
        page.goto(f"{hostile.url}/embed/quotes/{hostile_id(name)}")
        words = "document.querySelector('blockquote p')"
        right = page.evaluate(
            f"(words => {{ const all = document.createRange(); all.selectNodeContents(words); return all.getBoundingClientRect().right }})({words})"
        )
        assert right > 540
        assert page.evaluate("getComputedStyle(document.body).borderRightWidth") == "4px"

    @pytest.mark.parametrize("name", HOSTILE)
    def test_its_page_is_no_wider_than_a_phone(self, page, hostile, name):
        page.set_viewport_size({"width": 320, "height": 700})
        page.goto(f"{hostile.url}/quotes/{hostile_id(name)}")
        assert page.evaluate("document.documentElement.scrollWidth") == 320
