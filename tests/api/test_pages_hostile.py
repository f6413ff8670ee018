"""Pages of content made up to break them: nothing gets out of its place, nothing hidden gets in."""

import pytest

from models import MODELS_BY_TYPE, RESOURCES
from tests.browser.parsed import Parsed
from tests.choices import NASTY

pytestmark = pytest.mark.any_database

KINDS = ["film", "scene", "theme", "quote"]
#: What templates are made of; a text that became an element would most likely be another.
OURS = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "link",
        "body",
        "header",
        "main",
        "nav",
        "footer",
        "section",
        "article",
    ),
    *(
        "h1",
        "h2",
        "h3",
        "h4",
        "p",
        "a",
        "ol",
        "ul",
        "li",
        "dl",
        "dt",
        "dd",
        "div",
        "span",
        "b",
        "strong",
        "br",
    ),
    *("q", "cite", "code", "blockquote", "figure", "figcaption", "details", "summary"),
    *("pre", "button", "script"),
    *("svg", "defs", "rect", "g", "path", "use", "text", "circle"),
}
MARKUP = next(text for text in NASTY if "</script>" in text)


@pytest.fixture(scope="module")
def app(hidden_app):
    """An app over content of which much is hidden, and all of it is hard to show."""
    return hidden_app


@pytest.fixture(scope="module")
def rows(app):
    """All rows of every noun, with whether anyone may see them."""
    with app.extensions["database"].read_session() as session:
        return [
            (row.type_name, row.slug, row.is_visible) for model in RESOURCES for row in session.query(model)
        ]


@pytest.fixture(scope="module")
def pages(app, rows):
    """The page of everything that has one and can be seen."""
    paths = [f"/{kind}s/{slug}" for kind, slug, seen in rows if seen and kind in KINDS]
    client = app.test_client()
    responses = {path: client.get(path) for path in paths}
    assert {response.status_code for response in responses.values()} == {200}
    return {path: Parsed(response.text) for path, response in responses.items()}


class TestHostileContent:
    def test_every_page_is_well_formed_and_has_our_elements_alone(self, pages):
        assert len(pages) > 15
        for page in pages.values():
            assert {element.tag for element in page.elements} <= OURS
            assert len(page.ids) == len(set(page.ids))

    def test_markup_is_shown_as_it_was_written(self, pages):
        assert sum(MARKUP in page.text for page in pages.values()) > 5

    def test_no_attribute_is_broken_out_of(self, pages):
        known = {"href", "class", "id", "lang", "dir", "rel", "type", "name", "content", "charset", "role"}
        known |= {"property", "cite", "open", "src", "defer", "hidden", "data-copy", "title"}
        known |= {"tabindex", "width", "height", "viewbox", "transform", "d", "x", "y", "cx", "r"}
        for page in pages.values():
            names = {name for element in page.elements for name in element.attributes}
            assert {name for name in names if not name.startswith("aria-")} <= known

    def test_nothing_is_led_to_that_nobody_may_see(self, pages, rows):
        collections = {kind: MODELS_BY_TYPE[kind].__tablename__ for kind, _, _ in rows}
        hidden = {f"{collections[kind]}/{slug}" for kind, slug, seen in rows if not seen}
        assert hidden
        for page in pages.values():
            led = {link.partition("?")[0].partition("#")[0] for link in page.links}
            assert not {"/".join(link.rsplit("/", 2)[-2:]) for link in led} & hidden

    def test_nothing_stands_on_a_page_that_nobody_may_see(self, pages, rows):
        seen = {slug for _, slug, visible in rows if visible}
        hidden = {slug for _, slug, visible in rows if not visible} - seen
        assert hidden
        for page in pages.values():
            assert not set(page.ids) & hidden
            assert not {link.partition("#")[2] for link in page.links} & hidden

    def test_what_is_hidden_has_no_page(self, client, rows):
        paths = [f"/{kind}s/{slug}" for kind, slug, seen in rows if not seen and kind in KINDS]
        assert paths
        for path in paths:
            assert client.get(path, headers={"Accept": "text/html"}).status_code in (404, 410)
