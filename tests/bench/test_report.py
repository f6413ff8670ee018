"""The page of results: complete, true to them, and with plots that can be read."""

from copy import deepcopy
from xml.etree import ElementTree

import pytest

from bench.report.dots import dots, microseconds
from bench.report.expected import CLASSES, expected
from bench.report.growing import growing
from bench.report.page import markdown, write
from bench.report.reached import figures, missed
from bench.report.svg import Logarithmic
from bench.targets import GOALS
from tests.bench.results import RESULTS, grown


def row(page, beginning):
    return next(line for line in page.splitlines() if line.startswith(f"| {beginning}"))


class TestPage:
    def test_every_figure_to_reach_is_there_whether_measured_or_not(self):
        found = figures(RESULTS).splitlines()[2:]
        assert [line.split(" | ")[0].removeprefix("| ") for line in found] == [goal.name for goal in GOALS]
        assert "not measured" in row(figures(RESULTS), "2 workers")

    def test_every_case_and_every_comparison_is_there(self):
        page = markdown(RESULTS, "plots")
        for group in RESULTS["groups"]:
            assert f"## {group['title']}" in page
            assert f"plots/{group['key']}.svg" in page
            for case in group["cases"]:
                assert f"| {case['name']} | {microseconds(case['cpu_us'])} |" in page

    def test_it_says_what_was_measured_on_and_what_was_left_out(self):
        page = markdown(RESULTS, "plots")
        for told in (
            "A processor",
            "2026-11-25",
            "SQLite 3.40.1",
            "5 × 2 s for each case",
            "json-server: node is not",
        ):
            assert told in page

    def test_a_quiet_machine_needs_no_caution(self):
        assert "no measurement" not in markdown(RESULTS, "plots")

    @pytest.mark.parametrize(
        ("changed", "said"),
        [({"kind": "smoke"}, "a trial"), ({"machine": RESULTS["machine"] | {"load_before": 7.5}}, "busy")],
        ids=["a trial", "a busy machine"],
    )
    def test_what_is_no_measurement_says_so(self, changed, said):
        page = markdown(RESULTS | changed, "plots")
        assert "This is no measurement" in page
        assert said in page

    def test_without_growth_it_says_how_to_measure_that(self):
        page = markdown({name: value for name, value in RESULTS.items() if name != "growth"}, "plots")
        assert "Not measured yet: `python -m bench.growth`" in page

    def test_it_says_which_server_ended_while_it_was_measured(self):
        results = deepcopy(RESULTS)
        results["groups"][0]["lost"] = ["FastAPI + ORM"]
        said = "FastAPI + ORM ended in the midst of it at first, and all were measured anew."
        assert said in markdown(results, "plots")
        assert said not in markdown(RESULTS, "plots")

    def test_it_is_written_with_its_plots_and_without_old_ones(self, tmp_path):
        (tmp_path / "page").mkdir()
        (tmp_path / "page" / "old.svg").touch()
        write(RESULTS, tmp_path / "page.md")
        assert {file.name for file in (tmp_path / "page").iterdir()} == {
            "front.svg",
            "pages.svg",
            "growth.svg",
        }
        assert (tmp_path / "page.md").read_text("utf-8") == markdown(RESULTS, "page")


class TestFigures:
    def test_what_is_reached_and_what_is_missed(self):
        found = figures(RESULTS)
        assert "| 0.75× | **missed** |" not in row(found, "cached page ÷ bare WSGI, CPU")
        assert row(found, "page, nothing cached, against flask-smorest").endswith(
            "| ≥ 8× | 9.55× | reached |"
        )
        assert row(found, "import").endswith("| ≤ 0.7 s | 0.61 s | reached |")
        assert row(found, "memory of a worker, after").endswith("| ≤ 80 MB | 84 MB | **missed** |")

    def test_of_two_ways_of_the_other_the_better_counts(self):
        assert row(figures(RESULTS), "… against FastAPI").endswith("| ≥ 10× | 9.20× | **missed** |")

    def test_a_missed_figure_says_what_takes_the_time(self):
        page = markdown(RESULTS, "plots")
        assert (
            "- … against FastAPI + pydantic + ORM. The time of such a request is that of SQLite 60%" in page
        )

    def test_growth_is_held_to_figures_too(self):
        found = figures(RESULTS)
        assert row(found, "1 M quotes, SQLite: by id").endswith("| ≤ 0.3 ms | 0.5 ms | **missed** |")
        assert row(found, "1 M quotes, SQLite: page far behind").endswith("| ≤ 2× | 2.50× | **missed** |")
        assert row(found, "1 M quotes, SQLite: ÷").endswith("| ≤ 3× | 2.50× | reached |")
        assert row(found, "1 M quotes, SQLite: broader").endswith("| ≤ 100 ms | 80 ms | reached |")
        assert "not measured" in row(found, "1 M quotes, PostgreSQL: by id")

    def test_a_missed_size_says_what_holds_it(self):
        assert "What is loaded holds: Python 10 MB, Subtext 24 MB." in markdown(RESULTS, "plots")

    def test_a_missed_growth_names_the_operations_above_it_the_worst_first(self):
        assert "Of 3 operations: list, far behind 0.5 ms." in markdown(RESULTS, "plots")
        slow = {
            name: 1.0 + place / 10
            for place, name in enumerate(["list", "random", *(f"{n}, far behind" for n in "abcdefg")])
        }
        rows = [one for name, time in slow.items() for one in grown(name, of_1000000=time)]
        page = markdown(RESULTS | {"growth": {"measured_on": "2026-11-25", "results": rows}}, "plots")
        assert "Of 9 operations: g, far behind 1.8 ms, f, far behind 1.7 ms" in page
        assert "b, far behind 1.3 ms and 3 more." in page

    def test_a_figure_is_missed_by_what_is_not_shown_as_reached(self):
        results = deepcopy(RESULTS)
        results["startup"]["import_seconds"] = 0.71
        assert "import of the application, CPU" in [goal.name for goal in missed(results)]


class TestPlots:
    @pytest.mark.parametrize(
        "plot",
        [dots("CPU", [("a & b", 30.0, True), ("c", 4e6, False)]), growing("G", RESULTS["growth"]["results"])],
    )
    def test_they_are_svg_for_light_and_dark(self, plot):
        root = ElementTree.fromstring(plot)
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "prefers-color-scheme: dark" in plot

    def test_every_case_is_named_with_its_value(self):
        plot = dots("CPU", [("ours", 30.0, True), ("theirs", 4_300.0, False)])
        for words in ("ours", "30 µs", "theirs", "4.3 ms"):
            assert f">{words}</text>" in plot

    def test_equal_ratios_are_equal_distances(self):
        scale = Logarithmic([10, 1_000], 0, 100)
        assert [scale(value) for value in (10, 100, 1_000)] == [0, 50, 100]
        assert scale.powers == [10, 100, 1_000]

    def test_every_operation_has_a_class_that_can_be_drawn(self):
        names = {"search, commonest word", "count of a theme, broad", "by id", "list, far behind"}
        assert {expected(name) for name in names} <= CLASSES.keys()
        assert expected("by id") == "O(log n)"
        assert expected("search, commonest word") == "O(min(hits, candidates))"
