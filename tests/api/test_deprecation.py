"""Deprecation: a declaration appears in the OpenAPI document, in headers and in the guide.

A single field is deprecated in the service today, so these tests register a resource with deprecated parts of every
kind.
"""

import datetime as dt
import json

import pytest
from flask.views import MethodView
from marshmallow import fields
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.http.deprecation.declaration import Deprecated, InvalidSunset
from api.http.deprecation.deprecation_list import active_deprecations
from api.http.url_converters import slug_parameter
from api.resources.films.schemas import FilmSchema
from api.resources.quotes.schemas import QuoteQuerySchema, QuoteSchema
from api.schemas.fields import Choice, CommaSeparated, ConstantField
from api.schemas.reference_fields import NestedParts, ReferenceTo
from api.schemas.shared_schemas import REFERENCE_SCHEMAS, CitationSchema
from api.views.blueprint import Blueprint
from models import Quote, Voice
from openapi import PATH, render_document
from tests.cases import each

pytestmark = pytest.mark.any_database

LINE = "her-2013-a-wife-without-the-challenges"
GUIDE = '<http://127.0.0.1:8000/docs/guides/versioning#deprecated-now>; rel="deprecation"; type="text/html"'
SAYING = Deprecated(dt.date(2027, 1, 1), instead="`/v1/mottos/{quote}`", sunset=dt.date(2028, 6, 1))
VOICE = Deprecated(dt.date(2027, 2, 1), instead="`kind`", sunset=dt.date(2028, 2, 1))
TEXT = Deprecated(dt.date(2027, 3, 1), instead="`label`")
NUMBERS = Deprecated(dt.date(2027, 4, 1), instead="`source`")
SYNOPSIS = Deprecated(dt.date(2027, 5, 1), instead="`title`")


class OldfilmRefSchema(REFERENCE_SCHEMAS["film"]):
    """Names a film of old."""

    type = ConstantField("oldfilm", "Always `oldfilm`.")


class OldfilmSchema(FilmSchema):
    """A film with a synopsis, of old."""

    type = ConstantField("oldfilm", "Always `oldfilm`.")
    synopsis = fields.String(metadata={"description": "What happens.", "deprecated": SYNOPSIS})


class OldCitationSchema(CitationSchema):
    """Paragraphs, of old."""

    paragraphs = fields.List(fields.Integer(), metadata={"description": "Numbers.", "deprecated": NUMBERS})


class MottoSchema(QuoteSchema):
    """A quote with deprecated fields."""

    text = fields.String(metadata={"description": "The words.", "deprecated": TEXT})
    film = ReferenceTo("oldfilm", metadata={"description": "The film."})
    citations = NestedParts(OldCitationSchema, metadata={"description": "Where it is quoted."})


class SayingSchema(QuoteSchema):
    """A quote without deprecated fields."""


class MottoQuerySchema(QuoteQuerySchema):
    """Filters of mottos."""

    voice = CommaSeparated(Choice(Voice), metadata={"description": "Whose words.", "deprecated": VOICE})


blp = Blueprint("mottos", __name__, url_prefix="/v1", description="Quotes of old.")


@blp.route("/mottos")
class MottoList(MethodView):
    """All mottos."""

    @blp.list_view(MottoQuerySchema, MottoSchema, operation="listMottos", example="/v1/mottos")
    def get(self, filters):
        """List mottos

        Every motto.
        """
        return Quote.select_where(**filters)


@blp.route("/mottos/random")
@blp.random(MottoQuerySchema, SayingSchema, operation="randomMottos", example="/v1/mottos/random?seed=x")
def random_mottos(filters):
    """Choose mottos

    By lot.
    """
    return Quote.select_where(**filters)


@blp.route("/mottos/<slug:quote>", parameters=[slug_parameter("quote", "quote")])
@blp.item(MottoSchema, operation="getMotto", example=f"/v1/mottos/{LINE}", format_type="quote")
def motto(quote):
    """Get a motto

    One.
    """
    return Quote.select_where(id=[quote])


