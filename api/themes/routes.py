"""Routes of themes."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from sqlalchemy import Select

from api.blueprint import Blueprint, slug_parameter
from api.themes.schemas import ThemeQuerySchema, ThemeSchema
from models import Theme

blp = Blueprint("themes", __name__, url_prefix="/v1", description="The shared vocabulary.")


@blp.route("/themes")
class ThemeList(MethodView):
    """All themes."""

    @blp.listing(ThemeQuerySchema, ThemeSchema, operation="listThemes", example="/v1/themes?limit=2")
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
