"""A view cannot look at a placeholder, in whatever way."""

import copy
import operator

import pytest
from sqlalchemy import bindparam

from api.query.index_planner import ListPlanner
from api.query.statement_cache import list_planner, split_key_and_params
from models import Commentary, Quote
from models.sql_placeholders import Placeholder, PlaceholderAccess, bound


def _match_statement(one):
    match one:
        case "loneliness":
            return True
    return False


WAYS = {
    "if": bool,
    "not": operator.not_,
    "and": lambda one: one and 1,
    "==": lambda one: one == "loneliness",
    "== from the right": lambda one: one == "loneliness",
    "== of lists": lambda one: [one] == ["loneliness"],
    "!=": lambda one: one != "loneliness",
    "<": lambda one: one < "m",
    ">= from the right": lambda one: one <= "m",
    "in a list": lambda one: one in ["loneliness"],
    "in a set": lambda one: one in {"loneliness"},
    "in a mapping": {}.get,
    "contains": lambda one: "loneliness" in one,
    "match": _match_statement,
    "for": lambda one: any(True for _ in one),
    "unpacking": lambda one: [*one],
    "len": len,
    "index": lambda one: one[0],
    "slice": lambda one: one[:1],
    "reversed": reversed,
    "sorted": sorted,
    "max": lambda one: max([one, one]),
    "str": str,
    "repr": repr,
    "f-string": lambda one: f"{one}",
    "f-string with !r": lambda one: f"{one!r}",
    "format": lambda one: f"{one:>5}",
    "%": lambda one: "%s" % one,  # noqa: UP031
    "% from the left": lambda one: one % 2,
    "join": ",".join,
    "+": lambda one: one + "s",
    "+ from the right": lambda one: "s" + one,
    "int": int,
    "float": float,
    "range": range,
    "bytes": bytes,
    "hash": hash,
    "method": lambda one: one.lower(),
    "startswith": lambda one: one.startswith("l"),
    "value": lambda one: one.value,
    "effective value": lambda one: one.effective_value,
    "setting": lambda one: setattr(one, "value", 1),
    "json": lambda one: __import__("json").dumps(one),
    "SQL =": lambda one: Quote.slug == one,
    "SQL IN": Quote.slug.in_,
}


@pytest.fixture
def placeholder():
    return Placeholder("theme", [bindparam("theme_0")])


class TestLooking:
    @pytest.mark.parametrize("way", WAYS)
    def test_raises(self, placeholder, way):
        with pytest.raises((PlaceholderAccess, TypeError, AttributeError)):
            WAYS[way](placeholder)

    def test_the_error_says_what_to_do(self, placeholder):
        with pytest.raises(PlaceholderAccess, match=r"“theme” is a placeholder.*__eq__.*select_where"):
            assert placeholder == "loneliness"

    def test_holds_while_asserts_are_off(self):
        """Nothing in it depends on ``assert``: ``python -O`` refuses as well."""
        assert "assert" not in __import__("inspect").getsource(
            __import__("models.sql_placeholders", fromlist=["x"])
        )


class TestPassingOn:
    def test_presence_may_be_tested(self, placeholder):
        assert placeholder is not None

    def test_copies_stand_for_the_same(self, placeholder):
        assert bound(copy.copy(placeholder)) == bound(placeholder)

    def test_sql_gets_parameters(self, placeholder):
        assert [one.key for one in bound([placeholder, "avoidance"])[:1]] == ["theme_0"]
        assert bound([placeholder, "avoidance"])[1] == "avoidance"

    @pytest.mark.parametrize("model", [Quote, Commentary])
    def test_every_filter_of_a_model_takes_them(self, model):
        texts = ("id", "film", "scene", "theme", "theme_all", "source", "advisory", "exclude_advisory")
        key, _ = split_key_and_params({name: ["a", "b"] for name in texts})
        planner = list_planner(lambda filters: model.select_where(**filters), (), key)
        assert isinstance(planner, ListPlanner)
        names = planner.statement.compile().params
        assert {f"{name}_1" for name in texts} <= names.keys()


class TestViews:
    def test_a_view_that_looks_is_an_error_at_the_first_request(self):
        def looking(filters):
            return Quote.select_where(**filters) if filters["film"] == ["her-2013"] else Quote.select_where()

        key, _ = split_key_and_params({"film": ["her-2013"]})
        with pytest.raises(PlaceholderAccess, match="film"):
            _ = list_planner(looking, (), key).statement

    def test_a_view_that_looks_at_the_path_is_one_too(self):
        def looking(filters, film):
            return Quote.select_where(film=[film] if film.startswith("her") else None)

        key, _ = split_key_and_params({"film": ["her-2013"]})
        with pytest.raises(AttributeError):
            _ = list_planner(looking, key, ()).statement
