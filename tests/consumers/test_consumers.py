"""Programs of others that show links, embeds and feeds: each keeps the words, the credit, the size and the picture.

They run in two processes, ``consume.py`` and ``consume.mjs``, which read every quote of the pack, and quotes and names
that are hostile, from a running server.
"""

import json
import os
import subprocess
import urllib.request
from io import BytesIO

import pytest
from lxml import etree, html
from PIL import Image

from api.app import create_app
from api.core.config import Settings
from models import Source
from models.revision import change_set
from tests.conftest import skip_test
from tests.embeds.conftest import HOSTILE as HOSTILE_TEXTS
from tests.embeds.conftest import hostile_id, store_hostile
from tests.models.content import RELEASED
from tests.serving import ROOT, serving

pytestmark = [pytest.mark.nightly, pytest.mark.any_database]

FOLDER = ROOT / "tests" / "consumers"
PYTHON = ROOT / "build" / "consumers" / "bin" / "python"
#: What each program keeps. Words and credit are those of the title, the description, the text and the HTML.
EMBED = {"words", "credit", "size", "picture", "author"}
PREVIEW = {"words", "credit", "picture"}
ARTICLE = {"words", "credit"}
SNIPPET = {"words", "credit", "link"}
FEED = {"words", "credit", "picture", "author"}
EMBEDS = {
    **dict.fromkeys(["micawber", "pyoembed", "oembedpy", "wagtail", "@extractus/oembed-extractor"], EMBED),
    "unfurl.js": EMBED,
    # It keeps the iframe alone, and the metadata.
    "iframely": PREVIEW | {"author"},
}
PREVIEWS = {
    **dict.fromkeys(["linkpreview", "opengraph_py3", "extruct", "webpreview", "link-preview-js"], PREVIEW),
    **dict.fromkeys(
        ["page-metadata-parser", "@devmehq/open-graph-extractor", "html-metadata-parser"], PREVIEW
    ),
    **dict.fromkeys(
        ["metadata_parser", "open-graph-scraper", "metascraper", "url-metadata"], PREVIEW | {"author"}
    ),
}
ARTICLES = {
    # It cuts each name before a preposition: “The Wall”.
    "trafilatura": ARTICLE | {"picture"},
    **dict.fromkeys(
        ["newspaper4k", "goose3", "@extractus/article-extractor"], ARTICLE | {"picture", "author"}
    ),
    "readability_lxml": ARTICLE,
    "@mozilla/readability": ARTICLE | {"author"},
}
SNIPPETS = {
    **dict.fromkeys(["nh3", "bleach", "html_sanitizer", "html2text", "markdownify"], SNIPPET),
    **dict.fromkeys(
        ["dompurify", "sanitize-html", "xss", "rehype-sanitize", "turndown", "html-to-text"], SNIPPET
    ),
    # Plain text has no links.
    **dict.fromkeys(["beautifulsoup4", "inscriptis"], SNIPPET - {"link"}),
}
FEEDS = {
    **dict.fromkeys(["feedparser", "fastfeedparser", "atoma", "feedsmith", "feedsmith (JSON Feed)"], FEED),
    **dict.fromkeys(["rss-parser", "@rowanmanning/feed-parser"], FEED),
    "@extractus/feed-extractor": FEED - {"author"},
}
CONSUMERS = EMBEDS | PREVIEWS | ARTICLES | SNIPPETS | FEEDS
#: The width that is asked of oEmbed, by programs that can.
WIDTH, DEFAULT_WIDTH = 480, 600
HOSTILE_NAMES = [
    "<b>Bold</b>",
    '"><script>alert(1)</script>',
    "&lt;img src=x onerror=alert(1)&gt;",
    "a\x85b\u202ec",
    "W" * 5000,
]
#: Pages of collections, which are embedded and copied, too.
COLLECTIONS = ("films/her-2013", "themes/human-connection")
#: Programs that refuse a text, and what they say about it. lxml cannot store noncharacters, which HTML allows.
REFUSALS = {("newspaper4k", "noncharacters"): "XML compatible", ("iframely", "template"): "looks like JS app"}
#: Elements that quotes never have. Programs may add others of their own.
ACTIVE = ("script", "img", "svg", "object", "embed", "form", "input", "style", "link", "base", "meta")


