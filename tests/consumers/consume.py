"""Reads quotes and feeds as programs of others do; the counterpart of ``consume.mjs``, with the same input and output.

It runs in an environment of its own, with the packages of ``requirements-consumers.txt``.
"""

import json
import sys
import traceback
import warnings
from contextlib import redirect_stdout

warnings.simplefilter("ignore")

WIDTH = 480


# The HTML that a site inserts for a URL, and its size.
def micawber(quote):
    from micawber.providers import Provider, ProviderRegistry

    registry = ProviderRegistry()
    registry.register(
        rf"{quote['server']}/(quotes|films|themes)/\S+", Provider(f"{quote['server']}/oembed", maxwidth=WIDTH)
    )
    return oembed_result(registry.request(quote["url"]))


def pyoembed(quote):
    from pyoembed import oEmbed

    return oembed_result(oEmbed(quote["url"], maxwidth=WIDTH))


def oembedpy(quote):
    from oembedpy import consumer, discovery

    endpoint, params = discovery.find_from_content(quote["url"])
    params.max_width = WIDTH
    content = consumer.fetch_content(endpoint, params)
    return oembed_result({key: getattr(content, key, None) for key in OEMBED_KEYS})


def wagtail(quote):
    from django.conf import settings

    if not settings.configured:
        settings.configure(USE_TZ=True)
    from wagtail.embeds.finders.oembed import OEmbedFinder

    provider = {
        "endpoint": f"{quote['server']}/oembed",
        "urls": [rf"^{quote['server']}/(quotes|films|themes)/.+$"],
    }
    found = OEmbedFinder([provider]).find_embed(quote["url"], max_width=WIDTH)
    assert found["cache_until"]
    return oembed_result(found)


OEMBED_KEYS = ("html", "width", "height", "title", "author_name", "thumbnail_url")


def oembed_result(found):
    html, width, height, title, author, image = (found.get(key) for key in OEMBED_KEYS)
    return {"html": html, "width": width, "height": height, "title": title, "author": author, "image": image}


# Titles, descriptions and pictures of links.
def linkpreview(quote):
    from linkpreview import link_preview

    preview = link_preview(content=quote["page"], url=quote["url"], parser="lxml")
    return {"title": preview.title, "description": preview.description, "image": preview.image}


def opengraph_py3(quote):
    import opengraph_py3

    graph = opengraph_py3.OpenGraph(html=quote["page"])
    return {key: graph[key] for key in ("title", "description", "image")}


def metadata_parser(quote):
    from metadata_parser import MetadataParser

    parser = MetadataParser(html=quote["page"], url=quote["url"])
    kinds = {"title": "og", "description": "og", "image": "og", "author": "meta"}
    return {name: parser.parsed_result.get_metadatas(name)[kind][0] for name, kind in kinds.items()}


def extruct(quote):
    import extruct

    found = extruct.extract(quote["page"], quote["url"], syntaxes=["opengraph"], uniform=True)["opengraph"][0]
    return {key: found[f"og:{key}"] for key in ("title", "description", "image")}


def webpreview(quote):
    from webpreview import webpreview

    preview = webpreview(quote["url"], content=quote["page"])
    return {"title": preview.title, "description": preview.description, "image": preview.image}


# The text of an article, for reading later.
def trafilatura(quote):
    from trafilatura import bare_extraction

    found = bare_extraction(quote["page"], url=quote["url"], with_metadata=True, favor_recall=True).as_dict()
    return {key: found[key] for key in ("title", "description", "image", "author", "text")}


def newspaper4k(quote):
    import newspaper

    article = newspaper.article(quote["url"], input_html=quote["page"])
    return {
        "title": article.title,
        "description": article.meta_description,
        "author": ", ".join(article.authors),
        "image": article.top_image,
        "text": article.text,
    }


def goose3(quote):
    from goose3 import Goose

    article = Goose({"enable_image_fetching": False}).extract(raw_html=quote["page"])
    opengraph = article.opengraph
    return {
        "title": opengraph["title"],
        "description": article.meta_description,
        "author": ", ".join(article.authors),
        "image": opengraph["image"],
    }


def readability_lxml(quote):
    from readability import Document

    document = Document(quote["page"], url=quote["url"], min_text_length=1, retry_length=1)
    return {"title": document.title(), "html": document.summary()}


# A copied snippet in a site's own pages.
def nh3(quote):
    import nh3

    return {"html": nh3.clean(quote["fragment"])}


def bleach(quote):
    import bleach

    return {"html": bleach.clean(quote["fragment"], strip=True)}


def html_sanitizer(quote):
    from html_sanitizer import Sanitizer

    return {"html": Sanitizer().sanitize(quote["fragment"])}


def html2text(quote):
    import html2text

    return {"text": html2text.HTML2Text(bodywidth=0).handle(quote["fragment"])}


def markdownify(quote):
    from markdownify import markdownify

    return {"text": markdownify(quote["fragment"])}


def beautifulsoup4(quote):
    from bs4 import BeautifulSoup

    return {"text": BeautifulSoup(quote["fragment"], "html.parser").get_text()}


def inscriptis(quote):
    from inscriptis import get_text

    return {"text": get_text(quote["fragment"])}


# Entries by link. Each reader returns all of a feed.
def feedparser(feeds):
    import feedparser

    return {
        entry.link: {
            "title": entry.title,
            "description": entry.summary,
            "author": entry.get("author"),
            "image": entry.media_thumbnail[0]["url"],
            "html": entry.content[0].value,
        }
        for entry in feedparser.parse(feeds["atom"]).entries
    }


def fastfeedparser(feeds):
    import fastfeedparser

    return {
        entry.link: {
            "title": entry.title,
            "author": entry.get("author"),
            "html": entry.content[0]["value"],
            "image": entry.media_content[0]["url"],
        }
        for entry in fastfeedparser.parse(feeds["atom"]).entries
    }


def atoma(feeds):
    import atoma

    return {
        next(link.href for link in entry.links if link.rel == "alternate"): {
            "title": entry.title.value,
            "author": entry.authors[0].name if entry.authors else None,
            "html": entry.content.value,
            "image": next(link.href for link in entry.links if link.rel == "enclosure"),
        }
        for entry in atoma.parse_atom_bytes(feeds["atom"].encode()).entries
    }


BY_QUOTE = (
    *(micawber, pyoembed, oembedpy, wagtail),
    *(linkpreview, opengraph_py3, metadata_parser, extruct, webpreview),
    *(trafilatura, newspaper4k, goose3, readability_lxml),
    *(nh3, bleach, html_sanitizer, html2text, markdownify, beautifulsoup4, inscriptis),
)
READERS = (feedparser, fastfeedparser, atoma)


def attempt(function, argument):
    try:
        return function(argument)
    except Exception:
        return {"error": traceback.format_exc()}


def main():
    document = json.load(sys.stdin)
    # Programs print what they like; the output is ours.
    with redirect_stdout(sys.stderr):
        quotes = [{"server": document["server"]} | quote for quote in document["quotes"]]
        results = {use.__name__: [attempt(use, quote) for quote in quotes] for use in BY_QUOTE}
        for read in READERS:
            entries = attempt(read, document["feeds"])
            missing = {"error": entries.get("error", "no entry")}
            results[read.__name__] = [entries.get(quote["url"], missing) for quote in quotes]
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
