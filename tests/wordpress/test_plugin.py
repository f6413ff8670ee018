"""The WordPress plugin in Debian's WordPress: the editor, posts, a service that is down, settings and rights."""

import re

import pytest

from tests.browser.conftest import open_page

QUOTE = "her-2013-it-is-in-the-dissensions"
WORDS = "…it is in the dissensions that you can feel something is genuine rather than just a measure of how full your cup is."
SPOKEN = "her-2013-a-wife-without-the-challenges"
FLAGGED = "her-2013-the-average-modern-woman"

pytestmark = pytest.mark.nightly

LAYOUT_SHIFT = """() => new Promise(resolve => {
  new PerformanceObserver(list => resolve(list.getEntries().map(entry => entry.value)))
    .observe({type: "layout-shift", buffered: true});
  setTimeout(() => resolve([]), 500);
})"""


def block(quote, html):
    return f'<!-- wp:subtext/quote {{"quote":"{quote}"}} -->\n<div class="wp-block-subtext-quote">{html}</div>\n<!-- /wp:subtext/quote -->'


def in_post(text, quote=QUOTE):
    """Return the block of a quote whose words in the post are this text."""
    return block(quote, f'<figure class="subtext-quote"><blockquote><p>{text}</p></blockquote></figure>')


def script_errors(page):
    """Return the errors of a page without requests that fail: the editor asks for things that authors may not see."""
    return [error for error in page.errors if not error.startswith("Failed to load resource")]


def open_editor(page, path="/wp-admin/post-new.php"):
    page.goto(path)
    page.wait_for_function("window.wp?.data?.select('core/editor')?.getCurrentPostId()")
    page.evaluate("wp.data.dispatch('core/preferences').set('core/edit-post', 'welcomeGuide', false)")


def write_post(page, words):
    """Write and publish a post as a person would; return its URL."""
    page.get_by_role("textbox", name="Add title").fill("A review")
    page.keyboard.press("Enter")
    page.keyboard.type("/subtext quote")
    page.get_by_role("option", name="Subtext quote").click()
    page.get_by_label("Search quotes").fill(words)
    page.get_by_role("button", name=re.compile(re.escape(WORDS))).click()
    page.locator(".wp-block-subtext-quote blockquote").wait_for()
    page.get_by_role("button", name="Publish", exact=True).click()
    panel = page.locator(".editor-post-publish-panel")
    panel.get_by_role("button", name="Publish", exact=True).click()
    link = panel.locator(".post-publish-panel__postpublish-buttons a").first
    return link.get_attribute("href")


@pytest.fixture(params=["editor", "writer"])
def written(request, chromium, wordpress):
    """A post that an administrator or an author has written in the block editor, and the writer's page."""
    with open_page(chromium, wordpress.url) as page:
        wordpress.log_in(page, request.param)
        open_editor(page)
        url = write_post(page, "genuine dissensions")
        yield url, page


class TestWriting:
    def test_a_quote_is_found_picked_and_published(self, written, reader, wordpress, server):
        url, _ = written
        reader.goto(url)
        figure = reader.locator(".entry-content figure.subtext-quote")
        assert figure.locator("blockquote p").inner_text() == f"“{WORDS}”"
        assert figure.locator("figcaption").inner_text() == (
            "— The Wall of Wisdom, on Her (2013), as quoted in “Her: Perfection is the Enemy of Real”"
        )
        assert figure.get_by_role("link").get_attribute("href") == f"{server.url}/quotes/{QUOTE}"

    def test_the_block_is_still_valid(self, written, wordpress):
        _, page = written
        post = page.evaluate("wp.data.select('core/editor').getCurrentPostId()")
        open_editor(page, f"/wp-admin/post.php?post={post}&action=edit")
        page.locator(".wp-block-subtext-quote blockquote").wait_for()
        blocks = "wp.data.select('core/block-editor').getBlocks().map(({name, isValid}) => [name, isValid])"
        assert page.evaluate(blocks) == [["subtext/quote", True]]
        assert not page.evaluate("wp.data.select('core/editor').isEditedPostDirty()")
        assert script_errors(page) == []

    def test_flagged_quotes_are_found_on_demand_and_folded(self, chromium, wordpress):
        with open_page(chromium, wordpress.url) as page:
            wordpress.log_in(page, "editor")
            open_editor(page)
            page.evaluate(
                "wp.data.dispatch('core/block-editor').insertBlocks(wp.blocks.createBlock('subtext/quote'))"
            )
            page.get_by_label("Search quotes").fill("lacking in the average")
            page.get_by_text("No quotes found.", exact=True).last.wait_for()
            page.get_by_label("Include quotes with a content note").check()
            found = page.locator(".wp-block-subtext-quote li button")
            found.wait_for()
            assert "average modern woman" not in found.inner_text()
            assert "Demeaning language" in found.inner_text()
            found.click()
            note = page.locator(".wp-block-subtext-quote details:not([open]) summary")
            assert note.inner_text().startswith("Content note: ")

    @pytest.mark.parametrize(
        ("service", "message"), [("", "Settings → Writing"), ("http://127.0.0.1:9", "The search failed")]
    )
    def test_without_a_service_the_block_says_so(self, chromium, wordpress, server, service, message):
        wordpress.set_service(service)
        try:
            with open_page(chromium, wordpress.url) as page:
                wordpress.log_in(page, "editor")
                open_editor(page)
                page.evaluate(
                    "wp.data.dispatch('core/block-editor').insertBlocks(wp.blocks.createBlock('subtext/quote'))"
                )
                page.locator(".wp-block-subtext-quote").get_by_text(message).wait_for()
        finally:
            wordpress.set_service(server.url)


