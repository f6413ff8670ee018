"""Two essays on one film: pages, embeds, citations and feeds credit each entry to its essay, and not to the other."""

import re
from urllib.parse import urlsplit

import pytest
from lxml import etree
from lxml import html as lxml_html

from tests.crawling import crawl
from tests.lists import get_json
from tests.two_essays import (
    FILM,
    NAMES,
    OTHER,
    SECOND_SOURCE,
    SOURCES,
    blocks,
    cross_relations,
    entries,
    ids_of,
    named,
    related_to,
    shown_entries,
    wrong_sources,
)

pytestmark = pytest.mark.any_database

BASE = "http://127.0.0.1:8000"
#: What shows one quote; each names its essay.
QUOTE_URLS = [
    *(
        f"/v1/quotes/{{}}?format={name}"
        for name in ("json", "text", "markdown", "json-ld", "annotation", "bibtex")
    ),
    *(f"/v1/quotes/{{}}?format={name}" for name in ("ris", "csl-json", "apa", "mla", "chicago")),
    "/quotes/{}/card.svg",
    "/quotes/{}/snippet",
    "/embed/quotes/{}",
    f"/oembed?url={BASE}/quotes/{{}}",
    f"/oembed?url={BASE}/quotes/{{}}&format=xml",
]
COMMENTARY_URLS = [
    *(f"/v1/commentary/{{}}?format={name}" for name in ("json", "text", "markdown", "json-ld", "bibtex")),
    *(f"/v1/commentary/{{}}?format={name}" for name in ("ris", "csl-json", "apa", "mla", "chicago")),
]
#: Lines that both essays quote, each in its own wording, and words of a critic.
SAMPLE_QUOTES = [
    "her-2013-a-wife-without-the-challenges",
    "her-2013-without-the-challenges",
    "her-2013-waste-my-time",
    "her-2013-if-you-cant-be-serious",
    "her-2013-arithmetic-done-in-tears",
    "her-2013-tools-do-not-weep",
    "her-2013-feel-by-proxy",
]
SAMPLE_CLAIMS = [
    "her-2013-a-reality-that-was-shared",
    "her-2013-intimacy-as-illusion",
    "her-2013-she-takes-nothing-of-his",
    "her-2013-who-decides-the-parting",
    "her-2013-the-parting-as-a-gift",
    "her-2013-raised-standards-of-beauty",
]


def miscredited(client, type_name, slug, urls):
    """Return the URLs that do not name the essay of an entry, or that name another one without cause."""
    owner = entries(type_name)[slug]
    allowed = {owner}
    if type_name == "commentary" and related_to(slug):
        allowed.add(OTHER[owner])
    wrong = []
    for url in (url.format(slug) for url in urls):
        response = client.get(url)
        assert response.status_code == 200, url
        found = named(response.text)
        wrong += [f"{url}: {found}"] if owner not in found or found - allowed else []
    return wrong


class TestRepresentations:
    def test_every_format_of_a_quote_credits_its_essay(self, essays):
        assert [
            wrong for slug in SAMPLE_QUOTES for wrong in miscredited(essays, "quote", slug, QUOTE_URLS)
        ] == []

    def test_every_format_of_commentary_credits_its_essay(self, essays):
        found = [miscredited(essays, "commentary", slug, COMMENTARY_URLS) for slug in SAMPLE_CLAIMS]
        assert [wrong for each in found for wrong in each] == []

    @pytest.mark.slow
    @pytest.mark.parametrize(("type_name", "urls"), [("quote", QUOTE_URLS), ("commentary", COMMENTARY_URLS)])
    def test_so_does_every_format_of_every_entry(self, essays, type_name, urls):
        found = [miscredited(essays, type_name, slug, urls) for slug in entries(type_name)]
        assert [wrong for each in found for wrong in each] == []

    @pytest.mark.parametrize("slug", SAMPLE_QUOTES)
    def test_the_page_of_a_quote_is_described_by_its_essay_alone(self, essays, slug):
        head = essays.get(f"/quotes/{slug}").text.partition("</head>")[0]
        descriptions = re.findall(r'<meta (?:name|property)="[^"]*description" content="([^"]*)"', head)
        assert descriptions
        assert named(head) == {entries("quote")[slug]}

    def test_a_line_that_both_quote_is_credited_to_each_in_its_wording(self, essays):
        for first, second in zip(SAMPLE_QUOTES[0:4:2], SAMPLE_QUOTES[1:4:2], strict=True):
            texts = [get_json(essays, f"/v1/quotes/{slug}")["text"] for slug in (first, second)]
            assert texts[0] != texts[1]
            assert (
                get_json(essays, f"/v1/quotes/{first}")["speaker"]
                == get_json(essays, f"/v1/quotes/{second}")["speaker"]
            )
            assert [named(essays.get(f"/embed/quotes/{slug}").text) for slug in (first, second)] == [
                {source} for source in SOURCES
            ]


class TestFeeds:
    @pytest.mark.parametrize("path", ["/feeds/quotes", "/feeds/daily"])
    def test_every_entry_credits_its_essay(self, essays, path):
        wrong = []
        for item in essays.get(f"{path}.json").get_json()["items"]:
            slug = item["url"].rpartition("/")[2]
            if slug in entries("quote") and named(item["content_text"]) != {entries("quote")[slug]}:
                wrong.append(item["url"])
        for entry in etree.fromstring(essays.get(f"{path}.atom").data).iter("{*}entry"):
            slug = entry.findtext("{*}id").rpartition("/")[2]
            if slug in entries("quote") and named(entry.findtext("{*}content")) != {entries("quote")[slug]}:
                wrong.append(slug)
        assert wrong == []

    def test_the_latest_quotes_are_of_both(self, essays):
        found = {
            item["url"].rpartition("/")[2] for item in essays.get("/feeds/quotes.json").get_json()["items"]
        }
        assert all(found & ids_of(source, "quote") for source in SOURCES)


