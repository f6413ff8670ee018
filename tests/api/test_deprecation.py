"""Deprecation: declared once, and then in the document, in the headers and in what the guide lists.

Nothing that is served is deprecated today; so an app is given a resource that is, in every way there is.
"""

import datetime as dt
import json

import pytest
from flask.views import MethodView
from marshmallow import fields
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.http.deprecation.declaration import Deprecated, InvalidSunset
from api.http.deprecation.operations import active_deprecations
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
    """A quote with what is deprecated of it."""

    text = fields.String(metadata={"description": "The words.", "deprecated": TEXT})
    film = ReferenceTo("oldfilm", metadata={"description": "The film."})
    citations = NestedParts(OldCitationSchema, metadata={"description": "Where it is quoted."})


class SayingSchema(QuoteSchema):
    """A quote of which nothing is deprecated."""


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


blp.route_undocumented(
    "/sayings/<slug:quote>.<extension:extension>", SayingDetail.as_view("saying_form"), "saying_form"
)


def api_of(app):
    return app.extensions["flask-smorest"]["apis"][""]["ext_obj"]


@pytest.fixture(scope="module")
def old(engine, make_app):
    """An app that has the resource of old, too."""
    with engine.fresh("pack") as url, make_app(url) as app:
        api_of(app).register_blueprint(blp)
        yield app


@pytest.fixture
def visitor(old):
    return old.test_client()


@pytest.fixture(scope="module")
def document(old):
    return json.loads(render_document(old))


def said(response):
    """What an answer says of deprecation: since when, until when, and where to read on."""
    links = [link for link in response.headers.get("Link", "").split(", ") if 'rel="deprecation"' in link]
    return response.headers.get("Deprecation"), response.headers.get("Sunset"), links


def at(day):
    return f"@{int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp())}"


NOTHING = (None, None, [])
OF_SAYING = ("@1798761600", "Thu, 01 Jun 2028 00:00:00 GMT", [GUIDE])
OF_VOICE = (at(VOICE.since), "Tue, 01 Feb 2028 00:00:00 GMT", [GUIDE])
OF_TEXT = (at(TEXT.since), None, [GUIDE])


class TestDeclaration:
    def test_twelve_months_are_promised_to_the_day(self):
        assert Deprecated(dt.date(2027, 1, 31), "x", dt.date(2028, 1, 31)).sunset
        with pytest.raises(InvalidSunset, match="must be on 2028-01-31 or later, not 2028-01-30"):
            Deprecated(dt.date(2027, 1, 31), "x", dt.date(2028, 1, 30))

    def test_a_leap_day_is_no_way_round_the_promise(self):
        assert Deprecated(dt.date(2028, 2, 29), "x", dt.date(2029, 3, 1)).sunset
        with pytest.raises(InvalidSunset):
            Deprecated(dt.date(2028, 2, 29), "x", dt.date(2029, 2, 28))

    def test_it_says_since_when_until_when_and_what_instead(self):
        assert str(VOICE) == "Deprecated since 2027-02-01; will be removed on 2028-02-01. Use `kind` instead."
        assert str(TEXT) == "Deprecated since 2027-03-01; no removal date yet. Use `label` instead."

    def test_it_may_stand_below_the_other_decorators_too(self):
        def view():
            """See."""

        documented = blp.item(SayingSchema, operation="x", example="x")(SAYING(view))
        assert documented._apidoc["deprecated"] == SAYING


class TestOperation:
    @each(
        ("path", "status"),
        [(f"/v1/sayings/{LINE}", 200), ("/v1/sayings/nothing", 404), (f"/v1/sayings/{LINE}?x=1", 422)],
    )
    def test_every_answer_says_so(self, visitor, path, status):
        response = visitor.get(path)
        assert response.status_code == status
        assert said(response) == OF_SAYING

    def test_a_304_says_so_and_keeps_its_tag(self, visitor):
        tag = visitor.get(f"/v1/sayings/{LINE}").headers["ETag"]
        response = visitor.get(f"/v1/sayings/{LINE}", headers={"If-None-Match": tag})
        assert (response.status_code, response.headers["ETag"]) == (304, tag)
        assert said(response) == OF_SAYING

    def test_every_form_says_so(self, visitor):
        response = visitor.get(f"/v1/sayings/{LINE}?format=bibtex")
        assert response.mimetype == "application/x-bibtex"
        assert said(response) == OF_SAYING

    def test_every_address_of_it_says_so(self, visitor):
        assert said(visitor.get(f"/v1/sayings/{LINE}.txt")) == OF_SAYING

    def test_head_says_so(self, visitor):
        assert said(visitor.head(f"/v1/sayings/{LINE}")) == OF_SAYING

    def test_other_origins_may_read_it(self, visitor):
        response = visitor.get(f"/v1/sayings/{LINE}", headers={"Origin": "https://site.example"})
        exposed = response.headers["Access-Control-Expose-Headers"].split(", ")
        assert {"Deprecation", "Sunset", "Link"} <= set(exposed)

    def test_what_is_asked_of_the_address_and_not_of_it_says_nothing(self, visitor):
        assert said(visitor.options(f"/v1/sayings/{LINE}")) == NOTHING
        assert said(visitor.delete(f"/v1/sayings/{LINE}")) == NOTHING


