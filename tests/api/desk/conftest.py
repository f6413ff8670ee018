"""A browser without scripts at the desk, over a database that has a source which nothing cites."""

import datetime as dt

import pytest
from lxml import html

from api.app import create_app
from api.core.config import Settings
from models.api_key import ApiKey
from tests.conftest import STATEMENT_SECONDS
from tests.desk_sources import ESSAYS, source_body

ORIGIN = {"Origin": "http://127.0.0.1:8000"}


def make_app(database, **settings):
    url = database.url.render_as_string(hide_password=False)
    return create_app(
        Settings(database_url=url, statement_seconds=STATEMENT_SECONDS, essays=ESSAYS, **settings)
    )


def make_key(database, *scopes, name="desk"):
    """Add an API key, and return its text."""
    with database.write_session() as session:
        return str(ApiKey.create(session, name, scopes or ("admin",), dt.datetime.now(dt.UTC)))


class Page:
    """A response, read as a browser reads it."""

    def __init__(self, response):
        self.response, self.status, self.headers = response, response.status_code, response.headers
        self.text = response.get_data(as_text=True)
        self.tree = html.fromstring(self.text) if self.text else None

    def texts(self, path):
        """Return the texts of the elements at an XPath, each on one line."""
        return [" ".join(element.text_content().split()) for element in self.tree.xpath(path)]

    def form(self, button):
        """Return the action of the form with a button, and the values that it sends."""
        [form] = {form for form in self.tree.forms if button in [b.text for b in form.iter("button")]}
        pressed = next(b for b in form.iter("button") if b.text == button)
        values = {name: value for name, value in form.fields.items() if value is not None}
        # A browser takes the line break after <textarea> for no part of its text.
        values |= {area.name: area.value.removeprefix("\n") for area in form.iter("textarea") if area.name}
        if pressed.get("name"):
            values[pressed.get("name")] = pressed.get("value")
        return form.action, values


class Browser:
    """A client that follows redirects, keeps cookies and sends forms as they are, with other values in some fields."""

    def __init__(self, app):
        self.client = app.test_client()

    def get(self, path, **options):
        return Page(self.client.get(path, **options))

    def post(self, path, values, headers=ORIGIN, **options):
        """Send a form, and return the page that it leads to."""
        response = self.client.post(path, data=values, headers=headers, **options)
        return self.get(response.location) if response.status_code == 303 else Page(response)

    def submit(self, page, button, values=(), **options):
        """Press a button of a page."""
        action, fields = page.form(button)
        return self.post(action, fields | dict(values), **options)

    def sign_in(self, key):
        return self.post("/edit/session", {"key": key})

    @property
    def cookie(self):
        return self.client.get_cookie("subtext_desk", path="/edit")


@pytest.fixture
def desk_app(packed):
    app = make_app(packed)
    yield app
    app.extensions["database"].close()


@pytest.fixture
def key(packed):
    """A key with all scopes, by which the source is made that the desk begins with."""
    return make_key(packed)


@pytest.fixture
def browser(desk_app, key):
    """A browser that is signed in."""
    browser = Browser(desk_app)
    headers = {"Authorization": f"Bearer {key}"}
    assert browser.client.post("/v1/sources", json=source_body(), headers=headers).status_code == 201
    assert browser.sign_in(key).status == 200
    return browser
