"""``embed.js`` on other sites, in a real browser: the cards that it makes, and everything that it must not change."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from api.embeds.quote_view_model import QuoteViewModel
from api.embeds.snippet import render_figure
from tests.api.test_embed_snippet import PLAIN
from tests.browser.conftest import open_page
from tests.serving import ROOT, free_port, serving

NIGHTLY = pytest.mark.nightly

QUOTE = "her-2013-a-wife-without-the-challenges"
SHORT = "her-2013-perfection-is-boring"
FLAGGED = "her-2013-the-average-modern-woman"
CAPTION = "— Catherine, Her (2013), as quoted in “Her: Perfection is the Enemy of Real”"
#: Style sheets of host pages: none, a reset, a theme, and unusual layouts of figures and quotations.
SHEETS = {
    "none": "",
    "reset": "* { margin: 0; padding: 0; border: 0 } figure, blockquote { border: 0; font: inherit }",
    "theme": "figure { margin: 0 } blockquote { margin: 0; padding-left: 1em; border-left: 3px solid; quotes: none }"
    "blockquote::before { content: '“'; position: absolute; left: 4px; font-size: 3em }",
    "site": "body { font: 17px/1.6 sans-serif } figure { margin: 0 } a { text-decoration: none }",
    "odd": "main { position: relative } figure { display: flex; width: 90% }"
    "blockquote { display: grid; float: right } p { padding: 3px }",
}
READY = "() => [...document.querySelectorAll('blockquote[cite]')].every(one => one.shadowRoot)"
CLS = """() => new Promise(done => {
  let moved = 0;
  const sum = list => { for (const entry of list.getEntries()) moved += entry.value };
  new PerformanceObserver(sum).observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(moved), 50)));
})"""
#: The boxes of everything around the quotes, and where each quote begins and ends.
BOXES = """() => [...document.querySelectorAll('main, main *')].filter(one => !one.matches('figure *')).map(one => {
  const { x, y, width, bottom } = one.getBoundingClientRect();
  return one.tagName === 'FIGURE' ? [Math.round(bottom)] : [one.tagName, x, y, width, Math.round(bottom)];
})"""
#: The words as they are shown, with the marks around them, in pixels of their type; and the type of the credit.
TYPE = """() => [...document.querySelectorAll('figure')].map(figure => {
  const size = one => parseFloat(getComputedStyle(one).fontSize);
  return [size(figure.querySelector('blockquote p')), size(figure.querySelector('figcaption'))];
})"""
#: The space between each two figures that follow each other.
ROOM = """() => [...document.querySelectorAll('figure')].slice(1).map(figure =>
  figure.getBoundingClientRect().top - figure.previousElementSibling.getBoundingClientRect().bottom)"""
#: The contrast of each text in a figure with its background (WCAG 2.2, relative luminance).
CONTRAST = """() => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d');
  const painted = (...colours) => {
    canvas.globalAlpha = 1;
    for (const colour of colours) {
      if (typeof colour === 'number') canvas.globalAlpha = colour;
      else { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
    }
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = rgb => rgb.map(part => part / 255)
    .map(part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4)
    .reduce((sum, part, place) => sum + part * [.2126, .7152, .0722][place], 0);
  const probe = (figure, colour) => {
    const one = figure.appendChild(document.createElement('i'));
    one.style.backgroundColor = colour;
    const found = getComputedStyle(one).backgroundColor;
    one.remove();
    return found;
  };
  return [...document.querySelectorAll('figure')].flatMap(figure => {
    const behind = [probe(document.body, 'Canvas'), getComputedStyle(document.body).backgroundColor,
      getComputedStyle(figure).backgroundColor];
    const paper = painted(...behind);
    return [...figure.querySelectorAll('p, figcaption, a')].map(text => {
      const opacity = +getComputedStyle(text.closest('figcaption') || text).opacity;
      const ink = painted(...behind, opacity, getComputedStyle(text).color);
      const [more, less] = [light(ink), light(paper)].sort((a, b) => b - a);
      return (more + .05) / (less + .05);
    });
  });
}"""


@pytest.fixture(scope="module")
def other(sqlite_engine, tmp_path_factory):
    """A second service, on another origin."""
    log = tmp_path_factory.mktemp("other") / "log"
    with sqlite_engine.fresh("pack") as url, serving(log, SUBTEXT_DATABASE_URL=url) as server:
        yield server


@pytest.fixture
def snippet(page):
    """A function that returns the snippet of a quote from a service."""

    def get(quote=QUOTE, format_name="html", theme="auto", service=None):
        path = f"{service.url if service else ''}/quotes/{quote}/snippet?theme={theme}"
        return page.request.get(path).json()[format_name]

    return get


@pytest.fixture
def quote_markup(snippet):
    """A function that returns the snippet of a quote without its script element."""
    return lambda *args, **options: snippet(*args, **options).partition(" <script")[0]


@pytest.fixture
def visit(page, site):
    """A function that opens a page with this body on the other site, and waits until every quote is a card."""

    def go(body, *, scheme="light", **headers):
        page.emulate_media(color_scheme=scheme)
        page.goto(site.add_page(body, **headers))
        page.wait_for_function(READY)
        return page

    return go


def insert_script(page, server, **attributes):
    """Add ``embed.js`` to the page with a script, and wait until every quote is a card."""
    page.add_script_tag(url=f"{server.url}/embed.js", **attributes)
    page.wait_for_function(READY)


def count_cards(page):
    """Return the number of quotes with a card, and of figures with the rule of a card."""
    return page.evaluate("""() => [
      [...document.querySelectorAll('blockquote')].filter(one => one.shadowRoot).length,
      [...document.querySelectorAll('figure')]
        .filter(one => getComputedStyle(one).borderInlineStartWidth === '4px').length,
    ]""")


def other_requests(page, server, site):
    """Return the requested URLs that are neither the page nor the script."""
    allowed = (f"{site.url}/", f"{server.url}/embed.js", f"{server.url}/quotes/")
    return [url for url in page.requested_urls if not url.startswith(allowed)]


class TestCard:
    def test_a_quote_becomes_a_card_and_keeps_its_text(self, visit, snippet, server, site):
        page = visit(snippet())
        assert count_cards(page) == [1, 1]
        assert page.locator("blockquote").inner_text().startswith("“You always wanted to have a wife")
        assert page.locator("figcaption").inner_text() == CAPTION
        assert page.errors == []
        assert other_requests(page, server, site) == []

    def test_the_pinned_snippet_passes_its_integrity_check(self, visit, snippet):
        page = visit(snippet(format_name="pinned"))
        assert count_cards(page) == [1, 1]
        assert page.errors == []

    def test_the_accessibility_tree_is_unchanged(self, page, site, quote_markup, server):
        page.goto(site.add_page(quote_markup()))
        before = page.locator("figure").aria_snapshot()
        insert_script(page, server)
        assert page.locator("figure").aria_snapshot() == before
        assert "blockquote" in before

    def test_it_adds_only_one_global_name(self, page, site, quote_markup, server):
        page.goto(site.add_page(quote_markup()))
        names = set(page.evaluate("Object.getOwnPropertyNames(window)"))
        markup = page.locator("main").inner_html()
        insert_script(page, server)
        assert set(page.evaluate("Object.getOwnPropertyNames(window)")) - names == {"subtext"}
        assert page.locator("main").inner_html() == markup
        assert page.context.cookies() == []
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
        assert page.evaluate("document.getAnimations().length") == 0

    def test_quotes_of_other_origins_are_unchanged(self, page, site, quote_markup, server):
        other_origins = [
            "https://elsewhere.example",
            f"{server.url}.example",
            f"{server.url}@elsewhere.example",
        ]
        page.goto(
            site.add_page("".join(quote_markup().replace(server.url, origin) for origin in other_origins))
        )
        page.add_script_tag(url=f"{server.url}/embed.js")
        page.wait_for_function("window.subtext")
        assert count_cards(page) == [0, 0]


class TestLayoutShift:
    @pytest.fixture(params=[360, 1200])
    def page(self, page, request):
        page.set_viewport_size({"width": request.param, "height": 800})
        return page

    @pytest.mark.parametrize("sheet", SHEETS)
    def test_no_layout_shift_with_the_style_sheets_of_hosts(self, page, site, quote_markup, server, sheet):
        body = (
            f"<p>Before.</p>{quote_markup()}<p>Between.</p>{quote_markup(FLAGGED, theme='dark')}<p>After.</p>"
        )
        page.goto(site.add_page(body, head=f"<style>{SHEETS[sheet]}</style>"))
        before = page.evaluate(BOXES)
        scroll_width = page.evaluate("document.documentElement.scrollWidth")
        insert_script(page, server)
        assert count_cards(page) == [2, 2]
        assert page.evaluate(BOXES) == before
        assert page.evaluate("document.documentElement.scrollWidth") == scroll_width
        assert page.evaluate(CLS) == 0

    def test_no_layout_shift_while_the_page_loads(self, visit, snippet):
        page = visit(f"<p>Before.</p>{snippet()}<p>Between.</p>{snippet(FLAGGED)}<p>After.</p>")
        assert page.evaluate(CLS) == 0


class TestWithoutTheScript:
    def test_a_quote_is_complete_without_its_service(self, page, site, snippet, server):
        gone = f"http://127.0.0.1:{free_port()}"
        page.goto(site.add_page(snippet().replace(server.url, gone)))
        assert page.locator("blockquote").inner_text().startswith("“You always wanted to have a wife")
        assert page.locator("figcaption").inner_text() == CAPTION
        assert page.locator("figcaption a").get_attribute("href") == f"{gone}/quotes/{QUOTE}"

    def test_a_browser_without_scripts_shows_the_text(self, chromium, site, snippet):
        context = chromium.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(site.add_page(snippet(FLAGGED)))
        assert page.locator(".subtext-note").inner_text().startswith("Content note:")
        assert page.get_by_text("everything lacking").is_visible()
        context.close()


class TestStrictPages:
    def test_a_policy_that_allows_nothing_but_the_script(self, visit, snippet, server):
        policy = f"default-src 'none'; style-src 'none'; script-src {server.url}"
        page = visit(snippet(), Content_Security_Policy=policy)
        assert count_cards(page) == [1, 1]
        assert page.errors == []

    def test_trusted_types(self, visit, snippet, server):
        policy = f"require-trusted-types-for 'script'; trusted-types 'none'; script-src {server.url}"
        page = visit(snippet() + snippet(FLAGGED), Content_Security_Policy=policy)
        page.get_by_role("button", name="Show the words").click()
        assert count_cards(page) == [2, 2]
        assert page.errors == []

    def test_a_page_that_isolates_itself(self, visit, snippet):
        isolated = {
            "Cross_Origin_Embedder_Policy": "require-corp",
            "Cross_Origin_Opener_Policy": "same-origin",
        }
        page = visit(snippet(), **isolated)
        assert page.evaluate("crossOriginIsolated")
        assert count_cards(page) == [1, 1]
        assert page.errors == []

    def test_a_page_in_a_sandbox(self, page, site, snippet):
        inner = site.add_page(snippet(), path="/inner")
        page.goto(site.add_page(f'<iframe title="A" sandbox="allow-scripts" src="{inner}"></iframe>'))
        frame = page.frame(url=inner)
        frame.wait_for_function(READY)
        assert count_cards(frame) == [1, 1]
        assert page.errors == []


class TestColours:
    HOSTS = {
        "none": "",
        "light": "<style>body { background: #fff; color: #222 }</style>",
        "dark": "<style>body { background: #121212; color: #eee } a { color: #8ab4f8 }</style>",
        "scheme": "<style>:root { color-scheme: light dark }</style>",
        "meta": '<meta name="color-scheme" content="dark">',
    }

    def test_every_text_has_enough_contrast(self, visit, quote_markup, snippet):
        quotes = [quote_markup(theme=theme) for theme in ("auto", "light", "dark")]
        markup = "".join([*quotes, snippet(FLAGGED)])
        for host, head in self.HOSTS.items():
            for scheme in ("light", "dark"):
                contrasts = visit(markup, head=head, scheme=scheme).evaluate(CONTRAST)
                assert len(contrasts) == 13, f"{host}, {scheme}"
                assert min(contrasts) >= 4.5, f"{host}, {scheme}"

    @pytest.mark.parametrize(("theme", "ink"), [("light", "rgb(34, 34, 34)"), ("dark", "rgb(255, 255, 255)")])
    def test_a_theme_overrides_the_colours_of_the_page(self, visit, snippet, theme, ink):
        for host in self.HOSTS.values():
            page = visit(snippet(theme=theme), head=host)
            assert page.evaluate("getComputedStyle(document.querySelector('figcaption')).color") == ink

    @pytest.mark.parametrize("host", ["light", "dark"])
    def test_axe_finds_nothing(self, visit, snippet, host):
        quotes = snippet() + snippet(theme="light") + snippet(theme="dark") + snippet(FLAGGED)
        page = visit(f"<h1>A site</h1>{quotes}", head=self.HOSTS[host])
        violations = Axe().run(page).response["violations"]
        assert [(violation["id"], violation["nodes"][0]["html"]) for violation in violations] == []

    def test_forced_colours_are_respected(self, visit, page, snippet):
        page.emulate_media(forced_colors="active")
        page = visit(snippet(theme="dark") + snippet(FLAGGED), scheme="light")
        assert count_cards(page) == [2, 2]
        colours = page.evaluate(
            "[...document.querySelectorAll('figcaption')].map(one => getComputedStyle(one).color)"
        )
        assert colours in (["rgb(0, 0, 0)"] * 2, ["rgb(255, 255, 255)"] * 2)

    def test_cards_that_follow_each_other_stay_apart(self, visit, quote_markup, snippet):
        for name, sheet in SHEETS.items():
            page = visit(quote_markup() * 2 + snippet(FLAGGED), head=f"<style>{sheet}</style>")
            assert count_cards(page) == [3, 3]
            assert min(page.evaluate(ROOM)) >= (16 if name == "none" else 4)

    def test_the_style_of_the_page_overrides_the_card(self, visit, snippet):
        page = visit(snippet(), head="<style>.subtext-quote { border: 0 }</style>")
        assert count_cards(page) == [1, 0]


class TestContentNote:
    @pytest.fixture
    def flagged(self, visit, snippet):
        return visit(snippet(FLAGGED))

    def test_the_text_is_hidden_behind_it(self, flagged):
        assert flagged.locator(".subtext-note").is_visible()
        assert not flagged.get_by_text("everything lacking").is_visible()
        assert "everything lacking" not in flagged.locator("figure").aria_snapshot()
        assert flagged.get_by_role("button", name="Show the words").is_visible()

    def test_a_key_reveals_and_focuses_the_text_without_layout_shift(self, flagged):
        before = flagged.evaluate(BOXES)
        flagged.keyboard.press("Tab")
        flagged.keyboard.press("Enter")
        assert flagged.get_by_text("everything lacking").is_visible()
        assert flagged.evaluate("document.activeElement.tagName") == "BLOCKQUOTE"
        assert flagged.locator("blockquote button").count() == 0
        assert flagged.evaluate(BOXES) == before
        assert flagged.evaluate(CLS) == 0

    def test_the_text_is_printed(self, flagged):
        flagged.emulate_media(media="print")
        assert flagged.get_by_text("everything lacking").is_visible()
        assert not flagged.get_by_role("button").is_visible()

    def test_a_quote_without_one_has_no_button(self, visit, snippet):
        assert visit(f"<p>A paragraph.</p>{snippet()}").get_by_role("button").count() == 0


class TestPlacement:
    def test_inside_elements_that_are_shown_later(self, visit, snippet):
        page = visit(f'<div id="a" hidden>{snippet()}</div><div id="b" style="width: 0">{snippet()}</div>')
        page.evaluate("a.hidden = false; b.style.width = '600px'")
        assert count_cards(page) == [2, 2]
        assert [box.bounding_box()["width"] > 300 for box in page.locator("figure").all()] == [True, True]

    def test_ten_copies(self, visit, snippet, server):
        page = visit(snippet() * 10)
        assert count_cards(page) == [10, 10]
        assert page.evaluate("document.adoptedStyleSheets.length") == 1
        assert page.requested_urls.count(f"{server.url}/embed.js") == 1
        assert page.errors == []

    def test_quotes_that_are_inserted_later(self, visit, snippet, quote_markup):
        page = visit(snippet())
        page.evaluate(
            "html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", quote_markup() * 2
        )
        page.wait_for_function(READY)
        assert count_cards(page) == [3, 3]

    def test_a_cloned_card(self, visit, snippet):
        page = visit(snippet())
        page.evaluate("(one => one.after(one.cloneNode(true)))(document.querySelector('figure'))")
        page.wait_for_function(READY)
        assert count_cards(page) == [2, 2]

    @pytest.mark.parametrize(
        "root_expression", ["root", "root.firstChild", "root.querySelector('blockquote')"]
    )
    def test_scan_reaches_into_a_shadow_root(self, visit, snippet, quote_markup, root_expression):
        page = visit(f'{snippet()}<div id="host"></div>')
        result = page.evaluate(
            """([html, named]) => {
              const root = host.attachShadow({ mode: 'open' });
              root.innerHTML = html;
              subtext.scan(eval(named));
              return [!!root.querySelector('blockquote').shadowRoot, root.adoptedStyleSheets.length];
            }""",
            [quote_markup(), root_expression],
        )
        assert result == [True, 1]

    def test_the_custom_element_works_in_a_shadow_root(self, visit, snippet, quote_markup):
        page = visit(f'{snippet()}<div id="host"></div>')
        has_shadow_root = page.evaluate(
            """html => {
              const root = host.attachShadow({ mode: 'open' });
              root.innerHTML = `<subtext-quote>${html}</subtext-quote>`;
              return !!root.querySelector('blockquote').shadowRoot;
            }""",
            quote_markup(),
        )
        assert has_shadow_root

    def test_the_custom_element_shows_its_quote_without_the_script(self, page, site, quote_markup):
        page.goto(site.add_page(f"<subtext-quote>{quote_markup()}</subtext-quote>"))
        assert page.locator("figcaption").inner_text() == CAPTION

    @pytest.mark.parametrize("removed", [' class="subtext-quote"', ' lang="en"'])
    def test_snippets_with_attributes_removed_by_a_sanitiser(self, page, site, quote_markup, server, removed):
        page.goto(site.add_page(quote_markup().replace(removed, "")))
        insert_script(page, server)
        assert count_cards(page) == [1, 1]

    def test_a_quote_outside_a_figure_keeps_its_text(self, page, site, quote_markup, server):
        flat = quote_markup(FLAGGED).replace("figure", "div").replace("figcaption", "p")
        page.goto(site.add_page(flat))
        insert_script(page, server)
        assert page.get_by_text("everything lacking").is_visible()


class TestLoading:
    @pytest.mark.parametrize("kind", ["text/javascript", "module"])
    def test_inserted_by_a_script(self, page, site, quote_markup, server, kind):
        page.goto(site.add_page(quote_markup()))
        insert_script(page, server, type=kind)
        assert count_cards(page) == [1, 1]
        assert page.errors == []

    def test_as_a_module(self, visit, quote_markup, server):
        page = visit(f'{quote_markup()}<script type="module" src="{server.url}/embed.js"></script>')
        assert count_cards(page) == [1, 1]
        assert page.errors == []

    @pytest.mark.parametrize("place", ["head", "body"])
    def test_before_the_quote_is_there(self, visit, quote_markup, server, place):
        script = f'<script src="{server.url}/embed.js"></script>'
        page = visit(
            f"{script if place == 'body' else ''}{quote_markup()}", head=script if place == "head" else ""
        )
        assert count_cards(page) == [1, 1]
        assert page.errors == []

    def test_several_times_under_several_urls(self, visit, snippet, quote_markup, server):
        names = ("embed.js", "embed.js?again", "embed.v1.js")
        scripts = "".join(f'<script src="{server.url}/{name}"></script>' for name in names)
        page = visit(snippet(FLAGGED) + quote_markup() + scripts + snippet(format_name="pinned"))
        assert count_cards(page) == [3, 3]
        assert page.evaluate("document.adoptedStyleSheets.length") == 1
        assert page.get_by_role("button").count() == 1
        assert page.errors == []

    def test_from_two_services(self, visit, snippet, quote_markup, other):
        page = visit(snippet() + snippet(service=other) + snippet(FLAGGED) + snippet(FLAGGED, service=other))
        page.evaluate(
            "html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", quote_markup()
        )
        page.wait_for_function(READY)
        assert count_cards(page) == [5, 5]
        assert page.get_by_role("button").count() == 2
        assert page.errors == []

    def test_one_scan_serves_two_services(self, visit, snippet, quote_markup, other):
        page = visit(f'{snippet()}{snippet(service=other)}<div id="host"></div>')
        results = page.evaluate(
            """html => {
              const root = host.attachShadow({ mode: 'open' });
              root.innerHTML = html;
              subtext.scan(root);
              return [...root.querySelectorAll('blockquote')].map(one => !!one.shadowRoot);
            }""",
            quote_markup() + quote_markup(service=other),
        )
        assert results == [True, True]

    def test_on_a_page_with_an_element_of_the_same_name(self, visit, snippet):
        page = visit(f'<div id="subtext">Mine.</div>{snippet()}')
        assert count_cards(page) == [1, 1]
        assert page.errors == []


class TestTypography:
    """A card has the typography of a frame, with the fonts of the system."""

    @pytest.fixture(params=[320, pytest.param(390, marks=NIGHTLY), pytest.param(600, marks=NIGHTLY), 1000])
    def page(self, browser, server, request):
        with open_page(browser, server.url) as page:
            page.set_viewport_size({"width": request.param, "height": 800})
            yield page

    @pytest.mark.parametrize("sheet", ["none", pytest.param("site", marks=NIGHTLY)])
    def test_a_late_script_moves_nothing_around_large_words_and_a_small_credit(
        self, page, site, quote_markup, server, sheet
    ):
        quotes = [quote_markup(), quote_markup(SHORT), quote_markup(FLAGGED)]
        body = "<p>Before.</p>" + "<p>Between.</p>".join(quotes) + "<p>After.</p>"
        page.goto(site.add_page(body, head=f"<style>{SHEETS[sheet]}</style>"))
        before = page.evaluate(BOXES)
        page.wait_for_timeout(100)
        insert_script(page, server)
        for words, credit in page.evaluate(TYPE):
            assert words >= 16
            assert words >= 1.2 * credit
        assert page.evaluate(BOXES) == before
        assert page.evaluate(CLS) == 0
        # The indents of the browser are gone.
        assert page.evaluate("document.querySelector('figure').getBoundingClientRect().x") == page.evaluate(
            "document.querySelector('main > p').getBoundingClientRect().x"
        )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


class TestMarks:
    OLD = str.maketrans("", "", "“”")

    @pytest.mark.parametrize("is_old", [False, True])
    def test_quotation_marks_are_shown_once(self, visit, snippet, is_old):
        """Older snippets have no marks in their text."""
        head = "<style>blockquote, q { quotes: none }</style>"
        page = visit(snippet().translate(self.OLD) if is_old else snippet(), head=head)
        marks = """() => {
          const words = document.querySelector('blockquote').shadowRoot.lastChild;
          return ['::before', '::after'].map(name => getComputedStyle(words, name).content);
        }"""
        generated = page.evaluate(marks)
        assert ("open-quote" in generated[0]) == is_old
        assert ("“" in page.locator("blockquote").inner_text()) != is_old
        if is_old:
            assert (
                page.evaluate(
                    "getComputedStyle(document.querySelector('blockquote').shadowRoot.lastChild).quotes"
                )
                == "auto"
            )

    def test_an_older_snippet_is_as_large_as_a_new_one(self, visit, snippet, quote_markup):
        page = visit(quote_markup().translate(self.OLD) + snippet())
        old, new = page.evaluate(TYPE)
        assert abs(old[0] - new[0]) <= 2


class TestCustomisation:
    def test_custom_properties_of_the_guide(self, visit, snippet):
        guide = (ROOT / "docs/guides/embedding.md").read_text("utf-8")
        names = re.findall(r"^\| `(--subtext-\w+)`", guide, re.MULTILINE)
        assert names == ["--subtext-accent", "--subtext-font", "--subtext-radius", "--subtext-width"]
        values = ("rgb(1, 2, 3)", "monospace", "7px", "300px")
        style = "; ".join(map(": ".join, zip(names, values, strict=True)))
        page = visit(snippet(), head=f"<style>:root {{ {style} }}</style>")
        shown = page.evaluate("""() => {
          const style = getComputedStyle(document.querySelector('figure'));
          return [style.borderInlineStartColor, style.fontFamily, style.borderRadius, style.maxWidth];
        }""")
        assert tuple(shown) == values

    def test_parts_of_the_guide(self, visit, snippet):
        guide = (ROOT / "docs/guides/embedding.md").read_text("utf-8")
        assert re.findall(r"^\| `blockquote::part\((\w+)\)`", guide, re.MULTILINE) == ["words", "button"]
        sheet = (
            "blockquote::part(words) { letter-spacing: 3px } blockquote::part(button) { color: rgb(4, 5, 6) }"
        )
        page = visit(snippet(FLAGGED), head=f"<style>{sheet}</style>")
        spacing = "getComputedStyle(document.querySelector('blockquote p')).letterSpacing"
        assert page.evaluate(spacing) == "3px"
        button = page.get_by_role("button")
        assert button.evaluate("one => getComputedStyle(one).color") == "rgb(4, 5, 6)"

    def test_nothing_else_of_the_page_is_styled(self, visit, snippet):
        others = "<button>Own</button><div>Own</div><q>Own</q><p>Own</p><figure>Own</figure>"
        styles = """() => [...document.querySelectorAll('main > button, main > div, main > q, main > p')].map(one =>
          [...getComputedStyle(one)].map(name => name + getComputedStyle(one)[name]).join())"""
        plain = visit(others).evaluate(styles)
        assert visit(others + snippet(FLAGGED)).evaluate(styles) == plain


class TestDirection:
    #: Where the full stop at the end of the words is, among all their letters: the rectangle of the last character.
    ENDS = """() => {
      const words = document.querySelector('blockquote p').firstChild;
      const box = (start, end) => {
        const range = document.createRange();
        range.setStart(words, start);
        range.setEnd(words, end);
        return range.getBoundingClientRect();
      };
      const all = words.data.length;
      return [box(all - 2, all - 1).left - box(all - 3, all - 2).left, box(1, 2).left - box(0, 1).left];
    }"""

    @pytest.mark.parametrize("has_script", [False, True])
    def test_english_words_end_at_the_right_on_a_page_in_hebrew(
        self, page, site, quote_markup, server, has_script
    ):
        page.goto(site.add_page(f'<div dir="rtl"><p>שלום.</p>{quote_markup()}</div>'))
        if has_script:
            insert_script(page, server)
        assert all(distance > 0 for distance in page.evaluate(self.ENDS))
        credit = page.evaluate("getComputedStyle(document.querySelector('figcaption')).direction")
        assert credit == "ltr"


class TestLongWords:
    @pytest.mark.parametrize("has_script", [False, True])
    def test_they_wrap(self, page, site, server, has_script):
        page.set_viewport_size({"width": 320, "height": 800})
        quote = QuoteViewModel(
            **(
                vars(PLAIN)
                | {"text": "Donau" * 30, "film": "x/" * 60, "page_url": f"{server.url}/quotes/a-b"}
            )
        )
        page.goto(site.add_page(str(render_figure(quote)) + "<p>After.</p>"))
        if has_script:
            insert_script(page, server)
        assert page.evaluate("document.documentElement.scrollWidth") == 320
