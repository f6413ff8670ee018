"""The report of ``subtext check``, which a reader compares with the essay."""

import json

import pytest
from click.testing import CliRunner

from subtext_cli.commands import cli
from tests.databases import SEEDS

ESSAY = "her-perfection-is-the-enemy-of-real"


def report_output(*options):
    result = CliRunner().invoke(cli, ["check", *options, str(SEEDS)])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def source():
    [source_] = json.loads(report_output("--report", "json"))["sources"]
    return source_


class TestReport:
    def test_it_lists_every_paragraph_of_the_source(self, source):
        assert source["id"] == ESSAY
        assert [paragraph["number"] for paragraph in source["paragraphs"]] == list(range(1, 63))

    def test_every_body_paragraph_is_cited(self, source):
        assert source["uncited"] == []

    def test_a_paragraph_lists_the_entries_that_cite_it(self, source):
        cited_by = source["paragraphs"][34]["cited_by"]
        assert {"scene", "quote", "commentary"} == {entry["type"] for entry in cited_by}
        quote = next(entry for entry in cited_by if entry["type"] == "quote")
        assert quote["id"] == "her-2013-a-wife-without-the-challenges"
        assert quote["text"].startswith("You always wanted")

    def test_quoted_words_are_within_the_limit(self, source):
        assert 0 < source["quoted_words"] <= 500

    def test_as_markdown_each_paragraph_is_a_heading(self):
        lines = report_output("--report", "markdown").splitlines()
        assert lines[0] == "# Her: Perfection is the Enemy of Real"
        assert sum(line.startswith("## ") for line in lines) == 62
        assert any("her-2013-a-wife-without-the-challenges" in line for line in lines)

    def test_diagnostics_go_to_standard_error(self, tmp_path):
        result = CliRunner().invoke(cli, ["check", "--report", "json", "--notices", str(SEEDS)])
        assert json.loads(result.stdout)
        assert "notice [flagged-paragraph]" in result.stderr
