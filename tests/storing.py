"""Storing generated content through the models, and removing it again."""

import datetime as dt

from sqlalchemy import update

from models import (
    RESOURCES,
    AdvisoryLink,
    Appearance,
    Base,
    Citation,
    CommentaryRelation,
    ContentGeneration,
    NarrationPart,
    Paragraph,
)
from models.revision import change_set

STORED = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
#: The resource type that a field refers to, for fields with a single reference and with several.
SINGLE_REFERENCES = {"film": "film", "speaker": "character", "scene": "scene", "broader": "theme"}
MULTIPLE_REFERENCES = {"films": "film", "themes": "theme", "related": "theme", "scenes": "scene"}
MULTIPLE_REFERENCES |= {"further_films": "film", "characters": "character", "quotes": "quote"}


def store(session, content):
    """Add generated content and flush it; return the resources by type name and id.

    Each resource has the revision number of its row, but the history holds only the first revision.
    """
    resources = {
        (model.type_name, row["slug"]): model(**columns(model, row))
        for model in RESOURCES
        for row in content[model.type_name]
    }
    for type_name, rows in content.items():
        for row in rows:
            link(resources[type_name, row["slug"]], row, resources)
    with change_set(session, "maker", at=STORED):
        session.add_all(resources.values())
    for (type_name, slug), resource in resources.items():
        table = type(resource).__table__
        [revision] = [row["revision"] for row in content[type_name] if row["slug"] == slug]
        session.connection().execute(update(table).where(table.c.slug == slug).values(revision=revision))
    session.expire_all()
    return resources


def columns(model, row):
    """Return the fields of a row that are columns of the model."""
    return {name: value for name, value in row.items() if name in model.__table__.columns}


def link(resource, row, resources):
    """Set the references and owned rows of a resource as its row says."""
    for name, value in row.items():
        if name in SINGLE_REFERENCES or (isinstance(value, str) and (name, value) in resources):
            type_name = SINGLE_REFERENCES.get(name, name)
            setattr(resource, name, resources[type_name, value] if value else None)
        elif name in MULTIPLE_REFERENCES:
            setattr(resource, name, [resources[MULTIPLE_REFERENCES[name], slug] for slug in value])
        elif name in OWNED_ROWS:
            collection, build = OWNED_ROWS[name]
            setattr(resource, collection, [build(values, resources) for values in value])


def citation(values, resources):
    source = resources["source", values["source"]]
    cited = [paragraph for paragraph in source.paragraphs if paragraph.number in values["paragraphs"]]
    return Citation(source=source, cited=cited)


def appearance(values, resources):
    return Appearance(character=resources["character", values["character"]], presence=values["presence"])


def flag(values, resources):
    return AdvisoryLink(advisory=resources["advisory", values["advisory"]], severity=values["severity"])


def narration_part(values, resources):
    scenes = [resources["scene", slug] for slug in values["scenes"]]
    return NarrationPart(title=values["title"], scenes=scenes, paragraphs=values["paragraphs"])


def relation(values, resources):
    return CommentaryRelation(
        target=resources["commentary", values["commentary"]], relation=values["relation"]
    )


def paragraph(values, resources):
    return Paragraph(**values)


#: The collection of owned rows that a field fills, and the function that builds one of them.
OWNED_ROWS = {
    "paragraphs": ("paragraphs", paragraph),
    "narration": ("narration", narration_part),
    "appearances": ("appearances", appearance),
    "citations": ("citations", citation),
    "advisories": ("advisory_links", flag),
    "relations": ("relations", relation),
}


def empty(database):
    """Delete all content without recording revisions; the content generation still rises."""
    with database.write_session() as session:
        for table in reversed(Base.metadata.sorted_tables):
            if table is not ContentGeneration.__table__:
                session.connection().execute(table.delete())
        ContentGeneration.increment(session)
