"""The frame on other sites: it reports its height in the protocols of hosts, and requests nothing else."""

import re

import pytest

from api.core.config import ROOT
from tests.browser.conftest import open_page
from tests.browser.test_frame import FLAGGED, QUOTE

#: The script of WordPress for hidden frames. It shows a frame when a message with its secret arrives, limits its
#: height to between 200 and 1000 pixels, and follows its links if they lead to the frame's host.
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


def wordpress_markup(html, secret_in_url=True):
    """Return oEmbed markup as WordPress inserts it into a post: the frame is hidden and has a secret."""
    quote, frame = re.fullmatch("(<blockquote.*</blockquote>) (<iframe.*></iframe>)", html).groups()
    frame = re.sub(
        'sandbox="[^"]*"', f'sandbox="allow-scripts" security="restricted" data-secret="{SECRET}"', frame
    )
    if secret_in_url:
        frame = re.sub('src="([^"]*)"', rf'src="\1#?secret={SECRET}"', frame)
    style = "position: absolute; clip: rect(1px, 1px, 1px, 1px);"
    return quote + frame.replace("<iframe", f'<iframe style="{style}"') + WORDPRESS


LISTENER = """<script>
window.heard = [];
addEventListener('message', event => heard.push(event.data));
</script>"""


def first_frame(page):
    """Return the first frame of a page, once its document is loaded."""
    page.frame_locator("iframe").first.locator("main").wait_for(state="attached")
    return page.frames[1]


@pytest.fixture
def page(browser, server):
    """A page in each browser."""
    with open_page(browser, server.url) as new_page:
        yield new_page


@pytest.fixture
def html(page, server):
    """A function that returns the oEmbed markup of a quote."""

    def get(quote=QUOTE, **query):
        response = page.request.get("/oembed", params={"url": f"{server.url}/quotes/{quote}"} | query)
        return response.json()["html"].replace('loading="lazy"', "")

    return get


class TestWordPress:
    @pytest.fixture
    def post(self, page, site, html):
        """A function that shows a quote as WordPress does, and returns its frame once it is visible."""

        def show(quote=QUOTE, **query):
            page.goto(site.add_page(wordpress_markup(html(quote, **query))))
            page.wait_for_function("!document.querySelector('iframe').style.clip")
            return first_frame(page)

        return show

    @pytest.mark.parametrize("width", ["200", "320", "600"])
    def test_the_frame_has_the_height_of_its_content(self, page, post, width):
        frame = post(maxwidth=width)
        assert page.evaluate("document.querySelector('iframe').height") == str(
            frame.evaluate("document.querySelector('main').offsetHeight")
        )
        assert frame.evaluate("document.documentElement.scrollHeight <= innerHeight")
        assert page.errors == []

    def test_the_secret_may_arrive_in_a_message(self, page, site, html):
        page.goto(site.add_page(wordpress_markup(html(), secret_in_url=False)))
        page.wait_for_function("!document.querySelector('iframe').style.clip")

    def test_its_height_follows_the_content_note(self, page, post):
        frame = post(FLAGGED, maxwidth="200")
        closed = page.evaluate("+document.querySelector('iframe').height")
        frame.locator("summary").click()
        page.wait_for_function(f"+document.querySelector('iframe').height > {closed}")
        assert frame.evaluate("document.documentElement.scrollHeight <= innerHeight")
        frame.locator("summary").click()
        page.wait_for_function(f"+document.querySelector('iframe').height === {closed}")

    def test_the_page_follows_its_links(self, page, post, server):
        post().get_by_role("link").click()
        page.wait_for_url(f"{server.url}/quotes/{QUOTE}")

    def test_a_clamped_frame_is_shown_whole(self, page, post):
        """WordPress derives ``maxheight`` from the width of its column, whatever it embeds."""
        frame = post(maxwidth="300", maxheight="220")
        page.wait_for_function("+document.querySelector('iframe').height > 220")
        frame.locator(".rest").wait_for(state="hidden")
        assert frame.evaluate("document.documentElement.scrollHeight <= innerHeight")


