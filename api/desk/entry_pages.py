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
from api.desk.source_texts import MAX_PARAGRAPHS, find_essay, reference_options
from api.pages.template_filters import PAGE_PATHS
from models.source import ParagraphKind
from models.types import SLUG_LENGTH

#: A list of at most so many entries is chosen from by their labels; of a longer one, ids are suggested.
MAX_ENTRIES = 100
ID_HINT = "Part of the entry's URL. Leave it empty, and it is made from the label."
ID_OF_TEXT = "The name of the file with the text, without “.txt”."
#: Headings of what was done before something was refused.
NOT_SAVED, NOT_PUBLISHED = "The draft is not saved", "The draft is saved, but not published"
NOT_DELETED, NO_PREVIEW = "The draft is not deleted", "The draft is saved, but cannot be previewed yet"
NOT_PUBLISHABLE = "This draft cannot be published yet"
SAVED_ONLY = "The draft is saved, but cannot be published yet"


def form_page(
    collection: str,
    slug: str,
    state: editing.State,
    body: dict[str, Any],
    *,
    errors: Any = (),
    heading: str = NOT_SAVED,
    problem: str = "",
    refusal: APIResponse | None = None,
    words: Words | None = None,
    status: int = 200,
) -> Response:
    """Show the form of an entry with the values of a body.

    ``problem`` says why something was refused, and ``heading`` what was done before and what was not.
    ``refusal`` is what the API says is wrong.
    """
    if refusal is not None:
        sent = refusal.json or {}
        errors, status = sent.get("errors") or (), refusal.status
        problem = refusal.reason
    type_name = TYPE_BY_COLLECTION[collection]
    form = forms.build_form(type_name, body)
    if not slug:
        id_ = request.form.get("/id", request.args.get("text", ""))
        hint = ID_OF_TEXT if collection == "sources" else ID_HINT
        form.append(forms.FormField("line", "/id", "Id", id_, hint, max_length=SLUG_LENGTH))
    words = (words or Words.of_body(body)) if type_name == "quote" else None
    if words:
        # What is refused is named as its field is: the words are selected.
        next(each for each in form if each.pointer == "/text").label = "Words"
    summary = forms.attach_errors(form, errors)
    if not problem:
        heading = SAVED_ONLY if "done" in request.args else NOT_PUBLISHABLE
    has_page = state.is_public and type_name in PAGE_PATHS
    types = {each.type_name for each in forms.all_fields(form) if each.type_name}
    options = reference_options(types, body.get("film"))
    for each in forms.all_fields(form):
        if each.type_name and len(options[each.type_name]) <= MAX_ENTRIES:
            forms.choose_by_label(each, options[each.type_name])
    return render(
        "desk_form.html",
        status,
        collection=collection,
        noun=noun_of(collection),
        slug=slug,
        state=state,
        form=form,
        summary=summary,
        heading=heading,
        problem=problem,
        warnings=() if problem else state.draft.get("warnings", ()),
        options={name: found for name, found in options.items() if len(found) > MAX_ENTRIES},
        words=words,
        loaded=orjson.dumps(state.body).decode(),
        release=request.form.get("release", state.draft.get("release") or ""),
        request_key=secrets.token_hex(16),
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


def place_of(collection: str, slug: str, body: dict[str, Any]) -> tuple[str, int] | None:
    """Return the path of the text that an entry cites first, with a query, and the number of the paragraph.

    A source leads to its own text. None if the text is not at hand.
    """
    try:
        citation = {"source": slug, "paragraphs": [1]} if collection == "sources" else body["citations"][0]
        source, number = citation["source"], citation["paragraphs"][0]
    except (IndexError, KeyError, TypeError):
        return None
    essay = find_essay(source)
    if essay is None:
        return None
    number = number if isinstance(number, int) and 1 <= number <= len(essay.paragraphs) else 1
    first = (number - 1) // MAX_PARAGRAPHS * MAX_PARAGRAPHS + 1
    return f"/texts/{source}?from={first}", number
