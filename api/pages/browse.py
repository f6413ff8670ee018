"""Routes of the pages for browsing: a film, a scene, a character, a theme and a source."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from api.core.app_context import session
from api.core.urls import absolute_url
from api.embeds.oembed_discovery import link_elements, link_header
from api.pages import page_data
from api.pages.argument_tree import build_arguments, find_ties, group_by_source
from api.pages.page_metadata import character_json_ld, citation_texts
from api.pages.rendering import render_page
from api.pages.theme_chart import build_chart
from api.pages.theme_timeline import build_timelines, untagged_scenes
from api.query.internal_reader import APICall, read_item
from api.representations import formats_for, jsonld
from api.representations.shared_wording import OMISSIONS, is_editors_own
from api.schemas.reference_fields import MAX_EXPANDED_ITEMS
from models import AssertedByFilter, Film
from models.theme_map import theme_map

browse = Blueprint("browse", __name__)

#: The fields that the film page shows of each resource.
COMMENTARY_FIELDS = (
    "label",
    "url",
    "weight",
    "kind",
    "text",
    "scenes",
    "themes",
    "quotes",
    "relations",
    "asserted_by",
    "source",
    "films",
    "advisories",
)
QUOTE_FIELDS = (
    "label",
    "url",
    "text",
    *OMISSIONS,
    "language",
    "attributed_to",
    "source",
    "scene",
    "themes",
    "advisories",
    "rights",
)
LINKED_COMMENTARY_FIELDS = ("label", "url", "source", "scenes", "themes")
SOURCE_FIELDS = ("url", *page_data.NAMING_FIELDS, "narration")
#: The page of a theme with more quotes and commentary folds its scenes.
MAX_UNFOLDED_ITEMS = 60


@browse.get("/films/<slug:film>")
def film(film: str) -> Response:
    """Show a film: facts, theme map, scenes and commentary."""
    item, page_url = read_item("film", film), absolute_url(f"/films/{film}")
    film_map = theme_map(session(), Film.by_slug(session(), film))
    commentary = page_data.read_list(
        "commentary", "film", film, COMMENTARY_FIELDS, asserted_by=AssertedByFilter.ANY
    )
    entries = page_data.flatten(commentary)
    claims = [entry for entry in entries if not is_editors_own(entry)]
    notes = [entry for entry in entries if is_editors_own(entry)]
    quotes = page_data.read_list("quote", "film", film, QUOTE_FIELDS)
    sources = page_data.read_list("source", "film", film, SOURCE_FIELDS)
    coverage = page_data.read_coverage(film)
    response = render_page(
        "film.html",
        [
            item,
            APICall(absolute_url(f"/v1/films/{film}/theme-map"), film_map),
            *commentary,
            *quotes,
            *sources,
            coverage,
        ],
        oembed_links=link_elements(page_url, item.json["label"]),
        film=item.json,
        coverage=coverage.json,
        sources=page_data.flatten(sources),
        narrations=_narrations(page_data.flatten(sources), {scene.slug for scene in film_map.scenes}),
        chart=build_chart(film_map),
        arguments=build_arguments(claims),
        ties=find_ties(entries),
        source_names=page_data.read_source_names(entries, known=page_data.flatten(sources)),
        notes=notes,
        quotes=page_data.index_by_id(quotes),
        commentary={entry["id"]: entry for entry in claims},
    )
    response.headers["Link"] = link_header(page_url)
    return response


@browse.get("/scenes/<slug:scene>")
def scene(scene: str) -> Response:
    """Show a scene: summary, characters, lines and commentary."""
    item = read_item("scene", scene, "quotes", "commentary")
    links = item.json["links"]
    slugs = {rel: url.rpartition("/")[2] for rel in ("previous", "next") if (url := links[rel])}
    adjacent = page_data.read_fields("scene", slugs.values(), "label", "position")
    return render_page(
        "scene.html",
        [item],
        scene=item.json,
        quote_urls=_quote_anchors(item.json),
        **page_data.read_argument_context(item.json["commentary"]),
        adjacent={rel: adjacent[slug] for rel, slug in slugs.items()},
    )


@browse.get("/characters/<slug:character>")
def character(character: str) -> Response:
    """Show a character: quotes, scenes and commentary. It names no performer, nor does any other page."""
    item = read_item("character", character)
    quotes = page_data.read_section("quote", "speaker", character, page_data.QUOTE_FIELDS)
    scenes = page_data.read_section("scene", "character", character, ("label",))
    commentary = page_data.read_section("commentary", "character", character, LINKED_COMMENTARY_FIELDS)
    return render_page(
        "character.html",
        [item, quotes.call, scenes.call, commentary.call],
        character=item.json,
        quotes=quotes,
        scenes=scenes,
        commentary=commentary,
        groups=group_by_source(commentary.items),
        source_names=page_data.read_source_names(commentary.items),
        json_ld=character_json_ld(item.json),
    )


@browse.get("/sources/<slug:source>")
def source(source: str) -> Response:
    """Show a source: facts, references to copy, quotes and commentary."""
    item = read_item("source", source)
    quotes = page_data.read_section("quote", "source", source, page_data.QUOTE_FIELDS)
    commentary = page_data.read_section("commentary", "source", source, LINKED_COMMENTARY_FIELDS)
    return render_page(
        "source.html",
        [item, quotes.call, commentary.call],
        source=item.json,
        quotes=quotes,
        commentary=commentary,
        copies=citation_texts(item.json),
        formats=[each for each in formats_for("source") if each.extension and not each.is_json],
        json_ld=jsonld.write(item.json),
    )


@browse.get("/themes/<slug:theme>")
def theme(theme: str) -> Response:
    """Show a theme, and its scenes, lines and commentary in each film."""
    item = read_item("theme", theme, "scenes", "quotes", "commentary")
    page_url = absolute_url(f"/themes/{theme}")
    keys = ("label", "film", "position", "summary", "advisories")
    scenes = page_data.read_fields("scene", untagged_scenes(item.json), *keys)
    response = render_page(
        "theme.html",
        [item],
        oembed_links=link_elements(page_url, item.json["label"]),
        theme=item.json,
        quote_urls=_quote_anchors(item.json),
        **page_data.read_argument_context(item.json["commentary"]),
        timelines=build_timelines(item.json, scenes),
        max_items=MAX_EXPANDED_ITEMS,
        max_unfolded=MAX_UNFOLDED_ITEMS,
    )
    response.headers["Link"] = link_header(page_url)
    return response


def _narrations(sources: list[Any], scenes: set[str]) -> list[tuple[Any, list[dict[str, Any]]]]:
    """Return each source with the parts of its narration that tell ``scenes``, reduced to these."""
    return [
        (source, [part | {"scenes": told} for part in source["narration"] if (told := _among(part, scenes))])
        for source in sources
    ]


def _among(part: dict[str, Any], scenes: set[str]) -> list[Any]:
    return [scene for scene in part["scenes"] if scene["id"] in scenes]


def _quote_anchors(item: dict[str, Any]) -> dict[str, str]:
    """Return the anchors of the quotes on an item's page by id."""
    return {quote["id"]: f"#{quote['id']}" for quote in item["quotes"]}
