"""Ratios are taken within rounds, and summed up by their median."""

import pytest

from bench.compare.ratios import Sample, cheaper, compared, faster, ratio, summed_up


def sample(case, number, cpu_us, per_second=100.0, errors=0):
    return Sample(case, number, 50, per_second, cpu_us, 1.0, 2.0, errors)


SAMPLES = [
    *(sample("ours", 0, 10.0, 300.0), sample("theirs", 0, 40.0)),
    # The machine was busy with something else.
    *(sample("ours", 1, 100.0, 30.0), sample("theirs", 1, 500.0, 10.0)),
    *(sample("ours", 2, 10.0, 200.0, errors=1), sample("theirs", 2, 20.0)),
]


class TestRatio:
    def test_it_is_the_median_of_what_each_round_says(self):
        assert ratio(SAMPLES, "ours", "theirs", cheaper).median == 4.0
        assert ratio(SAMPLES, "ours", "theirs", faster).median == 3.0

    def test_it_says_how_far_the_rounds_lie_apart(self):
        found = ratio(SAMPLES, "ours", "theirs", cheaper)
        assert (found.low, found.high) == (2.0, 5.0)

    def test_a_case_that_missed_a_round_is_not_compared(self):
        with pytest.raises(KeyError):
            ratio(SAMPLES[:-1], "ours", "theirs", cheaper)

    def test_more_is_better_of_both(self):
        (found,) = compared(SAMPLES, [("ours", "theirs")])
        assert found["cpu"]["median"] > 1
        assert found["rate"]["median"] > 1


class TestSummingUp:
    def test_a_case_has_the_medians_of_its_own_rounds(self):
        assert summed_up(SAMPLES, "ours")["cpu_us"] == 10.0
        assert summed_up(SAMPLES, "theirs")["cpu_us"] == 40.0

    def test_answers_and_errors_are_those_of_all_rounds(self):
        found = summed_up(SAMPLES, "ours")
        assert (found["answers"], found["errors"]) == (150, 1)
