"""A client with an API key over a database that the test may write to."""

import datetime as dt
import json
from contextlib import contextmanager

import pytest

from api.app import create_app
from api.core.config import Settings
from api.entries.records import record_to_body
from models import MODELS_BY_TYPE
from models.api_key import ApiKey
from tests.conftest import STATEMENT_SECONDS


def add_key(database, *scopes, name="desk"):
    """Add an API key, and return its text."""
    with database.write_session() as session:
        return str(ApiKey.create(session, name, scopes or ("admin",), dt.datetime.now(dt.UTC)))


class Editor:
    """A client that writes with a key. ``database`` is the one behind it."""

    def __init__(self, app, database, key):
        self.client, self.database, self.key = app.test_client(), database, key

    def get(self, path, **options):
        return self.client.get(path, **options)

    def send(self, method, path, body=None, /, *, tag=None, headers=(), **options):
        """Send a request with a JSON body, or the bytes of one; ``tag`` is the value of If-Match."""
        sent = {"Authorization": f"Bearer {self.key}"}
        if body is not None:
            sent["Content-Type"] = "application/json"
        if tag is not None:
            sent["If-Match"] = tag
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.open(path, method=method, data=data, headers=sent | dict(headers), **options)

    def post(self, path, body, **options):
        return self.send("POST", path, body, **options)

    def patch(self, path, body, **options):
        options.setdefault("tag", self.tag(path))
        return self.send("PATCH", path, body, **options)

    def put(self, path, body, **options):
        return self.send("PUT", path, body, **options)

    def delete(self, path, **options):
        options.setdefault("tag", self.tag(path))
        return self.send("DELETE", path, **options)

    def rename(self, path, new_id, **options):
        options.setdefault("tag", self.tag(path))
        return self.send("POST", f"{path}/rename", {"id": new_id}, **options)

    def tag(self, path):
        return self.client.get(path).headers.get("ETag")

    def body_of(self, type_name, slug):
        """Return the create body of an item."""
        with self.database.read_session() as session:
            record = MODELS_BY_TYPE[type_name].by_slug(session, slug).to_record()
        return record_to_body(type_name, record).body

    def counts(self):
        """Return what a change must change and a refusal must not: generation, revisions, records."""
        tables = ("revisions", "aliases", "idempotency_records")
        with self.database.read_session() as session:
            connection = session.connection()
            generation = connection.exec_driver_sql("SELECT number FROM content_generation").scalar()
            return generation, *(
                connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() for table in tables
            )


@contextmanager
def serving_app(database, **settings):
    """Yield an application over a database."""
    url = database.url.render_as_string(hide_password=False)
    app = create_app(Settings(database_url=url, statement_seconds=STATEMENT_SECONDS, **settings))
    yield app
    app.extensions["database"].close()


@pytest.fixture
def app_to_write(packed):
    with serving_app(packed) as app:
        yield app


@pytest.fixture
def editor(app_to_write, packed):
    """An editor with all scopes, over the pack."""
    return Editor(app_to_write, packed, add_key(packed))


@pytest.fixture
def logged_editor(packed):
    """An editor with all scopes, of an application that logs every request and has every route."""
    settings = {"access_log": "all", "security_contacts": ("mailto:security@example.org",)}
    with serving_app(packed, **settings) as app:
        yield Editor(app, packed, add_key(packed))
