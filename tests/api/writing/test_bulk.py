"""Bulk requests: all changes of all lines, or none, with the line of each fault."""

import json

from tests.api.writing.conftest import Editor, add_key
from tests.cases import each

THEME = {"name": "Patience", "definition": "Waiting without complaint."}


def send(editor, *lines, **headers):
    body = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines).encode()
    return editor.post("/v1/bulk", body, headers={"Content-Type": "application/x-ndjson"} | headers)


def line(method, slug, body=None, **members):
    return (
        {"method": method, "type": "theme", "id": slug}
        | ({"body": body} if body is not None else {})
        | members
    )


def test_changes_are_made_as_one(editor):
    before = editor.counts()
    response = send(
        editor,
        line("POST", "patience", THEME | {"related": ["hope"]}),
        "",
        line("PUT", "hope", THEME | {"name": "Hope", "related": ["patience"]}, if_none_match="*"),
        line("PATCH", "loneliness", {"label": "Alone"}, if_match=editor.tag("/v1/themes/loneliness")),
        line("RENAME", "embodiment", {"id": "having-a-body"}, if_match="*"),
        **{"Idempotency-Key": "bulk"},
    )
    assert response.status_code == 200, response.text
    results = response.json["data"]
    assert [result["outcome"] for result in results] == ["created", "created", "updated", "renamed"]
    for result in results:
        assert editor.get(result["url"]).headers["ETag"] == result["etag"]
    assert editor.counts()[0] == before[0] + 1
    again = send(editor, line("POST", "x", THEME), **{"Idempotency-Key": "bulk"})
    assert again.json["code"] == "idempotency-key-reused"
    deleted = send(
        editor,
        line("DELETE", "hope", if_match="*"),
        line("PATCH", "patience", {"related": []}, if_match="*"),
    )
    assert deleted.status_code == 200, deleted.text
    assert [each["outcome"] for each in deleted.json["data"]] == ["deleted", "updated"]


@each(
    "lines, status, faults",
    [
        (["{"], 400, [(1, "")]),
        (["", line("POST", "a", {"name": "A"}), "[]"], 422, [(3, "")]),
        (
            [line("POST", "a", {"name": "A"}), line("POST", "b", {"name": 7})],
            422,
            [(1, "/definition"), (2, "/definition"), (2, "/name")],
        ),
        ([line("POST", "a", THEME), line("PATCH", "loneliness", {})], 428, [(2, "")]),
        ([line("POST", "a", THEME), line("PATCH", "nothing", {}, if_match="*")], 404, [(2, "")]),
        ([line("POST", "a", THEME), line("DELETE", "loneliness", if_match="*")], 409, [(2, "")]),
        ([line("POST", "a", THEME), line("POST", "a", THEME)], 422, [(2, "/id")]),
        (
            [line("POST", "a", THEME) | {"type": "x", "x": 1, "method": "GET"}],
            422,
            [(1, "/method"), (1, "/type"), (1, "/x")],
        ),
        ([line("POST", f"a-{number}", THEME) for number in range(101)], 422, [(None, "")]),
    ],
)
def test_a_fault_is_named_with_its_line_and_nothing_is_changed(editor, lines, status, faults):
    before = editor.counts()
    response = send(editor, *lines)
    assert response.status_code == status, response.text
    found = sorted(((error.get("line"), error["pointer"]) for error in response.json["errors"]), key=str)
    assert found == faults
    assert editor.counts() == before


def test_it_needs_the_scopes_of_all_collections(app_to_write, packed):
    writer = Editor(app_to_write, packed, add_key(packed, "write:themes", "publish"))
    assert send(writer, line("POST", "patience", THEME)).status_code == 200
    refused = send(writer, line("POST", "hope", THEME) | {"type": "advisory"})
    assert (refused.status_code, refused.json["code"]) == (403, "forbidden")
