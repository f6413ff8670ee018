"""Routes of a quote's page, and of the redirects to the daily and to a random quote."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect
from sqlalchemy import select
from werkzeug.wrappers import Response as Redirect

from api.core.app_context import session
from api.core.urls import absolute_url
from api.embeds.frame import frame_title
from api.embeds.oembed_discovery import link_elements, link_header
from api.embeds.quote_reader import INCLUDES, requested_pin
from api.embeds.quote_selection import explain_no_match, load_args, parse_day, pick_daily, pick_random
from api.embeds.quote_view_model import build_view_model
from api.embeds.snippet import render_snippets
from api.http.errors import ProblemException
from api.http.response_cache.current_date import cache_control_until_tomorrow, today
from api.pages import page_data
from api.pages.page_metadata import build_preview, citation_texts, render_json_ld
from api.pages.rendering import render_page
from api.query.internal_reader import APICall, read_item, read_pinned_item
from api.query.past_reader import PastState
from api.representations import FORMATS
from models import Quote, Revision
from models.pin import Pin

quotes = Blueprint("quotes", __name__, url_prefix="/quotes")

#: The snippets on the page, with their labels.
SNIPPET_FORMATS = {"text": "Plain text", "html": "HTML embed code", "markdown": "Markdown"}
#: The longest time that the redirect to a day's quote is cached, in seconds: the quote may be deleted.
MAX_DAILY_AGE = 3600


@quotes.get("/<slug:quote>")
def quote(quote: str) -> Response:
    """Show a quote, its attribution, the commentary that cites it, and texts to copy.

    With ``revision``, show it as it was, without what changes around it. The page is not immutable: it says
    whether there is a newer revision, and is gone once the quote is deleted.
    """
    if pin := requested_pin():
        return _pinned_page(*read_pinned_item("quote", quote, pin, *INCLUDES))
    item = read_item("quote", quote, *INCLUDES, "commentary")
    return _page(
        item,
        **page_data.read_argument_context(item.json["commentary"], known=_cited_sources(item.json)),
        adjacent=_adjacent_quotes(quote),
        current=_current_revision(quote),
    )


def _pinned_page(item: APICall, state: PastState) -> Response:
    """Return the page of a past state: a memento (RFC 7089), whose canonical URL is that of the quote."""
    response = _page(item, pinned=state, is_current=state.revision.number == state.resource.revision)
    page = absolute_url(f"/quotes/{state.resource.slug}")
    links = {"original": page, "timemap": f"{page}/history", "memento": state.pinned_url}
    response.headers["Link"] += "".join(f', <{url}>; rel="{relation}"' for relation, url in links.items())
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers.update(state.headers())
    return response


def _page(item: APICall, **values: Any) -> Response:
    """Return the page of a quote, as it is or pinned to a revision."""
    view_model = build_view_model(item.json)
    response = render_page(
        "quote.html",
        [item],
        quote=item.json,
        view_model=view_model,
        shared_url=view_model.page_url,
        preview=build_preview(view_model),
        json_ld=render_json_ld(item.json),
        oembed_links=link_elements(view_model.page_url, frame_title(view_model)),
        copies=_copyable_texts(item.json, render_snippets(view_model)),
        formats=[format_ for format_ in FORMATS if format_.extension],
        **values,
    )
    response.headers["Link"] = link_header(view_model.page_url)
    return response


def _current_revision(slug: str) -> Pin | None:
    """Return the pin of a quote's present revision; None if an older version stored none."""
    statement = select(Revision).join(Quote, Revision.is_of_present_state(Quote))
    revision = session().scalar(statement.where(Quote.slug == slug))
    return revision.pin if revision else None


def _cited_sources(item: dict[str, Any]) -> list[Any]:
    return [citation["source"] for citation in item["citations"]]


@quotes.get("/random")
def random_quote() -> Redirect:
    """Redirect to a quote at random."""
    return _redirect_to_quote(pick_random(load_args()), "no-store")


@quotes.get("/daily", defaults={"date": None})
@quotes.get("/daily/<day:date>")
def daily_quote(date: str | None) -> Redirect:
    """Redirect to the quote of a day, by default today (UTC)."""
    if date:
        return _redirect_to_quote(
            pick_daily(parse_day(date), load_args()), f"public, max-age={MAX_DAILY_AGE}"
        )
    cache_control = cache_control_until_tomorrow(MAX_DAILY_AGE)
    return _redirect_to_quote(pick_daily(today(), load_args()), cache_control)


def _redirect_to_quote(slug: str | None, cache_control: str) -> Redirect:
    if slug is None:
        raise ProblemException("not-found", explain_no_match())
    response = redirect(absolute_url(f"/quotes/{slug}"))
    response.headers["Cache-Control"] = cache_control
    return response


def _copyable_texts(item: dict[str, Any], snippets: dict[str, str]) -> list[tuple[str, str, str]]:
    """Return the texts to copy as (id, label, text)."""
    texts = [(name, label, snippets[name].rstrip("\n")) for name, label in SNIPPET_FORMATS.items()]
    return texts + citation_texts(item)


def _adjacent_quotes(slug: str) -> dict[str, dict[str, str]]:
    """Return references to the ``previous`` and ``next`` quote in the film, where they exist."""
    rows = {
        rel: session().execute(Quote.select_adjacent(slug, after=after)).first()
        for rel, after in (("previous", False), ("next", True))
    }
    return {rel: {"type": "quote", "id": row.slug, "label": row.label} for rel, row in rows.items() if row}
