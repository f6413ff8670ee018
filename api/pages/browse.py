"""Routes of the pages to wander through: films, scenes, themes, and the search for them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, request

from api.core.request_context import session
from api.core.urls import absolute_url
from api.http.errors import ProblemException
from api.pages import page_data, search_view
from api.pages.argument_tree import build_argument
from api.pages.rendering import render_page
from api.pages.theme_chart import build_chart
from api.pages.theme_timeline import build_timelines, untagged_scenes
from api.query.internal_reader import APICall, read_item
from models import Film
from models.theme_map import theme_map

browse = Blueprint("wander", __name__)

#: What the film page shows of claims and of quotes.
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
    "advisories",
)
QUOTE_FIELDS = ("label", "url", "text", "language", "scene", "themes", "advisories", "rights")
SOURCE_FIELDS = ("url", "title", "publication", "author")
#: What is asked for; anything else in the query is not for the search.
SEARCH_PARAMETERS = ("q", "type", "cursor")


@browse.get("/films/<slug:film>")
def film(film: str) -> Response:
    """Show a film: facts, theme map, scenes, and the argument about it."""
    whole = read_item("film", film)
    found = theme_map(session(), Film.by_slug(session(), film))
    claims = page_data.read_list("commentary", "film", film, COMMENTARY_FIELDS)
    quotes = page_data.read_list("quote", "film", film, QUOTE_FIELDS)
    sources = page_data.read_list("source", "film", film, SOURCE_FIELDS)
    coverage = page_data.read_coverage(film)
    return render_page(
        "film.html",
        [
            whole,
            APICall(absolute_url(f"/v1/films/{film}/theme-map"), found),
            *claims,
            *quotes,
            *sources,
            coverage,
        ],
        film=whole.json,
        coverage=coverage.json,
        sources=page_data.flatten(sources),
        drawing=build_chart(found),
        argument=build_argument(page_data.flatten(claims)),
        quotes=page_data.index_by_id(quotes),
        claims=page_data.index_by_id(claims),
    )


@browse.get("/scenes/<slug:scene>")
def scene(scene: str) -> Response:
    """Show a scene: what happens, who appears, its lines, and the claims about it."""
    whole = read_item("scene", scene, "quotes", "commentary")
    links = whole.json["links"]
    beside = {way: url.rpartition("/")[2] for way in ("previous", "next") if (url := links[way])}
    known = page_data.read_fields("scene", beside.values(), "label", "position")
    return render_page(
        "scene.html",
        [whole],
        scene=whole.json,
        places=_quote_anchors(whole.json),
        beside={way: known[slug] for way, slug in beside.items()},
    )


@browse.get("/themes/<slug:theme>")
def theme(theme: str) -> Response:
    """Show a theme, and then follow it through each film in order."""
    whole = read_item("theme", theme, "scenes", "quotes", "commentary")
    keys = ("label", "film", "position", "summary", "advisories")
    beyond = page_data.read_fields("scene", untagged_scenes(whole.json), *keys)
    return render_page(
        "theme.html",
        [whole],
        theme=whole.json,
        places=_quote_anchors(whole.json),
        threads=build_timelines(whole.json, beyond),
    )


@browse.get("/search")
def search() -> Response:
    """Show a form, and what is found of every type."""
    query = {name: request.args[name] for name in SEARCH_PARAMETERS if request.args.get(name, "").strip()}
    found, problem = None, None
    if "q" in query:
        try:
            found = search_view.search(query)
        except ProblemException as error:
            problem = error
    calls = [APICall(absolute_url("/v1/search", **query), found)] if "q" in query else []
    ways = {way: _page_url(found["page"][way]) for way in ("previous", "next")} if found else {}
    response = render_page(
        "search.html",
        calls,
        query=query,
        found=found,
        problem=problem,
        ways=ways,
        places=_commentary_urls(found),
    )
    if problem:
        response.status_code = problem.problem.status
        response.headers["Cache-Control"] = "no-store"
    return response


def _quote_anchors(whole: dict[str, Any]) -> dict[str, str]:
    """Return where on this very page those quotes stand that an item's claims may rest on."""
    return {quote["id"]: f"#{quote['id']}" for quote in whole["quotes"]}


def _commentary_urls(found: dict[str, Any] | None) -> dict[str, str]:
    """Return where those hits stand that have no pages of their own."""
    hits = found["data"] if found else []
    return page_data.item_urls("commentary", (hit["id"] for hit in hits if hit["type"] == "commentary"))


def _page_url(call: str | None) -> str | None:
    """Return the address of the page that shows what a call answers."""
    return f"/search?{urlsplit(call).query}" if call else None
