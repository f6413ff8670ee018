"""The page of benchmark results is complete and agrees with the results."""

from copy import deepcopy

import orjson
import pytest

from api.core.config import ROOT
from bench.report import markdown, microseconds, targets
from bench.targets import TARGETS
from tests.bench.results import RESULTS

SAVED = ROOT / "bench" / "results"


def row(page, beginning):
    return next(line for line in page.splitlines() if line.startswith(f"| {beginning}"))


class TestPage:
    def test_every_target_is_listed_even_if_not_measured(self):
        names = [line.split(" | ")[0].removeprefix("| ") for line in targets(RESULTS).splitlines()[2:]]
        assert names == [target.name for target in TARGETS]
        assert "not measured" in row(targets(RESULTS), "2 workers")

    def test_every_case_and_every_comparison_is_listed(self):
        page = markdown(RESULTS)
        for group in RESULTS["groups"]:
            assert f"## {group['title']}" in page
            for case in group["cases"]:
                assert f"| {case['name']} | {microseconds(case['cpu_us'])} |" in page
            for pair in group["comparisons"]:
                assert f"| {pair['case']} | {pair['reference']} | " in page

    def test_it_has_the_environment_and_the_omitted_servers(self):
        page = markdown(RESULTS)
        for words in (
            *("A processor", "2026-11-25", "SQLite 3.40.1", "5 rounds of 2 s per case"),
            "json-server: node is not",
        ):
            assert words in page

    def test_results_of_an_idle_machine_have_no_warning(self):
        assert "not valid figures" not in markdown(RESULTS)

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [({"kind": "smoke"}, "a trial"), ({"machine": RESULTS["machine"] | {"load_before": 7.5}}, "busy")],
        ids=["a trial", "a busy machine"],
    )
    def test_figures_that_are_not_valid_are_marked(self, changed, reason):
        page = markdown(RESULTS | changed)
        assert "These are not valid figures" in page
        assert reason in page

    def test_without_growth_it_says_how_to_measure_it(self):
        page = markdown({name: value for name, value in RESULTS.items() if name != "growth"})
        assert "Not measured yet: `python -m bench.growth`" in page

    def test_the_saved_page_is_that_of_the_saved_results(self):
        results = orjson.loads((SAVED / "servers.json").read_bytes())
        results |= {
            name: orjson.loads((SAVED / f"{name}.json").read_bytes())
            for name in ("growth", "machinery", "varied")
        }
        assert markdown(results) == (ROOT / "docs" / "benchmarks.md").read_text("utf-8")


class TestTargets:
    def test_a_target_is_met_or_missed(self):
        table = targets(RESULTS)
        assert row(table, "cached page ÷ bare WSGI, CPU").endswith("| ≥ 0.65× | 0.75× | met |")
        assert row(table, "uncached page against flask-smorest").endswith("| ≥ 8× | 9.55× | met |")
        assert row(table, "import").endswith("| ≤ 0.7 s | 0.61 s | met |")
        assert row(table, "memory of a worker, after").endswith("| ≤ 80 MB | 84 MB | **missed** |")

    def test_the_better_of_two_references_counts(self):
        assert row(targets(RESULTS), "… against FastAPI").endswith("| ≥ 10× | 9.20× | **missed** |")

    def test_growth_has_targets_too(self):
        table = targets(RESULTS)
        assert row(table, "1 M quotes, SQLite: by id").endswith("| ≤ 0.3 ms | 0.5 ms | **missed** |")
        assert row(table, "1 M quotes, SQLite: late page").endswith("| ≤ 2× | 2.50× | **missed** |")
        assert row(table, "1 M quotes, SQLite: ÷").endswith("| ≤ 3× | 2.50× | met |")
        assert row(table, "1 M quotes, SQLite: broader").endswith("| ≤ 100 ms | 80 ms | met |")
        assert "not measured" in row(table, "1 M quotes, PostgreSQL: by id")

    def test_a_target_is_compared_with_the_displayed_value(self):
        results = deepcopy(RESULTS)
        results["startup"]["import_seconds"] = 0.71
        assert row(targets(results), "import").endswith("| **missed** |")