class TestReading:
    def test_readers_request_nothing_of_the_service(self, wordpress, reader, server):
        wordpress.clear_log()
        url = wordpress.add_post(in_post("Words in the post."))
        reader.goto(url)
        assert reader.evaluate(LAYOUT_SHIFT) == []
        assert {requested.startswith(wordpress.url) for requested in reader.requested_urls} == {True}
        assert reader.errors == []
        assert [requested for requested in wordpress.requested_urls if server.url in requested] == []

    def test_words_are_shown_without_script(self, wordpress, chromium):
        url = wordpress.add_post(in_post("Words in the post."))
        context = chromium.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(url)
        assert page.locator("figure.subtext-quote blockquote").is_visible()
        context.close()

    @pytest.mark.parametrize("theme", ["twentytwentythree", "twentytwentyone"])
    def test_themes_show_it_styled(self, wordpress, reader, theme):
        wordpress.run("switch_theme( $argument['theme'] );", {"theme": theme})
        try:
            reader.goto(wordpress.add_post(in_post("Words in the post.")))
            words = reader.locator("figure.subtext-quote blockquote")
            assert words.evaluate("element => getComputedStyle(element).borderInlineStartWidth") == "3px"
            assert words.evaluate("element => getComputedStyle(element).marginInlineStart") == "0px"
        finally:
            wordpress.run("switch_theme( 'twentytwentythree' );")

    def test_a_page_in_the_other_direction_does_not_reorder(self, wordpress, reader):
        wordpress.run(f"Subtext\\refresh( '{SPOKEN}' );")
        url = wordpress.add_post(block(SPOKEN, ""))
        reader.goto(f"{url}&rtl=1")
        assert reader.locator("html").get_attribute("dir") == "rtl"
        for part in ("blockquote", "figcaption"):
            direction = "element => getComputedStyle(element).direction"
            assert reader.locator(f"figure.subtext-quote {part}").evaluate(direction) == "ltr"

    def test_a_feed_contains_the_words(self, wordpress):
        wordpress.add_post(in_post("Words in the feed.", "unknown-to-the-service"))
        feed = wordpress.run(
            "ob_start(); query_posts( [ 'feed' => 'rss2', 's' => 'feed' ] ); do_feed_rss2( false ); return ob_get_clean();"
        )
        assert "Words in the feed." in feed


class TestUpdating:
    @pytest.fixture(autouse=True)
    def empty_cache(self, wordpress):
        wordpress.run(
            f"delete_transient( Subtext\\cache_key( '{QUOTE}' ) ); wp_unschedule_hook( 'subtext_refresh' );"
        )
        wordpress.clear_log()

    def test_the_background_task_corrects_the_words(self, wordpress, reader, server):
        url = wordpress.add_post(in_post("A misquotation."))
        reader.goto(url)
        assert reader.locator("figure.subtext-quote p").inner_text() == "A misquotation."
        for _ in range(2):
            wordpress.run_tasks()
        requested = [url_ for url_ in wordpress.requested_urls if server.url in url_]
        assert requested == [f"{server.url}/quotes/{QUOTE}/snippet"]
        reader.goto(url)
        assert reader.locator("figure.subtext-quote blockquote p").inner_text() == f"“{WORDS}”"

    def test_an_unchanged_quote_is_not_transferred(self, wordpress):
        [entry, status] = wordpress.run(
            f"Subtext\\refresh( '{QUOTE}' ); $statuses = [];"
            "add_action( 'http_api_debug', function ( $response ) use ( &$statuses ) {"
            " $statuses[] = wp_remote_retrieve_response_code( $response ); } );"
            f"return [ Subtext\\refresh( '{QUOTE}' ), $statuses ];"
        )
        assert WORDS in entry["html"]
        assert status == [304]

    def test_a_service_that_is_down_changes_nothing(self, wordpress, reader, server, own_service):
        wordpress.set_service(own_service.url)
        try:
            pasted = wordpress.add_post(f"\n{own_service.url}/quotes/{SPOKEN}\n")
            written = wordpress.add_post(in_post("Words in the post."))
            reader.goto(pasted)
            own_service.stop()
            for url in (pasted, written):
                reader.goto(url)
                wordpress.run_tasks()
            reader.goto(pasted)
            assert (
                "a wife without the challenges"
                in reader.locator("figure.subtext-quote blockquote").inner_text()
            )
            reader.goto(written)
            assert reader.locator("figure.subtext-quote p").inner_text() == "Words in the post."
        finally:
            wordpress.set_service(server.url)

    @pytest.mark.parametrize(
        ("status", "body", "shown"),
        [
            (200, "not JSON", True),
            (200, '{"html": 1}', True),
            (200, "[]", True),
            (200, '"html"', True),
            (200, "null", True),
            (404, "{}", True),
            (410, "{}", False),
            (429, "", True),
            (500, "<p>error</p>", True),
        ],
    )
    def test_only_a_deleted_quote_disappears(self, wordpress, status, body, shown):
        content = wordpress.run(
            "add_filter( 'pre_http_request', fn () => [ 'response' => [ 'code' => $argument['status'] ], 'headers' => [],"
            " 'body' => $argument['body'] ], 20 );"
            f"Subtext\\refresh( '{QUOTE}' ); return do_blocks( $argument['content'] );",
            {"status": status, "body": body, "content": in_post("Words in the post.")},
        )
        assert ("Words in the post." in content) == shown

    def test_words_outlast_the_plugin(self, wordpress, reader):
        url = wordpress.add_post(in_post("Words in the post."))
        reader.goto(url)
        try:
            tasks = wordpress.run(
                "require ABSPATH . 'wp-admin/includes/plugin.php'; deactivate_plugins( 'subtext/subtext.php' );"
                f"return wp_next_scheduled( 'subtext_refresh', [ '{QUOTE}' ] );"
            )
            assert tasks is False
            reader.goto(url)
            assert reader.locator("figure.subtext-quote p").inner_text() == "Words in the post."
        finally:
            wordpress.run(
                "require ABSPATH . 'wp-admin/includes/plugin.php'; activate_plugin( 'subtext/subtext.php' );"
            )


