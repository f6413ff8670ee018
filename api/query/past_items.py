"""Items as they were: a stored record, and the resources that it refers to, as the API serves items.

The record is loaded into objects that no session knows, and ``Schema.dump`` serializes them: it is the oracle
of the SQL that serializes present items (ADR 0009), so both have the same bytes. References have the labels
that they had at the moment, and are hidden if they were.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from marshmallow import Schema, fields, missing
from sqlalchemy import Select, bindparam, select, true
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from api.core.resource_registry import get_schema_class
from api.schemas.fields import Choice, Reference
from models import MODELS_BY_TYPE, Alias, Paragraph, Status
from models.history import Moment, in_force
from models.stored_revision import Revision

#: A type and an id, as a record names it.
Key = tuple[str, str]
#: What references need of another resource: the film that it is visible through, the source of commentary.
PARENTS = ("film", "source")
#: The keys of a record that are read of what is a mere reference.
SHOWN = ("id", "label", "status", "deleted", *PARENTS)
#: Returns the object for a reference of a record.
Lookup = Callable[[str, str], Any]
#: The number of rows that one statement reads.
CHUNK = 500


class _Stored(NamedTuple):
    """A revision as the statements of this module read it; of a mere reference, ``record`` has a few keys."""

    type_name: str
    resource_id: int
    number: int
    updated_at: dt.datetime
    record: dict[str, Any]


def build_past_item(
    session: Session, resource: Any, revision: Revision, moment: Moment, *, is_deep: bool
) -> Any:
    """Return an object for a resource at a revision, whose references are as they were at a moment.

    The references of a ``is_deep`` one are whole items themselves, so that they can be included.
    """
    stored = _Stored(resource.type_name, resource.id, revision.number, revision.created_at, revision.record)
    return _Builder(session, moment).build(stored, resource.created_at, depth=2 if is_deep else 1)


class _Builder:
    """Builds objects as of a moment. All references of a record are read together."""

    def __init__(self, session: Session, moment: Moment) -> None:
        self.session, self.moment = session, moment
        #: The keys of rows, by type and id; None if there is no such row.
        self.row_ids: dict[Key, int | None] = {}

    def build(self, stored: _Stored, created_at: dt.datetime, depth: int) -> Any:
        """Return the object for a stored revision, with its references ``depth`` levels deep."""
        schema = get_schema_class(stored.type_name, "Create")()
        found = self.references(set(_references(schema, stored.record)), depth - 1)

        def look_up(type_name: str, slug: str) -> Any:
            return found.get((type_name, slug)) or _hidden(type_name, slug)

        resource = _bare(stored, created_at)
        values = _assignable(schema, stored.record, look_up)
        _set_position(resource, values, stored.record)
        for citation in values.get("citations", ()):
            citation["cited"] = [Paragraph(number=number) for number in citation.pop("paragraphs")]
        if stored.type_name == "source":
            _count_paragraphs(resource, values.pop("paragraphs"))
        resource.assign({name: value for name, value in values.items() if name != "status"})
        self._derive(resource, stored, depth)
        return resource

    def references(self, keys: set[Key], depth: int) -> dict[Key, Any]:
        """Return the objects for what records name, by type and id; those without a past are left out."""
        self._identify(keys)
        wanted: dict[str, set[int]] = defaultdict(set)
        for type_name, slug in keys:
            if row_id := self.row_ids[type_name, slug]:
                wanted[type_name].add(row_id)
        stored = {
            (type_name, one.resource_id): one
            for type_name, ids in wanted.items()
            for one in self._stored(type_name, ids, is_whole=depth > 0)
        }
        built = self._build_whole(stored) if depth else self._build_bare(stored.values())
        return {
            key: built[key[0], row_id]
            for key in keys
            if (row_id := self.row_ids[key]) and (key[0], row_id) in built
        }

    def _build_whole(self, stored: dict[tuple[str, int], _Stored]) -> dict[tuple[str, int], Any]:
        created: dict[tuple[str, int], dt.datetime] = {}
        for type_name in {key[0] for key in stored}:
            model = MODELS_BY_TYPE[type_name]
            for ids in _chunks(row_id for kind, row_id in stored if kind == type_name):
                rows = self.session.execute(select(model.id, model.created_at).where(model.id.in_(ids)))
                created.update({(type_name, row_id): at for row_id, at in rows})
        return {key: self.build(one, created[key], depth=1) for key, one in stored.items()}

    def _build_bare(self, stored: Iterable[_Stored]) -> dict[tuple[str, int], Any]:
        """Return objects with what a reference shows, and with the film that they are visible through."""
        rows = list(stored)
        keys = {(name, one.record[name]) for one in rows for name in PARENTS if one.record.get(name)}
        parents = self.references(keys, 0) if keys else {}
        built = {}
        for one in rows:
            resource = _bare(one, None)
            for name in PARENTS:
                if slug := one.record.get(name):
                    set_committed_value(resource, name, parents.get((name, slug)) or _hidden(name, slug))
            built[one.type_name, one.resource_id] = resource
        return built

    def _identify(self, keys: Iterable[Key]) -> None:
        """Find the rows of these keys, by their present ids and by their former ones."""
        unknown: dict[str, list[str]] = defaultdict(list)
        for type_name, slug in sorted(set(keys) - self.row_ids.keys()):
            unknown[type_name].append(slug)
            self.row_ids[type_name, slug] = None
        for type_name, slugs in unknown.items():
            model = MODELS_BY_TYPE[type_name]
            for some in _chunks(slugs):
                former = select(Alias.slug, Alias.resource_id).where(
                    Alias.type_name == type_name, Alias.slug.in_(some)
                )
                for statement in (former, select(model.slug, model.id).where(model.slug.in_(some))):
                    for slug, row_id in self.session.execute(statement):
                        self.row_ids[type_name, slug] = row_id

    def _stored(self, type_name: str, ids: Iterable[int], *, is_whole: bool) -> Iterator[_Stored]:
        statement = _select_stored(by_time=self.moment.by_time, is_whole=is_whole)
        for some in _chunks(ids):
            params = self.moment.params | {"kind": type_name, "row_ids": some}
            for resource_id, number, updated_at, *values in self.session.execute(statement, params):
                record = values[0] if is_whole else dict(zip(SHOWN, values, strict=True))
                yield _Stored(type_name, resource_id, number, updated_at, record)

    def _derive(self, resource: Any, stored: _Stored, depth: int) -> None:
        """Set what no record has: what others say of the resource, or what follows from its parts."""
        if stored.type_name == "quote":
            source = resource.citations[0].source if resource.citations else None
            set_committed_value(resource, "source", source)
        elif stored.type_name == "commentary":
            targets = [relation.target for relation in resource.relations]
            keys = {("source", target.source.slug) for target in targets if target.source}
            sources = self.references(keys, depth - 1)
            for relation in resource.relations:
                source = relation.target.source
                found = sources.get(("source", source.slug)) if source else None
                set_committed_value(relation, "target_source", found)
        elif stored.type_name == "theme":
            set_committed_value(resource, "narrower", self._narrower_themes(stored))
        elif stored.type_name == "scene":
            for name, slug in self._adjacent_scenes(stored).items():
                set_committed_value(resource, name, slug)

    def _narrower_themes(self, stored: _Stored) -> list[Any]:
        model, same = MODELS_BY_TYPE["theme"], stored.resource_id
        former = select(Alias.slug).where(Alias.type_name == "theme", Alias.resource_id == same)
        slugs = {*self.session.scalars(former), *self.session.scalars(select(model.slug).filter_by(id=same))}
        statement = select(Revision.record["id"].as_string()).where(
            Revision.type_name == "theme",
            Revision.record["broader"].as_string().in_(slugs),
            in_force(by_time=self.moment.by_time),
        )
        narrower = self.session.scalars(statement, self.moment.params)
        found = self.references({("theme", slug) for slug in narrower}, 0)
        return [found[key] for key in sorted(found)]

    def _adjacent_scenes(self, stored: _Stored) -> dict[str, str | None]:
        """Return the ids of the scenes before and after a scene, as SQL does in ``models.scene``."""
        model = MODELS_BY_TYPE["scene"]
        film = select(model.film_id).where(model.id == stored.resource_id).scalar_subquery()
        columns = (
            Revision.record["position"].as_integer(),
            Revision.record["id"].as_string(),
            Revision.record["status"].as_string(),
            Revision.record["deleted"].as_boolean(),
        )
        statement = select(*columns).where(
            Revision.type_name == "scene",
            Revision.resource_id.in_(select(model.id).where(model.film_id == film)),
            in_force(by_time=self.moment.by_time),
        )
        rows = self.session.execute(statement, self.moment.params)
        places = {
            (place, slug)
            for place, slug, status, gone in rows
            # A purged scene has no place left.
            if place is not None and status == "published" and not gone
        }
        this = stored.record["position"], stored.record["id"]
        before = max((place for place in places if place < this), default=(0, None))
        after = min((place for place in places if place > this), default=(0, None))
        return {"previous_slug": before[1], "next_slug": after[1]}


@cache
def _select_stored(*, by_time: bool, is_whole: bool) -> Select[Any]:
    """Return the statement for some revisions of one type: whole, or what references show."""
    shown = [
        Revision.record[name].as_boolean() if name == "deleted" else Revision.record[name].as_string()
        for name in SHOWN
    ]
    columns = [Revision.record] if is_whole else shown
    return select(Revision.resource_id, Revision.number, Revision.created_at, *columns).where(
        Revision.type_name == bindparam("kind"),
        Revision.resource_id.in_(bindparam("row_ids", expanding=True)),
        in_force(by_time=by_time),
        # What was purged since has no words left, so it is hidden as if it had not been public.
        Revision.record["purged"].as_boolean().is_not(true()),
    )


def _bare(stored: _Stored, created_at: dt.datetime | None) -> Any:
    """Return an object without the values of a record."""
    record = stored.record
    return MODELS_BY_TYPE[stored.type_name](
        slug=record["id"],
        label=record["label"],
        status=Status(record["status"]),
        revision=stored.number,
        created_at=created_at,
        updated_at=stored.updated_at,
        deleted_at=stored.updated_at if record["deleted"] else None,
    )


def _hidden(type_name: str, slug: str) -> Any:
    """Return an object that stands for a resource that was not public."""
    return MODELS_BY_TYPE[type_name](slug=slug, label="", status=Status.DRAFT)


def _set_position(resource: Any, values: dict[str, Any], record: dict[str, Any]) -> None:
    if hasattr(resource, "position"):
        values["position"] = record["position"]


def _count_paragraphs(source: Any, paragraphs: list[dict[str, Any]]) -> None:
    set_committed_value(source, "paragraph_count", len(paragraphs))
    set_committed_value(source, "word_count", sum(one["word_count"] for one in paragraphs))


def _references(schema: Schema, record: dict[str, Any]) -> Iterator[Key]:
    """Yield the type and id of everything that a record refers to."""
    for name, field in schema.fields.items():
        yield from _references_in(field, record.get(name))


def _references_in(field: fields.Field[Any], value: Any) -> Iterator[Key]:
    if value is None:
        return
    if isinstance(field, Reference):
        yield field.type_name, value
    elif isinstance(field, fields.List):
        for part in value:
            yield from _references_in(field.inner, part)
    elif isinstance(field, fields.Nested):
        yield from _references(field.schema, value)


def _assignable(schema: Schema, record: dict[str, Any], look_up: Lookup) -> dict[str, Any]:
    """Return the values of a record as ``assign`` takes them, without the checks for new content.

    A key that the record lacks, because it was stored before the key existed, has the default.
    """
    values = {}
    for name, field in schema.fields.items():
        if name in record:
            values[field.attribute or name] = _convert(field, record[name], look_up)
        elif field.load_default is not missing:
            default = field.load_default
            values[field.attribute or name] = default() if callable(default) else default
    return values


def _convert(field: fields.Field[Any], value: Any, look_up: Lookup) -> Any:
    if value is None:
        return None
    if isinstance(field, Reference):
        return look_up(field.type_name, value)
    if isinstance(field, fields.List):
        return [_convert(field.inner, part, look_up) for part in value]
    if isinstance(field, fields.Nested):
        return _assignable(field.schema, value, look_up)
    if isinstance(field, Choice):
        return field.enum(value)
    return dt.date.fromisoformat(value) if isinstance(field, fields.Date) else value


def _chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield the values in lists that are short enough for the parameters of a statement."""
    found = list(values)
    return (found[start : start + CHUNK] for start in range(0, len(found), CHUNK))
