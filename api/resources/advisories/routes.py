"""Routes of advisories."""

from __future__ import annotations

from typing import Any

from flask.views import MethodView
from sqlalchemy import Select

from api.http.url_converters import slug_parameter
from api.resources.advisories.schemas import AdvisoryQuerySchema, AdvisorySchema
from api.views.blueprint import Blueprint
from models import Advisory

blp = Blueprint(
    "advisories", __name__, url_prefix="/v1", description="Kinds of sensitive content, with severities."
)


@blp.route("/advisories")
class AdvisoryList(MethodView):
    """All advisories."""

    @blp.list_view(
        AdvisoryQuerySchema, AdvisorySchema, operation="listAdvisories", example="/v1/advisories?limit=1"
    )
    def get(self, filters: dict[str, Any]) -> Select[Any]:
        """List advisories

        Returns all advisories, sorted by id by default.
        """
        return Advisory.select_where(**filters)


@blp.route("/advisories/<slug:advisory>", parameters=[slug_parameter("advisory", "advisory")])
class AdvisoryDetail(MethodView):
    """One advisory."""

    @blp.item(AdvisorySchema, operation="getAdvisory", example="/v1/advisories/gender-generalisation")
    def get(self, advisory: str) -> Select[Any]:
        """Get an advisory

        Returns the advisory with this id, with the meaning of each severity.
        """
        return Advisory.select_where(id=[advisory])
