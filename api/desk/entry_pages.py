"""The pages of an entry: its form, and two versions to choose from."""

from __future__ import annotations

import secrets
from typing import Any

import orjson
from flask import Response, request

from api.core.resource_registry import TYPE_BY_COLLECTION
from api.core.urls import relative_url
from api.desk import editing, forms
from api.desk.api_calls import APIResponse
from api.desk.blueprint import noun_of, render
from api.desk.quoted_words import Words
from api.desk.source_records import kinds_of
from api.desk.source_texts import find_essay, reference_options
from api.pages.template_filters import PAGE_PATHS
from models.source import ParagraphKind
from models.types import SLUG_LENGTH

#: A list of at most so many entries is chosen from by their labels; of a longer one, ids are suggested.
MAX_ENTRIES = 100
ID_HINT = "Part of the entry's URL. Leave it empty, and it is made from the label."
ID_OF_TEXT = "The name of the file with the text, without “.txt”."


def form_page(
    collection: str,
    slug: str,
    state: editing.State,
    body: dict[str, Any],
    *,
    errors: Any = (),
    problem: str = "",
    refusal: APIResponse | None = None,
    words: Words | None = None,
    status: int = 200,
) -> Response:
    """Show the form of an entry with the values of a body. ``refusal`` is what the API says is wrong."""
    if refusal is not None:
        sent = refusal.json or {}
        errors, status = sent.get("errors") or (), refusal.status
        problem = sent.get("detail") or "The API has refused this."
    type_name = TYPE_BY_COLLECTION[collection]
    form = forms.build_form(type_name, body)
    if not slug:
        id_ = request.form.get("/id", request.args.get("text", ""))
        hint = ID_OF_TEXT if collection == "sources" else ID_HINT
        form.append(forms.FormField("line", "/id", "Id", id_, hint, max_length=SLUG_LENGTH))
    summary = forms.attach_errors(form, errors)
    has_page = state.is_public and type_name in PAGE_PATHS
    types = {each.type_name for each in forms.all_fields(form) if each.type_name}
    return render(
        "desk_form.html",
        status,
        collection=collection,
        noun=noun_of(collection),
        slug=slug,
        state=state,
        form=form,
        summary=summary,
        problem=problem,
        warnings=() if problem else state.draft.get("warnings", ()),
        options={name: found for name, found in options.items() if len(found) > MAX_ENTRIES},
        words=words,
        loaded=orjson.dumps(state.body).decode(),
        release=request.form.get("release", state.draft.get("release") or ""),
        request_key=secrets.token_hex(16),
    options = reference_options(types, body.get("film"))
    for each in forms.all_fields(form):
        if each.type_name and len(options[each.type_name]) <= MAX_ENTRIES:
            forms.choose_by_label(each, options[each.type_name])
        place=place_of(collection, slug, body),
        kinds=kinds_of(slug or request.args.get("text", ""), body) if collection == "sources" else (),
        paragraph_kinds=list(ParagraphKind),
        query="" if slug else request.query_string.decode("ascii", "replace"),
        page_url=relative_url(f"{PAGE_PATHS[type_name]}{slug}") if has_page else "",
    )


def conflict_page(collection: str, slug: str, conflict: editing.Conflict) -> Response:
    """Show two versions of an entry, and let the editor choose."""
    changes = sorted(conflict.changes, key=lambda change: not change["is_conflict"])
    theirs = [{name: change[name] for name in ("pointer", "current")} for change in changes]
    return render(
        "desk_conflict.html",
        409,
        collection=collection,
        slug=slug,
        conflict=conflict,
        changes=changes,
        mine=orjson.dumps(conflict.mine).decode(),
        theirs=orjson.dumps(theirs).decode(),
    )


def place_of(collection: str, slug: str, body: dict[str, Any]) -> str:
    """Return the path of the text that an entry cites first, or of the source's own; empty without one."""
    try:
        source = slug if collection == "sources" else body["citations"][0]["source"]
    except (IndexError, KeyError, TypeError):
        return ""
    return f"/texts/{source}" if find_essay(source) else ""