@blp.route("/sayings/<slug:quote>", parameters=[slug_parameter("quote", "quote")])
class SayingDetail(MethodView):
    """One saying."""

    @SAYING
    @blp.item(SayingSchema, operation="getSaying", example=f"/v1/sayings/{LINE}", format_type="quote")
    def get(self, quote):
        """Get a saying

        One of old.
        """
        return Quote.select_where(id=[quote])


def api_of(app):
    return app.extensions["flask-smorest"]["apis"][""]["ext_obj"]


@pytest.fixture(scope="module")
def app_with_deprecations(engine, make_app):
    """An app with the additional deprecated resource."""
    with engine.fresh("pack") as url, make_app(url) as app:
        api_of(app).register_blueprint(blp)
        yield app


@pytest.fixture
def client_(app_with_deprecations):
    return app_with_deprecations.test_client()


@pytest.fixture(scope="module")
def document(app_with_deprecations):
    return json.loads(render_document(app_with_deprecations))


def deprecation_headers(response):
    """Return the ``Deprecation`` and ``Sunset`` headers of a response, and its links to the guide."""
    links = [link for link in response.headers.get("Link", "").split(", ") if 'rel="deprecation"' in link]
    return response.headers.get("Deprecation"), response.headers.get("Sunset"), links


def format_date(day):
    return f"@{int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp())}"


NO_HEADERS = (None, None, [])
SAYING_HEADERS = ("@1798761600", "Thu, 01 Jun 2028 00:00:00 GMT", [GUIDE])
VOICE_HEADERS = (format_date(VOICE.since), "Tue, 01 Feb 2028 00:00:00 GMT", [GUIDE])
TEXT_HEADERS = (format_date(TEXT.since), None, [GUIDE])


class TestDeclaration:
    def test_the_sunset_is_at_least_twelve_months_later(self):
        assert Deprecated(dt.date(2027, 1, 31), "x", dt.date(2028, 1, 31)).sunset
        with pytest.raises(InvalidSunset, match="must be on 2028-01-31 or later, not 2028-01-30"):
            Deprecated(dt.date(2027, 1, 31), "x", dt.date(2028, 1, 30))

    def test_a_leap_day_does_not_shorten_the_period(self):
        assert Deprecated(dt.date(2028, 2, 29), "x", dt.date(2029, 3, 1)).sunset
        with pytest.raises(InvalidSunset):
            Deprecated(dt.date(2028, 2, 29), "x", dt.date(2029, 2, 28))

    def test_its_text_has_both_dates_and_the_replacement(self):
        assert str(VOICE) == "Deprecated since 2027-02-01; will be removed on 2028-02-01. Use `kind` instead."
        assert str(TEXT) == "Deprecated since 2027-03-01; no removal date yet. Use `label` instead."

    def test_the_order_of_decorators_does_not_matter(self):
        def view():
            """See."""

        documented = blp.item(SayingSchema, operation="x", example="x")(SAYING(view))
        assert documented._apidoc["deprecated"] == SAYING


class TestOperation:
    @each(
        ("path", "status"),
        [(f"/v1/sayings/{LINE}", 200), ("/v1/sayings/nothing", 404), (f"/v1/sayings/{LINE}?x=1", 422)],
    )
    def test_every_response_has_the_headers(self, client_, path, status):
        response = client_.get(path)
        assert response.status_code == status
        assert deprecation_headers(response) == SAYING_HEADERS

    def test_a_304_has_the_headers_and_the_same_etag(self, client_):
        tag = client_.get(f"/v1/sayings/{LINE}").headers["ETag"]
        response = client_.get(f"/v1/sayings/{LINE}", headers={"If-None-Match": tag})
        assert (response.status_code, response.headers["ETag"]) == (304, tag)
        assert deprecation_headers(response) == SAYING_HEADERS

    def test_every_format_has_the_headers(self, client_):
        response = client_.get(f"/v1/sayings/{LINE}?format=bibtex")
        assert response.mimetype == "application/x-bibtex"
        assert deprecation_headers(response) == SAYING_HEADERS

    def test_every_url_of_it_has_the_headers(self, client_):
        assert deprecation_headers(client_.get(f"/v1/sayings/{LINE}.txt")) == SAYING_HEADERS

    def test_head_has_the_headers(self, client_):
        assert deprecation_headers(client_.head(f"/v1/sayings/{LINE}")) == SAYING_HEADERS

    def test_other_origins_may_read_the_headers(self, client_):
        response = client_.get(f"/v1/sayings/{LINE}", headers={"Origin": "https://site.example"})
        exposed = response.headers["Access-Control-Expose-Headers"].split(", ")
        assert {"Deprecation", "Sunset", "Link"} <= set(exposed)

    def test_other_methods_have_no_headers(self, client_):
        assert deprecation_headers(client_.options(f"/v1/sayings/{LINE}")) == NO_HEADERS
        assert deprecation_headers(client_.delete(f"/v1/sayings/{LINE}")) == NO_HEADERS


