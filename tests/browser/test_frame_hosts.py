"""The framed document in other people's pages: it says how high it is in their words, and keeps to itself."""

import re

import pytest

from tests.browser.hosts import hosting
from tests.browser.test_frame import FLAGGED, QUOTE

#: What WordPress does with a frame that it hid: it shows it when a message with its secret comes, gives it
#: between 200 and 1000 pixels, and follows its links where they lead to the frame's own host.
WORDPRESS = """<script>
const frame = document.querySelector('iframe'), secret = frame.dataset.secret;
frame.onload = () => frame.contentWindow.postMessage({ message: 'ready', secret }, '*');
addEventListener('message', ({ data, source }) => {
  if (source !== frame.contentWindow || !data || data.secret !== secret) return;
  if (data.message === 'height') {
    frame.height = Math.max(200, Math.min(1000, ~~data.value));
    frame.removeAttribute('style');
    document.querySelector('blockquote').style.display = 'none';
  }
  const leads = data.message === 'link' && new URL(data.value).host === new URL(frame.src).host;
  if (leads && document.activeElement === frame) top.location.href = data.value;
});
</script>"""
SECRET = "k3yOfTheFrame"


def in_wordpress(html, secret_in_address=True):
    """Return markup as WordPress puts it into a post: two elements, the frame hidden and with a secret."""
    quote, frame = re.fullmatch("(<blockquote.*</blockquote>) (<iframe.*></iframe>)", html).groups()
    frame = re.sub(
        'sandbox="[^"]*"', f'sandbox="allow-scripts" security="restricted" data-secret="{SECRET}"', frame
    )
    if secret_in_address:
        frame = re.sub('src="([^"]*)"', rf'src="\1#?secret={SECRET}"', frame)
    style = "position: absolute; clip: rect(1px, 1px, 1px, 1px);"
    return quote + frame.replace("<iframe", f'<iframe style="{style}"') + WORDPRESS


LISTENING = """<script>
window.heard = [];
addEventListener('message', event => heard.push(event.data));
</script>"""


def inside(page):
    """Return the first frame of a page, once its document is there."""
    page.frame_locator("iframe").first.locator("main").wait_for(state="attached")
    return page.frames[1]


@pytest.fixture(scope="module")
def site():
    """Another site, on another origin."""
    with hosting() as host:
        yield host


@pytest.fixture
def html(page, server):
    """Return what gets a quote's oEmbed markup."""

    def get(quote=QUOTE, **query):
        told = page.request.get("/oembed", params={"url": f"{server.url}/quotes/{quote}"} | query)
        return told.json()["html"].replace('loading="lazy"', "")

    return get


class TestWordPress:
    @pytest.fixture
    def post(self, page, site, html):
        """Return what shows a quote as WordPress does, and returns its frame once it is shown."""

        def show(quote=QUOTE, **query):
            page.goto(site.shows(in_wordpress(html(quote, **query))))
            page.wait_for_function("!document.querySelector('iframe').style.clip")
            return inside(page)

        return show

    @pytest.mark.parametrize("width", ["200", "320", "600"])
    def test_the_frame_is_shown_as_high_as_it_must_be(self, page, post, width):
        frame = post(maxwidth=width)
        assert page.evaluate("document.querySelector('iframe').height") == str(
            frame.evaluate("document.querySelector('main').offsetHeight")
        )
        assert frame.evaluate("document.documentElement.scrollHeight <= innerHeight")
        assert page.complaints == []

    def test_a_secret_may_come_later(self, page, site, html):
        page.goto(site.shows(in_wordpress(html(), secret_in_address=False)))
        page.wait_for_function("!document.querySelector('iframe').style.clip")

    def test_it_grows_when_what_is_flagged_is_opened_and_shrinks_again(self, page, post):
        frame = post(FLAGGED, maxwidth="200")
        closed = page.evaluate("+document.querySelector('iframe').height")
        frame.locator("summary").click()
        page.wait_for_function(f"+document.querySelector('iframe').height > {closed}")
        assert frame.evaluate("document.documentElement.scrollHeight <= innerHeight")
        frame.locator("summary").click()
        page.wait_for_function(f"+document.querySelector('iframe').height === {closed}")

    def test_a_link_is_followed_by_the_page(self, page, post, server):
        post().get_by_role("link").click()
        page.wait_for_url(f"{server.url}/quotes/{QUOTE}")

    def test_a_clamped_frame_stays_as_high_as_it_is(self, page, post):
        post(maxwidth="300", maxheight="220")
        page.wait_for_timeout(200)
        assert page.evaluate("document.querySelector('iframe').height") == "220"


