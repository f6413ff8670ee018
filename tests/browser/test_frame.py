"""The framed document in a real browser: as high as was said, readable in every theme, and quiet."""

import json
import urllib.parse
import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.hosts import hosting

QUOTE = "her-2013-a-wife-without-the-challenges"
FLAGGED = "her-2013-the-average-modern-woman"
SHORT = "her-2013-perfection-is-boring"
WIDTHS = [200, 280, 320, 400, 500, 600]
SERIOUS = {"serious", "critical"}
#: Whether all of the text can be read without scrolling, and nothing is cut off at a side.
FITS = """() => {
  const root = document.documentElement;
  return root.scrollHeight <= innerHeight && root.scrollWidth <= innerWidth;
}"""


@pytest.fixture(scope="module")
def site():
    """Another site, on another origin."""
    with hosting() as host:
        yield host


@pytest.fixture(scope="module")
def told(served):
    """Return what asks for a quote's oEmbed answer."""

    def get(quote, **query):
        query = urllib.parse.urlencode({"url": f"{served.url}/quotes/{quote}"} | query)
        with urllib.request.urlopen(f"{served.url}/oembed?{query}") as answer:
            return json.load(answer)

    return get


@pytest.fixture(scope="module")
def quotes(served):
    with urllib.request.urlopen(f"{served.url}/v1/quotes?limit=100") as answer:
        return [quote["id"] for quote in json.load(answer)["data"]]


@pytest.fixture
def frames(page, site):
    """Return what shows markup with frames on the other site, and returns the frames once they are drawn."""

    def shown(markup, **options):
        page.goto(site.shows(markup.replace('loading="lazy"', ""), **options))
        for place in range(page.locator("iframe").count()):
            page.frame_locator("iframe").nth(place).locator("main").evaluate("document.fonts.ready")
        return page.frames[1:]

    return shown


@pytest.fixture
def frame_of(frames, served):
    """Return what shows one frame at a path, of a size, on the other site, and returns it."""

    def shown(path, size, **options):
        source = f'src="{served.url}/embed/quotes/{path}" width="{size[0]}" height="{size[1]}"'
        return frames(f'<iframe title="A quote" {source} frameborder="0"></iframe>', **options)[0]

    return shown


class TestHeight:
    @pytest.mark.parametrize("width", WIDTHS)
    def test_it_is_what_was_told_for_every_quote(self, frames, told, quotes, width):
        answers = [told(quote, maxwidth=width) for quote in quotes]
        assert len(answers) == 30
        shown = frames("".join(answer["html"] for answer in answers))
        for answer, frame in zip(answers, shown, strict=True):
            needed = frame.evaluate("document.querySelector('main').offsetHeight")
            frame.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            opened = frame.evaluate("document.querySelector('main').offsetHeight")
            assert max(needed, opened) == answer["height"]
            assert frame.evaluate("document.documentElement.scrollHeight") == answer["height"]
            assert frame.evaluate(FITS)

    @pytest.mark.parametrize("width", WIDTHS)
    def test_flagged_words_have_their_room_while_they_are_hidden(self, frames, told, width):
        [frame] = frames(told(FLAGGED, maxwidth=width)["html"])
        assert frame.evaluate(FITS)
        assert not frame.locator("blockquote").is_visible()

    def test_nothing_of_the_page_moves(self, page, frames, told):
        page.add_init_script(
            "window.moved = 0; new PerformanceObserver(list => { for (const one of list.getEntries())"
            " moved += one.value }).observe({ type: 'layout-shift', buffered: true })"
        )
        frames(told(QUOTE)["html"] + "<p>Below</p>")
        page.wait_for_timeout(300)
        assert page.evaluate("moved") == 0


