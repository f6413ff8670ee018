"""Hidden quotes have no snippet, and snippets of hostile texts are well-formed."""

from xml.etree import ElementTree as ET

import pytest

from models import Quote

pytestmark = pytest.mark.any_database


@pytest.fixture(scope="module")
def app(hidden_app):
    """An app over hostile content with many hidden items."""
    return hidden_app


class TestSnippet:
    @pytest.fixture
    def rows(self, app):
        """The id of every quote, and whether it is visible."""
        with app.extensions["database"].read_session() as session:
            return [(row.slug, row.is_visible) for row in session.query(Quote)]

    def test_the_same_quotes_are_hidden_as_in_the_api(self, client, rows):
        statuses = {slug: client.get(f"/quotes/{slug}/snippet").status_code for slug, _ in rows}
        assert statuses == {slug: client.get(f"/v1/quotes/{slug}").status_code for slug, _ in rows}
        assert {slug: status == 200 for slug, status in statuses.items()} == dict(rows)
        assert set(dict(rows).values()) == {True, False}

    def test_snippets_are_well_formed(self, client, rows):
        for slug in (slug for slug, is_visible in rows if is_visible):
            ET.fromstring(client.get(f"/quotes/{slug}/snippet").get_json()["xhtml"])
