"""Rules that only changes of stored entries can violate, beside those for all entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from sqlalchemy import select

from api.entries.entry_schemas import entry_schema
from api.entries.resolve import references
from api.entries.rules import ENTRY_RULES, id_of_film
from api.entries.stored_entries import StoredEntries
from api.entries.violations import Violation
from models import Citation, Source, Status
from models.citation import citation_paragraphs

#: The most places of a source that one violation names.
MAX_NAMED = 5
DatabaseRule = Callable[[StoredEntries], Iterable[Violation]]


def draft_reference(result: StoredEntries) -> Iterator[Violation]:
    """Check that only a draft refers to a draft."""
    for valid in result.valid_entries:
        for path, type_name, slug in references(entry_schema(valid.entry.type_name), valid.body):
            changed = result.entries_by_id.get((type_name, slug))
            resource = result.look_ups.find(type_name, slug)
            status = changed.body["status"] if changed else getattr(resource, "status", Status.PUBLISHED)
            if status is Status.DRAFT and valid.body["status"] is not Status.DRAFT:
                message = f"The {type_name} “{slug}” is a draft, so only a draft can refer to it."
                yield valid.entry.violation("reference", message, *path)


def same_film(result: StoredEntries) -> Iterator[Violation]:
    """Check that an entry stays with its film, which its id begins with, and other entries rely on."""
    for valid in result.valid_entries:
        film = getattr(result.stored.get(valid.key), "film", None)
        if film is not None and valid.body["film"] != film.slug:
            message = f"An entry stays with its film, “{film.slug}”. Create another entry instead."
            yield valid.entry.violation("id-of-film", message, "film")


def cited_paragraphs_stay(result: StoredEntries) -> Iterator[Violation]:
    """Check that a source keeps the paragraphs that stored entries cite."""
    number = citation_paragraphs.c.number
    for valid in result.of_type(Source.type_name):
        source = result.stored.get(valid.key)
        if source is None:
            continue
        citing = (
            select(Citation, number)
            .join(citation_paragraphs, citation_paragraphs.c.citation_id == Citation.id)
            .where(citation_paragraphs.c.source_id == source.id, number > len(valid.body["paragraphs"]))
            .order_by(number)
            .limit(MAX_NAMED)
        )
        for citation, cited in result.session.execute(citing):
            owner = citation.owner
            if owner is not None and (owner.type_name, owner.slug) not in result.changed_keys:
                message = f"The {owner.type_name} “{owner.slug}” cites paragraph {cited}, so it must stay."
                yield valid.entry.violation("cited-paragraph", message, "paragraphs")


#: The rules for entries, and those that only changes of stored ones can violate.
DATABASE_RULES: tuple[DatabaseRule, ...] = (
    *ENTRY_RULES,
    id_of_film,
    draft_reference,
    same_film,
    cited_paragraphs_stay,
)
