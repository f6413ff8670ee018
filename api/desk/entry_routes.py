"""The routes of an entry: its form, saving and deleting its draft, merging two versions, and publishing."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Response, request

from api.core.resource_registry import TYPE_BY_COLLECTION
from api.desk import editing
from api.desk.api_calls import call_api
from api.desk.blueprint import EDITABLE, desk, noun_of, redirect_to, render
from api.desk.entry_pages import (
    NO_PREVIEW,
    NOT_DELETED,
    NOT_PUBLISHED,
    conflict_page,
    form_page,
    place_of,
)
from api.desk.form_bodies import parse_form
from api.desk.quoted_words import Words
from api.desk.sessions import PATH
from api.desk.source_records import set_kinds, source_of_text
from api.desk.source_texts import find_source_text
from api.entries.entry import is_valid_id
from api.http.authentication import require_scopes
from api.http.errors import ProblemException
from api.schemas.fields import RESERVED_SLUGS, slugify
from models import Gone, Renamed
from models.scopes import write_scope
from models.types import SLUG_LENGTH

COLLECTION = f"/<any({', '.join(EDITABLE)}):collection>"
ENTRY = f"{COLLECTION}/<slug:slug>"
INCOMPLETE = "A preview shows the entry as it would be published. Correct this first:"
NO_ID = {"pointer": "/id", "detail": "Write an id, or a label from which it can be made."}
RESERVED_ID = {"pointer": "/id", "detail": "This word is part of addresses. Write another id."}
TAKEN_ID = {"pointer": "/id", "detail": "This id is taken. Write another one, or change the label."}
DAMAGED = "The field “{}” of the form is missing or damaged."
NO_PARAGRAPH = "There is no such paragraph, or the text of its source is not on this server."


@desk.get(f"{COLLECTION}/new")
def new_entry(collection: str) -> Response:
    """Show the form of a new entry, which cites the paragraph in the query."""
    require_scopes(write_scope(collection))
    words = Words.from_parameters(request.args)
    if words is None and "source" in request.args:
        raise ProblemException("not-found", NO_PARAGRAPH)
    body = _initial_body(collection, words) if words else {}
    if collection == "sources":
        body = source_of_text(request.args.get("text", ""))
    return form_page(collection, "", editing.State(body), body, words=words)


@desk.get(ENTRY)
def entry(collection: str, slug: str) -> Response:
    """Show the form of an entry: of its draft or, without one, of what is public."""
    state = editing.load_state(TYPE_BY_COLLECTION[collection], slug)
    if not state.exists:
        raise ProblemException(
            "not-found", f"There is no {noun_of(collection)} “{slug}”, and no draft of one."
        )
    return form_page(collection, slug, state, state.body, errors=state.draft.get("errors", ()))


@desk.post(f"{COLLECTION}/new")
def create(collection: str) -> Response:
    """Save the draft of a new entry."""
    return _save(collection, "")


@desk.post(ENTRY)
def save(collection: str, slug: str) -> Response:
    """Save the draft of an entry, and preview or publish it if the button says so."""
    return _save(collection, slug)


@desk.post(f"{ENTRY}/merge")
def merge(collection: str, slug: str) -> Response:
    """Save what an editor has chosen of two versions."""
    type_name, changes = TYPE_BY_COLLECTION[collection], _json_field("changes", list)
    if not all(isinstance(each, dict) and str(each.get("pointer")).startswith("/") for each in changes):
        raise ProblemException("bad-request", DAMAGED.format("changes"))
    choices = {name.removeprefix("choice:"): value for name, value in request.form.items()}
    mine = _json_field("mine", dict)
    body = editing.merge(mine, changes, choices)
    base, etag = request.form.get("base", ""), request.form.get("etag", "")
    response = editing.save_draft(type_name, slug, body, etag=etag, base=base)
    if response.is_error:
        theirs = editing.merge(mine, changes, {change["pointer"]: "current" for change in changes})
        conflict = editing.conflict_on_saving(type_name, slug, body, theirs, response)
        if conflict:
            return conflict_page(collection, slug, conflict)
        return form_page(collection, slug, editing.State(mine, etag, base), body, refusal=response)
    return redirect_to(f"/{collection}/{slug}?done=merged")


@desk.post(f"{ENTRY}/delete-draft")
def delete_draft(collection: str, slug: str) -> Response:
    """Delete a draft."""
    path = editing.draft_path(TYPE_BY_COLLECTION[collection], slug)
    response = call_api("DELETE", path, headers={"If-Match": request.form.get("etag", "")})
    if response.is_error:
        state = editing.load_state(TYPE_BY_COLLECTION[collection], slug)
        if not state.exists:
            response.require()
        return form_page(collection, slug, state, state.body, heading=NOT_DELETED, refusal=response)
    return redirect_to("/drafts?done=deleted")


def _save(collection: str, slug: str) -> Response:
    """Save the draft of an entry; without a slug, of a new one."""
    type_name, form = TYPE_BY_COLLECTION[collection], request.form
    loaded = _json_field("loaded", dict)
    body = parse_form(type_name, form, loaded)
    if collection == "sources":
        set_kinds(body, form)
    words = Words.from_parameters(form, "words-") if type_name == "quote" else None
    if words and words.text:
        body["text"] = words.text
    state = editing.State(loaded, form.get("etag", ""), form.get("base", ""))
    saved_as = slug or _new_id(form.get("/id", "").strip(), body)
    if not is_valid_id(saved_as) or saved_as in RESERVED_SLUGS:
        fault = RESERVED_ID if saved_as in RESERVED_SLUGS else NO_ID
        refused: dict[str, Any] = {"errors": [fault], "problem": fault["detail"], "status": 422}
        return form_page(collection, "", state, body, words=words, **refused)
    response = editing.save_draft(
        type_name,
        saved_as,
        body,
        etag=state.etag,
        base=state.base,
        release=form.get("release", "").strip(),
        request_key=form.get("request_key", ""),
    )
    if not response.is_error:
        return _after_saving(collection, saved_as, editing.load_state(type_name, saved_as))
    conflict = slug and editing.conflict_on_saving(type_name, slug, body, loaded, response)
    if conflict:
        return conflict_page(collection, slug, conflict)
    if not slug and _is_taken(type_name, saved_as):
        taken, problem = [TAKEN_ID], TAKEN_ID["detail"]
        return form_page(
            collection, slug, state, body, errors=taken, problem=problem, words=words, status=409
        )
    return form_page(collection, slug, state, body, refusal=response, words=words)


def _is_taken(type_name: str, slug: str) -> bool:
    """Whether an id is that of an item, of a former one, or of a draft."""
    try:
        return editing.load_state(type_name, slug).exists
    except (Gone, Renamed):
        return True


def _after_saving(collection: str, slug: str, state: editing.State) -> Response:
    """Do what the button says with the draft that was saved."""
    type_name, action = TYPE_BY_COLLECTION[collection], request.form.get("action")
    if action == "publish":
        return _publish(collection, slug, state)
    if action == "preview":
        if errors := state.draft.get("errors"):
            page: dict[str, Any] = {"errors": errors, "problem": INCOMPLETE, "status": 422}
            return form_page(collection, slug, state, state.body, heading=NO_PREVIEW, **page)
        preview = editing.preview_links(editing.draft_path(type_name, slug))
        name, back = state.draft.get("label") or slug, f"{PATH}/{collection}/{slug}"
        return render("desk_preview.html", preview=preview, name=name, back=back)
    return redirect_to(f"/{collection}/{slug}?done=saved")


def _publish(collection: str, slug: str, state: editing.State) -> Response:
    """Publish a draft, and return to the paragraph that it cites."""
    response = editing.publish(TYPE_BY_COLLECTION[collection], slug, state.etag)
    if not response.is_error:
        place = place_of(collection, slug, state.body)
        done = f"done=published&item={collection}/{slug}"
        if place is None:
            return redirect_to(f"/{collection}?{done}")
        return redirect_to("{}&at={}&{}#done".format(*place, done))
    conflict = editing.conflict_on_publishing(state, response)
    if conflict:
        return conflict_page(collection, slug, conflict)
    return form_page(collection, slug, state, state.body, heading=NOT_PUBLISHED, refusal=response)


def _initial_body(collection: str, words: Words) -> dict[str, Any]:
    """Return what a new entry begins with: values that follow from the source and the selected words."""
    source = find_source_text(words.source).record
    body: dict[str, Any] = {
        "film": next((film.get("id") if isinstance(film, dict) else film for film in source["films"]), None),
        "language": source.get("language"),
        "citations": [{"source": words.source, "paragraphs": [words.number]}],
    }
    if collection == "quotes" and words.text:
        body |= {
            "text": words.text,
            "omitted_before": words.is_cut_before,
            "omitted_after": words.is_cut_after,
        }
    return body


def _new_id(text: str, body: dict[str, Any]) -> str:
    """Return the id of a new entry: as written, or from its film and label; empty if neither has one."""
    label = slugify(str(next((body[name] for name in ("label", "name", "title") if body.get(name)), "")))
    if text or not label:
        return text
    slug = f"{body['film']}-{label}" if body.get("film") else label
    return slug[:SLUG_LENGTH].rstrip("-")


def _json_field(name: str, kind: type) -> Any:
    """Return the JSON in a hidden field of a form.

    Raises:
        ProblemException: 400, there is none, or another kind of value.
    """
    try:
        value = orjson.loads(request.form.get(name, ""))
    except orjson.JSONDecodeError:
        value = None
    if not isinstance(value, kind):
        raise ProblemException("bad-request", DAMAGED.format(name))
    return value
