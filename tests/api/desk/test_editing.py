"""Editing at the desk without scripts: from an empty source to a published quote, conflicts included."""

import pytest

from models.draft import Draft
from tests.api.desk.conftest import Browser, make_key
from tests.desk_sources import CASABLANCA, NUMBER, SOURCE, WORDS, paragraph

QUOTE = "her-2013-never-lose-each-other"
START = paragraph().index(WORDS)
PLACE = {"source": SOURCE, "paragraph": NUMBER, "start": START, "end": START + len(WORDS)}
VALUES = {
    "/label": "Never lose each other",
    "/kind": "fragment",
    "/voice": "essay",
    "/themes/0": "loneliness",
}


def notice(page):
    """Return what a page says that was done, or what is wrong."""
    return page.texts("//*[@class='done' or @role='alert']")


def heading(page):
    """Return what a page says that was done and was not, where something was refused."""
    return page.texts("//*[@role='alert']/h2")


def passage(page, number=NUMBER):
    """Return what a source's page says beside a paragraph."""
    return page.texts(f"//li[@id='p{number}']//li")


def new_quote(browser, **values):
    page = browser.get("/edit/quotes/new", query_string=PLACE)
    return browser.submit(page, "Save draft", VALUES | values)


class TestFromAnEmptySource:
    def test_an_editor_drafts_previews_and_publishes_a_quote(self, browser):
        listed = browser.get("/edit")
        assert "Her: Nobody's Mirror" in listed.texts("//li//a")
        assert any("not on this server" in text for text in listed.texts("//li[@class='closed']"))
        source = browser.get(f"/edit/texts/{SOURCE}")
        assert source.texts(f"//li[@id='p{NUMBER}']//p[@data-passage]") == [paragraph()]
        assert passage(source) == []

        page = new_quote(browser, **{"/kind": ""})
        assert notice(page) == []
        [outcome] = page.texts("//*[@role='status']")
        assert outcome.startswith(
            "The draft is saved, but cannot be published yet Nobody but editors can see it."
        )
        assert page.texts("//blockquote") == [WORDS]
        assert page.texts("//div[contains(@class, 'to-do')]//li") == [
            "Kind: Missing data for required field."
        ]
        [link] = page.tree.xpath("//div[contains(@class, 'to-do')]//a/@href")
        field = page.tree.xpath(f"//*[@id='{link[1:]}']")[0]
        assert field.get("aria-invalid") == "true"
        assert page.tree.xpath(f"//*[@id='{field.get('aria-describedby').split()[0]}']")
        assert page.texts("//span[contains(@class, 'draft')]") == ["Draft"]
        assert passage(browser.get(f"/edit/texts/{SOURCE}")) == ["quote Never lose each other Draft"]
        assert browser.get(f"/v1/quotes/{QUOTE}").status == 404

        refused = browser.submit(page, "Save and preview")
        assert refused.status == 422
        assert heading(refused) == ["The draft is saved, but cannot be previewed yet"]
        preview = browser.submit(refused, "Save and preview", {"/kind": "fragment"})
        frame = preview.tree.xpath("//iframe")[0]
        assert "allow-same-origin" not in frame.get("sandbox")
        assert WORDS in browser.get(frame.get("src").removeprefix("http://127.0.0.1:8000")).text

        page = browser.get(f"/edit/quotes/{QUOTE}")
        published = browser.submit(page, "Save and publish")
        assert published.texts(f"//li[@id='p{NUMBER}']/*[@id='done']") == ["It is published. Edit it again"]
        assert notice(published) == ["It is published. Edit it again"]
        assert passage(published) == ["quote Never lose each other"]
        quote = browser.client.get(f"/v1/quotes/{QUOTE}").json
        assert quote["text"] == WORDS
        assert quote["omitted_before"] is True
        assert quote["citations"][0]["paragraphs"] == [NUMBER]
        page = browser.get(f"/edit/quotes/{QUOTE}")
        assert page.texts("//span[@class='badge']") == ["Published"]

    def test_a_claim_cites_the_paragraph_and_several_others(self, browser):
        page = browser.get("/edit/commentary/new", query_string={"source": SOURCE, "paragraph": 6})
        values = {
            "/title": "Leaving is the end",
            "/text": "The essay says that the roof shows who has left.",
            "/kind": "interpretation",
            "/scope": "film",
            "/weight": "core",
            "/themes/0": "loneliness",
            "/citations/0/paragraphs": "6, 8–9",
            "/advisories/0/advisory": "spoiler",
            "/advisories/0/severity": "2",
        }
        published = browser.submit(page, "Save and publish", values)
        assert notice(published) == ["It is published. Edit it again"]
        assert [passage(published, number) for number in (6, 8, 9)] == [["claim Leaving is the end"]] * 3
        claim = browser.client.get("/v1/commentary/her-2013-leaving-is-the-end").json
        assert claim["citations"][0]["paragraphs"] == [6, 8, 9]
        assert claim["advisories"][0]["severity"] == 2

    def test_a_text_becomes_a_source(self, browser):
        [link] = browser.get("/edit").tree.xpath("//a[.='New source']/@href")
        page = browser.get(link)
        values = page.form("Save draft")[1]
        assert values["/id"] == "casablanca-a-man-who-stays"
        assert (values["/title"], values["/paragraphs/1/kind"]) == ("Casablanca: A Man Who Stays", "title")
        rights = {"/language": "en", "/rights": "Made for this repository.", "/films/0": "her-2013"}
        draft = browser.submit(page, "Save draft", rights | {"/paragraphs/0/kind": "site"})
        assert draft.texts("//div[contains(@class, 'to-do')]//li") == []
        assert "Casablanca: A Man Who Stays Draft" in browser.get("/edit").texts("//main//ul[1]/li")
        text = browser.get("/edit/texts/casablanca-a-man-who-stays")
        assert text.tree.xpath("//li[@id='p1']/@class") == ["passage site"]
        quote = browser.submit(
            browser.get(text.tree.xpath("//li[@id='p5']//a[.='New quote']/@href")[0]),
            "Save and publish",
            VALUES | {"words-start": "0", "words-end": "20"},
        )
        assert "“casablanca-a-man-who-stays” is a draft" in " ".join(notice(quote))
        published = browser.submit(
            browser.get("/edit/sources/casablanca-a-man-who-stays"), "Save and publish"
        )
        assert notice(published) == ["It is published. Edit it again"]
        assert passage(published, 5) == ["quote Never lose each other Draft"]
        source = browser.client.get("/v1/sources/casablanca-a-man-who-stays").json
        assert (source["sha256"], source["paragraph_count"]) == (CASABLANCA, 16)
        kinds = browser.client.get("/v1/sources/casablanca-a-man-who-stays/paragraphs?limit=3").json["data"]
        assert [kind["kind"] for kind in kinds] == ["site", "title", "heading"]

    def test_a_text_without_its_source_and_unknown_places_are_missing(self, browser):
        for path in (
            "/edit/texts/her-perfection-is-the-enemy-of-real",
            "/edit/texts/no-such",
            f"/edit/texts/{SOURCE}?from=0",
            f"/edit/texts/{SOURCE}?from=9999",
            f"/edit/quotes/new?source={SOURCE}&paragraph=999",
            "/edit/quotes/new?source=../etc&paragraph=1",
            "/edit/quotes/no-such",
            "/edit/sources/new",
            "/edit/sources/new?text=../x",
            "/edit/films/her-2013",
            "/edit/no-such",
        ):
            assert browser.get(path, headers={"Accept": "text/html"}).status == 404, path

    def test_releases_publish_together(self, browser):
        theme = browser.get("/edit/themes/new")
        values = {"/name": "Leaving", "/definition": "Going away for good."}
        assert notice(browser.submit(theme, "Save draft", values))
        new_quote(browser, **{"/themes/0": "leaving"})
        page = browser.get(f"/edit/quotes/{QUOTE}")
        assert "Leaving (draft)" in page.texts("//select[@name='/themes/0']/option")
        alone = browser.submit(page, "Save and publish")
        assert alone.status == 409
        assert heading(alone) == ["The draft is saved, but not published"]
        assert "Publish it first, or both in a release" in alone.text
        drafts = browser.get("/edit/drafts")
        action, fields = drafts.form("Put into release")
        chosen = [
            *fields.items(),
            ("release", "roof"),
            ("draft", f"quote/{QUOTE}"),
            ("draft", "theme/leaving"),
        ]
        drafts = browser.post(action, to_multidict(chosen))
        assert drafts.texts("//section[@class='release']/h2") == ["Release “roof”"]
        assert browser.submit(drafts, "Preview together").status == 200
        assert notice(browser.submit(drafts, "Publish together")) == [
            "All drafts of the release are published."
        ]
        assert browser.client.get(f"/v1/quotes/{QUOTE}").json["themes"][0]["id"] == "leaving"