class TestPastedURLs:
    def test_the_url_of_a_quote_becomes_its_words(self, wordpress, reader, server):
        embed = '<!-- wp:embed {{"url":"{url}","type":"rich"}} -->\n<figure class="wp-block-embed"><div class="wp-block-embed__wrapper">\n{url}\n</div></figure>\n<!-- /wp:embed -->'
        url = f"{server.url}/quotes/{QUOTE}?utm_source=x"
        for content in (url, embed.format(url=url)):
            reader.goto(wordpress.add_post(f"\n{content}\n"))
            assert reader.locator(".entry-content blockquote p").inner_text() == f"“{WORDS}”"
            assert reader.locator(".entry-content iframe").count() == 0
            assert {requested.startswith(wordpress.url) for requested in reader.requested_urls} == {True}

    @pytest.mark.parametrize("path", ["films/her-2013", "themes/human-connection"])
    def test_the_url_of_a_film_or_theme_becomes_its_quotes_in_pages(self, wordpress, reader, server, path):
        reader.goto(wordpress.add_post(f"\n{server.url}/{path}/?utm_source=x\n"))
        content = reader.locator(".entry-content")
        count = content.locator("figure.subtext-quote").count()
        pages = content.locator("details")
        assert count > 3
        assert pages.count() == -(-count // 3)
        assert content.locator("blockquote:visible").count() == 3
        pages.last.locator("summary").click()
        assert 1 <= content.locator("blockquote:visible").count() <= 3
        assert content.locator("blockquote").last.is_visible()
        assert content.locator("iframe").count() == 0
        assert {requested.startswith(wordpress.url) for requested in reader.requested_urls} == {True}
        assert reader.errors == []

    def test_the_service_is_a_provider_without_discovery(self, wordpress, server):
        for path in (f"quotes/{QUOTE}", "films/her-2013", "themes/loneliness"):
            provider = wordpress.run(
                "return _wp_oembed_get_object()->get_provider( $argument['url'], [ 'discover' => false ] );",
                {"url": f"{server.url}/{path}"},
            )
            assert provider == f"{server.url}/oembed", path

    def test_an_iframe_that_was_stored_before_goes(self, wordpress):
        html = wordpress.run(
            "return apply_filters( 'embed_oembed_html', '<blockquote><p>Stored.</p></blockquote> <iframe src=\"https://x.example\"></iframe>', $argument['url'], [], 0 );",
            {"url": wordpress.run("return Subtext\\service_url();") + "/quotes/another-quote"},
        )
        assert "Stored." in html
        assert "iframe" not in html

    def test_other_urls_are_left_alone(self, wordpress, server):
        for url in (
            "https://other.example/quotes/a",
            f"{server.url}/films/her-2013/snippet",
            f"{server.url}/scenes/her-2013",
            f"{server.url}/quotes/films/her-2013",
            f"{server.url}.example/quotes/a",
        ):
            code = (
                "return apply_filters( 'embed_oembed_html', '<iframe></iframe>', $argument['url'], [], 0 );"
            )
            assert wordpress.run(code, {"url": url}) == "<iframe></iframe>"
