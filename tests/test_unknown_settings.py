"""Misspelt settings: a warning with the name that was meant."""

import re
from pathlib import Path

from subtext_cli.unknown_settings import NAMES, unknown_settings
from tests.cases import each

CONFIG = Path(__file__).parent.parent / "api" / "core" / "config.py"


def test_the_names_are_those_that_are_read():
    read = set(re.findall(r'variables\.get\(\s*"(\w+)"', CONFIG.read_text("utf-8")))
    assert set(NAMES) == read | {"SUBTEXT_ESSAYS"}
    others = ["PATH", "SUBTEXT_KEY", "SUBTEXT_TEST_REDIS_URL", "SUBTEXT_PORT_8000_TCP"]
    assert unknown_settings([*NAMES, *others]) == []


@each(
    ("name", "meant"),
    [
        ("SUBTEXT_DATABASE", "SUBTEXT_DATABASE_URL"),
        ("SUBTEXT_WORKER", "SUBTEXT_WORKERS"),
        ("subtext_cache_mb", "SUBTEXT_CACHE_MB"),
        ("SUBTEXT_PORT", "PORT"),
    ],
)
def test_the_name_that_was_meant_is_suggested(name, meant):
    assert unknown_settings([name]) == [
        f"{name} is not a setting of Subtext and has no effect. Did you mean {meant}?"
    ]


def test_a_name_that_is_like_none_is_reported_without_a_suggestion():
    assert unknown_settings(["SUBTEXT_ZZZ"]) == ["SUBTEXT_ZZZ is not a setting of Subtext and has no effect."]
