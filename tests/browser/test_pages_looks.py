"""Pages in a real browser: accessible, without errors, at any width, with and without scripts."""

import pytest

from tests.browser.test_pages import FITS_THE_SCREEN, assert_starts_with_skip_link, other_hosts
from tests.browser.test_pages_docs import SCREENS, violations

FILM = "/films/her-2013"
SCENE = "/scenes/her-2013-lunch-with-catherine"
FLAGGED = "/scenes/her-2013-an-anonymous-voice-chat"
QUOTE = "/quotes/her-2013-a-wife-without-the-challenges"
FLAGGED_QUOTE = "/quotes/her-2013-the-average-modern-woman"
PAGES = ["/", FILM, SCENE, FLAGGED, "/themes/loneliness", "/search", "/search?q=perfect"]
PAGES += [
    QUOTE,
    FLAGGED_QUOTE,
    "/embed",
    "/films",
    "/quotes",
]
PAGES += ["/characters/her-2013-samantha", "/sources/her-perfection-is-the-enemy-of-real"]
PAGES += [f"{QUOTE}?revision=2", f"{FLAGGED_QUOTE}/history", "/themes/loneliness/history"]
#: Names that are long, have no blanks, or run from right to left.
NAMES = ["What nobody had promised to keep for the archive, and what it kept anyway, for years, in the dark"]
NAMES += [
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "الذاكرة والانتظار (٢)",
]
#: The texts of names of which a part is outside the box of the map, or hidden.
CUT_NAMES = """() => [...document.querySelectorAll(".name")].filter(name => {
  const text = document.createRange(), map = document.querySelector(".map").getBoundingClientRect();
  text.selectNodeContents(name);
  const [inner, outer] = [text.getBoundingClientRect(), name.getBoundingClientRect()];
  return inner.left < outer.left || inner.right > outer.right || inner.left < map.left || inner.right > map.right
    || inner.height > outer.height + 1 || getComputedStyle(name).textOverflow === "ellipsis";
}).map(name => name.text)"""
MARK = "svg a[href='#s24-avoidance']"


@pytest.fixture
def visit(page):
    """A function that opens a page, with the width and colour scheme of a reader."""

    def go(path, *, width=1200, scheme="light"):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        page.goto(path)
        return page

    return go


class TestEveryPage:
    def test_axe_finds_nothing(self, visit):
        for path in PAGES:
            for width, scheme in SCREENS:
                assert violations(visit(path, width=width, scheme=scheme)) == [], f"{path}, {scheme}"

    def test_axe_finds_nothing_when_everything_is_open(self, visit):
        page = visit(f"{FILM}#s24-avoidance")
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert violations(page) == []

    def test_it_has_no_error_fits_the_screen_and_starts_with_a_skip_link(self, visit, server):
        for path in PAGES:
            page = visit(path)
            assert page.errors == [], path
            assert other_hosts(page, server) == [], path
            assert_starts_with_skip_link(page)
            assert page.evaluate("document.activeElement.tagName") == "MAIN", path
            assert_fits_screens(page)

    def test_an_error_page_fits_the_screen(self, visit):
        assert_fits_screens(visit("/scenes/no-such"))


def assert_fits_screens(page):
    for width in (320, 360, 1200):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(FITS_THE_SCREEN), f"{page.url}, {width} pixels"


class TestThemeMap:
    def test_the_keyboard_opens_a_mark(self, visit):
        page = visit(FILM)
        page.locator(MARK).focus()
        page.keyboard.press("Enter")
        panel = page.locator("[id='s24-avoidance']")
        assert panel.is_visible()
        assert "a wife without the challenges" in panel.inner_text()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('.panel').id") == "s24"

    def test_tab_moves_from_mark_to_mark(self, visit):
        page = visit(FILM)
        page.locator("svg a").first.focus()
        focused_links = []
        for _ in range(40):
            focused_links.append(page.evaluate("document.activeElement.getAttribute('href')"))
            page.keyboard.press("Tab")
        assert focused_links == [f"#s{place}" for place in range(1, 39)] + focused_links[38:]
        assert focused_links[38:] == ["/themes/human-connection", "#s37-human-connection"]

    def test_a_screen_reader_reads_theme_scene_and_counts(self, visit):
        tree = visit(FILM).locator(".map").aria_snapshot()
        assert '- group "Avoidance":' in tree
        assert 'link "Lunch with Catherine: tagged, 1 quote, 3 commentary entries"' in tree

    def test_it_scrolls_in_its_own_box(self, visit):
        page = visit(FILM, width=360)
        assert page.evaluate("(box => box.scrollWidth > box.clientWidth)(document.querySelector('.map'))")
        page.locator(MARK).scroll_into_view_if_needed()
        assert page.evaluate("window.scrollX") == 0
        assert page.locator(".name").first.bounding_box()["x"] >= 0

    def test_names_of_any_length_and_script_are_whole(self, visit):
        for width in (320, 390, 1200):
            page = visit(FILM, width=width)
            page.evaluate(
                "names => document.querySelectorAll('.name').forEach((a, n) => { a.text = names[n % 3] })",
                NAMES,
            )
            assert page.evaluate(CUT_NAMES) == [], width
            assert page.evaluate(FITS_THE_SCREEN), width

    def test_names_and_scene_numbers_stay_in_sight(self, visit):
        for width in (390, 1200):
            page = visit(FILM, width=width)
            box = page.locator(".map").bounding_box()
            page.evaluate("document.querySelector('.map').scrollTo(9999, 9999)")
            name, number = page.locator(".name").last.bounding_box(), page.locator(".places").bounding_box()
            assert 0 <= name["x"] - box["x"] < 30, width
            assert abs(number["y"] - box["y"]) <= 1, width

    def test_only_the_chosen_scene_is_shown(self, visit):
        page = visit(FILM)
        assert page.locator(".panel:visible").count() == 0
        page.locator(MARK).click()
        assert page.locator(".panel:visible").count() == 1
        assert page.locator("#s24 h3").is_visible()


