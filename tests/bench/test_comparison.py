"""Functions run alternately; ratios are computed within each round and summarised by their median."""

import pytest

from bench.comparison import alternate, percentile, ratios, timed


class TestAlternate:
    def test_every_function_runs_once_per_round(self):
        order = []
        functions = {name: lambda name=name: order.append(name) for name in "ab"}
        results = alternate(functions, 3)
        assert order == ["a", "b"] * 3
        assert {name: len(values) for name, values in results.items()} == {"a": 3, "b": 3}

    def test_it_stops_after_some_seconds_but_not_before_the_fewest_rounds(self):
        assert alternate({"a": int}, 100, min_rounds=4, max_seconds=0) == {"a": [0] * 4}


class TestTimed:
    def test_it_returns_milliseconds_of_the_clock(self):
        times = iter([1.0, 1.5])
        assert timed(lambda: None, lambda: next(times))() == 500


class TestRatios:
    # In the second round, the machine was busy with something else.
    OURS, THEIRS = [10.0, 100.0, 10.0], [40.0, 500.0, 20.0]

    def test_they_are_the_median_of_all_rounds(self):
        assert ratios(self.THEIRS, self.OURS)["median"] == 4.0

    def test_they_have_the_range_of_all_rounds(self):
        assert ratios(self.THEIRS, self.OURS) == {"median": 4.0, "low": 2.0, "high": 5.0}

    def test_a_case_that_missed_a_round_is_not_compared(self):
        with pytest.raises(ValueError, match="zip"):
            ratios(self.THEIRS[:-1], self.OURS)


class TestPercentile:
    def test_it_is_the_median_or_another_one(self):
        values = [float(value) for value in range(100)]
        assert percentile(values) == 49.5
        assert percentile(values, 0.99) == 99.0
