"""The AMP page: the markup that AMP requires, and its iframe in a browser, with stand-ins for AMP's scripts.

AMP's validator and runtime are downloaded from its own host, which tests do not call; no package has them. The rules
below are those of its specification for the elements that the page uses (amp.dev, "AMP HTML Specification").
"""

import re

import pytest

from tests.browser.parsed import Parsed
from tests.recipes.projects import RECIPES, served
from tests.recipes.quotes import FLAGGED, PLAIN, WORDS

PAGE = (RECIPES / "amp" / "quote.html").read_text("utf-8")
SERVICE = "https://subtext.example"
MAX_CSS_BYTES = 75_000
CDN = "https://cdn.ampproject.org/v0"
ANIMATION = "-amp-start 8s steps(1,end) 0s 1 normal both"
PREFIXES = ("-webkit-", "-moz-", "-ms-", "")
BOILERPLATE = (
    "body{"
    + ";".join(f"{prefix}animation:{ANIMATION}" for prefix in PREFIXES)
    + "}"
    + "".join(
        f"@{prefix}keyframes -amp-start{{from{{visibility:hidden}}to{{visibility:visible}}}}"
        for prefix in ("-webkit-", "-moz-", "-ms-", "-o-", "")
    )
)
NO_SCRIPT = "body{" + ";".join(f"{prefix}animation:none" for prefix in PREFIXES) + "}"
#: What AMP forbids or replaces by elements of its own.
FORBIDDEN = {"iframe", "img", "video", "audio", "object", "embed", "frame", "base", "applet", "input", "form"}

#: Stands in for the parts of AMP's runtime that the page needs: it shows the page, and creates and resizes iframes.
RUNTIME = """
const style = document.createElement("style");
style.textContent = "body { animation: none !important } amp-iframe, iframe { display: block; width: 100% }";
document.head.append(style);
const build = () => {
  for (const element of document.querySelectorAll("amp-iframe")) {
    const iframe = document.createElement("iframe");
    for (const name of ["src", "title", "height", "sandbox", "frameborder", "scrolling"])
      iframe.setAttribute(name, element.getAttribute(name));
    element.replaceChildren(iframe);
    addEventListener("message", ({ source, data }) => {
      if (source === iframe.contentWindow && data.sentinel === "amp" && data.type === "embed-size")
        iframe.height = data.height;
    });
  }
};
if (document.readyState === "loading") addEventListener("DOMContentLoaded", build);
else build();
"""


@pytest.fixture(scope="module")
def page():
    return Parsed(PAGE.replace(" placeholder>", ' placeholder="">'))


class TestMarkup:
    def test_the_head_is_what_amp_requires(self, page):
        assert PAGE.startswith("<!doctype html>\n<html amp ")
        head = [
            element for element in page.elements if element.within[-1:] and element.within[-1].tag == "head"
        ]
        assert head[0].attributes == {"charset": "utf-8"}
        assert page.all("meta", name="viewport")[0].attributes["content"] == "width=device-width"
        assert len(page.all("link", rel="canonical")) == len(page.all("title")) == 1
        assert page.all("script")[0].attributes == {"async": None, "src": f"{CDN}.js"}

    def test_the_boilerplate_is_unchanged(self, page):
        assert f"<style amp-boilerplate>{BOILERPLATE}</style>" in PAGE
        assert f"<noscript><style amp-boilerplate>{NO_SCRIPT}</style></noscript>" in PAGE

    def test_scripts_are_those_of_the_elements_that_are_used(self, page):
        used = {element.tag for element in page.elements if element.tag.startswith("amp-")}
        scripts = page.all("script")[1:]
        assert {script.attributes["custom-element"] for script in scripts} == used == {"amp-iframe"}
        assert [script.attributes["src"] for script in scripts] == [f"{CDN}/amp-iframe-0.1.js"]

    def test_styles_are_within_the_limits(self, page):
        [css] = re.findall(r"<style amp-custom>(.*?)</style>", PAGE, re.DOTALL)
        assert len(css.encode()) <= MAX_CSS_BYTES
        assert "!important" not in css
        assert "@import" not in css
        assert len(page.all("style")) == 3

    def test_nothing_that_amp_forbids_is_used(self, page):
        assert not {element.tag for element in page.elements} & FORBIDDEN
        names = {name for element in page.elements for name in element.attributes}
        assert not [name for name in names if name.startswith("on")]
        assert "javascript:" not in PAGE

    def test_the_iframe_may_be_resized_and_has_what_it_needs(self, page):
        [iframe] = page.all("amp-iframe")
        allowed = {"src", "title", "height", "layout", "sandbox", "frameborder", "scrolling", "resizable"}
        assert set(iframe.attributes) <= allowed
        assert iframe.attributes["src"].startswith("https://")
        # With both, a frame could remove its own sandbox.
        assert "allow-same-origin" not in iframe.attributes["sandbox"]
        children = [element for element in page.elements if element.within[-1:] == (iframe,)]
        assert [
            next(n for n in child.attributes if n in ("overflow", "placeholder")) for child in children
        ] == [
            "overflow",
            "placeholder",
        ]


class TestInABrowser:
    @pytest.fixture
    def opened(self, reader, server, tmp_path):
        reader.route(f"{CDN}.js", lambda route: route.fulfill(body=RUNTIME, content_type="text/javascript"))
        reader.route(f"{CDN}/*.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
        (tmp_path / "index.html").write_text(PAGE.replace(SERVICE, server.url), "utf-8")
        reader.set_viewport_size({"width": 360, "height": 800})
        with served(tmp_path) as url:
            reader.goto(url)
            yield reader

    @pytest.mark.nightly
    def test_the_words_are_part_of_the_page(self, opened, server):
        figure = opened.locator("figure")
        assert figure.locator("blockquote").inner_text() == f"“{WORDS[PLAIN]}”"
        assert figure.get_by_role("link").get_attribute("href") == f"{server.url}/quotes/{PLAIN}"
        assert figure.is_visible()

    @pytest.mark.nightly
    def test_the_frame_folds_flagged_words_and_resizes_itself(self, opened):
        frame = opened.frame_locator("amp-iframe iframe")
        frame.locator("summary").wait_for()
        assert not frame.get_by_text(WORDS[FLAGGED]).is_visible()
        frame.locator("summary").click()
        frame.get_by_text(WORDS[FLAGGED]).wait_for()
        opened.wait_for_function(
            "height => document.querySelector('iframe').offsetHeight === height",
            arg=frame.locator("main").evaluate("main => main.offsetHeight"),
        )
        assert opened.errors == []

    @pytest.mark.nightly
    def test_the_snippet_is_the_one_of_the_service(self, reader, server):
        snippet = reader.request.get(f"{server.url}/quotes/{PLAIN}/snippet").json()["html"]
        [figure] = re.findall(r"<figure.*?</figure>", PAGE, re.DOTALL)
        assert figure.replace(SERVICE, server.url) == snippet.partition(" <script")[0]
