"""The frame of a film's or theme's quotes on other sites: bounded, with pages, and nothing out of reach."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from models.database import Database
from models.revision import change_set
from tests.browser.conftest import open_page
from tests.browser.test_frame import SERIOUS
from tests.browser.test_frame_cut import hard_quotes
from tests.browser.test_frame_hosts import SECRET, first_frame, wordpress_markup
from tests.models.content import RELEASED, fill
from tests.serving import serving

FILM = "her-2013"
#: Whether the document is as high and as wide as its window, and its header, list and pager are inside.
STAYS_INSIDE = """() => {
  const root = document.documentElement;
  const boxes = [...document.querySelectorAll('header, ol, nav')].map(one => one.getBoundingClientRect());
  return root.scrollHeight <= innerHeight && root.scrollWidth <= innerWidth
    && boxes.every(box => box.top >= 0 && box.bottom <= innerHeight + 1 && box.right <= innerWidth);
}"""
#: Whether the end of the last quote can be scrolled into view inside the list.
END_IS_REACHABLE = """() => {
  const list = document.querySelector('ol');
  list.scrollTop = 1e6;
  const end = list.lastElementChild.getBoundingClientRect().bottom, box = list.getBoundingClientRect();
  return end <= box.bottom + 1 && list.clientHeight > 0;
}"""


@pytest.fixture
def page(browser, server):
    """A page in each browser."""
    with open_page(browser, server.url) as new_page:
        yield new_page


@pytest.fixture(scope="module")
def hard(sqlite_engine, tmp_path_factory):
    """A running server over a film with a title as long as may be, and quotes that are hard to set."""
    with sqlite_engine.fresh() as url:
        database = Database(url)
        with database.write_session() as session:
            content = fill(session)
            with change_set(session, "maker", at=RELEASED):
                content.film.label = content.film.title = "W" * 60 + " The Longest Title Of All" * 2
                session.add_all(hard_quotes(content))
        database.close()
        with serving(tmp_path_factory.mktemp("hard") / "log", SUBTEXT_DATABASE_URL=url) as running:
            yield running


@pytest.fixture
def frame_of(page, site, server):
    """A function that shows a collection in a frame of a size on the other site, and returns the frame."""

    def show(size, path=f"films/{FILM}?limit=5", **options):
        source = f'src="{server.url}/embed/{path}" width="{size[0]}" height="{size[1]}"'
        markup = f'<iframe title="Quotes" {source} frameborder="0" scrolling="no"></iframe>'
        page.goto(site.add_page(markup, **options))
        frame = first_frame(page)
        frame.evaluate("document.fonts.ready.then(() => 0)")
        return frame

    return show


class TestSize:
    def test_nothing_is_out_of_reach_at_any_size(self, frame_of):
        for width in (160, 288, 320, 400, 600):
            for height in (120, 200, 480, 900):
                frame = frame_of((width, height), f"films/{FILM}?limit=20&max_severity=3")
                size = f"{width} × {height}"
                assert frame.evaluate(STAYS_INSIDE), size
                assert frame.evaluate(END_IS_REACHABLE), size

    @pytest.mark.nightly
    def test_a_long_title_leaves_room_for_the_quotes(self, page, site, hard):
        for width in (160, 288, 600):
            for height in (60, 99, 100, 120, 150, 239, 240, 480):
                source = f'src="{hard.url}/embed/films/the-lamp-1950?limit=20&amp;max_severity=3&amp;lang=de"'
                page.goto(
                    site.add_page(f'<iframe title="x" {source} width="{width}" height="{height}"></iframe>')
                )
                frame = first_frame(page)
                frame.evaluate("document.fonts.ready.then(() => 0)")
                assert frame.evaluate(END_IS_REACHABLE), (width, height)
                assert frame.evaluate("document.querySelector('ol').clientHeight") >= min(20, height / 4)
                nav = frame.evaluate(
                    "(document.querySelector('nav') || document.querySelector('ol')).getBoundingClientRect().bottom"
                )
                assert nav <= height + 1, (width, height)

    @pytest.mark.nightly
    def test_lines_of_tall_scripts_have_their_room(self, page, hard):
        page.goto(f"{hard.url}/embed/films/the-lamp-1950?limit=20&max_severity=0")
        height = "one => parseFloat(getComputedStyle(one).lineHeight)"
        heights = {
            language: page.locator("blockquote p", has_text=text).first.evaluate(height)
            for language, text in (("en", "WWW"), ("th", "ประโยค"), ("my", "လူတိုင်း"))
        }
        assert heights["en"] == 26
        assert heights["th"] > 26
        assert heights["my"] > 30

    def test_it_needs_no_more_than_its_oembed_response_says(self, page, site, server):
        for path in (f"films/{FILM}", "themes/loneliness", "themes/friendship"):
            for width in (288, 600):
                query = {"url": f"{server.url}/{path}", "maxwidth": str(width)}
                embed = page.request.get("/oembed", params=query).json()
                page.goto(site.add_page(embed["html"].replace('loading="lazy"', "")))
                frame = first_frame(page)
                frame.evaluate("document.fonts.ready.then(() => 0)")
                assert frame.evaluate(STAYS_INSIDE)
                overflow = frame.evaluate(
                    "(list => list.scrollHeight - list.clientHeight)(document.querySelector('ol'))"
                )
                # A page that is lower than the bound needs no scrolling.
                assert overflow <= 1 or embed["height"] == 480, (path, width)

    def test_it_is_scrolled_by_keyboard(self, page, frame_of):
        frame = frame_of((400, 300))
        frame.locator("ol").focus()
        page.keyboard.press("End")
        frame.wait_for_function("() => document.querySelector('ol').scrollTop > 0")


class TestPages:
    def test_its_links_lead_through_all_quotes_inside_the_frame(self, page, frame_of):
        frame = frame_of((400, 300), f"films/{FILM}?limit=6")
        address, total = page.url, int(frame.locator("header p").inner_text().split()[0])
        seen = []
        while True:
            seen += frame.locator("li blockquote").all_inner_texts()
            following = frame.locator("a[rel=next]")
            if not following.count():
                break
            first = seen[-1]
            following.click()
            frame.wait_for_function(
                "text => ![...document.querySelectorAll('li blockquote')].some(one => one.innerText === text)",
                arg=first,
            )
        assert len(seen) == len(set(seen)) == total
        assert page.url == address

    def test_its_height_stays_when_pages_turn(self, page, site, frame_of):
        listener = "<script>addEventListener('message', ({ data }) => { if (data.height) document.querySelector('iframe').height = data.height })</script>"
        frame = frame_of((600, 480), f"films/{FILM}?limit=5", head=listener)
        page.wait_for_timeout(300)
        heights = [page.evaluate("document.querySelector('iframe').height")]
        while frame.locator("a[rel=next]").count():
            frame.locator("a[rel=next]").click()
            page.wait_for_timeout(400)
            heights.append(page.evaluate("document.querySelector('iframe').height"))
        assert len(heights) > 2
        assert set(heights) == {"480"}

    def test_wordpress_shows_it_and_follows_its_links_on_every_page(self, page, site, server):
        query = {"url": f"{server.url}/films/{FILM}"}
        html = page.request.get("/oembed", params=query).json()["html"].replace('loading="lazy"', "")
        page.goto(site.add_page(wordpress_markup(html)))
        page.wait_for_function("!document.querySelector('iframe').style.clip")
        frame = first_frame(page)
        frame.locator("a[rel=next]").click()
        frame.locator("a[rel=prev]").wait_for()
        assert frame.evaluate("location.hash") == f"#?secret={SECRET}"
        frame.locator("h1 a").click()
        page.wait_for_url(f"{server.url}/films/{FILM}")


class TestQuiet:
    def test_it_works_on_strict_and_isolated_pages_and_requests_only_the_service(
        self, page, frame_of, server, site
    ):
        frame = frame_of(
            (400, 300),
            Content_Security_Policy=f"default-src 'none'; frame-src {server.url}; require-trusted-types-for 'script'",
            Cross_Origin_Embedder_Policy="require-corp",
            Cross_Origin_Opener_Policy="same-origin",
        )
        frame.locator("a[rel=next]").click()
        frame.locator("a[rel=prev]").wait_for()
        assert page.errors == []
        assert page.context.cookies() == []

    def test_it_is_accessible_in_both_colour_schemes(self, page, server):
        for query in ("theme=light", "theme=dark", "lang=de&max_severity=3&limit=20"):
            page.goto(f"{server.url}/embed/films/{FILM}?{query}")
            violations = Axe().run(page).response["violations"]
            assert [one["id"] for one in violations if one["impact"] in SERIOUS] == [], query
