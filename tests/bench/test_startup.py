"""The start-up benchmark runs."""

import pytest

from api.core.config import ROOT
from bench import startup


@pytest.mark.nightly
def test_it_measures_every_checkout():
    figures = startup.measure([ROOT], starts=1, servers=1)[str(ROOT)]
    assert figures.keys() == set(startup.FIGURES)
    assert 0 < figures["ready_mb"] <= figures["pages_mb"]
