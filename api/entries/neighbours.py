"""The stored entries around the changed ones, which rules compare with them: the parts that rules read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from api.entries.entry import Entry, Key, ValidEntry
from api.entries.session_look_ups import SessionLookUps
from models import (
    Citation,
    Commentary,
    CommentaryRelation,
    Film,
    NarrationPart,
    NarrationScene,
    Quote,
    Relation,
    Scene,
    Source,
    Theme,
    ThemeRelation,
    Versioned,
)
from models.citation import citation_paragraphs

_reached = select(Commentary.id).where(Commentary.id.in_(bindparam("ids", expanding=True)))
_reached_ids = _reached.cte(recursive=True)
_reached_ids = _reached_ids.union(
    select(CommentaryRelation.target_id).where(
        CommentaryRelation.commentary_id == _reached_ids.c.id,
        CommentaryRelation.relation.in_([Relation.SUPPORTS, Relation.EXTENDS]),
    )
)
_target = aliased(Commentary)
# Built once, as that takes longer than to run them. ``ids`` are those of entries that changed ones relate to.
#: The relations of the entries, and of those that they support or extend, step by step.
SELECT_RELATIONS = (
    select(CommentaryRelation.commentary_id, _target.slug, CommentaryRelation.relation)
    .join(_target, _target.id == CommentaryRelation.target_id)
    .where(CommentaryRelation.commentary_id.in_(select(_reached_ids.c.id)))
)
#: All these entries but the ``changed`` ones.
SELECT_REACHED = (
    select(Commentary.id, Commentary.slug, Film.slug, Source.slug)
    .join(Commentary.film)
    .join(Commentary.source)
    .where(
        Commentary.id.in_(select(_reached_ids.c.id)),
        Commentary.id.not_in(bindparam("changed", expanding=True)),
    )
)


def partial_entry(type_name: str, slug: str, body: dict[str, Any], position: int = 0) -> ValidEntry:
    """Return a stored entry of whose body only a part is known."""
    return ValidEntry(Entry(type_name, slug, body, position), body)


def source_of_quote(quote: Any) -> str | None:
    """Return the id of the source that a stored quote cites."""
    return quote.citations[0].source.slug if quote.citations else None


@dataclass
class Neighbours:
    """Reads the entries around those that change. ``stored`` are the resources of these, by type and id."""

    session: Session
    look_ups: SessionLookUps
    changed: list[ValidEntry]
    stored: Mapping[Key, Versioned]

    def by_type(self) -> dict[str, list[ValidEntry]]:
        """Return the stored entries that a rule compares with the changed ones, by type."""
        return {
            "theme": list(self._themes_around()),
            "commentary": list(self._related_commentary()),
            "quote": list(self._quotes_beside()),
            "source": list(self._narrations_of_moved_scenes()),
        }

    def _of_type(self, type_name: str) -> list[ValidEntry]:
        return [valid for valid in self.changed if valid.entry.type_name == type_name]

    def _is_changed(self, type_name: str, slug: str) -> bool:
        return any(valid.key == (type_name, slug) for valid in self.changed)

    def _ids(self, type_name: str) -> list[int]:
        return [resource.id for (name, _), resource in self.stored.items() if name == type_name]

    def _themes_around(self) -> Iterator[ValidEntry]:
        """Yield the themes that entries have, with those above and, if themes change, around them."""
        changed = self._of_type("theme")
        if not changed:
            themes = [theme for theme in self.look_ups.resources.values() if isinstance(theme, Theme)]
            slugs = {theme.id: theme.slug for theme in themes}
            for theme in themes:
                body: dict[str, Any] = {"broader": slugs.get(theme.broader_id or 0), "related": []}
                yield partial_entry("theme", theme.slug, body)
            return
        ids, broader = self._ids("theme"), aliased(Theme)
        named = {
            slug for theme in changed for slug in (theme.body["broader"], *theme.body["related"]) if slug
        }
        listing = select(ThemeRelation.theme_id).where(ThemeRelation.related_id.in_(ids))
        around = or_(Theme.slug.in_(named), Theme.broader_id.in_(ids), Theme.id.in_(listing))
        rows = self.session.execute(
            select(Theme.id, Theme.slug, broader.slug)
            .outerjoin(broader, broader.id == Theme.broader_id)
            .where(around, Theme.id.not_in(ids), Theme.deleted_at.is_(None))
        ).all()
        related = self._grouped(
            select(ThemeRelation.theme_id, Theme.slug)
            .join(Theme, Theme.id == ThemeRelation.related_id)
            .where(ThemeRelation.theme_id.in_([row.id for row in rows]))
        )
        for theme_id, slug, above in rows:
            names = [name for (name,) in related.get(theme_id, [])]
            yield partial_entry("theme", slug, {"broader": above, "related": names})

    def _grouped(self, statement: Any, params: Any = None) -> dict[int, list[tuple[Any, ...]]]:
        """Return the rows of a statement by their first column, without it."""
        grouped: dict[int, list[tuple[Any, ...]]] = {}
        for first, *others in self.session.execute(statement, params):
            grouped.setdefault(first, []).append(tuple(others))
        return grouped

    def _related_commentary(self) -> Iterator[ValidEntry]:
        """Yield the entries that changed ones relate to, and those that these support or extend in turn."""
        targets = {r["target"] for item in self._of_type("commentary") for r in item.body["relations"]}
        resources = (self.look_ups.find("commentary", slug) for slug in targets)
        ids = [resource.id for resource in resources if resource and resource.id is not None]
        if not ids:
            return
        relations = self._grouped(SELECT_RELATIONS, {"ids": ids})
        rows = self.session.execute(SELECT_REACHED, {"ids": ids, "changed": self._ids("commentary")})
        for key, slug, film, source in rows:
            declared = [{"target": other, "relation": kind} for other, kind in relations.get(key, [])]
            yield partial_entry("commentary", slug, {"film": film, "source": source, "relations": declared})

    def _quotes_beside(self) -> Iterator[ValidEntry]:
        """Yield the quotes from the paragraph or the scene of a quote whose words or place change."""
        for quote in self._of_type("quote"):
            stored = self.stored.get(quote.key)
            if stored is None or _place(quote) != _stored_place(stored):
                yield from self._quotes_at(quote)

    def _quotes_at(self, quote: ValidEntry) -> Iterator[ValidEntry]:
        source, numbers, scene = _place(quote)[1:]
        cited = self.look_ups.find(Source.type_name, source)
        film = self.look_ups.find(Film.type_name, quote.body["film"])
        if cited is None or film is None:
            return
        stored_scene = self.look_ups.find(Scene.type_name, scene) if scene else None
        number, scenes = citation_paragraphs.c.number, aliased(Scene)
        rows = (
            select(Quote.slug, Quote.text, number, scenes.slug)
            .join(Quote.citations)
            .join(citation_paragraphs, citation_paragraphs.c.citation_id == Citation.id)
            .outerjoin(scenes, scenes.id == Quote.scene_id)
            .where(
                Citation.source_id == cited.id,
                Quote.film_id == film.id,
                Quote.deleted_at.is_(None),
                or_(
                    number.in_(numbers),
                    Quote.scene_id == stored_scene.id if stored_scene else Quote.scene_id.is_(None),
                ),
            )
        )
        for slug, text, paragraph, scene_slug in self.session.execute(rows):
            if not self._is_changed(Quote.type_name, slug):
                body = {
                    "text": text,
                    "film": quote.body["film"],
                    "scene": scene_slug,
                    "citations": [{"source": source, "paragraphs": [paragraph]}],
                }
                yield partial_entry("quote", slug, body)

    def _narrations_of_moved_scenes(self) -> Iterator[ValidEntry]:
        """Yield the sources that tell a scene which gets another place in its film."""
        moved = [
            stored.id
            for scene in self._of_type("scene")
            if isinstance(stored := self.stored.get(scene.key), Scene)
            and stored.position != scene.entry.position
        ]
        if not moved:
            return
        telling = select(NarrationPart.source_id).join(NarrationPart.scene_links)
        telling = telling.where(NarrationScene.scene_id.in_(moved))
        for source in self.session.scalars(select(Source).where(Source.id.in_(telling))):
            if source.deleted_at is None and not self._is_changed(Source.type_name, source.slug):
                narration = [part.to_record() for part in source.narration]
                self.look_ups.fetch(("scene", slug) for part in narration for slug in part["scenes"])
                yield partial_entry("source", source.slug, {"narration": narration, "paragraphs": ()})


def _place(quote: ValidEntry) -> tuple[str, str, list[int], str | None]:
    """Return the words of a quote, the source and the paragraphs that it cites, and its scene."""
    citation = quote.body["citations"][0]
    return quote.body["text"], citation["source"], citation["paragraphs"], quote.body["scene"]


def _stored_place(quote: Any) -> tuple[str, str, list[int], str | None] | None:
    if not quote.citations:
        return None
    citation = quote.citations[0]
    scene = quote.scene.slug if quote.scene else None
    return quote.text, citation.source.slug, list(citation.paragraphs), scene
