"""Each planted fault fits the current code, since a fault that cannot be planted tests nothing."""

from tests.planted_faults.faults import FAULTS
from tests.serving import ROOT


def test_each_has_a_unique_name():
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 60


def test_each_can_be_planted():
    occurrences = {fault.name: (ROOT / fault.path).read_text().count(fault.before) for fault in FAULTS}
    assert occurrences == dict.fromkeys(occurrences, 1)


def test_each_names_tests_that_exist():
    files = {target.partition("::")[0] for fault in FAULTS for target in fault.tests.split()}
    assert [file for file in sorted(files) if not (ROOT / file).exists()] == []
