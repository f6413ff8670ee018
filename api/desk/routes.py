"""The routes of the desk that are about no single entry: signing in, texts, lists, drafts and releases."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, current_app, g, request

from api.core.resource_registry import COLLECTION_PATHS, TYPE_BY_COLLECTION
from api.desk import editing, permissions, source_texts
from api.desk.api_calls import call_api, read_all
from api.desk.blueprint import desk, noun_of, redirect_to, render
from api.desk.entry_routes import COLLECTION
from api.desk.quoted_words import parse_number
from api.desk.request_checks import desk_session, require_whole_form
from api.desk.sessions import PATH, delete_cookie, set_cookie, sign_in, sign_out
from api.http.authentication import Refusal
from models.draft import Draft

#: The number of entries on a page of a list.
MAX_LISTED = 50
MAX_SIGN_IN_BYTES = 2_000
#: A path with a query, percent-encoded.
RETURN_PATH = re.compile(r"(?:/[a-z0-9-]+)+(?:\?[A-Za-z0-9%&=+._-]*)?")
SIGNED_OUT = "You are not signed in, or your session has ended. Sign in to go on."


@desk.get("")
def home() -> Response:
    """List the sources with their texts; for strangers, show the form for signing in."""
    if g.desk_session is None:
        next_path = request.args.get("next", "")
        return render("desk_sign_in.html", problem=SIGNED_OUT if next_path else "", next=next_path)
    sources = source_texts.list_sources()
    return render("desk_texts.html", sources=sources, texts=source_texts.texts_without_source(sources))


@desk.post("/session")
def start_session() -> Response:
    """Sign in with an API key."""
    require_whole_form(MAX_SIGN_IN_BYTES)
    cookie = sign_in(request.form.get("key", ""))
    if isinstance(cookie, Refusal):
        next_path = request.form.get("next", "")
        return render("desk_sign_in.html", 401, problem=cookie.detail, next=next_path)
    response = redirect_to(_page_to_return_to(request.form.get("next", "")))
    set_cookie(response, cookie)
    return response


def _page_to_return_to(path: str) -> str:
    """Return the page, below that of the desk, that somebody wanted to see before signing in."""
    is_own = path.startswith(f"{PATH}/") and RETURN_PATH.fullmatch(path)
    is_page = is_own and current_app.url_map.bind("").test(path.partition("?")[0], "GET")
    return path.removeprefix(PATH) if is_page else ""


@desk.post("/sign-out")
def end_session() -> Response:
    """End the session."""
    sign_out(desk_session())
    response = redirect_to("")
    delete_cookie(response)
    return response


@desk.get("/texts/<slug:source>")
def text(source: str) -> Response:
    """Show the paragraphs of a source, and what cites them."""
    found = source_texts.find_source_text(source)
    first = parse_number(request.args.get("from", "1"))
    found.paragraph(first)
    passages = source_texts.read_passages(found, first)
    last, step = passages[-1].number, source_texts.MAX_PARAGRAPHS
    return render(
        "desk_text.html",
        source=found,
        passages=passages,
        previous=max(1, first - step) if first > 1 else None,
        next=last + 1 if last < len(found.paragraphs) else None,
        at=_cited_number(passages),
    )


def _cited_number(passages: list[source_texts.Passage]) -> int | None:
    """Return the paragraph beside which the page says what was done; None if it is not on the page."""
    number = parse_number(request.args.get("at", ""))
    return number if number in (passage.number for passage in passages) else None


@desk.get(COLLECTION)
def entries(collection: str) -> Response:
    """List the entries of a collection."""
    query = {"limit": MAX_LISTED, "fields": "label"}
    query |= {name: request.args[name] for name in ("q", "cursor") if request.args.get(name)}
    page = call_api("GET", f"/v1/{collection}", query=query).require().json
    drafts = source_texts.readable_drafts(TYPE_BY_COLLECTION[collection])
    return render(
        "desk_entries.html",
        collection=collection,
        noun=noun_of(collection),
        items=page["data"],
        drafts=[] if "cursor" in query else _new_ones(drafts),
        next=page["page"]["next_cursor"],
        q=request.args.get("q", ""),
    )


def _new_ones(drafts: list[Draft]) -> list[tuple[str, str]]:
    """Return the ids and labels of the drafts of new items."""
    return [(draft.slug, source_texts.label_of_draft(draft)) for draft in drafts if draft.base is None]


@desk.get("/drafts")
def drafts() -> Response:
    """List the drafts by release."""
    return _drafts_page()


def _drafts_page(status: int = 200, **problem: Any) -> Response:
    """Show the drafts by release, and what was refused: a ``heading``, a ``problem`` and its ``errors``."""
    groups: dict[str, list[Any]] = {}
    for draft in sorted(read_all("/v1/drafts"), key=lambda each: each["release"] or ""):
        groups.setdefault(draft["release"] or "", []).append(draft)
    writable, releases = permissions.writable_types(), {}
    if permissions.may_read_releases():
        releases = {name: call_api("GET", f"/v1/releases/{name}") for name in groups if name}
    return render(
        "desk_drafts.html",
        status,
        groups=groups,
        tags={name: response.etag or "" for name, response in releases.items()},
        publishable={
            name
            for name in releases
            if permissions.may_publish() and all(draft["item"]["type"] in writable for draft in groups[name])
        },
        writable=writable,
        **problem,
    )


@desk.post("/drafts")
def assign_release() -> Response:
    """Put the chosen drafts into a release."""
    name, refusals = request.form.get("release", "").strip(), []
    chosen = [each.partition("/") for each in request.form.getlist("draft")]
    for type_name, _, slug in chosen:
        refusal = _assign(type_name, slug, name) if type_name in COLLECTION_PATHS else None
        refusals += [{"pointer": f"{type_name}/{slug}", "detail": refusal}] if refusal else []
    if not chosen:
        return _drafts_page(
            422, heading="Nothing was put into a release", problem="Choose at least one draft."
        )
    if refusals:
        count = len(chosen) - len(refusals)
        heading = f"{count} of {len(chosen)} drafts were put into the release “{name}”"
        return _drafts_page(422, heading=heading, problem="The others were refused:", errors=refusals)
    return redirect_to("/drafts?done=assigned")


def _assign(type_name: str, slug: str, release: str) -> str | None:
    """Put a draft into a release; return why the API has refused it."""
    path = editing.draft_path(type_name, slug)
    response = call_api("GET", path)
    if not response.is_error:
        headers = {"If-Match": response.etag or ""}
        response = call_api("PATCH", path, {}, query={"release": release}, headers=headers)
    return response.reason if response.is_error else None


@desk.post("/releases/<name:release>")
def act_on_release(release: str) -> Response:
    """Publish the drafts of a release together, or preview them."""
    path = f"/v1/releases/{release}"
    if request.form.get("action") == "preview":
        preview = editing.preview_links(path)
        return render("desk_preview.html", preview=preview, name=release, back=f"{PATH}/drafts")
    response = call_api("POST", f"{path}/publish", headers={"If-Match": request.form.get("etag", "")})
    if response.is_error:
        heading = f"The release “{release}” is not published"
        errors = (response.json or {}).get("errors") or ()
        return _drafts_page(response.status, heading=heading, problem=response.reason, errors=errors)
    return redirect_to("/drafts?done=released")
