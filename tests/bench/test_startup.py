"""The start-up benchmark runs."""

from api.core.config import ROOT
from bench import startup


def test_it_measures_every_checkout():
    figures = startup.measure([ROOT], starts=1, servers=1)[str(ROOT)]
    assert figures.keys() == set(startup.FIGURES)
    assert 0 < figures["ready_mb"] <= figures["pages_mb"]
