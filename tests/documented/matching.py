"""Comparison of actual output with the output that a guide shows.

`…` stands for omitted parts: keys of an object, elements of an array, header lines, lines of text, or a part of a
string or line. Values that differ from run to run are shown as placeholders, and must match their patterns.
"""

import json
import re

CUT = "…"
DAY = r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4}"
PLACEHOLDERS = {
    "<request id>": r"[0-7][0-9A-HJKMNP-TV-Z]{25}",
    "<hash>": r"[0-9a-f]{32}",
    "<version>": r"[0-9]+(?:\.[0-9]+)+",
    "<date>": DAY + r" \d\d:\d\d:\d\d GMT",
    "<seed>": r"[0-9a-f]{16}",
    "<cursor>": r"[A-Za-z0-9_-]{20,}",
    "<epoch>": r"[0-9a-f]{16}",
    "<pin>": r"[1-9]\d*\.[0-9a-f]{6}",
    "<n>": r"0|[1-9]\d*",
}
PART = re.compile("|".join(map(re.escape, [CUT, *PLACEHOLDERS])))
MARKS = re.compile(rf'"(?:[^"\\]|\\.)*"|[\[\]{{}}]|{CUT}')


def check(language, expected, actual):
    """Assert that the actual output, in this language, matches the expected output."""
    checks = {"json": check_json, "http": check_http, "html": check_html, "text": check_text}
    checks[language](expected, actual)


def check_text(expected, actual):
    pattern = "".join(
        r"(?:.*\n)+?" if line.strip() == CUT else to_pattern(line) + r"\n" for line in expected.splitlines()
    )
    lines = "".join(f"{line}\n" for line in actual.strip("\n").splitlines())
    assert re.fullmatch(pattern, lines), f"expected:\n{expected}\nactual:\n{actual}"


def check_json(expected, actual):
    assert_matches(parse_json(expected), json.loads(actual), "$")


def check_html(expected, actual):
    """Compare HTML. A line break and a space are the same."""
    check_text(" ".join(expected.split()), " ".join(actual.split()))


def check_http(expected, actual):
    expected_head, expected_body = split_message(expected)
    actual_head, actual_body = split_message(actual)
    (expected_status, *expected_lines), (actual_status, *actual_lines) = (
        expected_head.splitlines(),
        actual_head.splitlines(),
    )
    assert actual_status.strip() == expected_status
    expected_fields = [line.partition(": ") for line in expected_lines if line != CUT]
    actual_fields = [line.partition(": ") for line in actual_lines]
    for name, _, value in expected_fields:
        values = [value_ for key, _, value_ in actual_fields if key.lower() == name.lower()]
        assert any(re.fullmatch(to_pattern(value), value_) for value_ in values), (
            f"{name}: {value} in {values}"
        )
    if CUT not in expected_lines:
        assert {name.lower() for name, *_ in expected_fields} == {name.lower() for name, *_ in actual_fields}
    if expected_body.lstrip()[:1] in ("{", "["):
        check_json(expected_body, actual_body)
    else:
        check_text(expected_body, actual_body)


def split_message(message):
    """Return the head and the body of an HTTP message, with normalised line ends."""
    head, _, body = message.replace("\r\n", "\n").partition("\n\n")
    return head.strip("\n"), body


def to_pattern(text):
    """Return a regular expression for a text with omissions and placeholders."""
    parts, position = [], 0
    for mark in PART.finditer(text):
        parts += [re.escape(text[position : mark.start()]), f"(?:{PLACEHOLDERS.get(mark[0], '.+?')})"]
        position = mark.end()
    return "".join([*parts, re.escape(text[position:])])


def parse_json(expected):
    """Parse JSON in which `…` becomes a key of an object or an element of an array."""
    open_brackets = []

    def replace_cut(match):
        if match[0] in ("[", "{"):
            open_brackets.append(match[0])
        elif match[0] in ("]", "}"):
            open_brackets.pop()
        elif match[0] == CUT:
            return f'"{CUT}": null' if open_brackets[-1] == "{" else f'"{CUT}"'
        return match[0]

    return json.loads(MARKS.sub(replace_cut, expected))


def assert_matches(expected, actual, path):
    """Assert that a value matches the expected one, including the order of keys; errors name the path."""
    assert type(expected) is type(actual), f"{path}: {expected!r}, not {actual!r}"
    if isinstance(expected, dict):
        keys = [key for key in expected if key != CUT]
        actual_keys = [key for key in actual if key in keys or CUT not in expected]
        assert keys == actual_keys, f"{path}: {keys}, not {list(actual)}"
        # An omission must stand for something; otherwise it would hide a removed key.
        assert CUT not in expected or len(actual) > len(keys), f"{path}: nothing is cut"
        for key in keys:
            assert_matches(expected[key], actual[key], f"{path}.{key}")
    elif isinstance(expected, list):
        assert_list_matches(expected, actual, path)
    elif isinstance(expected, str):
        assert re.fullmatch(to_pattern(expected), actual, re.DOTALL), f"{path}: {expected!r}, not {actual!r}"
    else:
        assert expected == actual, f"{path}: {expected!r}, not {actual!r}"


def assert_list_matches(expected, actual, path):
    position = expected.index(CUT) if CUT in expected else len(expected)
    first, last = expected[:position], expected[position + 1 :]
    if position < len(expected):
        assert len(actual) > len(first) + len(last), f"{path}: nothing is cut of {len(actual)}"
    else:
        assert len(actual) == len(expected), f"{path}: {len(expected)}, not {len(actual)}"
    pairs = [*zip(first, actual, strict=False), *zip(last, actual[len(actual) - len(last) :], strict=True)]
    for number, (expected_item, actual_item) in enumerate(pairs):
        assert_matches(expected_item, actual_item, f"{path}[{number}]")
