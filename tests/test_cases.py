"""``each`` runs every case and reports which ones failed."""

import pytest

from tests.cases import each


@pytest.fixture
def numbers():
    return []


class TestEach:
    def test_every_case_runs_after_a_failure(self):
        calls = []

        @each("value", [1, 2, 3])
        def fails_once(value):
            calls.append(value)
            assert value != 2

        with pytest.raises(AssertionError) as error:
            fails_once()
        assert calls == [1, 2, 3]
        assert error.value.__notes__ == ["case 1: value=2"]

    def test_all_failures_are_raised_together(self):
        @each(("one", "other"), [(1, "a"), (2, "b")])
        def fails(one, other):
            raise ValueError

        with pytest.raises(ExceptionGroup, match="2 of 2 cases failed") as error:
            fails()
        assert [one.__notes__ for one in error.value.exceptions] == [
            ["case 0: one=1, other='a'"],
            ["case 1: one=2, other='b'"],
        ]

    def test_two_decorators_run_every_pair(self):
        calls = []

        @each("one", [1, 2])
        @each("other", "ab")
        def passes(one, other):
            calls.append((one, other))

        passes()
        assert calls == [(1, "a"), (1, "b"), (2, "a"), (2, "b")]

    def test_an_empty_list_of_cases_is_an_error(self):
        with pytest.raises(AssertionError, match="no cases"):
            each("value", [])


@each("value", [1, 2])
class TestEachOfAClass:
    def test_fixtures_are_set_up_once_for_all_cases(self, value, numbers):
        numbers.append(value)
        assert numbers == [1, 2][:value]
