"""The compatibility check: which edits of the document break clients of v1, and its messages."""

import copy
import json
import re
import subprocess
import sys
from collections import defaultdict

import pytest

from openapi import PATH, compatibility_facts, npm_tools, promise
from openapi.corrections import correct
from tests.conftest import skip_test
from tests.openapi import breaking, compatible
from tests.openapi.edits import BREAKING, COMPATIBLE

DOCUMENT = json.loads(PATH.read_bytes())
correct(DOCUMENT)
EDITED_PATHS = ("/v1/search", "/v1/quotes", "/v1/quotes/{quote_id}")


def select_edited_paths(text):
    """Return the document with only the edited paths and their components: comparing all of it takes a minute."""
    document = json.loads(text, object_hook=lambda entry: {k: v for k, v in entry.items() if k != "examples"})
    paths, components = {path: document["paths"][path] for path in EDITED_PATHS}, defaultdict(dict)
    queue = [paths]
    while queue:
        for kind, name in re.findall(r'"#/components/(\w+)/([^"]+)"', json.dumps(queue.pop())):
            if name not in components[kind]:
                components[kind][name] = document["components"][kind][name]
                queue.append(components[kind][name])
    return {**document, "paths": paths, "components": dict(components)}


EDITED_PART = select_edited_paths(json.dumps(DOCUMENT))


@pytest.fixture(scope="module", autouse=True)
def _node():
    if reason := npm_tools.missing_reason():
        skip_test(f"because {reason}.")


def merge_documents(documents):
    """Return one document with all of these, each with the edit's name as prefix of paths and components.

    Each run of the comparison takes at least half a second, so a single run compares all edits.
    """
    merged = {"openapi": "3.1.0", "info": DOCUMENT["info"], "paths": {}, "components": defaultdict(dict)}
    for name, edited_document in documents.items():
        text = re.sub(r'"#/components/(\w+)/', rf'"#/components/\1/{name}.', json.dumps(edited_document))
        prefixed = json.loads(text)
        merged["paths"] |= {f"/{name}{path}": item for path, item in prefixed["paths"].items()}
        for kind, components in prefixed["components"].items():
            merged["components"][kind] |= {f"{name}.{key}": value for key, value in components.items()}
    return merged


def apply_edit(edit):
    document = copy.deepcopy(EDITED_PART)
    edit(document)
    assert json.dumps(document) != json.dumps(EDITED_PART), "the edit edits nothing"
    return document


@pytest.fixture(scope="module")
def messages():
    """The messages of the check for each edit, by the edit's name."""
    after = {edit.__name__: apply_edit(edit) for edit in [*BREAKING, *COMPATIBLE]}
    messages_ = {
        name: compatibility_facts.lost_facts(EDITED_PART, document) for name, document in after.items()
    }
    before = merge_documents(dict.fromkeys(after, EDITED_PART))
    for path, sentence in promise.breaking_changes(before, merge_documents(after)):
        name = re.match(r"#/paths/~1(\w+)~1", path)[1]
        messages_[name].append(sentence.replace(f"`{name}.", "`").replace(f"/{name}/", "/"))
    return messages_


class TestCompatibility:
    @pytest.mark.parametrize("edit", BREAKING, ids=lambda edit: edit.__name__)
    def test_breaking_edits_are_reported(self, messages, edit):
        assert BREAKING[edit] in "\n".join(messages[edit.__name__])

    @pytest.mark.parametrize("edit", COMPATIBLE, ids=lambda edit: edit.__name__)
    def test_compatible_edits_are_not_reported(self, messages, edit):
        assert messages[edit.__name__] == []

    def test_a_parameter_keeps_its_format(self):
        apply_edit = copy.deepcopy(DOCUMENT)
        del apply_edit["components"]["parameters"]["Date"]["schema"]["format"]
        assert compatibility_facts.lost_facts(DOCUMENT, apply_edit) == [
            f"The format of `date` in GET /v1/{name}/daily lost `date`." for name in ("quotes", "commentary")
        ]

    def test_there_are_at_least_ten_of_each(self):
        assert min(len(BREAKING), len(COMPATIBLE)) >= 10


@pytest.fixture
def released(tmp_path):
    """A folder with two releases: the last equals the current document, and the older one is empty."""
    for version, document in {"1.9.0": {}, "1.10.0": EDITED_PART}.items():
        (tmp_path / f"{version}.json").write_text(json.dumps(document), "utf-8")
    return tmp_path


class TestCommand:
    def run(self, document, released, tmp_path, capsys):
        path = tmp_path / "document"
        path.write_text(json.dumps(document), "utf-8")
        try:
            promise.main(path, released)
        except SystemExit as exit_:
            return exit_.code, capsys.readouterr()
        return 0, capsys.readouterr()

    def test_the_document_is_compatible_with_the_last_release(self):
        result = subprocess.run(
            [sys.executable, "-m", "openapi.promise"], cwd=PATH.parent.parent, check=False
        )
        assert result.returncode == 0

    def test_an_addition_passes(self, released, tmp_path, capsys):
        document = apply_edit(compatible.a_field_is_added)
        code, output = self.run(document, released, tmp_path, capsys)
        assert (code, output.out) == (0, "The document is compatible with clients of 1.10.0.\n")

    def test_every_breaking_change_is_named(self, released, tmp_path, capsys):
        document = copy.deepcopy(EDITED_PART)
        for edit in (breaking.a_field_is_removed, breaking.a_status_is_removed, breaking.a_schema_is_renamed):
            edit(document)
        code, output = self.run(document, released, tmp_path, capsys)
        assert code == 1
        for words in ("Property `word_count` of `Quote`", "Response `304`", "The list of schemas lost"):
            assert words in output.err
        assert all(line.startswith("Breaks clients of 1.10.0: ") for line in output.err.splitlines())

    def test_before_the_first_release_everything_passes(self, tmp_path, capsys):
        code, output = self.run(EDITED_PART, tmp_path, tmp_path, capsys)
        assert (code, output.out) == (0, "There is no release to be compatible with yet.\n")

    def test_an_invalid_document_is_an_error(self):
        document = copy.deepcopy(EDITED_PART)
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