def delete_form(page, etag):
    action, values = page.form("Delete draft")
    return action, values | {"etag": etag}


def to_multidict(pairs):
    from werkzeug.datastructures import MultiDict

    return MultiDict(pairs)


class TestConflicts:
    @pytest.fixture
    def colleague(self, desk_app, packed, browser):
        new_quote(browser)
        browser.submit(browser.get(f"/edit/quotes/{QUOTE}"), "Save and publish")
        colleague = Browser(desk_app)
        colleague.key = make_key(packed, "admin", name="colleague")
        colleague.sign_in(colleague.key)
        return colleague

    def test_two_who_save_one_draft_choose_what_to_keep(self, browser, colleague):
        path = f"/edit/quotes/{QUOTE}"
        mine, theirs = browser.get(path), colleague.get(path)
        assert notice(colleague.submit(theirs, "Save draft", {"/label": "Theirs alone", "/kind": "aphorism"}))
        conflict = browser.submit(mine, "Save draft", {"/label": "Mine alone", "/editor_note": "A note."})
        assert conflict.status == 409
        assert "“colleague” has saved the draft" in conflict.texts("//*[@role='alert']")[0]
        legends = conflict.texts("//fieldset/legend")
        assert legends == ["Label Changed by both", "Editor note", "Kind"]
        assert conflict.texts("//fieldset[1]//ins") == ["Mine", "alone", "Theirs", "alone"]
        merged = browser.submit(conflict, "Save the draft with these choices", {"choice:/label": "current"})
        assert notice(merged) == ["The draft is saved with your choices."]
        _, values = merged.form("Save draft")
        assert [values[name] for name in ("/label", "/kind", "/editor_note")] == [
            "Theirs alone",
            "aphorism",
            "A note.",
        ]
        assert browser.client.get(f"/v1/quotes/{QUOTE}").json["label"] == "Never lose each other"

    def test_a_draft_of_what_was_published_meanwhile_is_repaired(self, browser, colleague):
        path = f"/edit/quotes/{QUOTE}"
        mine = browser.submit(browser.get(path), "Save draft", {"/label": "Mine"})
        headers = {"If-Match": "*", "Authorization": f"Bearer {colleague.key}"}
        patched = colleague.client.patch(f"/v1/quotes/{QUOTE}", json={"label": "Theirs"}, headers=headers)
        assert patched.status_code == 200
        conflict = browser.submit(mine, "Save and publish")
        assert conflict.status == 409
        assert "has changed since the draft was made" in conflict.texts("//*[@role='alert']")[0]
        assert browser.client.get(f"/v1/quotes/{QUOTE}").json["label"] == "Theirs"
        merged = browser.submit(conflict, "Save the draft with these choices")
        assert notice(browser.submit(merged, "Save and publish")) == ["It is published. Edit it again"]
        assert browser.client.get(f"/v1/quotes/{QUOTE}").json["label"] == "Mine"

    def test_a_draft_that_was_deleted_meanwhile_is_not_lost(self, browser, colleague):
        path = f"/edit/quotes/{QUOTE}"
        mine = browser.submit(browser.get(path), "Save draft", {"/label": "Mine"})
        assert notice(colleague.submit(colleague.get(path), "Delete draft"))
        conflict = browser.submit(mine, "Save draft", {"/label": "Mine, later"})
        assert conflict.status == 409
        merged = browser.submit(conflict, "Save the draft with these choices")
        assert merged.form("Save draft")[1]["/label"] == "Mine, later"


