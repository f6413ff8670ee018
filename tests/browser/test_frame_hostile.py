"""Frames and pages of hostile text in a real browser: nothing runs, nothing is cut off."""

import pytest

from models.database import Database
from tests.embeds.conftest import HOSTILE, hostile_id, store_hostile
from tests.serving import serving

#: Text for which our typefaces lack characters: the browser uses its own, so the height is an estimate.
GUESSED = {"emoji", "cjk", "noncharacters"}


#: Where the words of a frame end on the right.
RIGHT_EDGE = """() => {
  const words = document.createRange();
  words.selectNodeContents(document.querySelector('blockquote p'));
  return words.getBoundingClientRect().right;
}"""


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


class TestHostileText:
    def test_nothing_runs_and_everything_is_shown(self, page, hostile, site):
        dialogs = []
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
        responses = {name: oembed(page, hostile, name) for name in HOSTILE}
        markup = "".join(response["html"] for response in responses.values())
        page.goto(site.add_page(markup.replace('loading="lazy"', "")))
        for place, (name, response) in enumerate(responses.items()):
            main = page.frame_locator("iframe").nth(place).locator("main")
            main.evaluate("document.fonts.ready")
            if name not in GUESSED:
                assert main.evaluate("main => main.offsetHeight") == response["height"], name
        children = page.locator("main").first.evaluate("main => [...main.children].map(one => one.tagName)")
        assert children == ["BLOCKQUOTE", "IFRAME"] * len(HOSTILE)
        assert (dialogs, page.errors) == ([], [])

    def test_right_to_left_text_is_on_the_right(self, page, hostile):
        page.set_viewport_size({"width": 600, "height": 260})
        for name in ("hebrew", "arabic"):
            page.goto(f"{hostile.url}/embed/quotes/{hostile_id(name)}")
            assert page.evaluate(RIGHT_EDGE) > 540, name
            assert page.evaluate("getComputedStyle(document.body).borderRightWidth") == "4px", name

    def test_no_page_is_wider_than_a_phone(self, page, hostile):
        page.set_viewport_size({"width": 320, "height": 700})
        for name in HOSTILE:
            page.goto(f"{hostile.url}/quotes/{hostile_id(name)}")
            assert page.evaluate("document.documentElement.scrollWidth") == 320, name


def oembed(page, service, name):
    """Return the oEmbed response for a hostile quote."""
    query = {"url": f"{service.url}/quotes/{hostile_id(name)}", "maxwidth": "320"}
    return page.request.get(f"{service.url}/oembed", params=query).json()
