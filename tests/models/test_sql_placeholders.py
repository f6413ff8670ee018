"""A view cannot use the value of a placeholder in any way."""

import copy
import operator

import pytest
from sqlalchemy import bindparam

from api.query.index_planner import ListPlanner
from api.query.resource_reader import list_planner, split_key_and_params
from models import Commentary, Quote
from models.statement_placeholders import Placeholder, PlaceholderAccess, bound


def _match_statement(value):
    match value:
        case "loneliness":
            return True
    return False


USES = {
    "if": bool,
    "not": operator.not_,
    "and": lambda value: value and 1,
    "==": lambda value: value == "loneliness",
    "== from the right": lambda value: value == "loneliness",
    "== of lists": lambda value: [value] == ["loneliness"],
    "!=": lambda value: value != "loneliness",
    "<": lambda value: value < "m",
    ">= from the right": lambda value: value <= "m",
    "in a list": lambda value: value in ["loneliness"],
    "in a set": lambda value: value in {"loneliness"},
    "in a mapping": {}.get,
    "contains": lambda value: "loneliness" in value,
    "match": _match_statement,
    "for": lambda value: any(True for _ in value),
    "unpacking": lambda value: [*value],
    "len": len,
    "index": lambda value: value[0],
    "slice": lambda value: value[:1],
    "reversed": reversed,
    "sorted": sorted,
    "max": lambda value: max([value, value]),
    "str": str,
    "repr": repr,
    "f-string": lambda value: f"{value}",
    "f-string with !r": lambda value: f"{value!r}",
    "format": lambda value: f"{value:>5}",
    "%": lambda value: "%s" % value,  # noqa: UP031
    "% from the left": lambda value: value % 2,
    "join": ",".join,
    "+": lambda value: value + "s",
    "+ from the right": lambda value: "s" + value,
    "int": int,
    "float": float,
    "range": range,
    "bytes": bytes,
    "hash": hash,
    "method": lambda value: value.lower(),
    "startswith": lambda value: value.startswith("l"),
    "value": lambda value: value.value,
    "effective value": lambda value: value.effective_value,
    "setting": lambda value: setattr(value, "value", 1),
    "json": lambda value: __import__("json").dumps(value),
    "SQL =": lambda value: Quote.slug == value,
    "SQL IN": Quote.slug.in_,
}


@pytest.fixture
def placeholder():
    return Placeholder("theme", [bindparam("theme_0")])


class TestUse:
    @pytest.mark.parametrize("use", USES)
    def test_raises(self, placeholder, use):
        with pytest.raises((PlaceholderAccess, TypeError, AttributeError)):
            USES[use](placeholder)

    def test_the_error_explains_what_to_do(self, placeholder):
        with pytest.raises(PlaceholderAccess, match=r"“theme” is a placeholder.*__eq__.*select_where"):
            assert placeholder == "loneliness"

    def test_raises_in_optimised_mode(self):
        """It does not use ``assert``, so it also raises under ``python -O``."""
        assert "assert" not in __import__("inspect").getsource(
            __import__("models.statement_placeholders", fromlist=["x"])
        )


class TestPassing:
    def test_it_can_be_compared_with_none(self, placeholder):
        assert placeholder is not None

    def test_copies_have_the_same_parameters(self, placeholder):
        assert bound(copy.copy(placeholder)) == bound(placeholder)

    def test_sql_gets_parameters(self, placeholder):
        assert [value.key for value in bound([placeholder, "avoidance"])[:1]] == ["theme_0"]
        assert bound([placeholder, "avoidance"])[1] == "avoidance"

    @pytest.mark.parametrize("model", [Quote, Commentary])
    def test_every_filter_of_a_model_accepts_them(self, model):
        texts = ("id", "film", "scene", "theme", "theme_all", "source", "advisory", "exclude_advisory")
        key, _ = split_key_and_params({name: ["a", "b"] for name in texts})
        planner = list_planner(lambda filters: model.select_where(**filters), (), key)
        assert isinstance(planner, ListPlanner)
        names = planner.statement.compile().params
        assert {f"{name}_1" for name in texts} <= names.keys()


class TestViews:
    def test_a_view_that_uses_a_filter_value_fails_at_the_first_request(self):
        def view(filters):
            return Quote.select_where(**filters) if filters["film"] == ["her-2013"] else Quote.select_where()

        key, _ = split_key_and_params({"film": ["her-2013"]})
        with pytest.raises(PlaceholderAccess, match="film"):
            _ = list_planner(view, (), key).statement

    def test_a_view_that_uses_a_path_parameter_fails_too(self):
        def view(filters, film):
            return Quote.select_where(film=[film] if film.startswith("her") else None)

        key, _ = split_key_and_params({"film": ["her-2013"]})
        with pytest.raises(AttributeError):
            _ = list_planner(view, key, ()).statement