class TestSitemap:
    def test_it_has_both_essays_and_all_their_quotes(self, essays):
        def locations(path):
            return {urlsplit(text).path for text in re.findall("<loc>(.*?)</loc>", essays.get(path).text)}

        found = locations("/sitemap.xml")
        assert {f"/sources/{source}" for source in SOURCES} <= found
        assert {f"/quotes/{slug}" for slug in entries("quote")} <= found


def misplaced(page):
    """Return the entries of a page that are credited to the other essay, or that stand under its heading."""
    wrong = []
    for block in blocks(page):
        owner = entries("commentary").get(block.slug) or entries("quote")[block.slug]
        if block.credited not in (set(), {owner}):
            wrong.append(f"{block.slug} is credited to {block.credited}")
        if block.slug in entries("commentary") and block.heading and named(block.heading) != {owner}:
            wrong.append(f"{block.slug} is below “{block.heading}”")
    return wrong


class TestPages:
    def test_the_page_of_the_film_has_an_argument_of_each_essay(self, essays):
        shown = blocks(essays.get(f"/films/{FILM}").text)
        headings = {
            block.slug: named(block.heading) for block in shown if block.slug in entries("commentary")
        }
        assert headings == {slug: {owner} for slug, owner in entries("commentary").items()}

    def test_both_sides_of_a_dispute_name_the_other_essay(self, essays):
        page = essays.get(f"/films/{FILM}").text
        for pair in cross_relations():
            # Each node ends where the next one begins.
            for slug, other, owner in (
                (pair.subject, pair.object, SOURCES[0]),
                (pair.object, pair.subject, SECOND_SOURCE),
            ):
                (node,) = re.findall(rf'<li id="{slug}">(.*?)(?=<li id="|</section>)', page, re.DOTALL)
                (tie,) = re.findall(rf'<div class="evidence">(?:(?!</div>).)*href="#{other}".*?</div>', node)
                assert owner in named(tie), (slug, other)
                assert ("Editors’ note" in tie) == (pair.asserted_by == "editor"), (slug, other)

    @pytest.mark.parametrize(
        "path",
        [
            f"/films/{FILM}",
            "/scenes/her-2013-lunch-with-catherine",
            "/scenes/her-2013-the-talk-at-home",
            "/scenes/casablanca-1942-the-airfield",
            "/themes/personhood",
            "/themes/letting-go",
            "/characters/her-2013-catherine",
            "/quotes/her-2013-without-the-challenges",
            *(f"/sources/{source}" for source in SOURCES),
            "/search?q=mirror",
        ],
    )
    def test_no_entry_stands_under_the_wrong_essay(self, essays, path):
        page = essays.get(path)
        assert page.status_code == 200
        assert misplaced(page.text) == []

    def test_the_theme_map_names_the_essay_of_each_entry(self, essays):
        owners = entries("quote") | entries("commentary")
        shown = {}
        page = lxml_html.fromstring(essays.get(f"/films/{FILM}").text)
        for detail in page.xpath("//section[@class = 'panel']//dd[a]"):
            slug = re.split("[/#]", detail.xpath("./a/@href")[0])[-1]
            shown[slug] = named(detail.text_content())
        assert shown == {slug: {owners[slug]} for slug in shown}
        assert len(shown) > 100

    @pytest.mark.parametrize("q", ["mirror", "challenges", "reality"])
    def test_every_result_of_a_search_names_its_essay(self, essays, q):
        owners = entries("quote") | entries("commentary")
        shown = {}
        for hit in lxml_html.fromstring(essays.get(f"/search?q={q}").text).xpath("//li[@class = 'hit']"):
            slug = re.split("[/#]", hit.xpath(".//h3/a/@href")[0])[-1]
            if slug in owners:
                shown[slug] = named(hit.text_content())
        assert shown == {slug: {owners[slug]} for slug in shown}
        assert set().union(*shown.values()) == set(SOURCES)

    @pytest.mark.parametrize("source", SOURCES)
    def test_the_page_of_an_essay_has_its_entries_alone(self, essays, source):
        page = essays.get(f"/sources/{source}").text
        linked = set(re.findall(rf"/quotes/({FILM}-[a-z0-9-]+)", page))
        assert linked
        assert linked <= ids_of(source, "quote")
        assert not named(page) - {source}


@pytest.mark.slow
class TestCrawl:
    def test_whatever_shows_an_entry_names_its_essay(self, essays):
        seen, wrong = set(), []
        for url, response in crawl(essays, ("/", "/v1", "/sitemap.xml"), max_alike=250):
            if response.is_json:
                shown = list(shown_entries(response.get_json()))
                seen |= {item["id"] for item in shown}
                wrong += [f"{url}: {each}" for item in shown for each in wrong_sources(item)]
            elif response.mimetype == "text/html":
                wrong += [f"{url}: {each}" for each in misplaced(response.text)]
        assert wrong == []
        assert entries("quote").keys() | entries("commentary").keys() <= seen

    def test_no_name_of_an_essay_is_part_of_another(self):
        names = [name for each in NAMES.values() for name in each]
        assert not [(one, other) for one in names for other in names if one != other and one in other]
