"""Clients made from the document: what a user writes with them is checked, and reads what is served."""

import json
import os
import re
import subprocess
import sys
import urllib.request

import pytest

from openapi import PATH
from tests.clients.conftest import HERE

VERDICT = "her-2013-a-wife-without-the-challenges"
DOCUMENT = json.loads(PATH.read_bytes())
NAMES = set(DOCUMENT["components"]["schemas"])


@pytest.fixture(scope="session")
def read(served):
    """Read a path without any client."""

    def get(path):
        with urllib.request.urlopen(f"{served.url}{path}", timeout=10) as answer:
            return json.load(answer)

    return get


class TestDriven:
    def test_it_pages_to_the_end(self, told, read):
        assert told["quotes"] == [quote["id"] for quote in read("/v1/quotes?limit=100")["data"]]
        assert len(told["quotes"]) > 7

    def test_it_filters(self, told, read):
        aphorisms = [quote["id"] for quote in read("/v1/quotes?kind=aphorism&limit=100")["data"]]
        assert told["aphorisms"] == aphorisms
        assert 0 < len(aphorisms) < len(told["quotes"])

    def test_it_reads_what_was_included(self, told, read):
        quote = read(f"/v1/quotes/{VERDICT}?include=speaker,scene,commentary")
        assert told["include"] == {
            "kind": quote["kind"],
            "created": int(quote["created_at"][:4]),
            "description": quote["speaker"]["description"],
            "position": quote["scene"]["position"],
            "claims": [claim["id"] for claim in quote["commentary"]],
        }
        assert told["include"]["claims"]

    def test_it_tells_hits_apart(self, told, read):
        found = read("/v1/search?q=love&limit=50")["data"]
        assert told["hits"] == {hit["id"]: in_words(hit) for hit in found}
        assert len({hit["type"] for hit in found}) > 3

    def test_it_asks_whether_something_changed(self, told):
        assert told["statuses"] == [200, 304]

    def test_it_reads_problems(self, told):
        assert told["problems"] == {
            "missing": ["not-found", 404, "/v1/quotes/nobody-said-this"],
            "refused": ["invalid-parameters", 422, "limit"],
        }


def in_words(hit):
    if hit["type"] in ("film", "theme"):
        return f"{hit['type']} {hit['label']}"
    kind = hit.get("kind", hit["type"])
    return f"{kind} {'on' if hit['type'] == 'commentary' else 'of'} {hit['film']['label']}"


class TestPython:
    def test_mypy_is_content_with_the_programs_of_users(self, clients):
        ran = subprocess.run(
            [sys.executable, "-m", "mypy", "--strict", "--config-file=", "drive.py", "refused.py"],
            cwd=HERE,
            env=os.environ | {"MYPYPATH": str(clients / "python"), "MYPY_CACHE_DIR": str(clients / "mypy")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout

    def test_mypy_is_content_with_every_call_that_was_generated(self, clients):
        ran = subprocess.run(
            [sys.executable, "-m", "mypy", "--strict", "--config-file=", "subtext_client"],
            cwd=clients / "python",
            env=os.environ | {"MYPY_CACHE_DIR": str(clients / "mypy-all")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout

    def test_operations_and_types_are_called_what_a_developer_expects(self, clients):
        package = clients / "python" / "subtext_client"
        calls = {path.relative_to(package / "api").as_posix() for path in package.glob("api/*/*.py")}
        assert {
            "films/get_film.py",
            "films/get_film_theme_map.py",
            "quotes/get_quote.py",
            "quotes/list_quotes.py",
            "quotes/random_quotes.py",
            "scenes/list_film_scenes.py",
            "search/search.py",
        } <= calls
        assert expected_types() <= types(package)

    def test_no_name_is_made_up(self, clients):
        # Where the document has no name, one is made of where it stands: `ListQuotesSortItem`, `Type1` …
        assert types(clients / "python" / "subtext_client") - NAMES <= {"AdvisorySeverities"}


def types(package):
    return set(
        re.findall(r'^    "(\w+)",$', (package / "models" / "__init__.py").read_text("utf-8"), re.MULTILINE)
    )


def expected_types():
    return {
        "Commentary",
        "Film",
        "NotFoundProblem",
        "Problem",
        "Quote",
        "QuoteHit",
        "QuoteInclude",
        "QuoteKind",
        "QuoteList",
        "QuoteSortKey",
        "SceneRef",
    }


class TestTypeScript:
    def exported(self, clients):
        schema = (clients / "typescript" / "schema.d.ts").read_text("utf-8")
        return set(re.findall(r"^export type (\w+) = components\['schemas'\]", schema, re.MULTILINE))

    def test_types_are_called_what_a_developer_expects(self, clients):
        assert expected_types() | {"SearchHit"} <= self.exported(clients)

    def test_every_schema_has_a_type_of_its_name(self, clients):
        assert self.exported(clients) == NAMES

    def test_its_version_is_that_of_the_document(self, clients):
        package = json.loads((clients / "typescript" / "package.json").read_bytes())
        assert package["version"] == DOCUMENT["info"]["version"]
        assert f'version="{package["version"]}"' in (clients / "python" / "setup.py").read_text("utf-8")
