"""The clients, against a running server: programs that use them are type-checked and run."""

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
PROGRAMS = ["drive.py", "write.py", "refused.py"]
NAMES = set(DOCUMENT["components"]["schemas"])


@pytest.fixture(scope="session")
def get_json(server):
    """A function that requests a path without a client and returns the JSON body."""

    def get(path):
        with urllib.request.urlopen(f"{server.url}{path}", timeout=10) as response:
            return json.load(response)

    return get


def list_ids(page):
    return [item["id"] for item in page["data"]]


class TestPrograms:
    def test_it_reads_every_page(self, output, get_json):
        assert output["quotes"] == list_ids(get_json("/v1/quotes?limit=100"))
        assert len(output["quotes"]) > 7

    def test_it_filters(self, output, get_json):
        aphorisms = list_ids(get_json("/v1/quotes?kind=aphorism&limit=100"))
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
        hits = get_json("/v1/search?q=love&limit=100")["data"]
        assert output["hits"] == {hit["id"]: describe_hit(hit) for hit in hits}
        assert len({hit["type"] for hit in hits}) > 3

    def test_it_reads_items_with_some_fields(self, output, get_json):
        quote = get_json("/v1/quotes?sort=-word_count&limit=1")["data"][0]
        speaker = get_json(f"/v1/quotes/{VERDICT}")["speaker"]["label"]
        assert output["fields"][:4] == [quote["id"], quote["text"], quote["word_count"], speaker]
        assert output["fields"][4] == len(output["include"]["claims"])

    def test_it_follows_references_and_hits(self, output, get_json):
        quote = get_json(f"/v1/quotes/{VERDICT}")
        hits = get_json("/v1/search?q=love&limit=5")["data"]
        expected = [quote["speaker"], quote["scene"], quote["film"], *quote["themes"], *hits]
        assert output["followed"] == {f"{item['type']}/{item['id']}": item["label"] for item in expected}

    def test_it_reads_pages_with_totals(self, output):
        assert output["pages"] == [[4, 4], len(output["quotes"])]

    def test_it_chooses_quotes(self, output, get_json):
        assert output["random"] == list_ids(get_json("/v1/quotes/random?count=2&seed=same"))
        assert output["daily"] == get_json("/v1/quotes/daily?date=2026-11-24")["id"]

    def test_it_reads_lists_below_items(self, output, get_json):
        nested = list_ids(get_json("/v1/films/her-2013/scenes?sort=-position&limit=100"))
        assert output["nested"] == nested
        assert len(nested) > 3
        assert output["related"] == list_ids(get_json("/v1/themes/loneliness/related?limit=3"))

    def test_it_reads_what_is_no_list(self, output):
        assert output["bibtex"].startswith("@")
        assert [output["map"], output["version"]] == ["her-2013", "v1"]

    def test_it_revalidates(self, output):
        assert output["statuses"] == [200, 304, 304]

    def test_it_reads_problems(self, output):
        assert output["problems"] == {
            "missing": ["not-found", 404, "/v1/quotes/nobody-said-this"],
            "refused": ["invalid-parameters", 422, "limit"],
        }

    def test_the_asynchronous_client_reads_the_same(self, output):
        if "async" in output:  # TypeScript has one client, and it is asynchronous.
            scene = next(key for key in output["followed"] if key.startswith("scene/"))
            assert output["async"] == [output["quotes"], scene.removeprefix("scene/"), output["random"]]


def describe_hit(hit):
    if hit["type"] in ("film", "theme"):
        return f"{hit['type']} {hit['label']}"
    kind = hit.get("kind", hit["type"])
    return f"{kind} {'on' if hit['type'] == 'commentary' else 'of'} {hit['film']['label']}"


class TestPython:
    def test_mypy_accepts_the_client_and_the_programs_of_its_users(self, clients, python_path):
        package = python_path / "subtext_client"
        result = subprocess.run(
            [sys.executable, "-m", "mypy", "--strict", "--config-file=", *PROGRAMS, package],
            cwd=HERE,
            env=os.environ | {"MYPYPATH": str(python_path), "MYPY_CACHE_DIR": str(clients / "mypy")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout

    def test_types_have_the_names_a_developer_expects(self, python_path):
        assert expected_types() <= type_names(python_path / "subtext_client")

    def test_every_name_is_from_the_document(self, python_path):
        # The generator invents names for schemas without one, such as `ListQuotesSortItem` or `Type1`.
        invented = type_names(python_path / "subtext_client") - NAMES
        # Maps have a name of their own, and so has what a revision or a draft says of any field.
        maps = r"(Sparse)?(AdvisorySeverities|RevisionDetailRecord\w+|DraftDetailRecord\w*)"
        maps += r"|FieldChange(Before|After)\w+|DraftChange(Base|Current|Draft)\w+"
        assert {name for name in invented if not re.fullmatch(maps, name)} == set()


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
        schema = (clients / "typescript" / "src" / "schema.ts").read_text("utf-8")
        return set(re.findall(r"^export type (\w+) = components\['schemas'\]", schema, re.MULTILINE))

    def test_types_have_the_names_a_developer_expects(self, clients):
        assert expected_types() | {"SearchHit"} <= self.exported_types(clients)

    def test_every_schema_has_a_type_with_its_name(self, clients):
        assert self.exported_types(clients) == NAMES

    def test_it_repeats_revalidates_and_reports(self, clients):
        command = ["node", "--test", clients / "app" / "compiled" / "http.js"]
        result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert result.returncode == 0, result.stdout
        assert re.search(r"# pass 2[0-9]\n", result.stdout)
