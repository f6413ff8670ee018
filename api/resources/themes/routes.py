"""Routes of themes."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from sqlalchemy import Select

from api.core.request_context import session
from api.http.url_converters import slug_parameter
from api.resources.themes.related_theme_schemas import RelatedThemeQuerySchema, RelatedThemeSchema
from api.resources.themes.schemas import ThemeQuerySchema, ThemeSchema
from api.views.blueprint import Blueprint
from api.views.computed import Ranking, ranking_view
from models import Theme
from models.facet_counts import count_relation
from models.theme_counts import related_themes

blp = Blueprint("themes", __name__, url_prefix="/v1", description="The shared vocabulary.")


@blp.route("/themes")
class ThemeList(MethodView):
    """All themes."""

    @blp.list_view(ThemeQuerySchema, ThemeSchema, operation="listThemes", example="/v1/themes?limit=2")
    def get(self, filters: dict[str, Any]) -> Select[Any]:
        """List themes

        The whole vocabulary, by name unless sorted otherwise.
        """
        return Theme.select_where(**filters)


@blp.route("/themes/<slug:theme>", parameters=[slug_parameter("theme", "theme")])
class ThemeDetail(MethodView):
    """One theme."""

    @blp.item(ThemeSchema, operation="getTheme", example="/v1/themes/loneliness")
    def get(self, theme: str) -> Select[Any]:
        """Get a theme

        The theme with this id, with what is broader, narrower and related.
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
def get_related_themes(asked: dict[str, Any], theme: str) -> Ranking:
    """List a theme's related themes

    The themes that come with it most often: on the same scenes, quotes and claims. A theme means itself
    and what is narrower, so what is broader or narrower than the theme comes with it by definition and is
    left out. The list has one page; `total` is always known.
    """
    found, is_whole = related_themes(session(), Theme.by_slug(session(), theme), asked.get("film", []))
    return Ranking(found[: asked["limit"]], len(found), count_relation(is_whole))
