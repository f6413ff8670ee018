"""The Telegram bot, with its real client library against a stub of the API."""

import signal
import subprocess
from contextlib import contextmanager

import pytest

from tests.recipes.projects import Project
from tests.recipes.telegram_api import running_api

pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    project = Project("telegram", tmp_path_factory.mktemp("bot"), TELEGRAM_TOKEN="1:secret")
    project.install()
    return project


@contextmanager
def running_bot(project, service, **settings):
    """Run the bot; yield the stub that it calls."""
    with running_api() as api, (project.folder / "log").open("w") as log:
        environment = project.environment | {"SUBTEXT_URL": service, "TELEGRAM_API": api.url} | settings
        command = [project.folder / "venv/bin/python", "bot.py"]
        process = subprocess.Popen(command, cwd=project.folder, env=environment, stdout=log, stderr=log)
        try:
            yield api
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0


@pytest.fixture(scope="module")
def bot(project, server):
    with running_bot(project, server.url) as api:
        yield api


@pytest.mark.parametrize("words", ["loneliness", "Perfection versus reality", ""])
def test_it_replies_with_a_quote(bot, server, words):
    reply = bot.ask(f"/quote {words}".strip())
    assert reply["parse_mode"] == "HTML"
    assert reply["text"].startswith("<blockquote>")
    words, credit = reply["text"].split("\n— ")
    assert words.endswith("</blockquote>")
    assert f'<a href="{server.url}/quotes/her-2013-' in credit
    assert credit.endswith("Her (2013)</a>, as quoted in “Her: Perfection is the Enemy of Real”")


def test_it_finds_words_of_a_quote(bot):
    assert "something is genuine" in bot.ask("/quote dissensions genuine")["text"]


@pytest.mark.parametrize("words", ["zebras", "<b>&", '"', "-", "x" * 4000, "average modern woman"])
def test_it_says_if_there_is_none(bot, words):
    reply = bot.ask(f"/quote {words}")["text"]
    assert reply.startswith("There is no quote about “")
    assert "<b>" not in reply


def test_flagged_words_are_hidden_until_tapped(project, server):
    with running_bot(project, server.url, MAX_SEVERITY="3") as api:
        reply = api.ask("/quote average modern woman")["text"]
    note, words, _credit = reply.splitlines()
    assert "Demeaning language" in note
    assert (
        words
        == "<tg-spoiler>She has wit, she has charm, and she is helpful, basically, everything lacking in the average modern woman.</tg-spoiler>"
    )


def test_a_service_that_is_down_is_a_message(project):
    with running_bot(project, "http://127.0.0.1:9") as api:
        assert api.ask("/quote loneliness")["text"] == "Quotes are not available at the moment."
