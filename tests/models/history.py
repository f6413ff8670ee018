"""Helpers that read the history of a database."""

from contextlib import contextmanager

from sqlalchemy import func, select

from models import (
    RESOURCES,
    ContentGeneration,
    Revision,
)
from tests.models.content import Everything


@contextmanager
def everything(database):
    """Yield the session of a transaction that commits, and the small content in this session."""
    with database.write_session() as session:
        yield session, Everything(session)


def revisions(database):
    """Return the revision number of every resource that has changed since it was created, by id."""
    with database.read_session() as session:
        return {
            resource.slug: resource.revision
            for model in RESOURCES
            for resource in session.scalars(select(model))
            if resource.revision != 1
        }


def history(database, slug):
    """Return the stored revisions of the resource whose current id this is, oldest first."""
    with database.read_session() as session:
        [(type_name, id_)] = [
            (model.type_name, id_)
            for model in RESOURCES
            for id_ in session.scalars(select(model.id).where(model.slug == slug))
        ]
        statement = select(Revision).filter_by(type_name=type_name, resource_id=id_).order_by(Revision.number)
        return session.scalars(statement).all()


def count_revisions(database):
    with database.read_session() as session:
        return session.scalar(select(func.count()).select_from(Revision))


def generation(database):
    with database.read_session() as session:
        return ContentGeneration.current(session)


def epoch(database):
    with database.read_session() as session:
        return session.scalar(select(ContentGeneration.epoch))
