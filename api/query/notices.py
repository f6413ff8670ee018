"""Notices: why a list is empty, if its filters name something that does not exist or cannot be searched for.

They take statements of their own, so they are only looked for when there is nothing to return.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any

from marshmallow import Schema
from sqlalchemy.orm import Session

from api.schemas.fields import CommaSeparated, Reference
from models import MODELS_BY_TYPE, DomainError
from models.search.spelling_suggestion import suggest_query

#: A notice names at most this many ids. To find those that are near may cost ten times as much as a page.
MAX_NAMED_IDS = 2


def notice_of_empty_list(session: Session, query: type[Schema], args: Mapping[str, Any]) -> str | None:
    """Return why the list for the validated parameters of ``query`` is empty; None if nothing is wrong."""
    search_text = args["q"][0] if "q" in args else None
    if search_text is not None and search_text.notice:
        return str(search_text.notice)
    notice = notice_of_unknown_ids(session, query, args)
    if notice or search_text is None:
        return notice
    suggestion = suggest_query(session, search_text.query)
    return f"Nothing matches “{search_text}”. Did you mean “{suggestion}”?" if suggestion else None


def notice_of_unknown_ids(session: Session, query: type[Schema], args: Mapping[str, Any]) -> str | None:
    """Return a sentence for each id in the filters that no public resource has; None if all exist."""
    errors = islice(_unknown_ids(session, query, args), MAX_NAMED_IDS)
    return " ".join(map(str, errors)) or None


def _unknown_ids(session: Session, query: type[Schema], args: Mapping[str, Any]) -> Iterator[DomainError]:
    for name, type_name in _types_of_filters(query).items():
        slugs = args.get(name, ())
        if not slugs:
            continue
        model = MODELS_BY_TYPE[type_name]
        public = model.select_where(id=slugs).with_only_columns(model.slug, maintain_column_froms=True)
        known = set(session.scalars(public))
        yield from (model.missing_error(session, slug) for slug in slugs if slug not in known)


@cache
def _types_of_filters(query: type[Schema]) -> dict[str, str]:
    """Return the type of the resources that each filter names by their ids, by the name of the filter."""
    declared = query._declared_fields
    types = {
        field.attribute or name: field.inner.type_name
        for name, field in declared.items()
        if isinstance(field, CommaSeparated) and isinstance(field.inner, Reference)
    }
    model = getattr(query, "model", None)
    return types | ({"id": model.type_name} if "id" in declared and model else {})