class TestRefusals:
    def test_a_key_is_offered_what_it_may_do_and_told_what_else_it_lacks(self, desk_app, packed, browser):
        writer = Browser(desk_app)
        writer.sign_in(make_key(packed, "write:quotes", name="writer"))
        page = new_quote(writer)
        assert "Save and publish" not in page.texts("//button")
        action, values = page.form("Save draft")
        refused = writer.post(action, values | {"action": "publish"})
        assert refused.status == 403
        assert heading(refused) == ["The draft is saved, but not published"]
        assert "lacks the scope publish" in notice(refused)[0]

        text = writer.get(f"/edit/texts/{SOURCE}")
        assert set(text.texts("//p[@class='adding']/a")) == {"New quote"}
        assert writer.get("/edit").texts("//a[.='New source']") == []
        assert writer.get("/edit/themes").texts("//a[.='New theme']") == []
        assert writer.get("/edit/quotes").texts("//a[.='New quote']") == ["New quote"]
        theme = writer.get("/edit/themes/loneliness")
        assert theme.tree.xpath("//form[@data-kept]//fieldset[@disabled]//input[@name='/name']")
        assert theme.texts("//form[@data-kept]//button") == []
        assert "lacks the scope write:themes" in theme.texts("//p[@class='note']")[0]
        assert writer.get("/edit/themes/new").status == 403
        posted = writer.post("/edit/themes/new", values | {"/name": "Leaving"})
        assert posted.status == 403
        assert heading(posted) == ["The draft is not saved"]
        assert posted.tree.xpath("//input[@name='/name']/@value") == ["Leaving"]

    def test_releases_are_offered_to_keys_that_may_read_and_publish_all_of_them(
        self, desk_app, packed, browser
    ):
        new_quote(browser)
        drafts = browser.get("/edit/drafts")
        action, values = drafts.form("Put into release")
        none = browser.post(action, values | {"release": "roof"})
        assert (none.status, heading(none)) == (422, ["Nothing was put into a release"])
        some = browser.post(
            action,
            to_multidict(
                [*values.items(), ("release", "roof"), ("draft", "theme/none"), ("draft", f"quote/{QUOTE}")]
            ),
        )
        assert heading(some) == ["1 of 2 drafts were put into the release “roof”"]
        assert "theme/none" in some.texts("//*[@role='alert']//li")[0]
        refused = browser.post("/edit/releases/roof", values | {"action": "publish", "etag": '"0"'})
        assert (refused.status, heading(refused)) == (412, ["The release “roof” is not published"])
        for scopes, buttons in [
            (["write:quotes", "publish"], []),
            (["read:drafts"], ["Preview together"]),
            (["read:drafts", "write:themes", "publish"], ["Preview together"]),
            (["read:drafts", "write:quotes", "publish"], ["Preview together", "Publish together"]),
        ]:
            editor = Browser(desk_app)
            editor.sign_in(make_key(packed, *scopes, name=" ".join(scopes)))
            page = editor.get("/edit/drafts")
            assert page.texts("//section[@class='release']//button") == buttons, scopes
            assert page.texts("//input[@name='draft']") == []
        publisher = Browser(desk_app)
        publisher.sign_in(make_key(packed, "publish", name="publisher"))
        assert "Drafts" not in publisher.get("/edit").texts("//nav/a")

    def test_a_refused_form_says_what_was_saved_and_what_was_not(self, browser):
        page = new_quote(browser, **{"/label": "", "/id": ""})
        assert (page.status, heading(page)) == (422, ["The draft is not saved"])
        new_quote(browser)
        taken = new_quote(browser)
        assert heading(taken) == ["The draft is not saved"]
        page = browser.get(f"/edit/quotes/{QUOTE}")
        wrong = browser.submit(page, "Save draft", {"release": "Not A Name"})
        assert heading(wrong) == ["The draft is not saved"]
        assert page.texts("//*[contains(@class, 'to-do')]") == []
        draft = browser.submit(browser.get(f"/edit/quotes/{QUOTE}"), "Save draft", {"/kind": ""})
        later = browser.get(f"/edit/quotes/{QUOTE}")
        assert later.texts("//*[contains(@class, 'to-do')]/h2") == ["This draft cannot be published yet"]
        stale = browser.post(*delete_form(later, '"9.9"'))
        assert (stale.status, heading(stale)) == (412, ["The draft is not deleted"])
        refused = browser.submit(draft, "Save and publish")
        assert heading(refused) == ["The draft is saved, but not published"]

    @pytest.mark.any_database
    def test_drafts_that_a_key_may_not_read_are_nowhere(self, desk_app, packed, browser):
        new_quote(browser)
        other = Browser(desk_app)
        other.sign_in(make_key(packed, "write:themes", name="themes only"))
        assert passage(other.get(f"/edit/texts/{SOURCE}")) == []
        assert other.get(f"/edit/quotes/{QUOTE}").status == 404
        assert "lose each other" not in other.get("/edit/drafts").text
        assert "lose each other" not in other.get("/edit/quotes").text

    @pytest.mark.any_database
    def test_hostile_texts_stay_texts(self, browser):
        hostile = "<script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"
        page = new_quote(
            browser, **{"/id": QUOTE, "/label": hostile, "/themes/0": '"><script>', "/voice": "<b>"}
        )
        assert page.status == 200
        for shown in (page, browser.get("/edit/drafts"), browser.get("/edit/quotes")):
            assert hostile in " ".join([*shown.texts("//h1"), *shown.texts("//li")])
            scripts = shown.tree.xpath("//script")
            assert [script.get("src", "").partition("?")[0] for script in scripts] == ["/static/desk.js"]
            assert not shown.tree.xpath("//img")
        assert browser.get("/edit", query_string={"done": "<script>", "item": "<script>"}).status == 200
        listed = browser.get("/edit/quotes", query_string={"q": "<script>alert(2)</script>"})
        assert "<script>alert(2)" not in listed.text

    @pytest.mark.any_database
    @pytest.mark.parametrize("junk", [7, "x", {"a": ["<b>"]}, [7], [{"source": 7}], [[[]]]], ids=str)
    def test_drafts_with_values_of_any_kind_have_pages(self, browser, key, junk):
        names = (
            "label",
            "text",
            "film",
            "scene",
            "themes",
            "advisories",
            "citations",
            "omitted_before",
            "language",
        )
        sources = ("title", "films", "paragraphs", "language", "publication")
        headers = {"Authorization": f"Bearer {key}", "If-None-Match": "*"}
        for path, body in [
            ("/v1/quotes/her-2013-junk", dict.fromkeys(names, junk)),
            ("/v1/quotes/her-2013-cites", {"citations": [{"source": SOURCE, "paragraphs": junk}]}),
            ("/v1/sources/casablanca-a-man-who-stays", dict.fromkeys(sources, junk) | {"sha256": CASABLANCA}),
        ]:
            assert browser.client.put(f"{path}/draft", json=body, headers=headers).status_code == 201
        place = "source=casablanca-a-man-who-stays&paragraph=2"
        for path in (
            "",
            "/drafts",
            "/quotes",
            "/quotes/her-2013-junk",
            "/quotes/her-2013-cites",
            f"/texts/{SOURCE}",
            "/texts/casablanca-a-man-who-stays",
            f"/quotes/new?{place}&start=0&end=9",
        ):
            assert browser.get(f"/edit{path}").status == 200, path
        page = browser.get("/edit/quotes/her-2013-junk")
        assert browser.submit(page, "Save and publish").status == 422

    @pytest.mark.any_database
    def test_a_damaged_form_stores_nothing(self, browser, packed):
        page = browser.get("/edit/quotes/new", query_string=PLACE)
        action, values = page.form("Save draft")
        for change, status in [
            ({"loaded": ""}, 400),
            ({"loaded": "[]"}, 400),
            ({"/label": "", "/id": ""}, 422),
            ({"/id": "Not An Id"}, 422),
            ({"/id": "random"}, 422),
            ({"release": "Not A Name"}, 422),
            ({"/label": "x" * 1_100_000}, 413),
            ({"request_key": "\x00"}, 400),
        ]:
            answer = browser.post(action, values | VALUES | change)
            assert answer.status == status, (str(change)[:99], notice(answer))
        with packed.read_session() as session:
            assert session.query(Draft).count() == 0

    @pytest.mark.any_database
    def test_a_damaged_merge_stores_nothing(self, browser, packed):
        token = browser.get("/edit/quotes/new").form("Save draft")[1]["form_token"]
        fields = {"form_token": token, "etag": "", "base": "", "mine": "{}", "changes": "[]"}
        for change, status in [
            ({"mine": "7"}, 400),
            ({"changes": "{}"}, 400),
            ({"changes": "[7]"}, 400),
            ({"changes": '[{"pointer": ""}]', "choice:": "current"}, 400),
            ({"changes": '[{"pointer": "/x"}]', "choice:/x": "current"}, 422),
            ({"etag": '"é"'}, 404),
            ({"etag": '"1.0"'}, 404),
            ({"base": "9"}, 422),
        ]:
            answer = browser.post("/edit/quotes/her-2013-none/merge", fields | change)
            assert answer.status == status, (change, notice(answer))
        with packed.read_session() as session:
            assert session.query(Draft).count() == 0

    @pytest.mark.any_database
    def test_the_same_form_sent_twice_is_saved_once(self, browser, packed):
        action, values = browser.get("/edit/quotes/new", query_string=PLACE).form("Save draft")
        first, second = (browser.post(action, values | VALUES) for _ in range(2))
        assert notice(first) == notice(second) != []
        with packed.read_session() as session:
            assert session.query(Draft).one().revision == 1

    @pytest.mark.any_database
    def test_a_taken_id_is_pointed_out(self, browser):
        new_quote(browser)
        for values in ({}, {"/id": "her-2013-perfection-is-the-enemy-of-real"}):
            page = new_quote(browser, **values)
            assert page.status == 409
            [link] = page.tree.xpath("//*[@role='alert']//a")
            assert page.tree.xpath(f"//*[@id='{link.get('href')[1:]}']/@name") == ["/id"]
            assert page.form("Save draft")[1]["/label"] == "Never lose each other"

    @pytest.mark.any_database
    def test_words_are_those_of_the_paragraph_whatever_the_form_says(self, browser):
        page = new_quote(browser, **{"/text": "Never said.", "words-start": "0", "words-end": "25"})
        assert page.texts("//blockquote") == [paragraph()[:25].strip()]

    @pytest.mark.any_database
    def test_public_pages_are_the_same_with_a_session(self, browser, desk_app):
        own, stranger = browser.client.get("/films/her-2013"), desk_app.test_client().get("/films/her-2013")
        assert own.data == stranger.data
        assert own.headers["Cache-Control"].startswith("public")
