"""Find in a session what the bodies of a request refer to: each type in one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from api.entries.entry import Key
from models import MODELS_BY_TYPE, Gone, InvalidReference, Paragraph, Renamed, Source, Versioned


class SessionLookUps:
    """The resources that entries refer to, by type and id; an old id leads to the resource that had it."""

    def __init__(self, session: Session) -> None:
        """Begin with what the session has loaded already."""
        self.session = session
        self.resources: dict[Key, Versioned] = {
            (resource.type_name, resource.__dict__["slug"]): resource
            for resource in session.identity_map.values()
            if isinstance(resource, Versioned) and "slug" in resource.__dict__
        }
        #: Why a resource cannot be referred to: it was deleted or withdrawn.
        self.reasons: dict[Key, str] = {}
        self._paragraphs: dict[Source, dict[int, Paragraph]] = {}

    def fetch(self, keys: Iterable[Key]) -> None:
        """Read the resources with these types and ids that are not known yet."""
        wanted = set(keys)
        slugs_by_type: dict[str, list[str]] = defaultdict(list)
        for type_name, slug in sorted(wanted - self.resources.keys()):
            slugs_by_type[type_name].append(slug)
        for type_name, slugs in slugs_by_type.items():
            model = MODELS_BY_TYPE[type_name]
            for resource in self.session.scalars(select(model).where(model.slug.in_(slugs))):
                self.resources[type_name, resource.slug] = resource
        for key in sorted(wanted):
            resource = self.resources.get(key)
            if resource is None or resource.deleted_at is not None:
                self._follow(key)

    def _follow(self, key: Key) -> None:
        """Find what a missing or deleted resource is called now, or why it is gone."""
        type_name, slug = key
        model = MODELS_BY_TYPE[type_name]
        self.resources.pop(key, None)
        error = model.missing_error(self.session, slug)
        if isinstance(error, Renamed):
            resource = model.by_slug(self.session, error.new_slug)
            self.resources[key] = self.resources[type_name, error.new_slug] = resource
        elif isinstance(error, Gone):
            self.reasons[key] = str(error)

    def add(self, resource: Versioned) -> None:
        """Add a resource that the request creates."""
        self.resources[resource.type_name, resource.slug] = resource

    def find(self, type_name: str, slug: str) -> Versioned | None:
        """Return the resource with this id, now or earlier; None if none was fetched."""
        return self.resources.get((type_name, slug))

    def resource(self, type_name: str, slug: str) -> Versioned:
        """See :meth:`LookUps.resource`."""
        resource = self.find(type_name, slug)
        if resource is None:
            raise InvalidReference(type_name, f"There is no {type_name} “{slug}”.")
        return resource

    def fetch_paragraphs(self, numbers: Mapping[str, Collection[int]]) -> None:
        """Read the paragraphs with these numbers of sources that were fetched, by their ids."""
        for slug, cited in numbers.items():
            source = self.find(Source.type_name, slug)
            if isinstance(source, Source) and source.id is not None:
                loaded = {number: self._loaded(source, number) for number in cited}
                missing = [number for number, paragraph in loaded.items() if paragraph is None]
                rows = select(Paragraph).where(
                    Paragraph.source_id == source.id, Paragraph.number.in_(missing)
                )
                found = {row.number: row for row in self.session.scalars(rows)} if missing else {}
                known = {number: paragraph for number, paragraph in loaded.items() if paragraph}
                self._paragraphs[source] = known | found

    def _loaded(self, source: Source, number: int) -> Paragraph | None:
        """Return a paragraph that the session has loaded already."""
        loaded: Paragraph | None = self.session.identity_map.get(identity_key(Paragraph, (source.id, number)))
        return loaded

    def paragraphs(self, source: Source) -> dict[int, Paragraph]:
        """See :meth:`LookUps.paragraphs`: those that were fetched, or all of a source that is written."""
        if source in self._paragraphs:
            return self._paragraphs[source]
        return {paragraph.number: paragraph for paragraph in source.paragraphs}
