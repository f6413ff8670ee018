"""The gate: which edits of the document break clients of v1, and what it says of them."""

import copy
import json
import re
import subprocess
import sys
from collections import defaultdict

import pytest

from openapi import PATH, compatibility_facts, npm_tools, promise
from tests.conftest import skip_test
from tests.openapi import breaking, compatible
from tests.openapi.edits import BREAKING, COMPATIBLE

DOCUMENT = json.loads(PATH.read_bytes())
EDITED = ("/v1/search", "/v1/quotes", "/v1/quotes/{quote_id}")


def cut(text):
    """Return the paths that are edited and what they refer to: the whole would cost a minute to compare."""
    whole = json.loads(text, object_hook=lambda entry: {k: v for k, v in entry.items() if k != "examples"})
    paths, components = {path: whole["paths"][path] for path in EDITED}, defaultdict(dict)
    waiting = [paths]
    while waiting:
        for kind, name in re.findall(r'"#/components/(\w+)/([^"]+)"', json.dumps(waiting.pop())):
            if name not in components[kind]:
                components[kind][name] = whole["components"][kind][name]
                waiting.append(components[kind][name])
    return {**whole, "paths": paths, "components": dict(components)}


PART = cut(PATH.read_text("utf-8"))


@pytest.fixture(scope="module", autouse=True)
def _node():
    if reason := npm_tools.missing_reason():
        skip_test(f"because {reason}.")


def side_by_side(documents):
    """Return one document that holds each of these, its paths and components under the edit's name.

    A run of the comparison costs half a second however little it compares, so it compares all at once.
    """
    whole = {"openapi": "3.1.0", "info": DOCUMENT["info"], "paths": {}, "components": defaultdict(dict)}
    for name, document in documents.items():
        text = re.sub(r'"#/components/(\w+)/', rf'"#/components/\1/{name}.', json.dumps(document))
        apart = json.loads(text)
        whole["paths"] |= {f"/{name}{path}": item for path, item in apart["paths"].items()}
        for kind, components in apart["components"].items():
            whole["components"][kind] |= {f"{name}.{key}": value for key, value in components.items()}
    return whole


def edited(edit):
    document = copy.deepcopy(PART)
    edit(document)
    assert json.dumps(document) != json.dumps(PART), "the edit edits nothing"
    return document


@pytest.fixture(scope="module")
def judged():
    """What the gate says of each edit, by the edit's name."""
    after = {edit.__name__: edited(edit) for edit in [*BREAKING, *COMPATIBLE]}
    said = {name: compatibility_facts.lost_facts(PART, document) for name, document in after.items()}
    before = side_by_side(dict.fromkeys(after, PART))
    for path, sentence in promise.breaking_changes(before, side_by_side(after)):
        name = re.match(r"#/paths/~1(\w+)~1", path)[1]
        said[name].append(sentence.replace(f"`{name}.", "`").replace(f"/{name}/", "/"))
    return said


class TestPromise:
    @pytest.mark.parametrize("edit", BREAKING, ids=lambda edit: edit.__name__)
    def test_it_is_broken(self, judged, edit):
        assert BREAKING[edit] in "\n".join(judged[edit.__name__])

    @pytest.mark.parametrize("edit", COMPATIBLE, ids=lambda edit: edit.__name__)
    def test_it_is_kept(self, judged, edit):
        assert judged[edit.__name__] == []

    def test_a_parameter_keeps_its_format(self):
        edited = copy.deepcopy(DOCUMENT)
        del edited["components"]["parameters"]["Date"]["schema"]["format"]
        assert compatibility_facts.lost_facts(DOCUMENT, edited) == [
            f"The format of `date` in GET /v1/{name}/daily lost `date`." for name in ("quotes", "commentary")
        ]

    def test_there_are_at_least_ten_of_each(self):
        assert min(len(BREAKING), len(COMPATIBLE)) >= 10


@pytest.fixture
def released(tmp_path):
    """Releases of which the last is the present document, and an older one that was quite different."""
    for version, document in {"1.9.0": {}, "1.10.0": PART}.items():
        (tmp_path / f"{version}.json").write_text(json.dumps(document), "utf-8")
    return tmp_path


class TestCommand:
    def run(self, document, released, tmp_path, capsys):
        path = tmp_path / "document"
        path.write_text(json.dumps(document), "utf-8")
        try:
            promise.main(path, released)
        except SystemExit as end:
            return end.code, capsys.readouterr()
        return 0, capsys.readouterr()

    def test_the_document_keeps_what_was_released(self):
        ran = subprocess.run([sys.executable, "-m", "openapi.promise"], cwd=PATH.parent.parent, check=False)
        assert ran.returncode == 0

    def test_an_addition_passes(self, released, tmp_path, capsys):
        document = edited(compatible.a_field_is_added)
        code, printed = self.run(document, released, tmp_path, capsys)
        assert (code, printed.out) == (0, "The document is compatible with clients of 1.10.0.\n")

    def test_every_break_is_named(self, released, tmp_path, capsys):
        document = copy.deepcopy(PART)
        for edit in (breaking.a_field_is_removed, breaking.a_status_is_removed, breaking.a_schema_is_renamed):
            edit(document)
        code, printed = self.run(document, released, tmp_path, capsys)
        assert code == 1
        for words in ("Property `word_count` of `Quote`", "Response `304`", "The list of schemas lost"):
            assert words in printed.err
        assert all(line.startswith("Breaks clients of 1.10.0: ") for line in printed.err.splitlines())

    def test_before_the_first_release_nothing_is_promised(self, tmp_path, capsys):
        code, printed = self.run(PART, tmp_path, tmp_path, capsys)
        assert (code, printed.out) == (0, "There is no release to be compatible with yet.\n")

    def test_a_document_that_cannot_be_read_is_no_pass(self):
        document = copy.deepcopy(PART)
        del document["components"]["schemas"]["QuoteKind"]
        with pytest.raises(RuntimeError, match="redocly diff failed"):
            promise.breaking_sentences(document, document)


class TestReleases:
    def test_each_is_named_by_its_version(self):
        for path in promise.RELEASED.glob("*.json"):
            assert json.loads(path.read_bytes())["info"]["version"] == path.stem

    def test_the_document_is_not_older_than_the_last(self):
        last = promise.last_released(promise.RELEASED)
        assert last is None or promise.parse_version(DOCUMENT["info"]["version"]) >= promise.parse_version(
            last.stem
        )
