"""Clients generated from the OpenAPI document: programs that use them are type-checked and run."""

import json
import os
import re
import subprocess
import sys
import urllib.request

import pytest

from openapi import PATH
from tests.clients.conftest import HERE

pytestmark = pytest.mark.slow

VERDICT = "her-2013-a-wife-without-the-challenges"
DOCUMENT = json.loads(PATH.read_bytes())
PROGRAMS = ["drive.py", "refused.py"]
NAMES = set(DOCUMENT["components"]["schemas"])


@pytest.fixture(scope="session")
def get_json(server):
    """A function that requests a path without a generated client and returns the JSON body."""

    def get(path):
        with urllib.request.urlopen(f"{server.url}{path}", timeout=10) as response:
            return json.load(response)

    return get


class TestPrograms:
    def test_it_reads_every_page(self, output, get_json):
        assert output["quotes"] == [quote["id"] for quote in get_json("/v1/quotes?limit=100")["data"]]
        assert len(output["quotes"]) > 7

    def test_it_filters(self, output, get_json):
        aphorisms = [quote["id"] for quote in get_json("/v1/quotes?kind=aphorism&limit=100")["data"]]
        assert output["aphorisms"] == aphorisms
        assert 0 < len(aphorisms) < len(output["quotes"])

    def test_it_reads_included_resources(self, output, get_json):
        quote = get_json(f"/v1/quotes/{VERDICT}?include=speaker,scene,commentary")
        assert output["include"] == {
            "kind": quote["kind"],
            "created": int(quote["created_at"][:4]),
            "description": quote["speaker"]["description"],
            "position": quote["scene"]["position"],
            "claims": [claim["id"] for claim in quote["commentary"]],
        }
        assert output["include"]["claims"]

    def test_it_distinguishes_the_types_of_hits(self, output, get_json):
        hits = get_json("/v1/search?q=love&limit=50")["data"]
        assert output["hits"] == {hit["id"]: describe_hit(hit) for hit in hits}
        assert len({hit["type"] for hit in hits}) > 3

    def test_it_reads_single_fields(self, output, get_json):
        counts = [quote["word_count"] for quote in get_json("/v1/quotes?limit=3")["data"]]
        assert output["sparse"] == [VERDICT, get_json(f"/v1/quotes/{VERDICT}")["word_count"], True, counts]

    def test_it_sends_conditional_requests(self, output):
        assert output["statuses"] == [200, 304]

    def test_it_reads_problems(self, output):
        assert output["problems"] == {
            "missing": ["not-found", 404, "/v1/quotes/nobody-said-this"],
            "refused": ["invalid-parameters", 422, "limit"],
        }


def describe_hit(hit):
    if hit["type"] in ("film", "theme"):
        return f"{hit['type']} {hit['label']}"
    kind = hit.get("kind", hit["type"])
    return f"{kind} {'on' if hit['type'] == 'commentary' else 'of'} {hit['film']['label']}"


class TestPython:
    def test_mypy_accepts_the_client_and_the_programs_of_its_users(self, clients):
        package = clients / "python"
        result = subprocess.run(
            [
                sys.executable,
                "-m",
                "mypy",
                "--strict",
                "--config-file=",
                *PROGRAMS,
                package / "subtext_client",
            ],
            cwd=HERE,
            env=os.environ | {"MYPYPATH": str(package), "MYPY_CACHE_DIR": str(clients / "mypy")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout

    def test_operations_and_types_have_the_names_a_developer_expects(self, clients):
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
        assert expected_types() <= type_names(package)

    def test_every_name_is_from_the_document(self, clients):
        # The generator invents names for schemas without one, such as `ListQuotesSortItem` or `Type1`.
        assert type_names(clients / "python" / "subtext_client") - NAMES <= {
            "AdvisorySeverities",
            "SparseAdvisorySeverities",
        }


def type_names(package):
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
    def exported_types(self, clients):
        schema = (clients / "typescript" / "schema.d.ts").read_text("utf-8")
        return set(re.findall(r"^export type (\w+) = components\['schemas'\]", schema, re.MULTILINE))

    def test_types_have_the_names_a_developer_expects(self, clients):
        assert expected_types() | {"SearchHit"} <= self.exported_types(clients)

    def test_every_schema_has_a_type_with_its_name(self, clients):
        names = {name for name in NAMES if not name.startswith(("Any", "Sparse"))}
        assert self.exported_types(clients) == names

    def test_its_version_is_that_of_the_document(self, clients):
        package = json.loads((clients / "typescript" / "package.json").read_bytes())
        assert package["version"] == DOCUMENT["info"]["version"]
        assert f'version="{package["version"]}"' in (clients / "python" / "setup.py").read_text("utf-8")
