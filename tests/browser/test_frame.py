"""The frame in a real browser: as high as its oEmbed response says, readable in every theme, and quiet."""

import json
import urllib.parse
import urllib.request

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.frame_inspection import FAULTS

QUOTE = "her-2013-a-wife-without-the-challenges"
FLAGGED = "her-2013-the-average-modern-woman"
SHORT = "her-2013-perfection-is-boring"
#: test_lines.py measures heights at more widths, without frames.
WIDTHS = [200, 320, 600]
SERIOUS = {"serious", "critical"}
#: Whether all text is visible without scrolling, and nothing is cut off.
FITS = """() => {
  const root = document.documentElement;
  return root.scrollHeight <= innerHeight && root.scrollWidth <= innerWidth;
}"""


BACKGROUND = "getComputedStyle(document.documentElement).backgroundColor"
#: The height of the document as it is, and with everything opened, which it stays.
HEIGHTS = """() => {
  const main = document.querySelector('main'), closed = main.offsetHeight;
  for (const one of document.querySelectorAll('details')) one.open = true;
  return [closed, main.offsetHeight];
}"""


@pytest.fixture(scope="module")
def oembed(server):
    """A function that returns the oEmbed response for a quote."""

    def get(quote, **query):
        query = urllib.parse.urlencode({"url": f"{server.url}/quotes/{quote}"} | query)
        with urllib.request.urlopen(f"{server.url}/oembed?{query}") as response:
            return json.load(response)

    return get


@pytest.fixture(scope="module")
def quotes(server):
    with urllib.request.urlopen(f"{server.url}/v1/quotes?limit=100") as response:
        return [quote["id"] for quote in json.load(response)["data"]]


@pytest.fixture
def frames(page, site):
    """A function that shows markup on the other site, and returns its frames once they are drawn."""

    def show(markup, **options):
        page.goto(site.add_page(markup.replace('loading="lazy"', ""), **options))
        for place in range(page.locator("iframe").count()):
            page.frame_locator("iframe").nth(place).locator("main").evaluate("document.fonts.ready")
        return page.frames[1:]

    return show


@pytest.fixture
def frame_of(frames, server):
    """A function that shows one frame of a size on the other site, and returns it."""

    def show(path, size, **options):
        source = f'src="{server.url}/embed/quotes/{path}" width="{size[0]}" height="{size[1]}"'
        return frames(f'<iframe title="A quote" {source} frameborder="0"></iframe>', **options)[0]

    return show


class TestHeight:
    def test_every_quote_has_the_height_in_its_oembed_response(self, frames, oembed, quotes):
        assert len(quotes) == 29
        for width in WIDTHS:
            responses = {quote: oembed(quote, maxwidth=width) for quote in quotes}
            shown_frames = frames("".join(response["html"] for response in responses.values()))
            for (quote, response), frame in zip(responses.items(), shown_frames, strict=True):
                closed, opened = frame.evaluate(HEIGHTS)
                assert max(closed, opened) == response["height"], f"{quote}, {width} pixels"
                assert frame.evaluate("document.documentElement.scrollHeight") == response["height"]
                assert frame.evaluate(FITS), f"{quote}, {width} pixels"

    def test_flagged_words_have_their_space_while_they_are_hidden(self, frames, oembed):
        for width in WIDTHS:
            [frame] = frames(oembed(FLAGGED, maxwidth=width)["html"])
            assert frame.evaluate(FITS), width
            assert not frame.locator("blockquote").is_visible()

    def test_it_causes_no_layout_shift(self, page, frames, oembed):
        page.add_init_script(
            "window.moved = 0; new PerformanceObserver(list => { for (const one of list.getEntries())"
            " moved += one.value }).observe({ type: 'layout-shift', buffered: true })"
        )
        frames(oembed(QUOTE)["html"] + "<p>Below</p>")
        page.wait_for_timeout(300)
        assert page.evaluate("moved") == 0


