"""Create a draft with the POST that creates an item: its body says ``"status": "draft"``."""

from __future__ import annotations

from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from api.http.authentication import authenticate
from api.writing.drafts.representation import draft_response
from api.writing.drafts.saving import create
from api.writing.execution import execute
from api.writing.json_body import Fault, invalid_body
from api.writing.requested_change import require_writable
from models import Status, Versioned


def asks_for_draft(body: dict[str, Any]) -> bool:
    """Whether the body of a POST is that of a draft."""
    return body.get("status") == Status.DRAFT


def create_draft(type_name: str, values: dict[str, Any], body: bytes, args: dict[str, Any]) -> Response:
    """Respond to a POST with these ``values`` in its ``body``: make a draft of an item with a new id.

    Raises:
        ProblemException: 422, the body has no id, or members that no item has.
        Conflict: the id is used, by an item or by a draft.
    """
    members = {name: value for name, value in values.items() if name != "id"}
    slug = values.get("id")
    if not isinstance(slug, str):
        raise invalid_body([Fault("/id", "Must be a text: the id of the new item.")])
    require_writable(type_name, members)

    def write(session: Session) -> tuple[Response, Versioned | None]:
        draft = create(session, (type_name, slug), members, authenticate().name, args)
        return draft_response(session, draft, 201), None

    return execute(write, body)
