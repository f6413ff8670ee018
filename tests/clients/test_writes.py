"""Writes with the clients: against a running server, through a proxy that loses the first response to each."""

import json
import os
import subprocess
from itertools import groupby

import pytest

from models.database import Database
from tests.api.writing.conftest import add_key
from tests.clients.conftest import python_program, typescript_program
from tests.clients.losing_proxy import losing_proxy
from tests.serving import serving

pytestmark = pytest.mark.slow

ROWS = "SELECT slug, (SELECT count(*) FROM revisions WHERE type_name = 'theme' AND resource_id = themes.id) FROM themes"


@pytest.fixture(scope="module", params=["write.py", "write.js"], ids=["python", "typescript"])
def written(request, clients, sqlite_engine, tmp_path_factory):
    """The output of a program that writes, the proxy that it used, its key, and the revisions of each theme."""
    folder = tmp_path_factory.mktemp("written")
    with sqlite_engine.fresh("pack") as url:
        database = Database(url)
        key = add_key(database)
        with (
            serving(folder / "log", SUBTEXT_DATABASE_URL=url, SUBTEXT_WORKERS="1") as server,
            losing_proxy(server.url) as proxy,
        ):
            program = python_program if request.param.endswith(".py") else typescript_program
            command, environment = program(clients, proxy.url, request.param)
            result = subprocess.run(
                command,
                env=os.environ | environment | {"SUBTEXT_KEY": key},
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert result.returncode == 0, result.stderr
            log = server.output
        with database.read_session() as session:
            revisions = dict(session.connection().exec_driver_sql(ROWS).all())
        database.close()
    return json.loads(result.stdout), proxy, key, revisions, f"{result.stderr}{log}"


class TestWrites:
    def test_each_is_made_once_although_its_response_was_lost(self, written):
        output, proxy, _, revisions, _ = written
        assert output["changes"] == [
            ["patience", "Patience", "human-connection", 1],
            ["patience", "Being patient", "human-connection", 2],
            ["patience", "Being patient", None, 3],
            ["patience", "Patience", None, 4],
            ["haste", "Haste", None, 1],
            ["forbearance", "Patience", None, 5],
        ]
        assert [revisions["forbearance"], revisions["haste"]] == [5, 2]
        assert len(proxy.sent("POST", "/v1/themes")) >= 6

    def test_a_repetition_has_the_same_key_and_the_same_bytes(self, written):
        proxy = written[1]
        writes = [each for each in proxy.requests if each[1] != "GET" and each[0] == proxy.url]
        key_of = lambda each: each[3]["Idempotency-Key"]  # noqa: E731
        for key, group in groupby(sorted(writes, key=key_of), key_of):
            sent = list(group)
            assert len(sent) == (3 if key == '"by-hand"' else 1 if sent[0][2].startswith("/away") else 2), key
            names = ("If-Match", "If-None-Match", "Content-Type", "Authorization")
            contents = {(path, body, *map(headers.get, names)) for _, _, path, headers, body in sent}
            assert len(contents) == 1
        assert len({key_of(each) for each in writes}) > 12

    def test_a_lost_race_is_an_error_that_can_be_repaired(self, written):
        assert written[0]["lost race"] == [412, True, "Mine", True, 2]

    def test_refusals_are_errors_of_their_own(self, written):
        assert written[0]["codes"] == {
            "taken": ["ConflictError", 409, []],
            "wrong": ["InvalidBodyError", 422, ["/definition", "/name", "/nmae"]],
            "in use": ["InUseError", 409, []],
            "exists": ["PreconditionFailedError", 412, []],
            "gone": ["GoneError", 410, []],
            "renamed": ["forbearance"],
        }
        assert written[0]["without key"] == [["UnauthorizedError", False], ["UnauthorizedError", False]]

    def test_drafts_are_prepared_shown_and_published(self, written):
        assert written[0]["drafts"] == [
            [True, "For a test", None, ["embodiment", "quiet"], "Having a body", 2],
            [True, "Having a body", "Having a body", "Rest", "Rest"],
            [],
        ]

    def test_an_outdated_draft_is_an_error_that_names_the_conflicts(self, written):
        assert written[0]["outdated"] == [409, ["/definition"]]

    def test_a_release_is_published_as_one(self, written):
        both = ["ease", "rest"]
        assert written[0]["release"] == [["autumn"], True, 2, both, both, "rest"]

    def test_revisions_are_compared_and_restored(self, written):
        listed, pointers, definition, revision, changes = written[0]["history"]
        assert (listed, sorted(pointers)) == (1, ["/broader", "/definition"])
        assert (definition, revision, changes) == ("Being at rest.", 3, ["restore", "update"])
        assert written[3]["ease"] == 4

    def test_many_changes_are_made_at_once_or_none(self, written):
        changes, status, lines = written[0]["bulk"]
        assert changes == [
            ["created", "idleness", 1, False],
            ["renamed", "repose", 2, False],
            ["deleted", "ease", 4, True],
        ]
        assert (status, lines) == (428, [3])
        assert [written[3]["idleness"], written[3]["repose"]] == [1, 2]

    def test_the_asynchronous_client_writes_the_same(self, written):
        if "async" in written[0]:  # TypeScript has one client, and it is asynchronous.
            assert written[0]["async"] == [1, "calm", "Haste", 4, "deleted"]
            assert written[3]["calm"] == 5
            assert written[3]["order"] == 2

    def test_the_key_goes_to_one_origin_and_writes_are_not_redirected(self, written):
        output, proxy, key, _, printed = written
        assert output["redirected"] == ["Loneliness", 308, "loneliness"]
        elsewhere = [each for each in proxy.requests if each[0] == proxy.other_url]
        assert [(method, headers["Authorization"]) for _, method, _, headers, _ in elsewhere] == [
            ("GET", None)
        ]
        assert f"Bearer {key}" in {headers["Authorization"] for *_, headers, _ in proxy.requests}
        assert not output["shown"]
        assert key not in printed