class TestArgument:
    def test_a_permalink_marks_the_entry_and_the_way_to_it(self, visit):
        page = visit(FILM)
        border = "one => getComputedStyle(document.getElementById(one)).borderLeftColor"
        ancestor = "her-2013-a-logical-conclusion"
        before = page.evaluate(border, ancestor)
        page.goto(f"{FILM}#her-2013-writing-as-relief")
        assert page.locator("[id='her-2013-writing-as-relief'] > .claim").is_visible()
        assert page.evaluate(border, ancestor) != before
        assert page.evaluate(border, "her-2013-illusion-made-standard") == before

    def test_the_head_of_an_open_branch_stays_in_sight_above_the_entry(self, visit):
        for width in (390, 1200):
            page = visit(f"{FILM}#her-2013-the-evening-as-an-act", width=width)
            head = page.locator("[id='her-2013-a-logical-conclusion'] > h4").bounding_box()
            claim = page.locator("[id='her-2013-the-evening-as-an-act'] > .claim").bounding_box()
            assert abs(head["y"]) <= 1
            assert head["y"] + head["height"] <= claim["y"] < 800

    def test_the_outline_stays_beside_the_entries_on_wide_screens(self, visit):
        page = visit(FILM)
        page.locator("[id='her-2013-the-warning']").scroll_into_view_if_needed()
        outline, claim = page.locator(".outline"), page.locator("[id='her-2013-the-warning']").bounding_box()
        assert outline.get_by_text("A warning about idealised love").is_visible()
        assert outline.bounding_box()["x"] > claim["x"] + claim["width"]
        assert -1 <= outline.bounding_box()["y"] < 800
        page.set_viewport_size({"width": 390, "height": 800})
        assert outline.bounding_box()["y"] < claim["y"]
        assert outline.bounding_box()["height"] < 300

    @pytest.mark.parametrize("path", [FILM, "/themes/loneliness"])
    def test_print_has_what_is_folded_but_no_flagged_text(self, visit, path):
        page = visit(path)
        folded = page.locator("#content details:not(.flagged) [id^=her-2013]").first
        flagged = page.locator("details.flagged p").all()
        assert flagged
        assert not folded.is_visible()
        page.emulate_media(media="print")
        assert folded.is_visible()
        assert not any(text.is_visible() for text in flagged)


class TestWithoutScripts:
    @pytest.fixture
    def plain(self, chromium, server):
        """A page of a browser that runs no scripts."""
        context = chromium.new_context(base_url=server.url, java_script_enabled=False)
        yield context.new_page()
        context.close()

    def test_links_lead_through_the_pages(self, plain):
        plain.goto("/")
        plain.get_by_role("link", name="Her 2013").click()
        plain.locator(MARK).click()
        plain.get_by_role("link", name="Catherine's verdict strikes home").first.click()
        assert plain.url.endswith(f"{SCENE}#her-2013-catherines-verdict-strikes-home")
        plain.locator(".ties").get_by_role("link", name="Avoidance").first.click()
        assert plain.locator("h1").inner_text() == "Avoidance"

    def test_flagged_text_opens_behind_its_content_note(self, plain):
        plain.goto(FLAGGED)
        words = plain.get_by_text("connect him to an anonymous audio chat")
        assert not words.is_visible()
        plain.locator(".lead summary").press("Enter")
        assert words.is_visible()

    def test_a_fragment_opens_a_folded_argument(self, plain):
        plain.goto(f"{FILM}#her-2013-writing-as-relief")
        assert plain.locator("[id='her-2013-writing-as-relief']").is_visible()

    def test_the_search_form_works(self, plain):
        plain.goto("/search")
        plain.get_by_role("searchbox").fill("two words")
        plain.get_by_role("button", name="Search").click()
        assert plain.url.endswith("/search?q=two+words")