class TestParameter:
    def test_a_response_has_the_headers_if_it_was_sent(self, client_):
        assert deprecation_headers(client_.get("/v1/mottos/random?voice=film")) == VOICE_HEADERS
        assert deprecation_headers(client_.get("/v1/mottos/random?kind=dialogue")) == NO_HEADERS

    def test_an_error_has_the_headers_too(self, client_):
        response = client_.get("/v1/mottos/random?voice=nobody")
        assert response.status_code == 422
        assert deprecation_headers(response) == VOICE_HEADERS

    def test_other_links_are_preserved(self, client_):
        response = client_.get("/v1/mottos?voice=film&limit=1&fields=label")
        assert 'rel="next"' in response.headers["Link"]
        assert deprecation_headers(response) == VOICE_HEADERS

    def test_the_same_parameter_of_another_operation_has_no_headers(self, client_):
        assert deprecation_headers(client_.get("/v1/quotes?voice=film")) == NO_HEADERS


class TestField:
    @each("path", ["/v1/mottos", f"/v1/mottos/{LINE}"])
    @each(
        ("query", "expected"),
        [
            ("", TEXT),
            ("?fields=text,kind", TEXT),
            ("?fields=kind&fields=text", TEXT),
            ("?fields=kind,label", None),
            ("?fields=citations", NUMBERS),
            ("?fields=film", None),
            ("?fields=film&include=film", SYNOPSIS),
            ("?fields=kind&include=film,sources", NUMBERS),
        ],
    )
    def test_a_response_with_the_field_has_the_headers(self, client_, path, query, expected):
        response = client_.get(path + query)
        assert response.status_code == 200
        assert deprecation_headers(response) == (
            (format_date(expected.since), None, [GUIDE]) if expected else NO_HEADERS
        )

    def test_a_304_has_the_headers_of_the_response(self, client_):
        for query, expected in (("?fields=text", TEXT_HEADERS), ("?fields=kind", NO_HEADERS)):
            tag = client_.get(f"/v1/mottos/{LINE}{query}").headers["ETag"]
            response = client_.get(f"/v1/mottos/{LINE}{query}", headers={"If-None-Match": tag})
            assert response.status_code == 304
            assert deprecation_headers(response) == expected

    def test_errors_and_other_formats_have_no_headers(self, client_):
        assert deprecation_headers(client_.get("/v1/mottos/nothing")) == NO_HEADERS
        assert deprecation_headers(client_.get(f"/v1/mottos/{LINE}?format=text")) == NO_HEADERS

    def test_the_earliest_dates_of_several_declarations_are_sent(self, client_):
        since, sunset, links = deprecation_headers(client_.get("/v1/mottos?voice=film"))
        assert (since, sunset, links) == VOICE_HEADERS