class TestHeightMessages:
    @pytest.fixture
    def get_messages(self, page, site, html):
        """A function that shows a frame, optionally sends it a message, and returns the messages of the frame."""

        def get(message="", query="", until="heard.length >= 3"):
            markup = re.sub(r"<blockquote.*</blockquote>", "", html())
            markup = markup.replace("?theme=light", f"?theme=light{query}")
            script = f"<script>document.querySelector('iframe').onload = event => event.target.contentWindow.postMessage({message}, '*')</script>"
            page.goto(site.add_page(LISTENER + markup + (script if message else "")))
            page.wait_for_function(until)
            return page.evaluate("heard")

        return get

    def test_it_reports_its_height_on_load(self, get_messages):
        messages = get_messages()
        height = 200
        assert {"height": height} in messages
        assert {"sentinel": "amp", "type": "embed-size", "height": height} in messages
        embedly = next(text for text in messages if isinstance(text, str))
        assert '"context":"iframe.resize"' in embedly
        assert f'"height":{height}' in embedly

    def test_it_includes_the_id_of_its_url(self, get_messages):
        assert any(isinstance(one, dict) and one.get("id") == "q7" for one in get_messages(query="&id=q7"))

    def test_it_responds_to_set_height(self, get_messages):
        messages = get_messages(
            "{type: 'setHeight', id: 5}", until="heard.some(one => one.type === 'setHeight')"
        )
        assert {"type": "setHeight", "id": 5, "height": 200} in messages

    def test_it_responds_to_register(self, get_messages):
        messages = get_messages(
            "{method: 'register', windowId: 'w'}", until="heard.some(one => one.method === 'resize')"
        )
        assert {"method": "resize", "windowId": "w", "height": 200} in messages

    def test_it_responds_to_strings_with_strings(self, get_messages):
        messages = get_messages(
            "JSON.stringify({method: 'register', windowId: 'w'})",
            until="heard.some(one => typeof one === 'string' && one.includes('windowId'))",
        )
        assert any('"method":"resize","windowId":"w"' in one for one in messages if isinstance(one, str))

    @pytest.mark.parametrize(
        "message",
        ["null", "5", "'junk {'", "'null'", "[]", "{message: 'ready', secret: '<x>'}", "{message: 'ready'}"],
    )
    def test_it_ignores_other_messages(self, page, get_messages, message):
        messages = get_messages(message)
        assert not [one for one in messages if isinstance(one, dict) and "secret" in one]
        assert page.errors == []

    def test_it_reports_its_height_again_when_it_becomes_narrower(self, page, get_messages):
        before = get_messages()[0]["height"]
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
    def test_it_is_shown_on_strict_pages_without_errors(self, page, site, html, headers):
        page.goto(site.add_page(html(), **headers))
        frame = first_frame(page)
        frame.evaluate("document.fonts.ready")
        assert "It is perfect." in frame.locator("blockquote").inner_text()
        assert page.errors == []

    @pytest.mark.parametrize("sandbox", ["allow-scripts", "allow-scripts allow-popups", ""])
    def test_it_loads_its_typefaces_in_a_sandbox(self, page, site, html, sandbox):
        markup = re.sub(r'sandbox="[^"]*"', f'sandbox="{sandbox}"', html())
        page.goto(site.add_page(markup))
        frame = first_frame(page)
        if sandbox:
            frame.evaluate("document.fonts.ready")
            assert frame.evaluate("[...document.fonts].map(font => font.status)") == ["loaded", "loaded"]
            assert page.errors == []
        assert frame.locator("blockquote").is_visible()

    def test_it_requests_only_our_server_and_stores_nothing(self, page, site, html, server):
        page.goto(site.add_page(html()))
        first_frame(page).evaluate("document.fonts.ready")
        urls = [url for url in page.requested_urls if not url.startswith(site.url)]
        assert {url.partition("?")[0].rpartition(".")[2] for url in urls if "/quotes/" not in url} == {
            "js",
            "woff2",
        }
        assert all(url.startswith(server.url) for url in urls)
        assert page.context.cookies() == []
        page.goto(f"/embed/quotes/{QUOTE}")
        assert page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]") == [0, 0, ""]

    def test_a_frame_without_a_quote_says_so(self, page, site, server):
        page.goto(site.add_page(f'<iframe title="t" src="{server.url}/embed/quotes/no-such"></iframe>'))
        assert "This quote is not available." in first_frame(page).locator("main").inner_text()

    def test_ten_frames_report_their_heights(self, page, site, html):
        page.goto(site.add_page(LISTENER + html() * 10))
        page.wait_for_function("heard.filter(one => one.sentinel).length >= 10")
        assert len(page.frames) == 11
        assert page.errors == []


class TestOnce:
    """With the line of CSS from the guide, a page shows the quote once: in the frame, or else in the blockquote."""

    @pytest.fixture
    def page(self, chromium, server):
        """A page in the browser that can disable scripts."""
        with open_page(chromium, server.url) as new_page:
            yield new_page

    @pytest.fixture
    def line(self, server):
        """The line of CSS, as the guide on the server has it."""
        guide = (ROOT / "docs/guides/embedding.md").read_text("utf-8")
        [css] = re.findall(r"```css\n(.*?)```", guide, re.DOTALL)
        return css.replace("http://127.0.0.1:8000", server.url)

    @pytest.fixture
    def is_visible(self, chromium, site, line):
        """A function that opens markup with the line, and returns whether its blockquote and its frame are visible."""

        def show(markup, scripts, head=""):
            context = chromium.new_context(java_script_enabled=scripts)
            page = context.new_page()
            page.goto(site.add_page(f"<p>Before.</p>{markup}", head=f"<style>{line}</style>{head}"))
            seen = [
                page.locator(name).is_visible()
                for name in ("main > blockquote, main > p > blockquote", "iframe")
            ]
            if seen[1]:
                words = page.frame_locator("iframe").locator("blockquote")
                words.wait_for()
                assert "It is perfect." in words.inner_text()
            context.close()
            return seen

        return show

    @pytest.mark.parametrize("scripts", [True, False])
    def test_the_frame_is_shown_in_place_of_the_blockquote(self, is_visible, html, server, scripts):
        assert is_visible(html(), scripts) == [False, True]
        # Scripts of the page, ours included, change nothing about it.
        embed = f'<script async src="{server.url}/embed.js"></script>'
        assert is_visible(html(), scripts, embed) == [False, True]

    @pytest.mark.parametrize("scripts", [True, False])
    def test_without_the_frame_the_blockquote_is_shown(self, is_visible, html, scripts):
        without_frame = re.sub("<iframe.*</iframe>", "", html())
        assert is_visible(without_frame, scripts) == [True, False]
        other_frame = '<iframe title="Another" srcdoc="<blockquote>It is perfect.</blockquote>"></iframe>'
        assert is_visible(without_frame + other_frame, scripts) == [True, True]

    def test_without_attributes_it_works_too(self, is_visible, html):
        """Many systems remove all attributes that they do not know."""
        bare = re.sub(r"<blockquote[^>]*>", "<blockquote>", html())
        assert is_visible(bare, True) == [False, True]
