"""The help of the command line, and the addresses of the development server."""

import re

import pytest
from click.testing import CliRunner

from subtext_cli.commands import cli

COMMANDS = ["backup", "check", "dev", "export", "import", "keys", "migrate", "mirror", "openapi"]
COMMANDS += ["paragraphs", "pull", "purge", "restore", "revisions", "seed", "serve", "snapshot"]


class TestHelp:
    def test_it_lists_only_our_commands_each_with_a_summary(self):
        text = CliRunner().invoke(cli, ["--help"]).output
        summaries = re.findall(r"^  (\w+) {2,}(\S.*\.)$", text.partition("Commands:")[2], re.MULTILINE)
        assert [name for name, _ in summaries] == COMMANDS
        options = re.findall(r"^  (--[\w-]+)", text, re.MULTILINE)
        assert options == ["--version", "--help"]


class TestDev:
    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "subtext.example"])
    def test_its_debugger_is_never_reachable_from_other_machines(self, host, monkeypatch):
        monkeypatch.setattr("subtext_cli.dev_server.run_simple", lambda *_, **__: pytest.fail("it started"))
        result = CliRunner().invoke(cli, ["dev"], env={"HOST": host})
        assert result.exit_code == 1
        assert result.output == "subtext: The development server only listens on 127.0.0.1. Unset HOST.\n"
