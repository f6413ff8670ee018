"""A client over small content that can be changed, as editors do, for tests of its history."""

import datetime as dt
from contextlib import contextmanager

from sqlalchemy import select

from api.app import create_app
from api.core.config import Settings
from models import Alias, ContentGeneration
from models.revision import change_set
from tests.conftest import STATEMENT_SECONDS
from tests.models.content import BY_NAME, RELEASED, fill

#: The times of the first edits, an hour apart.
HOURS = [RELEASED + dt.timedelta(hours=hour) for hour in range(1, 10)]


class Past:
    """Small content (``tests.models.content``), with the names of its resources."""

    def __init__(self, database, client):
        self.database, self.client = database, client

    def path(self, name):
        model, slug = BY_NAME[name]
        return f"/v1/{model.__tablename__}/{slug}"

    def change(self, name, /, *, editor="ada", note=None, at=None, **values):
        """Change a resource by its name in a commit; return the generation."""
        with self.editing(editor, at, note) as session:
            resource = self.find(session, name)
            if "slug" in values:
                session.add(Alias(type_name=resource.type_name, slug=resource.slug, resource_id=resource.id))
            resource.assign(values)
        return self.generation()

    @contextmanager
    def editing(self, editor="ada", at=None, note=None):
        with self.database.write_session() as session, change_set(session, editor, at=at, note=note):
            yield session

    def find(self, session, name):
        model, slug = BY_NAME[name]
        former = select(Alias.resource_id).filter_by(type_name=model.type_name, slug=slug)
        return session.scalars(select(model).where((model.slug == slug) | model.id.in_(former))).one()

    def generation(self):
        with self.database.read_session() as session:
            return ContentGeneration.current(session)

    def get(self, path, status=200):
        response = self.client.get(path)
        assert response.status_code == status, response.text
        return response

    def json(self, path, status=200):
        return self.get(path, status).get_json()

    def revisions(self, name, query=""):
        return self.json(f"{self.path(name)}/revisions{query}")["data"]

    def pin(self, name):
        """Return the pin of the latest public revision."""
        return self.revisions(name, "?limit=1")[0]["pin"]


@contextmanager
def past_of(database):
    with database.write_session() as session:
        fill(session)
    url = database.url.render_as_string(hide_password=False)
    app = create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS))
    yield Past(database, app.test_client())
    app.extensions["database"].close()
