"""The blueprint of the desk, and how its pages are rendered."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, make_response, render_template, request
from markupsafe import Markup

from api.core.resource_registry import TYPE_BY_COLLECTION
from api.core.urls import relative_url
from api.desk import forms, permissions
from api.desk.request_checks import TOKEN_FIELD, add_headers, check_request
from api.desk.sessions import PATH
from api.schemas.fields import SLUG
from api.schemas.shared_schemas import ITEM_NAMES

#: The collections whose entries have a form, in the order of the navigation.
EDITABLE = ("quotes", "commentary", "scenes", "characters", "themes", "advisories", "sources")
#: What a page says after an action, by the word in its URL.
NOTICES = {
    "saved": "The draft is saved. Nobody but editors can see it.",
    "merged": "The draft is saved with your choices.",
    "published": "It is published.",
    "deleted": "The draft is deleted. What is public stays as it is.",
    "released": "All drafts of the release are published.",
    "assigned": "The drafts are in the release.",
}
FORM_TOKEN = Markup('<input type="hidden" name="{}" value="{}">')

desk = Blueprint("desk", __name__, url_prefix=PATH, template_folder="templates")
desk.before_request(check_request)
desk.after_request(add_headers)
desk.add_app_template_filter(forms.label_of, "field_label")
desk.add_app_template_filter(forms.humanize, "humanize")


def render(template: str, status: int = 200, **values: Any) -> Response:
    """Return a page of the desk."""
    session = g.desk_session
    html = render_template(
        template,
        calls=(),
        edit=relative_url(PATH),
        session=session,
        csrf=lambda: FORM_TOKEN.format(TOKEN_FIELD, session.form_token if session else ""),
        notice=NOTICES.get(request.args.get("done", ""), ""),
        done_item=_done_item(),
        collections=collections_by_type(),
        may=permissions,
        **values,
    )
    return make_response(html, status)


def redirect_to(path: str) -> Response:
    """Redirect to a page of the desk, after a form was processed; ``path`` is below that of the desk."""
    return Response(status=303, headers={"Location": relative_url(f"{PATH}{path}")})


def collections_by_type() -> dict[str, str]:
    """Return the collections whose entries have a form, by the names of their types."""
    return {TYPE_BY_COLLECTION[collection]: collection for collection in EDITABLE}


def noun_of(collection: str) -> str:
    """Return what pages call an entry of a collection."""
    type_name = TYPE_BY_COLLECTION[collection]
    return {"commentary": "claim"}.get(type_name, ITEM_NAMES.get(type_name, type_name))


def _done_item() -> str:
    """Return the path of the entry that was published, below that of the desk."""
    collection, _, slug = request.args.get("item", "").partition("/")
    return f"{collection}/{slug}" if collection in EDITABLE and SLUG.fullmatch(slug) else ""