class TestClamp:
    def test_it_fits_and_links_to_the_rest(self, frames, oembed):
        for width, height in ((600, 120), (400, 160), (320, 150), (200, 120), (200, 200), (300, 60)):
            size = f"{width} × {height}"
            response = oembed(QUOTE, maxwidth=width, maxheight=height)
            assert (response["height"], "clamp=1" in response["html"]) == (height, True), size
            [frame] = frames(response["html"])
            assert frame.evaluate(FAULTS) == [], size
            link = frame.locator(".rest a")
            assert link.get_attribute("href").endswith(QUOTE), size
            assert link.is_visible() == (width < 400), size

    def test_a_quote_that_fits_has_no_link_to_the_rest(self, frame_of):
        frame = frame_of(f"{SHORT}?clamp=1", (600, 300))
        frame.get_by_text("Read the rest").wait_for(state="hidden")
        assert frame.locator("figcaption").is_visible()


class TestThemes:
    #: The computed colours of the background.
    LIGHT, DARK = "rgb(255, 255, 255)", "rgb(29, 25, 23)"

    def test_it_is_opaque_in_its_own_colours_on_every_page(self, page, frames, server):
        for system in ("light", "dark"):
            page.emulate_media(color_scheme=system)
            for host_site in ("", "light", "dark", "light dark"):
                head = f'<meta name="color-scheme" content="{host_site}">' if host_site else ""
                themes = ("auto", "light", "dark")
                markup = "".join(
                    f'<iframe title="A quote" src="{server.url}/embed/quotes/{QUOTE}?theme={theme}"'
                    ' width="300" height="260" frameborder="0"></iframe>'
                    for theme in themes
                )
                for place, frame in enumerate(frames(markup, head=head)):
                    theme = themes[place]
                    is_dark = theme == "dark" or (theme == "auto" and system == "dark")
                    expected = self.DARK if is_dark else self.LIGHT
                    message = f"{theme} on a {host_site or 'plain'} page, {system} system"
                    assert frame.evaluate(BACKGROUND) == expected, message
                    box = page.locator("iframe").nth(place).bounding_box()
                    assert corner(page, box) == expected, message

    def test_it_is_readable_with_forced_colours(self, page, frames, oembed):
        page.emulate_media(forced_colors="active")
        [frame] = frames(oembed(FLAGGED)["html"])
        assert frame.get_by_text("Show the words").is_visible()
        assert frame.evaluate("getComputedStyle(document.body).color") == frame.evaluate(
            "(one => { one.style.color = 'CanvasText'; document.body.append(one); return getComputedStyle(one).color })(document.createElement('i'))"
        )

    def test_it_is_printed_on_white_and_has_no_animation(self, page, frames, oembed):
        [frame] = frames(oembed(QUOTE)["html"])
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


class TestAccessibility:
    def test_axe_finds_nothing_serious(self, page):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for path in (QUOTE, SHORT, FLAGGED, f"{QUOTE}?clamp=1", "daily", "no-such"):
                page.goto(f"/embed/quotes/{path}")
                page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
                faults = Axe().run(page).response["violations"]
                serious = [
                    (fault["id"], fault["nodes"][0]["html"]) for fault in faults if fault["impact"] in SERIOUS
                ]
                assert serious == [], f"{path}, {scheme}"

    def test_keys_open_flagged_words(self, page):
        page.goto(f"/embed/quotes/{FLAGGED}")
        assert not page.locator("blockquote").is_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.locator("blockquote").is_visible()
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") == "A"

    def test_it_is_readable_without_scripts_and_fonts(self, chromium, server):
        context = chromium.new_context(java_script_enabled=False, base_url=server.url)
        page = context.new_page()
        page.route("**/*.woff2", lambda route: route.abort())
        page.goto(f"/embed/quotes/{QUOTE}")
        assert "It is perfect." in page.locator("blockquote").inner_text()
        assert "Catherine, Her (2013), as quoted in" in page.locator("figcaption").inner_text()
        context.close()
