"""Files, settings and commands in the README exist; `tests/documented` runs its code blocks."""

import re
from pathlib import Path

from subtext_cli.commands import cli

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
SELF_HOSTING = (ROOT / "docs" / "guides" / "self-hosting.md").read_text("utf-8")


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


class TestReadme:
    def test_it_starts_with_the_clone_and_the_serve_command(self):
        clone, serve = blocks("sh")[0].splitlines()
        assert clone.startswith("git clone ")
        assert serve == "make serve"
        assert README.index("`make test`") < README.index(blocks("sh")[1])

    def test_every_linked_file_exists(self):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
            assert (ROOT / target).exists(), target

    def test_every_setting_is_listed(self):
        code = (ROOT / "api" / "core" / "config.py").read_text("utf-8")
        for name in set(re.findall(r'"(SUBTEXT_\w+|HOST|PORT)"', code)):
            assert f"`{name}`" in README
            assert f"`{name}`" in SELF_HOSTING

    def test_every_command_is_listed(self):
        assert len(cli.commands) > 5
        for name in cli.commands:
            assert f"`subtext {name}" in README, name
