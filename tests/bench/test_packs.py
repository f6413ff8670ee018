"""A large pack is written, checked and loaded, at a cost that can be measured."""

from bench.environment import cost
from bench.packs import write_pack
from seeds.check import check_pack
from seeds.pack import read_pack
from seeds.rules import RULES


def test_a_pack_is_valid_and_has_at_least_as_many_quotes_as_requested(tmp_path):
    write_pack(tmp_path, 50)
    result, diagnostics = check_pack(read_pack(tmp_path), RULES)
    assert [str(diagnostic) for diagnostic in diagnostics if diagnostic.level == "error"] == []
    assert [len(result.of_type(type_name)) for type_name in ("film", "source")] == [1, 2]
    assert 50 <= len(result.of_type("quote")) < 100


def test_a_command_has_a_cost():
    seconds, megabytes = cost(["subtext", "--version"])
    assert 0 < seconds < megabytes
