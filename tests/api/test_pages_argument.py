"""The argument tree of commentary, and the timelines of a theme."""

from itertools import pairwise

import pytest

from api.pages.argument_tree import MAX_DEPTH, build_argument
from api.pages.template_filters import paragraph_ranges
from api.pages.theme_timeline import build_timelines, untagged_scenes
from tests.cases import each

pytestmark = pytest.mark.any_database


def entries(*pairs, names="abcdefghijklmnopqrstuvwxyz", core=""):
    """Return commentary entries named by letters, with relations: ``"ba"`` means that b supports a."""
    return [
        {
            "id": name,
            "weight": "core" if name in core else "minor",
            "source": {"id": "essay"},
            "relations": [
                {"relation": "supports", "asserted_by": "source", "commentary": {"id": pair[1]}}
                for pair in pairs
                if pair[0] == name
            ],
        }
        for name in names
    ]


def format_trees(trees):
    """Return trees as text such as ``a(b c*)``. A star marks entries that are repeated."""
    return " ".join(
        tree.entry["id"]
        + "*" * tree.is_repeated
        + (f"({format_trees(tree.children)})" if tree.children else "")
        for tree in trees
    )


class TestArgument:
    @each(
        ("pairs", "core", "expected"),
        [
            (["ba", "cb", "da"], "", "a(b(c) d)"),
            (["ba", "dc"], "c", "c(d) a(b)"),
            # An entry is placed below its ancestor nearest to a root, and repeated without children elsewhere.
            (["ba", "ca", "cb"], "", "a(b(c*) c)"),
            (["ab", "bc", "ca"], "", "a(c(b(a*)))"),
            (["ba", "cd", "dc"], "", "a(b) c(d(c*))"),
            (["aa"], "", "a(a*)"),
            (["az"], "", ""),
        ],
    )
    def test_its_roots_are_entries_without_relations(self, pairs, core, expected):
        assert format_trees(build_argument(entries(*pairs, names="abcd", core=core)).trees) == expected

    def test_entries_without_any_relation_are_standalone(self):
        assert [claim["id"] for claim in build_argument(entries("ba", names="abc")).standalone] == ["c"]

    def test_relations_to_hidden_entries_are_ignored(self):
        [claim] = entries(names="a")
        claim["relations"] = [{"relation": "supports", "asserted_by": "source", "commentary": None}]
        assert build_argument([claim]).standalone == [claim]

    def test_deep_branches_become_new_roots(self):
        letters = "abcdefghijklmnopqrst"
        argument = build_argument(entries(*(later + name for name, later in pairwise(letters))))
        depths = [tree.descendant_count for tree in argument.trees]
        assert depths == [MAX_DEPTH, MAX_DEPTH, 19 - 2 * MAX_DEPTH - 2]

    @each(
        ("pairs", "expected"),
        [
            (["ba", "cb", "da"], {"a": "1", "b": "1.1", "c": "1.1.1", "d": "1.2"}),
            (["ba", "dc"], {"a": "1", "b": "1.1", "c": "2", "d": "2.1"}),
            # A repeated entry has the number of the place where it is in full.
            (["ba", "ca", "cb"], {"a": "1", "b": "1.1", "c": "1.2"}),
            (["ab", "bc", "ca"], {"a": "1", "c": "1.1", "b": "1.1.1"}),
        ],
    )
    def test_a_number_says_where_an_entry_is(self, pairs, expected):
        nodes = build_argument(entries(*pairs, names="abcd"[: len(expected)])).trees
        numbers = set()
        while nodes:
            numbers |= {(node.entry["id"], node.number) for node in nodes}
            nodes = [child for node in nodes for child in node.children]
        assert numbers == set(expected.items())


class TestTimelines:
    def test_an_entry_is_placed_at_its_first_scene_and_repeated_at_the_others(self):
        film = {"id": "f"}
        scenes = [{"id": f"s{n}", "film": film, "position": n} for n in (1, 2, 3)]
        claim = {"id": "c", "film": film, "scenes": [{"id": "s3"}, {"id": "s2"}]}
        quote_without_scene = {"id": "q", "film": film, "scene": None}
        theme = {"scenes": scenes[:1], "quotes": [quote_without_scene], "commentary": [claim]}
        assert untagged_scenes(theme) == ["s3", "s2"]
        [timeline] = build_timelines(theme, {scene["id"]: scene for scene in scenes[1:]})
        assert [stop.scene and stop.scene["id"] for stop in timeline.stops] == ["s1", "s2", "s3", None]
        assert [stop.commentary for stop in timeline.stops] == [[], [claim], [], []]
        assert [stop.repeated for stop in timeline.stops] == [[], [], [claim], []]
        assert timeline.stops[-1].quotes == [quote_without_scene]


class TestWording:
    @each(
        ("numbers", "formatted"),
        [([], ""), ([5], "5"), ([5, 33, 34, 35, 37], "5, 33–35, 37"), ([1, 2], "1–2")],
    )
    def test_paragraph_numbers_are_formatted_as_ranges(self, numbers, formatted):
        assert paragraph_ranges(numbers) == formatted