@pytest.fixture(scope="module")
def server(sqlite_engine, tmp_path_factory):
    """A running server over the pack and hostile quotes, whose source has hostile authors."""
    with sqlite_engine.fresh() as url:
        app = create_app(Settings(database_url=url))
        with app.extensions["database"].write_session() as session:
            store_hostile(session)
            with change_set(session, "maker", at=RELEASED):
                Source.by_slug(session, "on-the-lamp").assign(
                    {"authors": [{"literal": n} for n in HOSTILE_NAMES]}
                )
        app.extensions["database"].close()
        with serving(tmp_path_factory.mktemp("served") / "log", SUBTEXT_DATABASE_URL=url) as server:
            yield server


@pytest.fixture(scope="module")
def quotes(server):
    """Every quote as the API serves it, with its film, by id."""
    data = read_json(f"{server.url}/v1/quotes?limit=100&include=film")["data"]
    assert len(data) > 40
    return {quote["id"]: quote for quote in data}


@pytest.fixture(scope="module")
def results(server, quotes):
    """What each program made of each quote, by program and by the quote's id."""
    if not PYTHON.exists() or not (FOLDER / "node_modules").exists():
        skip_test("because the programs are not installed (make test-slow installs them).")
    document = {
        "server": server.url,
        "quotes": [
            {
                "url": quote["html_url"],
                "page": read(quote["html_url"]),
                "fragment": read_json(f"{quote['html_url']}/snippet")["html"],
            }
            for quote in quotes.values()
        ]
        + [read_collection(f"{server.url}/{path}") for path in COLLECTIONS],
        "feeds": {
            name: read(f"{server.url}/feeds/quotes.{name}?max_severity=3") for name in ("atom", "json")
        },
    }
    results = run(document, PYTHON, "consume.py") | run(document, "node", "consume.mjs")
    assert set(results) == set(CONSUMERS)
    keys = [*quotes, *COLLECTIONS]
    return {name: dict(zip(keys, found, strict=True)) for name, found in results.items()}


def read_collection(url):
    return {"url": url, "page": read(url), "fragment": read_json(f"{url}/snippet")["html"]}


