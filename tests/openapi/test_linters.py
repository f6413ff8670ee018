"""Redocly and Spectral: findings fail the command, and without Node the command is skipped."""

import json

import pytest

from openapi import lint, npm_tools, promise
from tests.conftest import skip_test

#: A document with a single error for each linter: its operation has no summary or description.
INVALID_DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Faulty", "version": "1", "license": {"name": "MIT", "identifier": "MIT"}},
    "paths": {"/": {"get": {"operationId": "get", "responses": {"200": {"description": "It."}}}}},
}


class TestLinters:
    def test_findings_are_printed_and_fail(self, tmp_path, capsys):
        if reason := npm_tools.missing_reason():
            skip_test(f"because {reason}.")
        path = tmp_path / "faulty.json"
        path.write_text(json.dumps(INVALID_DOCUMENT), "utf-8")
        with pytest.raises(SystemExit) as exit_:
            lint.main(path)
        errors = capsys.readouterr().err
        assert exit_.value.code == 1
        assert "operation-summary" in errors
        assert "operation-description" in errors

    @pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
    def test_without_node_they_are_skipped_in_one_line_but_not_in_ci(self, monkeypatch, capsys, ci, code):
        monkeypatch.setenv("PATH", "")
        monkeypatch.setenv("CI", ci)
        with pytest.raises(SystemExit) as exit_:
            lint.main()
        assert exit_.value.code == code
        assert capsys.readouterr().out == ("Skipped: Redocly and Spectral, because Node is not installed.\n")

    def test_without_its_tools_the_comparison_is_skipped(self, monkeypatch, tmp_path, capsys):
        monkeypatch.setattr(npm_tools, "MODULES", tmp_path)
        monkeypatch.setenv("CI", "")
        (tmp_path / "1.0.0.json").write_text("{}", "utf-8")
        with pytest.raises(SystemExit):
            promise.main(released=tmp_path)
        assert capsys.readouterr().out.startswith(
            "Skipped: the comparison with the last release, because its"
        )