class TestClamp:
    @pytest.mark.parametrize(
        ("width", "high"), [(600, 120), (400, 160), (320, 150), (200, 120), (200, 200), (300, 60)]
    )
    def test_it_fits_and_leads_to_the_rest(self, frames, told, width, high):
        answer = told(QUOTE, maxwidth=width, maxheight=high)
        assert (answer["height"], "clamp=1" in answer["html"]) == (high, True)
        [frame] = frames(answer["html"])
        rest = frame.get_by_role("link", name="Read the rest")
        assert frame.evaluate(FITS)
        box = frame.evaluate(
            "(({top, bottom}) => [top, innerHeight - bottom])(document.querySelector('.rest a').getBoundingClientRect())"
        )
        assert rest.get_attribute("href").endswith(QUOTE)
        assert min(box) >= 0

    def test_no_line_is_cut_in_two(self, frames, told):
        [frame] = frames(told(QUOTE, maxwidth=400, maxheight=170)["html"])
        cut = frame.evaluate("""() => {
          const box = document.querySelector('blockquote').getBoundingClientRect();
          const words = document.createRange();
          words.selectNodeContents(document.querySelector('blockquote p'));
          const lines = [...words.getClientRects()].filter(line => line.left < box.right);
          return lines.some(line => line.bottom > box.bottom + 6);
        }""")
        assert not cut

    def test_where_all_fits_there_is_no_rest(self, frame_of):
        frame = frame_of(f"{SHORT}?clamp=1", (600, 300))
        frame.get_by_text("Read the rest").wait_for(state="hidden")
        assert frame.locator("figcaption").is_visible()


class TestThemes:
    #: The colours of the page and of the words, as they are computed.
    LIGHT, DARK = "rgb(255, 255, 255)", "rgb(29, 25, 23)"

    @pytest.mark.parametrize("system", ["light", "dark"])
    @pytest.mark.parametrize("theme", ["auto", "light", "dark"])
    @pytest.mark.parametrize("host", ["", "light", "dark", "light dark"])
    def test_it_is_opaque_in_its_own_colours_wherever_it_is(self, page, frame_of, system, theme, host):
        page.emulate_media(color_scheme=system)
        head = f'<meta name="color-scheme" content="{host}">' if host else ""
        frame = frame_of(f"{QUOTE}?theme={theme}", (400, 260), head=head)
        wanted = self.DARK if theme == "dark" or (theme == "auto" and system == "dark") else self.LIGHT
        assert frame.evaluate("getComputedStyle(document.documentElement).backgroundColor") == wanted
        box = page.locator("iframe").bounding_box()
        assert corner(page, box) == wanted

    def test_it_can_be_read_where_the_system_has_colours_of_its_own(self, page, frames, told):
        page.emulate_media(forced_colors="active")
        [frame] = frames(told(FLAGGED)["html"])
        assert frame.get_by_text("Show the words").is_visible()
        assert frame.evaluate("getComputedStyle(document.body).color") == frame.evaluate(
            "(one => { one.style.color = 'CanvasText'; document.body.append(one); return getComputedStyle(one).color })(document.createElement('i'))"
        )

    def test_it_prints_on_white_and_moves_nothing(self, page, frames, told):
        [frame] = frames(told(QUOTE)["html"])
        moving = "[...document.querySelectorAll('*')].filter(one => getComputedStyle(one).transitionDuration !== '0s' || getComputedStyle(one).animationName !== 'none').length"
        assert frame.evaluate(moving) == 0
        page.emulate_media(media="print")
        assert (
            frame.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgba(0, 0, 0, 0)"
        )
        assert frame.locator("blockquote").is_visible()


def corner(page, box):
    """Return the colour of the top right corner of a box, as it is on the screen."""
    shot = page.screenshot(
        clip={"x": box["x"] + box["width"] - 2, "y": box["y"] + 1, "width": 1, "height": 1}
    )
    from io import BytesIO

    from PIL import Image

    return f"rgb{Image.open(BytesIO(shot)).convert('RGB').getpixel((0, 0))}"


class TestForEveryone:
    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("path", [QUOTE, SHORT, FLAGGED, f"{QUOTE}?clamp=1", "daily", "no-such"])
    def test_axe_finds_nothing_serious(self, page, theme, path):
        page.emulate_media(color_scheme=theme)
        page.goto(f"/embed/quotes/{path}")
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        found = Axe().run(page).response["violations"]
        assert [
            (fault["id"], fault["nodes"][0]["html"]) for fault in found if fault["impact"] in SERIOUS
        ] == []

    def test_keys_open_what_is_flagged(self, page):
        page.goto(f"/embed/quotes/{FLAGGED}")
        assert not page.locator("blockquote").is_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.locator("blockquote").is_visible()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") == "A"

    def test_it_reads_without_scripts_and_styles(self, chromium, served):
        context = chromium.new_context(java_script_enabled=False, base_url=served.url)
        page = context.new_page()
        page.route("**/*.woff2", lambda route: route.abort())
        page.goto(f"/embed/quotes/{QUOTE}")
        assert "It is perfect." in page.locator("blockquote").inner_text()
        assert "Catherine, Her (2013), as quoted in" in page.locator("figcaption").inner_text()
        context.close()