def run(document, *command):
    """Return what a script prints for this input."""
    # Programs with a cache or settings of their own keep them out of this user's.
    environment = os.environ | {"HOME": str(ROOT / "build" / "consumers")}
    done = subprocess.run(
        command,
        check=False,
        cwd=FOLDER,
        env=environment,
        input=json.dumps(document),
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def read(url):
    with urllib.request.urlopen(url, timeout=60) as response:
        return response.read().decode()


def read_json(url):
    return json.loads(read(url))


def shown(result, *keys):
    """Return what a reader sees of a result: its texts, and the text of its HTML, with straight apostrophes."""
    texts = [result.get(key) or "" for key in keys or ("title", "description", "text")]
    if not keys:
        texts.append(parse(result).text_content())
    return normalized(" ".join(texts))


def parse(result):
    """Return the root of a result's HTML, parsed as leniently as browsers do."""
    return html.document_fromstring(f"<html><body>{result.get('html') or ''}</body></html>")


def normalized(text):
    """Return a text with single spaces, and straight apostrophes, which some programs replace."""
    return " ".join(text.translate({ord("’"): "'", ord("\u2060"): None}).split())


def problems_of(name, quote, result):
    """Return what a program has lost of a quote."""
    if "error" in result:
        return [result["error"]]
    text, keeps = shown(result), CONSUMERS[name]
    who = quote["speaker"]["label"] if quote["speaker"] else "The Wall of Wisdom"
    link = result.get("html") or result.get("text") or ""
    # This one asks for no width.
    width, height = DEFAULT_WIDTH if name == "unfurl.js" else WIDTH, result.get("height")
    kept = {
        "words": normalized(quote["text"]) in text,
        "credit": normalized(who) in text and quote["film"]["label"] in text,
        "size": (type(height), result.get("width")) == (int, width)
        and f'width="{width}" height="{height}"' in link,
        "picture": bool(result.get("image")) and result["image"].startswith(f"{quote['html_url']}/card.png"),
        "author": result.get("author") == "The Wall of Wisdom",
        "link": quote["html_url"] in link,
    }
    return [f"{key}: {result}" for key in sorted(keeps) if not kept[key]]


class TestEveryConsumer:
    def test_quotes_keep_words_credit_size_and_picture(self, results, quotes):
        unflagged = [
            quote for quote in quotes.values() if quote["id"].startswith("her-") and not quote["advisories"]
        ]
        assert len(unflagged) > 10
        lost = {
            (name, quote["id"]): problems
            for name, found in results.items()
            for quote in unflagged
            if (problems := problems_of(name, quote, found[quote["id"]]))
        }
        assert not lost, "\n".join(f"{key}: {value}" for key, value in list(lost.items())[:20])

    def test_previews_have_the_words_where_readers_do_not_cut(self, results, quotes):
        unflagged = [
            quote for quote in quotes.values() if quote["id"].startswith("her-") and not quote["advisories"]
        ]
        for name in PREVIEWS:
            for quote in unflagged:
                result = results[name][quote["id"]]
                places = [shown(result, "title")[:70], shown(result, "description")[:250]]
                assert any(normalized(quote["text"]) in place for place in places), (name, quote["id"])

    def test_flagged_quotes_show_their_note(self, results, quotes):
        flagged = [quote for quote in quotes.values() if quote["advisories"]]
        assert flagged
        for name in PREVIEWS | FEEDS:
            for quote in flagged:
                text = shown(results[name][quote["id"]])
                assert "error" not in results[name][quote["id"]], results[name][quote["id"]]["error"]
                assert "Content note: " in text, (name, quote["id"])
                assert normalized(quote["text"]) not in text, (name, quote["id"])

    def test_pictures_have_the_size_of_cards(self, results, quotes):
        [quote, *_] = quotes
        urls = {result["image"] for name in CONSUMERS if (result := results[name][quote]).get("image")}
        sizes = set()
        for url in urls:
            with urllib.request.urlopen(url, timeout=60) as response:
                image = Image.open(BytesIO(response.read()))
            assert (image.format, response.headers["Content-Type"]) == ("PNG", "image/png")
            sizes.add(image.size)
        assert sizes == {(1200, 630), (480, 252)}

    def test_authors_are_names(self, results, quotes):
        for name, found in results.items():
            for slug in quotes:
                if slug.startswith("her-") and found[slug].get("author"):
                    assert "The Wall of Wisdom".startswith(found[slug]["author"]), name


class TestCollections:
    @pytest.mark.parametrize("path", COLLECTIONS)
    def test_embeds_have_words_size_and_picture(self, results, server, path):
        quotes = read_json(f"{server.url}/v1/quotes?{path.replace('s/', '=')}&max_severity=0&limit=5")["data"]
        for name in EMBEDS:
            result = results[name][path]
            assert "error" not in result, (name, result["error"])
            assert f'src="{server.url}/embed/{path}?theme=light"' in result["html"], name
            # This one prefers the picture of the page, which shows no quote.
            assert ("/card.png" in result["image"]) == (name != "unfurl.js"), name
            if name != "iframely":
                assert all(normalized(quote["text"]) in shown(result) for quote in quotes), name
                assert type(result["height"]) is int, name
                assert f'height="{result["height"]}"' in result["html"], name

    @pytest.mark.parametrize("path", COLLECTIONS)
    def test_snippets_keep_words_and_links(self, results, server, path):
        quotes = read_json(f"{server.url}/v1/quotes?{path.replace('s/', '=')}&max_severity=0&limit=12")[
            "data"
        ]
        assert len(quotes) > 4
        for name, keeps in SNIPPETS.items():
            result = results[name][path]
            assert "error" not in result, (name, result["error"])
            assert all(normalized(quote["text"]) in shown(result) for quote in quotes), name
            code = (result.get("html") or "") + (result.get("text") or "")
            assert "link" not in keeps or all(quote["html_url"] in code for quote in quotes), name


class TestHostileQuotes:
    def test_no_markup_comes_alive(self, results):
        for name, found in results.items():
            for text in HOSTILE_TEXTS:
                result = found[hostile_id(text)]
                if REFUSALS.get((name, text), "no refusal") in result.get("error", ""):
                    continue
                assert "error" not in result, (name, text, result)
                elements = list(parse(result).iter(etree.Element))
                case = (name, text, result.get("html"))
                assert not [each for each in elements if each.tag in ACTIVE], case
                attributes = [attribute for each in elements for attribute in each.attrib.items()]
                assert not [key for key, value in attributes if key.startswith("on")], case
                assert not [value for key, value in attributes if "javascript:" in value.lower()], case

    def test_names_are_short_and_free_of_markup(self, results):
        for name, found in results.items():
            for text in HOSTILE_TEXTS:
                author = found[hostile_id(text)].get("author") or ""
                assert not set("<>\x85\u202e") & set(author), (name, author)
                assert len(author) <= 600, (name, author)
