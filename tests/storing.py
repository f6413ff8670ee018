"""How made-up content gets into a database, through the models, and out of it again."""

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
    Paragraph,
)
from models.revision import change_set

STORED = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
#: Which noun a field names, one or several of it.
ONE = {"film": "film", "speaker": "character", "scene": "scene", "broader": "theme"}
SEVERAL = {"films": "film", "themes": "theme", "related": "theme", "scenes": "scene"}
SEVERAL |= {"characters": "character", "quotes": "quote"}


def store(session, content):
    """Add a whole and flush it; return its rows by type name and id.

    Revisions stand as written, but the history knows each row's first only.
    """
    made = {
        (model.type_name, row["slug"]): model(**columns(model, row))
        for model in RESOURCES
        for row in content[model.type_name]
    }
    for type_name, rows in content.items():
        for row in rows:
            link(made[type_name, row["slug"]], row, made)
    with change_set(session, "maker", at=STORED):
        session.add_all(made.values())
    for (type_name, slug), resource in made.items():
        table = type(resource).__table__
        [revision] = [row["revision"] for row in content[type_name] if row["slug"] == slug]
        session.connection().execute(update(table).where(table.c.slug == slug).values(revision=revision))
    session.expire_all()
    return made


def columns(model, row):
    """Return those fields of a row that are columns of its own."""
    return {name: value for name, value in row.items() if name in model.__table__.columns}


def link(resource, row, made):
    """Give a resource the references and the parts that its row names."""
    for name, value in row.items():
        if name in ONE or (isinstance(value, str) and (name, value) in made):
            setattr(resource, name, made[ONE.get(name, name), value] if value else None)
        elif name in SEVERAL:
            setattr(resource, name, [made[SEVERAL[name], slug] for slug in value])
        elif name in PARTS:
            collection, part = PARTS[name]
            setattr(resource, collection, [part(values, made) for values in value])


def citation(values, made):
    source = made["source", values["source"]]
    cited = [paragraph for paragraph in source.paragraphs if paragraph.number in values["paragraphs"]]
    return Citation(source=source, cited=cited)


def appearance(values, made):
    return Appearance(character=made["character", values["character"]], presence=values["presence"])


def flag(values, made):
    return AdvisoryLink(advisory=made["advisory", values["advisory"]], severity=values["severity"])


def relation(values, made):
    return CommentaryRelation(target=made["commentary", values["commentary"]], relation=values["relation"])


def paragraph(values, made):
    return Paragraph(**values)


#: The collection that holds the parts which a field lists, and what makes one of them.
PARTS = {
    "paragraphs": ("paragraphs", paragraph),
    "appearances": ("appearances", appearance),
    "citations": ("citations", citation),
    "advisories": ("advisory_links", flag),
    "relations": ("relations", relation),
}


def empty(database):
    """Take all content out of a database, past the history; the content generation goes on."""
    with database.write_session() as session:
        for table in reversed(Base.metadata.sorted_tables):
            if table is not ContentGeneration.__table__:
                session.connection().execute(table.delete())
        ContentGeneration.increment(session)
