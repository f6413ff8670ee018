"""Only servers that return the same items are compared."""

import orjson
import pytest

from bench.load_generator import Request
from bench.scenarios import Case, Group
from bench.server_comparison import DifferentResponses, compare_items
from bench.servers.server_process import Server

SERVER, REQUEST = Server("none", lambda _: [], "/"), Request("/")
ITEMS = [{"id": "a", "text": "A."}, {"id": "b", "text": "B."}]


def group(*, has_items=True):
    cases = [Case(name, SERVER, REQUEST, has_items) for name in ("ours", "theirs")]
    return Group("key", "Title", "About.", cases, [("ours", "theirs")])


def in_data(items):
    return orjson.dumps({"data": items})


class TestCompareItems:
    def test_the_same_items_in_other_representations_are_the_same(self):
        rows = [{"id": number, "slug": item["id"], "text": item["text"]} for number, item in enumerate(ITEMS)]
        for theirs in (orjson.dumps({"rows": rows}), orjson.dumps(ITEMS), in_data(ITEMS)):
            bodies = {"ours": in_data(ITEMS), "theirs": theirs}
            assert compare_items(group(), bodies) == {"ours": 2, "theirs": 2}

    def test_a_single_item_is_compared(self):
        bodies = {"ours": orjson.dumps(ITEMS[0]), "theirs": orjson.dumps(ITEMS[1])}
        with pytest.raises(DifferentResponses, match="Item 1 is a in ours, and b in theirs"):
            compare_items(group(), bodies)

    @pytest.mark.parametrize(
        ("items", "message"),
        [
            (ITEMS[:1], "Item 2 is b in ours, and nothing in theirs"),
            (ITEMS[::-1], "Item 1 is a in ours, and b in theirs"),
            ([ITEMS[0], ITEMS[1] | {"text": "C."}], "Item 2 is b in ours, and b in theirs"),
        ],
        ids=["fewer", "in another order", "other texts"],
    )
    def test_the_first_difference_is_named(self, items, message):
        with pytest.raises(DifferentResponses, match=message):
            compare_items(group(), {"ours": in_data(ITEMS), "theirs": orjson.dumps(items)})

    def test_empty_lists_are_not_the_same(self):
        with pytest.raises(DifferentResponses, match="Item 1 is nothing in ours"):
            compare_items(group(), {"ours": in_data([]), "theirs": in_data([])})

    def test_bodies_without_items_are_compared_byte_for_byte(self):
        with pytest.raises(DifferentResponses, match="different bytes"):
            compare_items(group(has_items=False), {"ours": b"a", "theirs": b"b"})


class TestGroup:
    def test_without_a_server_it_has_neither_its_cases_nor_its_pairs(self):
        reduced = group().without({"none": "it is not installed"})
        assert (reduced.cases, reduced.pairs) == ([], [])
        assert group().without({"another": "it is not installed"}) == group()
