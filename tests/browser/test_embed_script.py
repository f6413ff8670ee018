"""``embed.js`` on other people's pages, in a real browser: what it does there, and all that it leaves alone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.hosts import hosting
from tests.serving import free_port, serving

QUOTE = "her-2013-a-wife-without-the-challenges"
FLAGGED = "her-2013-the-average-modern-woman"
CAPTION = "— Catherine, Her (2013), as quoted in “Her: Perfection is the Enemy of Real”"
#: Sheets that hosts may have: none, a reset, and what puts figures and quotations in odd places.
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
#: How much room is between two figures, and how much of it their cards take: the first below, the second above.
ROOM = """() => {
  const [first, second] = document.querySelectorAll('figure');
  const [top, , bottom] = getComputedStyle(first).borderImageOutset.split(' ').map(parseFloat);
  return [second.getBoundingClientRect().top - first.getBoundingClientRect().bottom, bottom ?? top, top];
}"""
#: The contrast of each text in a figure with what is painted behind it (WCAG 2.2, relative luminance).
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
    with hosting() as host:
        yield host


@pytest.fixture(scope="module")
def other(sqlite_engine, tmp_path_factory):
    """A second service, on an origin of its own."""
    log = tmp_path_factory.mktemp("other") / "log"
    with sqlite_engine.fresh("pack") as url, serving(log, SUBTEXT_DATABASE_URL=url) as server:
        yield server


@pytest.fixture
def copied(page):
    """Return what copies a quote, as a person would, from the service or from another."""

    def get(quote=QUOTE, form="html", theme="auto", service=None):
        path = f"{service.url if service else ''}/quotes/{quote}/snippet?theme={theme}"
        return page.request.get(path).json()[form]

    return get


@pytest.fixture
def bare(copied):
    """Return what copies a quote and leaves the script out."""
    return lambda *asked, **options: copied(*asked, **options).partition(" <script")[0]


@pytest.fixture
def visit(page, site):
    """Return what opens a page of the other site that has this in it, once every quote is a card."""

    def go(body, *, scheme="light", **sent):
        page.emulate_media(color_scheme=scheme)
        page.goto(site.shows(body, **sent))
        page.wait_for_function(READY)
        return page

    return go


def enter(page, server, **how):
    """Let a script insert ours, as a page's own would."""
    page.add_script_tag(url=f"{server.url}/embed.js", **how)
    page.wait_for_function(READY)


def cards(page):
    """Return how many quotes are cards, and how many figures have the paint of one."""
    return page.evaluate("""() => [
      [...document.querySelectorAll('blockquote')].filter(one => one.shadowRoot).length,
      [...document.querySelectorAll('figure')]
        .filter(one => getComputedStyle(one).borderImageSource.includes('gradient')).length,
    ]""")


def foreign(page, server, site):
    """Return what the page asked for besides itself and the script."""
    ours = (f"{site.url}/", f"{server.url}/embed.js", f"{server.url}/quotes/")
    return [url for url in page.asked if not url.startswith(ours)]


class TestCopied:
    def test_a_copied_quote_becomes_a_card_and_keeps_its_words(self, visit, copied, server, site):
        page = visit(copied())
        assert cards(page) == [1, 1]
        assert page.locator("blockquote").inner_text().startswith("You always wanted to have a wife")
        assert page.locator("figcaption").inner_text() == CAPTION
        assert page.complaints == []
        assert foreign(page, server, site) == []

    def test_the_pinned_form_passes_its_integrity_check(self, visit, copied):
        page = visit(copied(form="pinned"))
        assert cards(page) == [1, 1]
        assert page.complaints == []

    def test_a_reader_of_the_screen_hears_what_was_there_before(self, page, site, bare, server):
        page.goto(site.shows(bare()))
        before = page.locator("figure").aria_snapshot()
        enter(page, server)
        assert page.locator("figure").aria_snapshot() == before
        assert "blockquote" in before

    def test_it_leaves_nothing_behind_but_one_name(self, page, site, bare, server):
        page.goto(site.shows(bare()))
        names = set(page.evaluate("Object.getOwnPropertyNames(window)"))
        markup = page.locator("main").inner_html()
        enter(page, server)
        assert set(page.evaluate("Object.getOwnPropertyNames(window)")) - names == {"subtext"}
        assert page.locator("main").inner_html() == markup
        assert page.context.cookies() == []
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
        assert page.evaluate("document.getAnimations().length") == 0

    def test_a_quote_of_another_origin_is_let_alone(self, page, site, bare, server):
        foreign = ["https://elsewhere.example", f"{server.url}.example", f"{server.url}@elsewhere.example"]
        page.goto(site.shows("".join(bare().replace(server.url, origin) for origin in foreign)))
        page.add_script_tag(url=f"{server.url}/embed.js")
        page.wait_for_function("window.subtext")
        assert cards(page) == [0, 0]


