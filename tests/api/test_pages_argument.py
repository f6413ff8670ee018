"""An argument as a tree, of claims as lists serve them; and a theme's way through its films."""

from itertools import pairwise

import pytest

from api.pages.argument_tree import MAX_DEPTH, build_argument
from api.pages.template_filters import paragraph_ranges
from api.pages.theme_by_scene import build_timelines, untagged_scenes
from tests.cases import each

pytestmark = pytest.mark.any_database


def claims(*pairs, names="abcdefghijklmnopqrstuvwxyz", core=""):
    """Return claims by their letters, each doing something for others: ``"ba"`` is b supporting a."""
    return [
        {
            "id": name,
            "weight": "core" if name in core else "minor",
            "relations": [
                {"relation": "supports", "commentary": {"id": p[1]}} for p in pairs if p[0] == name
            ],
        }
        for name in names
    ]


def drawn(steps):
    """Return trees as text: ``a(b c*)``, what stands elsewhere with a star."""
    return " ".join(
        step.entry["id"] + "*" * step.is_repeated + (f"({drawn(step.children)})" if step.children else "")
        for step in steps
    )


class TestArgument:
    @each(
        ("pairs", "core", "expected"),
        [
            (["ba", "cb", "da"], "", "a(b(c) d)"),
            (["ba", "dc"], "c", "c(d) a(b)"),
            # Below that which is nearer to a thesis; elsewhere it is only named.
            (["ba", "ca", "cb"], "", "a(b(c*) c)"),
            (["ab", "bc", "ca"], "", "a(c(b(a*)))"),
            (["ba", "cd", "dc"], "", "a(b) c(d(c*))"),
            (["aa"], "", "a(a*)"),
            (["az"], "", ""),
        ],
    )
    def test_grows_from_what_serves_no_other(self, pairs, core, expected):
        assert drawn(build_argument(claims(*pairs, names="abcd", core=core)).trees) == expected

    def test_what_nothing_ties_stands_by_itself(self):
        assert [claim["id"] for claim in build_argument(claims("ba", names="abc")).standalone] == ["c"]

    def test_a_relation_to_what_nobody_may_see_is_none(self):
        [claim] = claims(names="a")
        claim["relations"] = [{"relation": "supports", "commentary": None}]
        assert build_argument([claim]).standalone == [claim]

    def test_what_lies_too_deep_begins_anew(self):
        letters = "abcdefghijklmnopqrst"
        found = build_argument(claims(*(later + name for name, later in pairwise(letters))))
        depths = [tree.descendant_count for tree in found.trees]
        assert depths == [MAX_DEPTH, MAX_DEPTH, 19 - 2 * MAX_DEPTH - 2]


class TestThreads:
    def test_a_claim_stands_at_its_first_scene_and_is_named_at_the_others(self):
        film = {"id": "f"}
        scenes = [{"id": f"s{n}", "film": film, "position": n} for n in (1, 2, 3)]
        claim = {"id": "c", "film": film, "scenes": [{"id": "s3"}, {"id": "s2"}]}
        nowhere = {"id": "q", "film": film, "scene": None}
        theme = {"scenes": scenes[:1], "quotes": [nowhere], "commentary": [claim]}
        assert untagged_scenes(theme) == ["s3", "s2"]
        [thread] = build_timelines(theme, {scene["id"]: scene for scene in scenes[1:]})
        assert [stop.scene and stop.scene["id"] for stop in thread.stops] == ["s1", "s2", "s3", None]
        assert [stop.commentary for stop in thread.stops] == [[], [claim], [], []]
        assert [stop.repeated for stop in thread.stops] == [[], [], [claim], []]
        assert thread.stops[-1].quotes == [nowhere]


class TestWording:
    @each(
        ("numbers", "written"), [([], ""), ([5], "5"), ([5, 33, 34, 35, 37], "5, 33–35, 37"), ([1, 2], "1–2")]
    )
    def test_paragraphs_are_written_as_runs(self, numbers, written):
        assert paragraph_ranges(numbers) == written
