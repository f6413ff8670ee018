"""Routes of quotes."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from sqlalchemy import Select

from api.http.url_converters import slug_parameter
from api.resources.quotes.schemas import (
    CharacterQuoteQuerySchema,
    FilmQuoteQuerySchema,
    QuoteQuerySchema,
    QuoteSchema,
    SceneQuoteQuerySchema,
    SourceQuoteQuerySchema,
    ThemeQuoteQuerySchema,
)
from api.views.blueprint import Blueprint
from models import Character, Film, Quote, Scene, Source, Theme

blp = Blueprint("quotes", __name__, url_prefix="/v1", description="Verbatim quotes from sources.")


@blp.route("/quotes")
class QuoteList(MethodView):
    """All quotes."""

    @blp.list_view(
        QuoteQuerySchema, QuoteSchema, operation="listQuotes", example="/v1/quotes?theme=avoidance&limit=1"
    )
    def get(self, filters: dict[str, Any]) -> Select[Any]:
        """List quotes

        Returns quotes of all films, sorted by film and in the editor's order by default. Flagged quotes are
        included; set `max_severity=0` to exclude them.
        """
        return Quote.select_where(**filters)


@blp.route("/quotes/random")
@blp.random(
    QuoteQuerySchema,
    QuoteSchema,
    operation="randomQuotes",
    example="/v1/quotes/random?theme=avoidance&seed=example",
)
def random_quotes(filters: dict[str, Any]) -> Select[Any]:
    """Get random quotes

    Returns one or more quotes that match the filters, without repetition. Each is equally likely. Flagged
    quotes are excluded unless `max_severity` or `advisory` is set.
    """
    return Quote.select_where(**filters)


@blp.route("/quotes/daily")
@blp.daily(
    QuoteQuerySchema,
    QuoteSchema,
    operation="getDailyQuote",
    example="/v1/quotes/daily?date=2026-11-23",
    format_type="quote",
)
def daily_quote(filters: dict[str, Any]) -> Select[Any]:
    """Get the quote of the day

    Returns the quote of today, or of `date`. It is the same for everyone all day. It is chosen from the
    quotes that existed before the day began in any time zone, so later additions never change it. Flagged
    quotes are excluded unless `max_severity` or `advisory` is set. Dates that have not begun in any time
    zone, or before the first quote, return 404. The `Link` header has the permanent URL of the day, such as
    `/v1/quotes/daily/2026-11-23`.
    """
    return Quote.select_where(**filters)


blp.route_undocumented("/quotes/daily/<day:date>", daily_quote, "quote_of_day")


@blp.route("/quotes/<slug:quote>", parameters=[slug_parameter("quote", "quote")])
class QuoteDetail(MethodView):
    """One quote."""

    @blp.item(
        QuoteSchema,
        operation="getQuote",
        example="/v1/quotes/her-2013-a-wife-without-the-challenges",
        format_type="quote",
    )
    def get(self, quote: str) -> Select[Any]:
        """Get a quote

        Returns the quote with this id: its text, its speaker, and the paragraph of the source that quotes it.
        """
        return Quote.select_where(id=[quote])


@blp.route("/films/<slug:film>/quotes", parameters=[slug_parameter("film", "film")])
@blp.list_view(
    FilmQuoteQuerySchema,
    QuoteSchema,
    operation="listFilmQuotes",
    example="/v1/films/her-2013/quotes?limit=1",
    parent=Film,
)
def film_quotes(filters: dict[str, Any], film: str) -> Select[Any]:
    """List a film's quotes

    Returns quotes from and about a film, in the editor's order by default.
    """
    return Quote.select_where(film=[film], **filters)


@blp.route("/scenes/<slug:scene>/quotes", parameters=[slug_parameter("scene", "scene")])
@blp.list_view(
    SceneQuoteQuerySchema,
    QuoteSchema,
    operation="listSceneQuotes",
    example="/v1/scenes/her-2013-lunch-with-catherine/quotes?limit=1",
    parent=Scene,
)
def scene_quotes(filters: dict[str, Any], scene: str) -> Select[Any]:
    """List a scene's quotes

    Returns lines spoken in a scene, and sentences about it.
    """
    return Quote.select_where(scene=[scene], **filters)


@blp.route("/characters/<slug:character>/quotes", parameters=[slug_parameter("character", "character")])
@blp.list_view(
    CharacterQuoteQuerySchema,
    QuoteSchema,
    operation="listCharacterQuotes",
    example="/v1/characters/her-2013-catherine/quotes",
    parent=Character,
)
def character_quotes(filters: dict[str, Any], character: str) -> Select[Any]:
    """List a character's quotes

    Returns the lines that a character speaks.
    """
    return Quote.select_where(speaker=[character], **filters)


@blp.route("/themes/<slug:theme>/quotes", parameters=[slug_parameter("theme", "theme")])
@blp.list_view(
    ThemeQuoteQuerySchema,
    QuoteSchema,
    operation="listThemeQuotes",
    example="/v1/themes/avoidance/quotes?limit=1",
    parent=Theme,
)
def theme_quotes(filters: dict[str, Any], theme: str) -> Select[Any]:
    """List a theme's quotes

    Returns quotes tagged with a theme or its subthemes.
    """
    return Quote.select_where(theme=[theme], **filters)


@blp.route("/sources/<slug:source>/quotes", parameters=[slug_parameter("source", "source")])
@blp.list_view(
    SourceQuoteQuerySchema,
    QuoteSchema,
    operation="listSourceQuotes",
    example="/v1/sources/her-perfection-is-the-enemy-of-real/quotes?limit=1",
    parent=Source,
)
def source_quotes(filters: dict[str, Any], source: str) -> Select[Any]:
    """List a source's quotes

    Returns quotes from a source.
    """
    return Quote.select_where(source=[source], **filters)
