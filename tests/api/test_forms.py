"""Other forms of an item over HTTP: how one asks for them, and what comes with them."""

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
FORMS = [(name, form) for name in ITEMS for form in formats_for(name)]
each_form = each(("name", "form"), FORMS, ids=lambda value: getattr(value, "name", value))
OTHERS = ["/v1/films/her-2013", "/v1/themes/loneliness", "/v1/quotes", "/v1/quotes/random", "/v1"]


class TestAsking:
    @each_form
    def test_format_accept_and_extension_ask_for_the_same(self, client, name, form):
        path = ITEMS[name]
        by_name = client.get(f"{path}?format={form.name}")
        by_type = client.get(path, headers={"Accept": form.full_type})
        assert by_name.status_code == by_type.status_code == 200
        assert by_name.content_type == by_type.content_type == form.content_type
        assert by_name.data == by_type.data
        if form.extension:
            assert client.get(f"{path}.{form.extension}").data == by_name.data

    @each_form
    def test_format_counts_more_than_accept(self, client, name, form):
        response = client.get(f"{ITEMS[name]}?format={form.name}", headers={"Accept": "image/png"})
        assert response.content_type == form.content_type

    @each("name", ITEMS)
    def test_what_is_not_served_is_refused_with_what_is(self, client, name):
        response = client.get(ITEMS[name], headers={"Accept": "image/png, text/html;q=0.5"})
        assert (response.status_code, response.get_json()["code"]) == (406, "not-acceptable")
        for form in formats_for(name):
            assert form.full_type in response.get_json()["detail"]

    def test_an_unknown_format_is_refused_with_those_that_there_are(self, client):
        response = client.get(f"{ITEMS['quote']}?format=bibtx")
        (fault,) = response.get_json()["errors"]
        assert (response.status_code, fault["pointer"]) == (422, "format")
        assert "Did you mean “bibtex”?" in fault["detail"]
        assert fault["allowed"] == [form.name for form in formats_for("quote")]

    @each("extension", ["xyz", "pdf", "anno.jsonld"])
    def test_an_unknown_extension_is_not_found(self, client, extension):
        response = client.get(f"{ITEMS['source']}.{extension}")
        assert (response.status_code, response.get_json()["code"]) == (404, "not-found")
        assert ".bib" in response.get_json()["detail"]

    @each("path", OTHERS)
    def test_everything_else_is_json_alone(self, client, path):
        assert client.get(path, headers={"Accept": "application/x-bibtex"}).status_code == 406
        assert client.get(f"{path}?format=bibtex").status_code == 422

    @each("suffix", [".bib", "?format=ris"])
    def test_an_unknown_id_is_not_found_in_any_form(self, client, suffix):
        response = client.get(f"/v1/quotes/her-2013-no-such-line{suffix}")
        assert (response.status_code, response.get_json()["code"]) == (404, "not-found")


class TestAnswers:
    @each_form
    def test_each_form_has_a_validator_of_its_own(self, client, name, form):
        path = f"{ITEMS[name]}?format={form.name}"
        response = client.get(path)
        assert response.headers["ETag"].startswith('"1.')
        assert response.headers["Vary"] == "Accept, Accept-Encoding, Authorization"
        assert response.headers["Cache-Control"].startswith("public")
        assert client.get(path, headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
        if form.name != "json":
            assert (
                client.get(ITEMS[name], headers={"If-None-Match": response.headers["ETag"]}).status_code
                == 200
            )

    def test_fields_and_include_shape_json_alone(self, client):
        path = f"{ITEMS['quote']}?format=text"
        assert client.get(f"{path}&fields=label&include=scene").data == client.get(path).data

    @each_form
    def test_no_performer_is_named(self, client, name, form):
        performers = {
            character["performer"]
            for character in client.get("/v1/characters?limit=100").get_json()["data"]
            if character["performer"]
        }
        text = client.get(f"{ITEMS[name]}?format={form.name}").text
        assert performers
        assert not [performer for performer in performers if performer in text]

    @each_form
    def test_a_form_needs_one_statement(self, app, client, name, form):
        with statements(app.extensions["database"].engine) as seen:
            client.get(f"{ITEMS[name]}?format={form.name}")
        assert len([one for one in seen if not one.startswith("BEGIN")]) == 1
