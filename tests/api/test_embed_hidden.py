"""Quotes that nobody may see are not copied either, and what is hard to show is."""

from xml.etree import ElementTree as ET

import pytest

from models import Quote

pytestmark = pytest.mark.any_database


@pytest.fixture(scope="module")
def app(hidden_app):
    """An app over content of which much is hidden, and all of it is hard to show."""
    return hidden_app


class TestSnippet:
    @pytest.fixture
    def rows(self, app):
        """Every quote's id, and whether anyone may see it."""
        with app.extensions["database"].read_session() as session:
            return [(row.slug, row.is_visible) for row in session.query(Quote)]

    def test_a_quote_is_hidden_from_it_as_from_the_api(self, client, rows):
        responses = {slug: client.get(f"/quotes/{slug}/snippet").status_code for slug, _ in rows}
        assert responses == {slug: client.get(f"/v1/quotes/{slug}").status_code for slug, _ in rows}
        assert {slug: status == 200 for slug, status in responses.items()} == dict(rows)
        assert set(dict(rows).values()) == {True, False}

    def test_what_is_seen_is_well_formed(self, client, rows):
        for slug in (slug for slug, seen in rows if seen):
            ET.fromstring(client.get(f"/quotes/{slug}/snippet").get_json()["xhtml"])