class TestDialects:
    @pytest.fixture
    def heard(self, page, site, html):
        """Return what shows a frame on a page that asks in some way, and returns what the page heard of it."""

        def listened(ask="", query="", until="heard.length >= 3"):
            markup = re.sub(r"<blockquote.*</blockquote>", "", html())
            markup = markup.replace(f'{QUOTE}"', f'{QUOTE}{query}"')
            asking = f"<script>document.querySelector('iframe').onload = event => event.target.contentWindow.postMessage({ask}, '*')</script>"
            page.goto(site.shows(LISTENING + markup + (asking if ask else "")))
            page.wait_for_function(until)
            return page.evaluate("heard")

        return listened

    def test_it_says_how_high_it_is_without_being_asked(self, heard):
        said = heard()
        height = 200
        assert {"height": height} in said
        assert {"sentinel": "amp", "type": "embed-size", "height": height} in said
        embedly = next(message for message in said if isinstance(message, str))
        assert '"context":"iframe.resize"' in embedly
        assert f'"height":{height}' in embedly

    def test_it_names_itself_as_its_address_does(self, heard):
        assert any(isinstance(one, dict) and one.get("id") == "q7" for one in heard(query="?id=q7"))

    def test_it_answers_who_asks_for_a_height(self, heard):
        said = heard("{type: 'setHeight', id: 5}", until="heard.some(one => one.type === 'setHeight')")
        assert {"type": "setHeight", "id": 5, "height": 200} in said

    def test_it_answers_who_registers(self, heard):
        said = heard(
            "{method: 'register', windowId: 'w'}", until="heard.some(one => one.method === 'resize')"
        )
        assert {"method": "resize", "windowId": "w", "height": 200} in said

    def test_it_answers_text_in_text(self, heard):
        said = heard(
            "JSON.stringify({method: 'register', windowId: 'w'})",
            until="heard.some(one => typeof one === 'string' && one.includes('windowId'))",
        )
        assert any('"method":"resize","windowId":"w"' in one for one in said if isinstance(one, str))

    @pytest.mark.parametrize(
        "ask",
        ["null", "5", "'junk {'", "'null'", "[]", "{message: 'ready', secret: '<x>'}", "{message: 'ready'}"],
    )
    def test_it_ignores_everything_else(self, page, heard, ask):
        said = heard(ask)
        assert not [one for one in said if isinstance(one, dict) and "secret" in one]
        assert page.complaints == []

    def test_it_says_so_again_when_it_becomes_narrower(self, page, heard):
        before = heard()[0]["height"]
        page.evaluate("document.querySelector('iframe').width = 200")
        page.wait_for_function(f"heard.at(-1).height > {before} || heard.some(one => one.height > {before})")


class TestHosts:
    @pytest.mark.parametrize(
        "headers",
        [
            {"Cross_Origin_Embedder_Policy": "require-corp"},
            {"Cross_Origin_Embedder_Policy": "require-corp", "Cross_Origin_Opener_Policy": "same-origin"},
            {"Content_Security_Policy": "default-src 'none'; style-src 'none'; frame-src http:"},
            {"Content_Security_Policy": "require-trusted-types-for 'script'; trusted-types 'none'"},
            {"Referrer_Policy": "no-referrer"},
        ],
    )
    def test_it_is_shown_in_strict_pages_without_a_complaint(self, page, site, html, headers):
        page.goto(site.shows(html(), **headers))
        frame = inside(page)
        frame.evaluate("document.fonts.ready")
        assert "It is perfect." in frame.locator("blockquote").inner_text()
        assert page.complaints == []

    @pytest.mark.parametrize("sandbox", ["allow-scripts", "allow-scripts allow-popups", ""])
    def test_it_is_shown_in_its_own_typeface_in_a_sandbox(self, page, site, html, sandbox):
        markup = re.sub(r'sandbox="[^"]*"', f'sandbox="{sandbox}"', html())
        page.goto(site.shows(markup))
        frame = inside(page)
        if sandbox:
            frame.evaluate("document.fonts.ready")
            assert frame.evaluate("[...document.fonts].map(font => font.status)") == ["loaded", "loaded"]
            assert page.complaints == []
        assert frame.locator("blockquote").is_visible()

    def test_it_asks_us_alone_and_keeps_nothing(self, page, site, html, server):
        page.goto(site.shows(html()))
        inside(page).evaluate("document.fonts.ready")
        asked = [url for url in page.asked if not url.startswith(site.url)]
        assert {url.partition("?")[0].rpartition(".")[2] for url in asked if "/quotes/" not in url} == {
            "js",
            "woff2",
        }
        assert all(url.startswith(server.url) for url in asked)
        assert page.context.cookies() == []
        page.goto(f"/embed/quotes/{QUOTE}")
        assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]

    def test_where_there_is_no_quote_a_frame_says_so(self, page, site, server):
        page.goto(site.shows(f'<iframe title="t" src="{server.url}/embed/quotes/no-such"></iframe>'))
        assert "This quote is not available." in inside(page).locator("main").inner_text()

    def test_ten_of_them_speak_for_themselves(self, page, site, html):
        page.goto(site.shows(LISTENING + html() * 10))
        page.wait_for_function("heard.filter(one => one.sentinel).length >= 10")
        assert len(page.frames) == 11
        assert page.complaints == []