class TestNothingMoves:
    @pytest.fixture(params=[360, 1200])
    def page(self, page, request):
        page.set_viewport_size({"width": request.param, "height": 800})
        return page

    @pytest.mark.parametrize("sheet", SHEETS)
    def test_on_a_page_with_a_sheet_of_its_own(self, page, site, bare, server, sheet):
        around = f"<p>Before.</p>{bare()}<p>Between.</p>{bare(FLAGGED, theme='dark')}<p>After.</p>"
        page.goto(site.shows(around, head=f"<style>{SHEETS[sheet]}</style>"))
        before = page.evaluate(BOXES)
        wide = page.evaluate("document.documentElement.scrollWidth")
        enter(page, server)
        assert cards(page) == [2, 2]
        assert page.evaluate(BOXES) == before
        assert page.evaluate("document.documentElement.scrollWidth") == wide
        assert page.evaluate(CLS) == 0

    def test_while_the_page_loads(self, visit, copied):
        page = visit(f"<p>Before.</p>{copied()}<p>Between.</p>{copied(FLAGGED)}<p>After.</p>")
        assert page.evaluate(CLS) == 0


class TestWithoutTheScript:
    def test_a_quote_whose_service_is_gone_is_whole(self, page, site, copied, server):
        gone = f"http://127.0.0.1:{free_port()}"
        page.goto(site.shows(copied().replace(server.url, gone)))
        assert page.locator("blockquote").inner_text().startswith("You always wanted to have a wife")
        assert page.locator("figcaption").inner_text() == CAPTION
        assert page.locator("figcaption a").get_attribute("href") == f"{gone}/quotes/{QUOTE}"

    def test_a_browser_without_scripts_shows_it_all(self, chromium, site, copied):
        context = chromium.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(site.shows(copied(FLAGGED)))
        assert page.locator(".subtext-note").inner_text().startswith("Content note:")
        assert page.get_by_text("everything lacking").is_visible()
        context.close()


class TestStrictPages:
    def test_a_policy_that_allows_nothing_but_the_script(self, visit, copied, server):
        policy = f"default-src 'none'; style-src 'none'; script-src {server.url}"
        page = visit(copied(), Content_Security_Policy=policy)
        assert cards(page) == [1, 1]
        assert page.complaints == []

    def test_trusted_types(self, visit, copied, server):
        policy = f"require-trusted-types-for 'script'; trusted-types 'none'; script-src {server.url}"
        page = visit(copied() + copied(FLAGGED), Content_Security_Policy=policy)
        page.get_by_role("button", name="Show the words").click()
        assert cards(page) == [2, 2]
        assert page.complaints == []

    def test_a_page_that_isolates_itself(self, visit, copied):
        isolated = {
            "Cross_Origin_Embedder_Policy": "require-corp",
            "Cross_Origin_Opener_Policy": "same-origin",
        }
        page = visit(copied(), **isolated)
        assert page.evaluate("crossOriginIsolated")
        assert cards(page) == [1, 1]
        assert page.complaints == []

    def test_a_page_in_a_sandbox(self, page, site, copied):
        inner = site.shows(copied(), path="/inner")
        page.goto(site.shows(f'<iframe title="A" sandbox="allow-scripts" src="{inner}"></iframe>'))
        frame = page.frame(url=inner)
        frame.wait_for_function(READY)
        assert cards(frame) == [1, 1]
        assert page.complaints == []


