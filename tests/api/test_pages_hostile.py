"""Pages of hostile content: texts stay texts, and hidden items do not appear."""

import pytest

from models import MODELS_BY_TYPE, RESOURCES
from tests.browser.parsed import Parsed
from tests.choices import NASTY

pytestmark = pytest.mark.any_database

TYPES = ["film", "scene", "theme", "quote"]
#: The elements of our templates. An element from hostile text would most likely be another one.
ELEMENTS = {
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
        "h5",
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
    *("q", "bdi", "cite", "code", "blockquote", "figure", "figcaption", "details", "summary"),
    *("pre", "button", "script"),
    *("svg", "defs", "rect", "use", "text", "circle"),
}
MARKUP = next(text for text in NASTY if "</script>" in text)


@pytest.fixture(scope="module")
def app(hidden_app):
    """An app over hostile content with many hidden items."""
    return hidden_app


@pytest.fixture(scope="module")
def rows(app):
    """The type and id of every item, and whether it is visible."""
    with app.extensions["database"].read_session() as session:
        return [
            (row.type_name, row.slug, row.is_visible) for model in RESOURCES for row in session.query(model)
        ]


@pytest.fixture(scope="module")
def pages(app, rows):
    """The parsed page of every visible item that has one, by path."""
    paths = [
        f"/{type_name}s/{slug}" for type_name, slug, is_visible in rows if is_visible and type_name in TYPES
    ]
    client = app.test_client()
    responses = {path: client.get(path) for path in paths}
    assert {response.status_code for response in responses.values()} == {200}
    return {path: Parsed(response.text) for path, response in responses.items()}


class TestHostileContent:
    def test_every_page_is_well_formed_and_has_only_our_elements(self, pages):
        assert len(pages) > 15
        for page in pages.values():
            assert {element.tag for element in page.elements} <= ELEMENTS
            assert len(page.ids) == len(set(page.ids))

    def test_markup_is_displayed_as_text(self, pages):
        assert sum(MARKUP in page.text for page in pages.values()) > 5

    def test_pages_have_only_known_attributes(self, pages):
        known = {"href", "class", "id", "lang", "dir", "rel", "type", "name", "content", "charset", "role"}
        known |= {"property", "cite", "open", "src", "defer", "hidden", "data-copy", "title"}
        known |= {"tabindex", "sizes", "width", "height", "viewbox", "x", "y", "cx", "r"}
        for page in pages.values():
            names = {name for element in page.elements for name in element.attributes}
            assert {name for name in names if not name.startswith("aria-")} <= known

    def test_no_page_links_to_hidden_items(self, pages, rows):
        collections = {type_name: MODELS_BY_TYPE[type_name].__tablename__ for type_name, _, _ in rows}
        hidden = {
            f"{collections[type_name]}/{slug}" for type_name, slug, is_visible in rows if not is_visible
        }
        assert hidden
        for page in pages.values():
            targets = {link.partition("?")[0].partition("#")[0] for link in page.links}
            assert not {"/".join(link.rsplit("/", 2)[-2:]) for link in targets} & hidden

    def test_no_page_contains_hidden_items(self, pages, rows):
        visible_slugs = {slug for _, slug, is_visible in rows if is_visible}
        hidden = {slug for _, slug, is_visible in rows if not is_visible} - visible_slugs
        assert hidden
        for page in pages.values():
            assert not set(page.ids) & hidden
            assert not {link.partition("#")[2] for link in page.links} & hidden

    def test_hidden_items_have_no_page(self, client, rows):
        paths = [
            f"/{type_name}s/{slug}"
            for type_name, slug, is_visible in rows
            if not is_visible and type_name in TYPES
        ]
        assert paths
        for path in paths:
            assert client.get(path, headers={"Accept": "text/html"}).status_code in (404, 410)