class TestDocument:
    def test_it_is_valid(self, document):
        OpenAPIV31SpecValidator(document).validate()

    def test_an_operation_is_marked_and_described_as_deprecated(self, document):
        operation = document["paths"]["/v1/sayings/{quote_id}"]["get"]
        assert operation["deprecated"] is True
        assert operation["description"] == f"One of old. {SAYING}"

    def test_a_parameter_is_marked_and_described_as_deprecated(self, document):
        for path in ("/v1/mottos", "/v1/mottos/random"):
            references = [parameter["$ref"] for parameter in document["paths"][path]["get"]["parameters"]]
            parameters = [document["components"]["parameters"][ref.rsplit("/", 1)[1]] for ref in references]
            deprecated = [parameter for parameter in parameters if "deprecated" in parameter]
            assert [(parameter["name"], parameter["description"]) for parameter in deprecated] == [
                ("voice", f"Whose words. {VOICE}")
            ]

    def test_a_field_is_marked_and_described_as_deprecated(self, document):
        schemas = document["components"]["schemas"]
        deprecated = {
            (name, key): value["description"]
            for name, schema in schemas.items()
            if not name.startswith(("Sparse", "Advisory"))
            for key, value in schema.get("properties", {}).items()
            if "deprecated" in value
        }
        assert deprecated == {
            ("Motto", "text"): f"The words. {TEXT}",
            ("OldCitation", "paragraphs"): f"Numbers. {NUMBERS}",
            ("OldfilmRef", "synopsis"): f"What happens. {SYNOPSIS}",
        }

    def test_the_headers_are_documented_where_they_can_be_sent(self, document):
        header_names = {
            path: set(operation["get"]["responses"]["200"].get("headers", {})) & {"Deprecation", "Sunset"}
            for path, operation in document["paths"].items()
            if "get" in operation
        }
        assert {path: names for path, names in header_names.items() if names} == {
            "/v1/advisories": {"Deprecation"},
            "/v1/advisories/{advisory_id}": {"Deprecation"},
            "/v1/advisories/{advisory_id}/draft/preview": {"Deprecation"},
            "/v1/mottos": {"Deprecation", "Sunset"},
            "/v1/mottos/random": {"Deprecation", "Sunset"},
            "/v1/mottos/{quote_id}": {"Deprecation"},
            "/v1/sayings/{quote_id}": {"Deprecation", "Sunset"},
        }
        assert set(document["components"]["headers"]) >= {"Deprecation", "Sunset"}

    def test_a_link_to_the_guide_is_documented_with_them(self, document):
        for path in ("/v1/mottos/{quote_id}", "/v1/sayings/{quote_id}"):
            assert "Link" in document["paths"][path]["get"]["responses"]["200"]["headers"]


class TestGuide:
    def test_it_lists_each_declaration_once_in_order(self, app_with_deprecations):
        entries = [
            (entry.kind, entry.name, entry.operations, entry.deprecated)
            for entry in active_deprecations(app_with_deprecations)
        ]
        assert [entry for entry in entries if entry[1] != "Advisory.severities"] == [
            ("operation", "GET /v1/sayings/{quote}", (), SAYING),
            ("parameter", "voice", ("GET /v1/mottos", "GET /v1/mottos/random"), VOICE),
            ("field", "Motto.text", (), TEXT),
            ("field", "OldCitation.paragraphs", (), NUMBERS),
            ("field", "Oldfilm.synopsis", (), SYNOPSIS),
        ]

    def test_it_lists_dates_and_replacements(self, app_with_deprecations):
        entries = [
            (entry.title, entry.since, entry.sunset, entry.instead)
            for entry in active_deprecations(app_with_deprecations)
            if entry.name != "Advisory.severities"
        ]
        assert entries[1:3] == [
            (
                "voice (GET /v1/mottos, GET /v1/mottos/random)",
                VOICE.since,
                VOICE.sunset,
                "Use `kind` instead.",
            ),
            ("Motto.text", TEXT.since, None, "Use `label` instead."),
        ]


class TestProduction:
    def test_one_field_is_deprecated_today(self, app, client):
        assert [entry.name for entry in active_deprecations(app)] == ["Advisory.severities"]
        since = "@1795996800", None, [GUIDE]
        assert deprecation_headers(client.get("/v1/advisories/spoiler")) == since
        assert deprecation_headers(client.get("/v1/advisories?fields=label,severities")) == since
        assert deprecation_headers(client.get("/v1/advisories?fields=severity_levels")) == NO_HEADERS
        assert deprecation_headers(client.get(f"/v1/quotes/{LINE}")) == NO_HEADERS
        schemas = json.loads(PATH.read_bytes())["components"]["schemas"]
        assert schemas["Advisory"]["properties"]["severities"]["deprecated"] is True