class TestParameter:
    def test_an_answer_says_so_where_it_was_sent(self, visitor):
        assert said(visitor.get("/v1/mottos/random?voice=film")) == OF_VOICE
        assert said(visitor.get("/v1/mottos/random?kind=dialogue")) == NOTHING

    def test_an_error_says_so_too(self, visitor):
        response = visitor.get("/v1/mottos/random?voice=nobody")
        assert response.status_code == 422
        assert said(response) == OF_VOICE

    def test_the_links_of_the_answer_stay(self, visitor):
        response = visitor.get("/v1/mottos?voice=film&limit=1&fields=label")
        assert 'rel="next"' in response.headers["Link"]
        assert said(response) == OF_VOICE

    def test_the_same_parameter_of_another_operation_says_nothing(self, visitor):
        assert said(visitor.get("/v1/quotes?voice=film")) == NOTHING


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
    def test_an_answer_says_so_where_it_has_it(self, visitor, path, query, expected):
        response = visitor.get(path + query)
        assert response.status_code == 200
        assert said(response) == ((at(expected.since), None, [GUIDE]) if expected else NOTHING)

    def test_a_304_says_what_the_answer_said(self, visitor):
        for query, expected in (("?fields=text", OF_TEXT), ("?fields=kind", NOTHING)):
            tag = visitor.get(f"/v1/mottos/{LINE}{query}").headers["ETag"]
            response = visitor.get(f"/v1/mottos/{LINE}{query}", headers={"If-None-Match": tag})
            assert response.status_code == 304
            assert said(response) == expected

    def test_an_error_and_another_form_do_not_have_it(self, visitor):
        assert said(visitor.get("/v1/mottos/nothing")) == NOTHING
        assert said(visitor.get(f"/v1/mottos/{LINE}?format=text")) == NOTHING

    def test_of_several_declarations_the_earliest_days_count(self, visitor):
        since, sunset, links = said(visitor.get("/v1/mottos?voice=film"))
        assert (since, sunset, links) == OF_VOICE


class TestDocument:
    def test_it_is_valid(self, document):
        OpenAPIV31SpecValidator(document).validate()

    def test_an_operation_is_marked_and_says_so(self, document):
        operation = document["paths"]["/v1/sayings/{quote_id}"]["get"]
        assert operation["deprecated"] is True
        assert operation["description"] == f"One of old. {SAYING}"

    def test_a_parameter_is_marked_where_it_is_taken_and_says_so(self, document):
        for path in ("/v1/mottos", "/v1/mottos/random"):
            taken = [one["$ref"] for one in document["paths"][path]["get"]["parameters"]]
            named = [document["components"]["parameters"][ref.rsplit("/", 1)[1]] for ref in taken]
            marked = [one for one in named if "deprecated" in one]
            assert [(one["name"], one["description"]) for one in marked] == [
                ("voice", f"Whose words. {VOICE}")
            ]

    def test_a_field_is_marked_and_says_so(self, document):
        schemas = document["components"]["schemas"]
        marked = {
            (name, key): value["description"]
            for name, schema in schemas.items()
            for key, value in schema.get("properties", {}).items()
            if "deprecated" in value
        }
        assert marked == {
            ("Motto", "text"): f"The words. {TEXT}",
            ("OldCitation", "paragraphs"): f"Numbers. {NUMBERS}",
            ("OldfilmRef", "synopsis"): f"What happens. {SYNOPSIS}",
        }

    def test_the_headers_stand_where_they_can_be_sent(self, document):
        sending = {
            path: set(operation["get"]["responses"]["200"].get("headers", {})) & {"Deprecation", "Sunset"}
            for path, operation in document["paths"].items()
        }
        assert {path: names for path, names in sending.items() if names} == {
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
    def test_it_lists_each_declaration_once_in_order(self, old):
        listed = [
            (entry.kind, entry.name, entry.operations, entry.deprecated) for entry in active_deprecations(old)
        ]
        assert listed == [
            ("operation", "GET /v1/sayings/{quote}", (), SAYING),
            ("parameter", "voice", ("GET /v1/mottos", "GET /v1/mottos/random"), VOICE),
            ("field", "Motto.text", (), TEXT),
            ("field", "OldCitation.paragraphs", (), NUMBERS),
            ("field", "Oldfilm.synopsis", (), SYNOPSIS),
        ]

    def test_it_says_what_since_when_until_when_and_what_instead(self, old):
        said = [(entry.title, entry.since, entry.sunset, entry.instead) for entry in active_deprecations(old)]
        assert said[1:3] == [
            (
                "voice (GET /v1/mottos, GET /v1/mottos/random)",
                VOICE.since,
                VOICE.sunset,
                "Use `kind` instead.",
            ),
            ("Motto.text", TEXT.since, None, "Use `label` instead."),
        ]


class TestProduction:
    def test_nothing_is_deprecated_today(self, app, client):
        assert active_deprecations(app) == []
        assert said(client.get(f"/v1/quotes/{LINE}")) == NOTHING
        assert '"deprecated"' not in PATH.read_text("utf-8")
