"""A second version of one resource, for tests: quotes whose speaker includes the certainty.

Views, filters, pagination and error responses are those of version 1. Only tests register this version; the
service does not serve it.
"""

from inspect import unwrap

from api.http.url_converters import slug_parameter
from api.resources.quotes import routes
from api.resources.quotes.schemas import QuoteQuerySchema, QuoteSchema
from api.schemas.fields import Choice
from api.schemas.reference_fields import NestedObject, ReferenceTo
from api.schemas.shared_schemas import ResponseSchema
from api.views.blueprint import Blueprint
from models import Certainty


class SpeakerV2Schema(ResponseSchema):
    """Who says a quote, and how sure that is."""

    api_version = 2

    character = ReferenceTo(
        "character",
        attribute="speaker",
        include="speaker",
        allow_none=True,
        metadata={"description": "The character; null if nobody in the film."},
    )
    certainty = Choice(
        Certainty,
        attribute="speaker_certainty",
        allow_none=True,
        metadata={"description": "How sure that is; null without one."},
    )


class QuoteV2Schema(QuoteSchema):
    """Exact words, as a source quotes them."""

    api_version = 2
    omitted = ("speaker_certainty",)

    speaker = NestedObject(SpeakerV2Schema, metadata={"description": "Who says it."})


blp = Blueprint("quotes-v2", __name__, url_prefix="/v2", description="Exact words, as sources quote them.")
LINE = "/v2/quotes/her-2013-a-wife-without-the-challenges"
list_view = blp.list_view(
    QuoteQuerySchema, QuoteV2Schema, operation="listQuotes", example="/v2/quotes?limit=1"
)
item_view = blp.item(QuoteV2Schema, operation="getQuote", example=LINE)
random_view = blp.random(
    QuoteQuerySchema, QuoteV2Schema, operation="randomQuotes", example="/v2/quotes/random?seed=x"
)
blp.route("/quotes")(list_view(unwrap(routes.QuoteList.get)))
blp.route("/quotes/random")(random_view(unwrap(routes.random_quotes)))
blp.route("/quotes/<slug:quote>", parameters=[slug_parameter("quote", "quote")])(
    item_view(unwrap(routes.QuoteDetail.get))
)
