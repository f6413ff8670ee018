"""Only those are compared who answer the same."""

import orjson
import pytest

from bench.compare.cases import Case, Group, bare_list, in_data, in_rows
from bench.compare.sameness import Different, same
from bench.load import Request
from bench.servers.server_process import Server

SERVER, ASKED = Server("none", lambda _: [], "/"), Request("/", {})
ITEMS = [{"id": "a", "text": "A."}, {"id": "b", "text": "B."}]


def group(read, other):
    cases = [Case("ours", SERVER, ASKED, read), Case("theirs", SERVER, ASKED, other)]
    return Group("key", "Title", "About.", cases, [("ours", "theirs")])


def listed(items):
    return orjson.dumps({"data": items})


class TestSame:
    def test_the_same_items_in_other_forms_are_the_same(self):
        rows = [{"id": number, "slug": item["id"], "text": item["text"]} for number, item in enumerate(ITEMS)]
        theirs = orjson.dumps({"rows": rows})
        assert same(group(in_data, in_rows), {"ours": listed(ITEMS), "theirs": theirs}) == {
            "ours": 2,
            "theirs": 2,
        }

    @pytest.mark.parametrize(
        ("items", "said"),
        [
            (ITEMS[:1], "ours answers with 2 items, theirs with 1"),
            (ITEMS[::-1], "Item 1 is a of ours, and b of theirs"),
            ([ITEMS[0], ITEMS[1] | {"text": "C."}], "Item 2 is b of ours, and b of theirs"),
        ],
        ids=["fewer", "in another order", "other words"],
    )
    def test_others_are_named(self, items, said):
        with pytest.raises(Different, match=said):
            same(group(in_data, bare_list), {"ours": listed(ITEMS), "theirs": orjson.dumps(items)})

    def test_nothing_is_not_the_same_as_nothing(self):
        with pytest.raises(Different, match="ours answers with nothing"):
            same(group(in_data, in_data), {"ours": listed([]), "theirs": listed([])})

    def test_what_has_no_items_is_compared_byte_for_byte(self):
        with pytest.raises(Different, match="different bytes"):
            same(group(None, None), {"ours": b"a", "theirs": b"b"})


class TestGroup:
    def test_without_a_server_there_are_neither_its_cases_nor_its_comparisons(self):
        whole = group(in_data, in_data)
        left = whole.without({"none": "it is not installed"})
        assert (left.cases, left.pairs) == ([], [])
        assert whole.without({"another": "it is not installed"}) == whole
