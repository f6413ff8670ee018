"""The machinery benchmark runs: it compares ids before it measures, and returns a time for each variant."""

import math

import pytest

from bench import machinery


@pytest.mark.nightly
def test_it_measures_every_operation(catalogue, monkeypatch):
    monkeypatch.setattr(machinery, "MAX_ROUNDS", 3)
    results = machinery.measure(catalogue.url.render_as_string(hide_password=False))
    assert results.keys() >= {*machinery.LISTS, "random", "page", "item", "search, rare"}
    assert all(len(times) > 1 and all(map(math.isfinite, times.values())) for times in results.values())
