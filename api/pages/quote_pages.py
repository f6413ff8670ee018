"""Routes of a quote's page, and of those that lead to today's quote and to any."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as Redirect

from api.core.request_context import session
from api.core.urls import absolute_url
from api.embeds.oembed_discovery import link_elements, link_header
from api.embeds.quote_selection import load_args, parse_day, pick_daily, pick_random
from api.embeds.quote_view_model import build_view_model
from api.embeds.snippet import render_snippets
from api.http import clock
from api.http.errors import ProblemException
from api.pages.link_preview import build_preview, render_json_ld
from api.pages.rendering import render_page
from api.query.internal_reader import read_item
from api.representations import FORMATS, format_named
from models import Quote

quotes = Blueprint("quotes", __name__, url_prefix="/quotes")

#: References in the styles that pages offer, by the names of their forms.
CITATION_STYLES = {"apa": "APA", "mla": "MLA", "chicago": "Chicago", "bibtex": "BibTeX"}
#: What of a snippet pages offer as words to copy.
SNIPPET_FORMATS = {"text": "Plain text", "html": "HTML, to embed", "markdown": "Markdown"}
#: A redirect to the day's quote is looked up anew this often, in seconds: the quote may be withdrawn.
MAX_DAILY_AGE = 3600


@quotes.get("/<slug:quote>")
def quote(quote: str) -> Response:
    """Show a quote: the words, whose they are, what rests on them, and everything to copy."""
    whole = read_item("quote", quote, "film", "sources", "commentary")
    shown = build_view_model(whole.json)
    response = render_page(
        "quote.html",
        [whole],
        quote=whole.json,
        shown=shown,
        preview=build_preview(shown),
        linked_data=render_json_ld(whole.json),
        discovered=link_elements(shown),
        copies=_copyable_texts(whole.json, render_snippets(shown)),
        forms=[form for form in FORMATS if form.extension],
        beside=_adjacent_quotes(quote),
    )
    response.headers["Link"] = link_header(shown)
    return response


@quotes.get("/random")
def random_quote() -> Redirect:
    """Lead to a quote chosen by lot, to another one each time."""
    return _redirect_to_quote(pick_random(load_args()), "no-store")


@quotes.get("/daily", defaults={"date": None})
@quotes.get("/daily/<day:date>")
def daily_quote(date: str | None) -> Redirect:
    """Lead to the quote of a day, of today (UTC) unless the path names another."""
    chosen = pick_daily(parse_day(date) if date else clock.today(), load_args())
    return _redirect_to_quote(chosen, f"public, max-age={clock.seconds_left_today(MAX_DAILY_AGE)}")


def _redirect_to_quote(slug: str | None, kept: str) -> Redirect:
    if slug is None:
        raise ProblemException("not-found", "There is no quote like that.")
    response = redirect(absolute_url(f"/quotes/{slug}"))
    response.headers["Cache-Control"] = kept
    return response


def _copyable_texts(whole: dict[str, Any], copied: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return what there is to copy of a quote: a name, what people call it, the text."""
    words = [(name, said, copied[name].rstrip("\n")) for name, said in SNIPPET_FORMATS.items()]
    forms = [(said, format_named(name, "quote")) for name, said in CITATION_STYLES.items()]
    return words + [(form.name, said, form.body(whole).decode().rstrip("\n")) for said, form in forms if form]


def _adjacent_quotes(slug: str) -> dict[str, dict[str, str]]:
    """Return the quotes before and after one in its film, each with its id and label."""
    ways = {"previous": False, "next": True}
    beside = {way: Quote.select_adjacent(slug, after=after) for way, after in ways.items()}
    found = {way: session().execute(statement).first() for way, statement in beside.items()}
    return {way: {"type": "quote", "id": row.slug, "label": row.label} for way, row in found.items() if row}
