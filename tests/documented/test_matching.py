"""The test of code blocks fails if the output of a block is not what is shown."""

import pytest

from tests.cases import each
from tests.documented import running
from tests.documented.blocks import ROOT, Fence, fences, group_runs
from tests.documented.matching import check

ITEM = '{"id": "a", "tags": ["x", "y", "z"], "n": 1, "none": null}'
ULID = "01M87Z22012YTESE9G57GE4ABT"
MESSAGE = 'HTTP/1.1 200 OK\r\netag: "1.0"\r\nvary: Accept\r\n\r\n{"id": "a"}'


class TestMatching:
    @each(
        ("language", "expected", "actual"),
        [
            ("json", ITEM, ITEM),
            ("json", '{"id": "a", …}', ITEM),
            ("json", '{"id": "a", "tags": ["x", …], "n": 1, "none": null}', ITEM),
            ("json", '{"tags": ["x", …, "z"], …}', ITEM),
            ("json", '{"tags": […], …}', ITEM),
            ("json", '["<request id>"]', f'["{ULID}"]'),
            ("json", '["one … three"]', '["one two three"]'),
            ("text", "a\n…\nd\n", "a\nb\nc\nd\n"),
            ("text", "a … c\n", "a b c\n"),
            ("html", "<p>a\nb</p> <p>c</p>", "<p>a b</p> <p>c</p>\n"),
            ("http", 'HTTP/1.1 200 OK\nETag: "1.0"\nVary: Accept\n\n{"id": "a"}', MESSAGE),
            ("http", 'HTTP/1.1 200 OK\nETag: "1.0"\n…\n\n{"id": "a"}', MESSAGE),
        ],
    )
    def test_matching_output_passes(self, language, expected, actual):
        check(language, expected, actual)

    @each(
        ("language", "expected", "actual"),
        [
            ("json", '{"id": "b", …}', ITEM),
            ("json", '{"id": "a"}', ITEM),
            ("json", '{"n": 1, "id": "a", …}', ITEM),
            ("json", '{"id": "a", "missing": 1, …}', ITEM),
            ("json", '{"n": true, …}', ITEM),
            ("json", '{"n": "1", …}', ITEM),
            ("json", '{"id": "a", "tags": […], "n": 1, "none": null, …}', ITEM),
            ("json", '{"tags": ["y", …], …}', ITEM),
            ("json", '{"tags": ["x", "y", "z", …], …}', ITEM),
            ("json", '{"tags": ["x", "y"], …}', ITEM),
            ("json", '["<request id>"]', '["an id of another sort, too"]'),
            ("json", '["<hash>"]', '["0123"]'),
            ("json", ITEM, "not JSON"),
            ("text", "a\n…\nb\n", "a\nb\n"),
            ("text", "a\n", "a\nb\n"),
            ("html", "<p>a</p> <p>c</p>", "<p>a</p><p>c</p>"),
            ("html", "<p>a</p>", "<p>b</p>"),
            ("http", 'HTTP/1.1 404 Not Found\n…\n\n{"id": "a"}', MESSAGE),
            ("http", 'HTTP/1.1 200 OK\nETag: "2.0"\n…\n\n{"id": "a"}', MESSAGE),
            ("http", 'HTTP/1.1 200 OK\nETag: "1.0"\n\n{"id": "a"}', MESSAGE),
            ("http", 'HTTP/1.1 200 OK\nLink: <x>\n…\n\n{"id": "a"}', MESSAGE),
            ("http", "HTTP/1.1 200 OK\n…\n\n", MESSAGE),
        ],
    )
    def test_other_output_fails(self, language, expected, actual):
        with pytest.raises((AssertionError, ValueError)):
            check(language, expected, actual)


class TestRunning:
    def output_of(self, language, text, folder):
        return running.run_block(Fence("here:1", language, text), folder, {"127.0.0.1:8000": "127.0.0.1:9"})

    @pytest.mark.parametrize(
        ("language", "text"),
        [
            ("sh", 'echo "http://127.0.0.1:8000"'),
            ("python", 'print("http://127.0.0.1:8000")'),
            ("js", 'console.log("http://127.0.0.1:8000")'),
        ],
    )
    def test_the_output_has_the_documented_host(self, tmp_path, language, text):
        assert self.output_of(language, text, tmp_path) == "http://127.0.0.1:8000\n"

    def test_the_clone_command_is_skipped(self, tmp_path):
        assert self.output_of("sh", "git clone <URL> a && cd a\necho b", tmp_path) == "b\n"

    @pytest.mark.parametrize(
        ("language", "text"), [("sh", "false; true"), ("python", "1 / 0"), ("js", "throw new Error('no')")]
    )
    def test_a_block_that_fails_is_named(self, tmp_path, language, text):
        with pytest.raises(AssertionError, match="here:1"):
            self.output_of(language, text, tmp_path)


class TestReading:
    def read(self, text):
        return group_runs(fences(ROOT / "example.md", text))

    def test_output_belongs_to_the_block_before_it(self):
        first, second = self.read("```sh\na\n```\nIt says:\n```text\nb\n```\n```js\nc\n```\n")
        assert (first.block.text, first.output.text) == ("a\n", "b\n")
        assert (second.block.text, second.output) == ("c\n", None)

    def test_set_up_belongs_to_the_block_after_it(self):
        [run] = self.read("```nginx\na\n```\n```sh\nb\n```\n")
        assert (run.set_up.text, run.block.text) == ("a\n", "b\n")

    @each(
        "text",
        [
            "```json\n{}\n```\n",
            "```sh\na\n```\n```json\n{}\n```\n```json\n{}\n```\n",
            "```\na\n```\n",
            "```yaml\na: 1\n```\n",
            "    indented\n",
            "```nginx\na\n```\n",
        ],
    )
    def test_a_block_without_a_purpose_is_reported(self, text):
        with pytest.raises(ValueError, match=r"example\.md:\d+"):
            self.read(text)
