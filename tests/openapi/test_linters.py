"""What Redocly and Spectral say, and what is done where they are not."""

import json

import pytest

from openapi import lint, npm_tools, promise
from tests.conftest import skip_test

#: A document without faults in the eyes of both but one: nobody says what its operation does.
FAULTY = {
    "openapi": "3.1.0",
    "info": {"title": "Faulty", "version": "1", "license": {"name": "MIT", "identifier": "MIT"}},
    "paths": {"/": {"get": {"operationId": "get", "responses": {"200": {"description": "It."}}}}},
}


class TestLinters:
    def test_what_they_find_is_printed_and_fails(self, tmp_path, capsys):
        if reason := npm_tools.missing_reason():
            skip_test(f"because {reason}.")
        path = tmp_path / "faulty.json"
        path.write_text(json.dumps(FAULTY), "utf-8")
        with pytest.raises(SystemExit) as end:
            lint.main(path)
        printed = capsys.readouterr().err
        assert end.value.code == 1
        assert "operation-summary" in printed
        assert "operation-description" in printed

    @pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
    def test_without_node_they_are_left_out_in_one_line_but_not_in_ci(self, monkeypatch, capsys, ci, code):
        monkeypatch.setenv("PATH", "")
        monkeypatch.setenv("CI", ci)
        with pytest.raises(SystemExit) as end:
            lint.main()
        assert end.value.code == code
        assert capsys.readouterr().out == ("Skipped: Redocly and Spectral, because Node is not installed.\n")

    def test_without_its_tools_neither_is_the_comparison(self, monkeypatch, tmp_path, capsys):
        monkeypatch.setattr(npm_tools, "MODULES", tmp_path)
        monkeypatch.setenv("CI", "")
        (tmp_path / "1.0.0.json").write_text("{}", "utf-8")
        with pytest.raises(SystemExit):
            promise.main(released=tmp_path)
        assert capsys.readouterr().out.startswith(
            "Skipped: the comparison with the last release, because its"
        )
