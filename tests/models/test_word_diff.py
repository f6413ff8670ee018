"""The comparison of two texts, word by word."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from models.word_diff import MAX_DIFFERENCES, WordOperation, compare_words
from tests.cases import each

EQUAL, DELETE, INSERT = WordOperation.EQUAL, WordOperation.DELETE, WordOperation.INSERT
TEXTS = st.lists(st.sampled_from(["one", "two", " ", "three’s", ".", "漢", "\n"]), max_size=30).map("".join)


@given(TEXTS, TEXTS)
def test_the_runs_make_up_both_texts(before, after):
    runs = compare_words(before, after)
    assert "".join(run.text for run in runs if run.op is not INSERT) == before
    assert "".join(run.text for run in runs if run.op is not DELETE) == after
    assert not [one for one, other in pairwise(runs) if one.op is other.op]


@each(
    "case",
    [
        ("", "", []),
        ("Leave it.", "Leave it.", [(EQUAL, "Leave it.")]),
        ("Leave it.", "Leave it on.", [(EQUAL, "Leave it"), (INSERT, " on"), (EQUAL, ".")]),
        ("a b c", "a c", [(EQUAL, "a "), (DELETE, "b "), (EQUAL, "c")]),
        ("我愛你", "我不愛你", [(EQUAL, "我"), (INSERT, "不"), (EQUAL, "愛你")]),
        ("", "New.", [(INSERT, "New.")]),
    ],
)
def test_only_what_differs_is_deleted_or_inserted(case):
    before, after, runs = case
    assert compare_words(before, after) == runs


@each(
    "texts",
    [
        ("a b " * 1250, "a c " * 1250),
        ("x y " * 1250, "y x y " * 833),
        ("漢" * 5000, "字漢" * 2500),
        (" ".join(map(str, range(1000))), " ".join(map(str, range(2000, 3000)))),
    ],
)
def test_of_very_different_texts_what_lies_between_is_replaced(texts):
    before, after = texts
    runs = compare_words(before, after)
    assert len(runs) <= 2 * MAX_DIFFERENCES
    assert "".join(run.text for run in runs if run.op is not INSERT) == before
    assert "".join(run.text for run in runs if run.op is not DELETE) == after
