"""A test of many cases runs each of them, and says which failed."""

import pytest

from tests.cases import each


@pytest.fixture
def numbers():
    return []


class TestEach:
    def test_every_case_runs_though_one_before_it_failed(self):
        tried = []

        @each("value", [1, 2, 3])
        def fails_once(value):
            tried.append(value)
            assert value != 2

        with pytest.raises(AssertionError) as failure:
            fails_once()
        assert tried == [1, 2, 3]
        assert failure.value.__notes__ == ["case 1: value=2"]

    def test_all_failures_are_raised_together(self):
        @each(("one", "other"), [(1, "a"), (2, "b")])
        def fails(one, other):
            raise ValueError

        with pytest.raises(ExceptionGroup, match="2 of 2 cases failed") as failure:
            fails()
        assert [one.__notes__ for one in failure.value.exceptions] == [
            ["case 0: one=1, other='a'"],
            ["case 1: one=2, other='b'"],
        ]

    def test_two_of_them_try_every_pair(self):
        tried = []

        @each("one", [1, 2])
        @each("other", "ab")
        def passes(one, other):
            tried.append((one, other))

        passes()
        assert tried == [(1, "a"), (1, "b"), (2, "a"), (2, "b")]

    def test_without_a_case_nothing_would_be_tested(self):
        with pytest.raises(AssertionError, match="no cases"):
            each("value", [])


@each("value", [1, 2])
class TestEachOfAClass:
    def test_fixtures_are_passed_on(self, value, numbers):
        numbers.append(value)
        assert numbers == [1, 2][:value]
