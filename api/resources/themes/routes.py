"""Routes of themes."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from sqlalchemy import Select

from api.core.app_context import session
from api.http.url_converters import slug_parameter
from api.resources.themes.related_theme_schemas import RelatedThemeQuerySchema, RelatedThemeSchema
from api.resources.themes.schemas import ThemeQuerySchema, ThemeSchema
from api.views.blueprint import Blueprint
from api.views.computed import Ranking, ranking_view
from models import Theme
from models.facet_queries import count_relation
from models.related_themes import related_themes

blp = Blueprint("themes", __name__, url_prefix="/v1", description="The topics that content is tagged with.")


@blp.route("/themes")
class ThemeList(MethodView):
    """All themes."""

    @blp.list_view(ThemeQuerySchema, ThemeSchema, operation="listThemes", example="/v1/themes?limit=2")
    def get(self, filters: dict[str, Any]) -> Select[Any]:
        """List themes

        Returns all themes, sorted by name by default.
        """
        return Theme.select_where(**filters)


@blp.route("/themes/<slug:theme>", parameters=[slug_parameter("theme", "theme")])
class ThemeDetail(MethodView):
    """One theme."""

    @blp.item(ThemeSchema, operation="getTheme", example="/v1/themes/loneliness")
    def get(self, theme: str) -> Select[Any]:
        """Get a theme

        Returns the theme with this id, with its broader theme, subthemes and related themes.
        """
        return Theme.select_where(id=[theme])


@blp.route("/themes/<slug:theme>/related", parameters=[slug_parameter("theme", "theme")])
@ranking_view(
    blp,
    RelatedThemeSchema,
    query=RelatedThemeQuerySchema,
    operation="listRelatedThemes",
    example="/v1/themes/loneliness/related?limit=3",
)
def get_related_themes(args: dict[str, Any], theme: str) -> Ranking:
    """List a theme's related themes

    Returns the themes that occur most often together with a theme, on the same scenes, quotes and commentary.
    A theme includes its subthemes, so its broader theme and its subthemes are left out. The list has a single
    page, and `total` is always set.
    """
    filters = {"film": args.get("film", []), "asserted_by": args.get("asserted_by")}
    themes, is_complete = related_themes(session(), Theme.by_slug(session(), theme), **filters)
    return Ranking(themes[: args["limit"]], len(themes), count_relation(is_complete))
