"""The README's commands do what the README shows."""

import json
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
DEFAULT = "http://127.0.0.1:8000"


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


class TestReadme:
    def test_the_two_commands_come_first(self):
        assert blocks("sh")[0].split("\n")[:2] == [
            "make serve   # http://127.0.0.1:8000",
            "make test",
        ]

    def test_the_curl_answers_as_shown(self, served):
        call = next(block for block in blocks("sh") if block.startswith("curl"))
        ran = subprocess.run(
            ["bash", "-c", call.replace(DEFAULT, served.url)], capture_output=True, text=True, check=True
        )
        assert json.loads(ran.stdout.replace(served.url, DEFAULT)) == json.loads(blocks("json")[0])

    def test_every_file_it_links_to_is_there(self):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
            assert (ROOT / target).exists(), target

    def test_every_setting_is_listed(self):
        code = (ROOT / "api" / "config.py").read_text("utf-8")
        for name in set(re.findall(r'"(SUBTEXT_\w+|HOST|PORT)"', code)):
            assert f"`{name}`" in README

    def test_every_command_is_listed(self):
        code = (ROOT / "api" / "cli.py").read_text("utf-8")
        for name in re.findall(r"@cli\.command\(\)(?:\n@.*|\n    .*|\n\))*\ndef (\w+)", code):
            assert f"`subtext {name}" in README, name
