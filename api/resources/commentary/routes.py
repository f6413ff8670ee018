"""Routes of commentary."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from sqlalchemy import Select

from api.http.url_converters import slug_parameter
from api.resources.commentary.schemas import (
    CharacterCommentaryQuerySchema,
    ClaimRelationQuerySchema,
    ClaimRelationSchema,
    CommentaryQuerySchema,
    CommentarySchema,
    FilmCommentaryQuerySchema,
    QuoteCommentaryQuerySchema,
    SceneCommentaryQuerySchema,
    SourceCommentaryQuerySchema,
    ThemeCommentaryQuerySchema,
)
from api.views.blueprint import Blueprint
from models import Character, Commentary, CommentaryRelation, Film, Quote, Scene, Source, Theme

blp = Blueprint(
    "commentary", __name__, url_prefix="/v1", description="What sources argue, in the editors' words."
)


@blp.route("/commentary")
class CommentaryList(MethodView):
    """All commentary."""

    @blp.list_view(
        CommentaryQuerySchema,
        CommentarySchema,
        operation="listCommentary",
        example="/v1/commentary?theme=avoidance&limit=1&include=quotes",
    )
    def get(self, filters: dict[str, Any]) -> Select[Any]:
        """List commentary

        Returns commentary on all films, sorted by film and in the editor's order by default. Flagged entries
        are included; set `max_severity=0` to exclude them.
        """
        return Commentary.select_where(**filters)


@blp.route("/commentary/random")
@blp.random(
    CommentaryQuerySchema,
    CommentarySchema,
    operation="randomCommentary",
    example="/v1/commentary/random?theme=avoidance&seed=example",
)
def random_commentary(filters: dict[str, Any]) -> Select[Any]:
    """Get random commentary

    Returns one or more commentary entries that match the filters, without repetition. Each is equally likely.
    Flagged entries are excluded unless `max_severity` or `advisory` is set.
    """
    return Commentary.select_where(**filters)


@blp.route("/commentary/daily")
@blp.daily(
    CommentaryQuerySchema,
    CommentarySchema,
    operation="getDailyCommentary",
    example="/v1/commentary/daily?date=2026-11-23",
    format_type="commentary",
)
def daily_commentary(filters: dict[str, Any]) -> Select[Any]:
    """Get the commentary of the day

    Returns the commentary entry of today, or of `date`. It is the same for everyone all day. It is chosen
    from the entries that existed before the day began in any time zone, so later additions never change it.
    Flagged entries are excluded unless `max_severity` or `advisory` is set. Dates that have not begun in any
    time zone, or before the first entry, return 404. The `Link` header has the permanent URL of the day, such
    as `/v1/commentary/daily/2026-11-23`.
    """
    return Commentary.select_where(**filters)


blp.route_undocumented("/commentary/daily/<day:date>", daily_commentary, "commentary_of_day")


@blp.route("/commentary/<slug:commentary>", parameters=[slug_parameter("commentary", "commentary")])
class CommentaryDetail(MethodView):
    """One commentary entry."""

    @blp.item(
        CommentarySchema,
        operation="getCommentary",
        example="/v1/commentary/her-2013-perfection-opposes-reality",
        format_type="commentary",
    )
    def get(self, commentary: str) -> Select[Any]:
        """Get a commentary entry

        Returns the commentary entry with this id: what the source argues, about what, on which quotes it
        rests, and which paragraphs it comes from.
        """
        return Commentary.select_where(id=[commentary])


@blp.route("/commentary/<slug:commentary>/relations", parameters=[slug_parameter("commentary", "commentary")])
@blp.list_view(
    ClaimRelationQuerySchema,
    ClaimRelationSchema,
    operation="listCommentaryRelations",
    example="/v1/commentary/her-2013-perfection-opposes-reality/relations?limit=2",
    parent=Commentary,
)
def commentary_relations(filters: dict[str, Any], commentary: str) -> Select[Any]:
    """List the relations of a commentary entry

    Returns relations from this entry to others, in which it is the subject, and from others to this entry, in
    which it is the object. Follow them to get from a thesis to its evidence and back.
    """
    return CommentaryRelation.select_where(commentary=[commentary], **filters)


@blp.route("/films/<slug:film>/commentary", parameters=[slug_parameter("film", "film")])
@blp.list_view(
    FilmCommentaryQuerySchema,
    CommentarySchema,
    operation="listFilmCommentary",
    example="/v1/films/her-2013/commentary?limit=1",
    parent=Film,
)
def film_commentary(filters: dict[str, Any], film: str) -> Select[Any]:
    """List a film's commentary

    Returns commentary on a film, in the editor's order by default.
    """
    return Commentary.select_where(film=[film], **filters)


@blp.route("/scenes/<slug:scene>/commentary", parameters=[slug_parameter("scene", "scene")])
@blp.list_view(
    SceneCommentaryQuerySchema,
    CommentarySchema,
    operation="listSceneCommentary",
    example="/v1/scenes/her-2013-lunch-with-catherine/commentary?limit=1",
    parent=Scene,
)
def scene_commentary(filters: dict[str, Any], scene: str) -> Select[Any]:
    """List a scene's commentary

    Returns commentary on a scene.
    """
    return Commentary.select_where(scene=[scene], **filters)


@blp.route("/characters/<slug:character>/commentary", parameters=[slug_parameter("character", "character")])
@blp.list_view(
    CharacterCommentaryQuerySchema,
    CommentarySchema,
    operation="listCharacterCommentary",
    example="/v1/characters/her-2013-catherine/commentary?limit=1",
    parent=Character,
)
def character_commentary(filters: dict[str, Any], character: str) -> Select[Any]:
    """List a character's commentary

    Returns commentary on a character. It is never about the performer.
    """
    return Commentary.select_where(character=[character], **filters)


@blp.route("/themes/<slug:theme>/commentary", parameters=[slug_parameter("theme", "theme")])
@blp.list_view(
    ThemeCommentaryQuerySchema,
    CommentarySchema,
    operation="listThemeCommentary",
    example="/v1/themes/avoidance/commentary?limit=1",
    parent=Theme,
)
def theme_commentary(filters: dict[str, Any], theme: str) -> Select[Any]:
    """List a theme's commentary

    Returns commentary on a theme or its subthemes.
    """
    return Commentary.select_where(theme=[theme], **filters)


@blp.route("/quotes/<slug:quote>/commentary", parameters=[slug_parameter("quote", "quote")])
@blp.list_view(
    QuoteCommentaryQuerySchema,
    CommentarySchema,
    operation="listQuoteCommentary",
    example="/v1/quotes/her-2013-a-wife-without-the-challenges/commentary?limit=1",
    parent=Quote,
)
def quote_commentary(filters: dict[str, Any], quote: str) -> Select[Any]:
    """List a quote's commentary

    Returns commentary that is based on a quote.
    """
    return Commentary.select_where(quote=[quote], **filters)


@blp.route("/sources/<slug:source>/commentary", parameters=[slug_parameter("source", "source")])
@blp.list_view(
    SourceCommentaryQuerySchema,
    CommentarySchema,
    operation="listSourceCommentary",
    example="/v1/sources/her-perfection-is-the-enemy-of-real/commentary?limit=1",
    parent=Source,
)
def source_commentary(filters: dict[str, Any], source: str) -> Select[Any]:
    """List a source's commentary

    Returns commentary that reports the arguments of a source.
    """
    return Commentary.select_where(source=[source], **filters)
