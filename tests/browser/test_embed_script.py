"""``embed.js`` on other sites, in a real browser: the cards that it makes, and everything that it must not change."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.hosts import running_site
from tests.serving import free_port, serving

QUOTE = "her-2013-a-wife-without-the-challenges"
FLAGGED = "her-2013-the-average-modern-woman"
CAPTION = "— Catherine, Her (2013), as quoted in “Her: Perfection is the Enemy of Real”"
#: Style sheets of host pages: none, a reset, a theme, and unusual layouts of figures and quotations.
SHEETS = {
    "none": "",
    "reset": "* { margin: 0; padding: 0; border: 0 } figure, blockquote { border: 0; font: inherit }",
    "theme": "figure { margin: 0 } blockquote { margin: 0; padding-left: 1em; border-left: 3px solid; quotes: none }"
    "blockquote::before { content: '“'; position: absolute; left: 4px; font-size: 3em }",
    "odd": "main { position: relative; columns: 2 } figure { display: flex; width: 90% }"
    "blockquote { display: grid; float: right } p { padding: 3px }",
}
READY = "() => [...document.querySelectorAll('blockquote[cite]')].every(one => one.shadowRoot)"
CLS = """() => new Promise(done => {
  let moved = 0;
  const sum = list => { for (const entry of list.getEntries()) moved += entry.value };
  new PerformanceObserver(sum).observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(moved), 50)));
})"""
BOXES = """() => [...document.querySelectorAll('main, main *')].map(one => {
  const { x, y, width, height } = one.getBoundingClientRect();
  return [one.tagName, x, y, width, height];
})"""
#: The space between two figures, and how much of it their cards use: the first below it, the second above it.
ROOM = """() => {
  const [first, second] = document.querySelectorAll('figure');
  const [top, , bottom] = getComputedStyle(first).borderImageOutset.split(' ').map(parseFloat);
  return [second.getBoundingClientRect().top - first.getBoundingClientRect().bottom, bottom ?? top, top];
}"""
#: The contrast of each text in a figure with its background (WCAG 2.2, relative luminance).
CONTRAST = """() => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 }).getContext('2d');
  const painted = (...colours) => {
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
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
    const paper = painted(probe(document.body, 'Canvas'), getComputedStyle(document.body).backgroundColor,
      probe(figure, 'var(--p, #8881)'));
    return [...figure.querySelectorAll('p, figcaption, a')].map(text => {
      const [more, less] = [light(painted(getComputedStyle(text).color)), light(paper)].sort().reverse();
      return (more + .05) / (less + .05);
    });
  });
}"""


@pytest.fixture(scope="module")
def site():
    """Another site, on another origin."""
    with running_site() as host:
        yield host


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
    """Return the number of quotes with a card, and of figures with the border image of a card."""
    return page.evaluate("""() => [
      [...document.querySelectorAll('blockquote')].filter(one => one.shadowRoot).length,
      [...document.querySelectorAll('figure')]
        .filter(one => getComputedStyle(one).borderImageSource.includes('gradient')).length,
    ]""")


def other_requests(page, server, site):
    """Return the requested URLs that are neither the page nor the script."""
    allowed = (f"{site.url}/", f"{server.url}/embed.js", f"{server.url}/quotes/")
    return [url for url in page.requested_urls if not url.startswith(allowed)]


class TestCard:
    def test_a_quote_becomes_a_card_and_keeps_its_text(self, visit, snippet, server, site):
        page = visit(snippet())
        assert count_cards(page) == [1, 1]
        assert page.locator("blockquote").inner_text().startswith("You always wanted to have a wife")
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
        assert page.locator("blockquote").inner_text().startswith("You always wanted to have a wife")
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
        assert count_cards(page) == [2, 0]
        colours = page.evaluate(
            "[...document.querySelectorAll('figcaption')].map(one => getComputedStyle(one).color)"
        )
        assert colours in (["rgb(0, 0, 0)"] * 2, ["rgb(255, 255, 255)"] * 2)

    def test_a_card_covers_no_part_of_the_next(self, visit, snippet):
        page = visit(snippet() + snippet(FLAGGED))
        between, below, above = page.evaluate(ROOM)
        assert 0 < below + above <= between

    def test_the_style_of_the_page_overrides_the_card(self, visit, snippet):
        page = visit(snippet(), head="<style>.subtext-quote { border-image: none }</style>")
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