class TestColours:
    HOSTS = {
        "none": "",
        "light": "<style>body { background: #fff; color: #222 }</style>",
        "dark": "<style>body { background: #121212; color: #eee } a { color: #8ab4f8 }</style>",
        "scheme": "<style>:root { color-scheme: light dark }</style>",
        "meta": '<meta name="color-scheme" content="dark">',
    }

    def test_every_text_has_enough_contrast(self, visit, bare, copied):
        quotes = [bare(theme=theme) for theme in ("auto", "light", "dark")]
        markup = "".join([*quotes, copied(FLAGGED)])
        for host, head in self.HOSTS.items():
            for scheme in ("light", "dark"):
                contrasts = visit(markup, head=head, scheme=scheme).evaluate(CONTRAST)
                assert len(contrasts) == 13, f"{host}, {scheme}"
                assert min(contrasts) >= 4.5, f"{host}, {scheme}"

    @pytest.mark.parametrize(("theme", "ink"), [("light", "rgb(34, 34, 34)"), ("dark", "rgb(255, 255, 255)")])
    def test_a_theme_holds_whatever_the_page_has(self, visit, copied, theme, ink):
        for host in self.HOSTS.values():
            page = visit(copied(theme=theme), head=host)
            assert page.evaluate("getComputedStyle(document.querySelector('figcaption')).color") == ink

    @pytest.mark.parametrize("host", ["light", "dark"])
    def test_axe_finds_nothing(self, visit, copied, host):
        quotes = copied() + copied(theme="light") + copied(theme="dark") + copied(FLAGGED)
        page = visit(f"<h1>A site</h1>{quotes}", head=self.HOSTS[host])
        found = Axe().run(page).response["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []

    def test_colours_that_a_reader_forces_are_kept(self, visit, page, copied):
        page.emulate_media(forced_colors="active")
        page = visit(copied(theme="dark") + copied(FLAGGED), scheme="light")
        assert cards(page) == [2, 0]
        colours = page.evaluate(
            "[...document.querySelectorAll('figcaption')].map(one => getComputedStyle(one).color)"
        )
        assert colours in (["rgb(0, 0, 0)"] * 2, ["rgb(255, 255, 255)"] * 2)

    def test_a_card_covers_no_part_of_the_next(self, visit, copied):
        page = visit(copied() + copied(FLAGGED))
        between, below, above = page.evaluate(ROOM)
        assert 0 < below + above <= between

    def test_a_class_of_the_page_wins_over_the_card(self, visit, copied):
        page = visit(copied(), head="<style>.subtext-quote { border-image: none }</style>")
        assert cards(page) == [1, 0]


class TestContentNote:
    @pytest.fixture
    def flagged(self, visit, copied):
        return visit(copied(FLAGGED))

    def test_the_words_wait_behind_it(self, flagged):
        assert flagged.locator(".subtext-note").is_visible()
        assert not flagged.get_by_text("everything lacking").is_visible()
        assert "everything lacking" not in flagged.locator("figure").aria_snapshot()
        assert flagged.get_by_role("button", name="Show the words").is_visible()

    def test_a_key_opens_them_and_leads_there_and_nothing_moves(self, flagged):
        before = flagged.evaluate(BOXES)
        flagged.keyboard.press("Tab")
        flagged.keyboard.press("Enter")
        assert flagged.get_by_text("everything lacking").is_visible()
        assert flagged.evaluate("document.activeElement.tagName") == "BLOCKQUOTE"
        assert flagged.locator("blockquote button").count() == 0
        assert flagged.evaluate(BOXES) == before
        assert flagged.evaluate(CLS) == 0

    def test_on_paper_they_are_there(self, flagged):
        flagged.emulate_media(media="print")
        assert flagged.get_by_text("everything lacking").is_visible()
        assert not flagged.get_by_role("button").is_visible()

    def test_a_quote_without_one_has_no_button(self, visit, copied):
        assert visit(f"<p>A paragraph.</p>{copied()}").get_by_role("button").count() == 0


class TestWherever:
    def test_in_what_is_hidden_and_shown_later(self, visit, copied):
        page = visit(f'<div id="a" hidden>{copied()}</div><div id="b" style="width: 0">{copied()}</div>')
        page.evaluate("a.hidden = false; b.style.width = '600px'")
        assert cards(page) == [2, 2]
        assert [box.bounding_box()["width"] > 300 for box in page.locator("figure").all()] == [True, True]

    def test_ten_copies(self, visit, copied, server):
        page = visit(copied() * 10)
        assert cards(page) == [10, 10]
        assert page.evaluate("document.adoptedStyleSheets.length") == 1
        assert page.asked.count(f"{server.url}/embed.js") == 1
        assert page.complaints == []

    def test_what_is_inserted_later(self, visit, copied, bare):
        page = visit(copied())
        page.evaluate(
            "html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", bare() * 2
        )
        page.wait_for_function(READY)
        assert cards(page) == [3, 3]

    def test_a_copy_of_a_card_is_one_too(self, visit, copied):
        page = visit(copied())
        page.evaluate("(one => one.after(one.cloneNode(true)))(document.querySelector('figure'))")
        page.wait_for_function(READY)
        assert cards(page) == [2, 2]

    @pytest.mark.parametrize("named", ["root", "root.firstChild", "root.querySelector('blockquote')"])
    def test_scan_reaches_into_a_shadow_root(self, visit, copied, bare, named):
        page = visit(f'{copied()}<div id="host"></div>')
        found = page.evaluate(
            """([html, named]) => {
              const root = host.attachShadow({ mode: 'open' });
              root.innerHTML = html;
              subtext.scan(eval(named));
              return [!!root.querySelector('blockquote').shadowRoot, root.adoptedStyleSheets.length];
            }""",
            [bare(), named],
        )
        assert found == [True, 1]

    def test_the_element_reaches_there_by_itself(self, visit, copied, bare):
        page = visit(f'{copied()}<div id="host"></div>')
        found = page.evaluate(
            """html => {
              const root = host.attachShadow({ mode: 'open' });
              root.innerHTML = `<subtext-quote>${html}</subtext-quote>`;
              return !!root.querySelector('blockquote').shadowRoot;
            }""",
            bare(),
        )
        assert found

    def test_the_element_shows_its_quote_where_no_script_knows_it(self, page, site, bare):
        page.goto(site.shows(f"<subtext-quote>{bare()}</subtext-quote>"))
        assert page.locator("figcaption").inner_text() == CAPTION

    @pytest.mark.parametrize("lost", [' class="subtext-quote"', ' lang="en"'])
    def test_what_a_sanitiser_left_of_it(self, page, site, bare, server, lost):
        page.goto(site.shows(bare().replace(lost, "")))
        enter(page, server)
        assert cards(page) == [1, 1]

    def test_a_quote_out_of_its_figure_keeps_its_words(self, page, site, bare, server):
        flat = bare(FLAGGED).replace("figure", "div").replace("figcaption", "p")
        page.goto(site.shows(flat))
        enter(page, server)
        assert page.get_by_text("everything lacking").is_visible()


class TestHoweverItIsLoaded:
    @pytest.mark.parametrize("kind", ["text/javascript", "module"])
    def test_inserted_by_a_script(self, page, site, bare, server, kind):
        page.goto(site.shows(bare()))
        enter(page, server, type=kind)
        assert cards(page) == [1, 1]
        assert page.complaints == []

    def test_as_a_module(self, visit, bare, server):
        page = visit(f'{bare()}<script type="module" src="{server.url}/embed.js"></script>')
        assert cards(page) == [1, 1]
        assert page.complaints == []

    @pytest.mark.parametrize("place", ["head", "body"])
    def test_before_the_quote_is_there(self, visit, bare, server, place):
        script = f'<script src="{server.url}/embed.js"></script>'
        page = visit(f"{script if place == 'body' else ''}{bare()}", head=script if place == "head" else "")
        assert cards(page) == [1, 1]
        assert page.complaints == []

    def test_twice_and_by_both_names(self, visit, copied, bare, server):
        names = ("embed.js", "embed.js?again", "embed.v1.js")
        scripts = "".join(f'<script src="{server.url}/{name}"></script>' for name in names)
        page = visit(copied(FLAGGED) + bare() + scripts + copied(form="pinned"))
        assert cards(page) == [3, 3]
        assert page.evaluate("document.adoptedStyleSheets.length") == 1
        assert page.get_by_role("button").count() == 1
        assert page.complaints == []

    def test_from_two_services(self, visit, copied, bare, other):
        page = visit(copied() + copied(service=other) + copied(FLAGGED) + copied(FLAGGED, service=other))
        page.evaluate("html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", bare())
        page.wait_for_function(READY)
        assert cards(page) == [5, 5]
        assert page.get_by_role("button").count() == 2
        assert page.complaints == []

    def test_one_scan_serves_two_services(self, visit, copied, bare, other):
        page = visit(f'{copied()}{copied(service=other)}<div id="host"></div>')
        found = page.evaluate(
            """html => {
              const root = host.attachShadow({ mode: 'open' });
              root.innerHTML = html;
              subtext.scan(root);
              return [...root.querySelectorAll('blockquote')].map(one => !!one.shadowRoot);
            }""",
            bare() + bare(service=other),
        )
        assert found == [True, True]

    def test_where_an_element_of_the_page_has_its_name(self, visit, copied):
        page = visit(f'<div id="subtext">Mine.</div>{copied()}')
        assert cards(page) == [1, 1]
        assert page.complaints == []
