"""Formats of an item over HTTP: how clients request them, and their headers."""

import pytest

from api.representations import formats_for
from tests.cases import each
from tests.statements import statements

pytestmark = pytest.mark.any_database

ITEMS = {
    "quote": "/v1/quotes/her-2013-a-wife-without-the-challenges",
    "commentary": "/v1/commentary/her-2013-perfection-opposes-reality",
    "source": "/v1/sources/her-perfection-is-the-enemy-of-real",
}
FORMATS_BY_TYPE = [(name, output_format) for name in ITEMS for output_format in formats_for(name)]
each_format = each(
    ("name", "output_format"), FORMATS_BY_TYPE, ids=lambda value: getattr(value, "name", value)
)
OTHER_PATHS = ["/v1/films/her-2013", "/v1/themes/loneliness", "/v1/scenes", "/v1/quotes/random", "/v1"]


class TestNegotiation:
    @each_format
    def test_format_accept_and_extension_select_the_same(self, client, name, output_format):
        path = ITEMS[name]
        by_name = client.get(f"{path}?format={output_format.name}")
        by_type = client.get(path, headers={"Accept": output_format.full_type})
        assert by_name.status_code == by_type.status_code == 200
        assert by_name.content_type == by_type.content_type == output_format.content_type
        assert by_name.data == by_type.data
        if output_format.extension:
            assert client.get(f"{path}.{output_format.extension}").data == by_name.data

    @each_format
    def test_format_overrides_accept(self, client, name, output_format):
        response = client.get(f"{ITEMS[name]}?format={output_format.name}", headers={"Accept": "image/png"})
        assert response.content_type == output_format.content_type

    @each("name", ITEMS)
    def test_an_unavailable_format_is_refused_with_the_available_ones(self, client, name):
        response = client.get(ITEMS[name], headers={"Accept": "image/png, text/html;q=0.5"})
        assert (response.status_code, response.get_json()["code"]) == (406, "not-acceptable")
        for output_format in formats_for(name):
            assert output_format.full_type in response.get_json()["detail"]

    def test_an_unknown_format_is_refused_with_the_allowed_ones(self, client):
        response = client.get(f"{ITEMS['quote']}?format=bibtx")
        (error,) = response.get_json()["errors"]
        assert (response.status_code, error["pointer"]) == (422, "format")
        assert "Did you mean “bibtex”?" in error["detail"]
        assert error["allowed"] == [output_format.name for output_format in formats_for("quote")]

    @each("extension", ["xyz", "pdf", "anno.jsonld"])
    def test_an_unknown_extension_is_not_found(self, client, extension):
        response = client.get(f"{ITEMS['source']}.{extension}")
        assert (response.status_code, response.get_json()["code"]) == (404, "not-found")
        assert ".bib" in response.get_json()["detail"]

    @each("path", OTHER_PATHS)
    def test_other_resources_are_only_json(self, client, path):
        assert client.get(path, headers={"Accept": "application/x-bibtex"}).status_code == 406
        assert client.get(f"{path}?format=bibtex").status_code == 422

    @each("suffix", [".bib", "?format=ris"])
    def test_an_unknown_id_is_not_found_in_any_format(self, client, suffix):
        response = client.get(f"/v1/quotes/her-2013-no-such-line{suffix}")
        assert (response.status_code, response.get_json()["code"]) == (404, "not-found")


class TestResponses:
    @each_format
    def test_each_format_has_its_own_etag(self, client, name, output_format):
        path = f"{ITEMS[name]}?format={output_format.name}"
        response = client.get(path)
        revision = client.get(ITEMS[name]).get_json()["revision"]
        assert response.headers["ETag"].startswith(f'"{revision}.')
        assert response.headers["Vary"] == "Accept, Accept-Encoding, Authorization"
        assert response.headers["Cache-Control"].startswith("public")
        assert client.get(path, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
        if output_format.name != "json":
            assert (
                client.get(ITEMS[name], headers={"If-None-Match": response.headers["ETag"]}).status_code
                == 200
            )

    def test_fields_and_include_only_apply_to_json(self, client):
        path = f"{ITEMS['quote']}?format=text"
        assert client.get(f"{path}&fields=label&include=scene").data == client.get(path).data

    @each_format
    def test_no_performer_is_named(self, client, name, output_format):
        performers = {
            character["performer"]
            for character in client.get("/v1/characters?limit=100").get_json()["data"]
            if character["performer"]
        }
        text = client.get(f"{ITEMS[name]}?format={output_format.name}").text
        assert performers
        assert not [performer for performer in performers if performer in text]

    @each_format
    def test_a_format_needs_one_statement(self, app, client, name, output_format):
        with statements(app.extensions["database"].engine) as recorded:
            client.get(f"{ITEMS[name]}?format={output_format.name}")
        assert len([statement for statement in recorded if not statement.startswith("BEGIN")]) == 1
