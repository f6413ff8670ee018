"""A service below a path, behind a real nginx that forwards the path or removes it, in a real browser."""

import pytest
from playwright.sync_api import expect

from api.core.config import ROOT
from tests.browser.conftest import open_page
from tests.browser.hosts import running_site
from tests.documented.blocks import fences
from tests.documented.running import DOCUMENTED_HOST, running_proxy
from tests.serving import free_port, serving

pytestmark = pytest.mark.nightly

PATH = "/subtext"
QUOTE = "her-2013-a-wife-without-the-challenges"
GUIDE = ROOT / "docs" / "guides" / "self-hosting.md"
#: Edits of the guide's nginx configuration, as the guide describes them.
EDITS = {
    "forwards the path": {"location /": "location /subtext/"},
    "removes the path": {
        "location /": "location /subtext/",
        "proxy_pass http://subtext;": "proxy_pass http://subtext/;",
    },
}
PAGES = [
    *("/", "/search?q=love", "/films/her-2013", "/scenes/her-2013-lunch-with-catherine", "/themes/avoidance"),
    *(f"/quotes/{QUOTE}", f"/embed?quote={QUOTE}&style=frame", "/docs/guides/quickstart", "/docs/problems"),
]


@pytest.fixture(scope="module")
def prefixed_server(sqlite_engine, tmp_path_factory):
    """A server whose public URL is a path at a port where nothing listens yet, and that port."""
    port = free_port()
    with (
        sqlite_engine.fresh("pack") as url,
        serving(
            tmp_path_factory.mktemp("prefixed") / "log",
            SUBTEXT_DATABASE_URL=url,
            SUBTEXT_PUBLIC_URL=f"http://127.0.0.1:{port}{PATH}/",
            SUBTEXT_WORKERS="1",
        ) as server,
    ):
        yield server, port


@pytest.fixture(scope="module", params=EDITS.values(), ids=EDITS.keys())
def public_url(request, prefixed_server, tmp_path_factory):
    """The URL of the service behind nginx."""
    server, port = prefixed_server
    (block,) = (fence for fence in fences(GUIDE) if fence.language == "nginx")
    replacements = {DOCUMENTED_HOST: server.url.removeprefix("http://")} | request.param
    with running_proxy(block, tmp_path_factory.mktemp("nginx"), replacements, port, PATH) as url:
        yield url


@pytest.fixture
def other_url(public_url):
    """A URL with another host name that leads to the same service."""
    return public_url.replace("127.0.0.1", "localhost")


@pytest.fixture
def visit(chromium, public_url, other_url):
    """A function that opens a path of the service; all URLs that the page requests must be below its own."""
    with open_page(chromium, public_url) as page:

        def go(path, selector="h1", base_url=public_url):
            page.goto(f"{base_url}{path}")
            page.wait_for_selector(selector)
            return page

        yield go
        own = (f"{public_url}/", f"{other_url}/", "data:")
        assert [url for url in page.requested_urls if not url.startswith(own)] == []
        assert page.errors == []


def test_the_guide_describes_these_edits():
    guide = GUIDE.read_text("utf-8")
    assert [line for edits in EDITS.values() for line in edits.values() if f"`{line}`" not in guide] == []


def test_pages_load_everything_from_below_the_path(visit):
    for path in PAGES:
        page = visit(path)
        assert page.evaluate("getComputedStyle(document.body).maxWidth"), path


def test_links_and_forms_lead_to_pages_below_it(visit, public_url):
    page = visit("/")
    page.get_by_role("link", name="Search", exact=True).click()
    page.get_by_label("Search scenes").fill("perfection")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(f"{public_url}/search?q=perfection")
    page.locator(".hit a").first.click()
    page.wait_for_url(f"{public_url}/*/her-*")
    page.get_by_role("link", name="Subtext").first.click()
    expect(page).to_have_url(f"{public_url}/")


def test_redirects_stay_below_it(visit, public_url):
    for path, target in {"/docs/guides/": "/docs/guides", "/v1/../docs/problems/": "/docs/problems"}.items():
        expect(visit(path)).to_have_url(f"{public_url}{target}")
    visit("/quotes/random")


def test_the_gallery_updates_its_preview(visit, public_url):
    page = visit("/embed")
    page.get_by_label("Dark").check()
    page.wait_for_url(f"{public_url}/embed?*scheme=dark*")
    preview = page.frame_locator("iframe.host").locator("figure[data-theme=dark] blockquote")
    expect(preview).to_be_visible()


def test_swagger_ui_sends_requests_below_it_to_the_host_of_its_page(visit, public_url, other_url):
    page = visit("/docs", "#operations-quotes-getQuote", other_url)
    operation = page.locator("#operations-quotes-getQuote")
    operation.locator(".opblock-summary-control").click()
    operation.locator("button.try-out__btn").click()
    operation.locator("input[placeholder='quote_id']").fill(QUOTE)
    operation.locator("button.execute").click()
    body = operation.locator(".live-responses-table .response-col_description pre").first
    expect(body).to_contain_text(f"{public_url}/v1/quotes/{QUOTE}")
    assert f"{other_url}/v1/quotes/{QUOTE}" in page.requested_urls


def test_the_reference_loads_the_document(visit, public_url):
    page = visit("/docs/reference", "#reference .hljs-number")
    assert f"{public_url}/v1/openapi.json" in page.requested_urls


def test_snippet_and_frame_work_on_other_sites(chromium, public_url):
    with running_site() as site, open_page(chromium, site.url) as page:
        snippet = page.request.get(f"{public_url}/quotes/{QUOTE}/snippet").json()
        oembed = page.request.get(
            f"{public_url}/oembed", params={"url": f"{public_url}/quotes/{QUOTE}"}
        ).json()
        frame = oembed["html"][oembed["html"].index("<iframe") :]
        page.goto(site.add_page(f"{snippet['pinned']}{frame}"))
        page.wait_for_function("document.querySelector('figure blockquote')?.shadowRoot")
        expect(page.frame_locator("iframe").locator("blockquote")).to_be_visible()
        assert f"{public_url}/quotes/{QUOTE}" in snippet["html"]
        assert page.errors == []
