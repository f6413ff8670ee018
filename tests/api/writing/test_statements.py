"""How many statements writes run: on PostgreSQL, each costs a round trip."""

import json

from models import Quote
from tests.statements import statements

#: Authentication, locks, the item and what it owns, its revision, the response, the search index, the generation.
MAX_STATEMENTS_OF_A_QUOTE = 24


def test_an_update_reads_and_writes_nothing_twice(editor):
    path = f"/v1/quotes/{Quote.example_id}"
    with statements(editor.database.engine) as recorded:
        response = editor.patch(path, {"label": "On manners"}, tag="*")
    assert response.status_code == 200
    assert len(recorded) <= MAX_STATEMENTS_OF_A_QUOTE
    assert len(recorded) == len(set(recorded))


def test_many_changes_are_loaded_at_once(editor):
    slugs = [quote["id"] for quote in editor.get("/v1/quotes?limit=12").json["data"]]

    def count(number):
        lines = [
            {"method": "PATCH", "type": "quote", "id": slug, "if_match": "*", "body": {"label": f"{number}"}}
            for slug in slugs[:number]
        ]
        body = "\n".join(map(json.dumps, lines)).encode()
        headers = {"Content-Type": "application/x-ndjson"}
        with statements(editor.database.engine) as recorded:
            assert editor.post("/v1/bulk", body, headers=headers).status_code == 200
        return len(recorded)

    # A lock, the revision, the update and the new ETag of each.
    assert count(12) - count(2) <= 10 * 4


def test_the_publication_of_a_change_looks_for_no_deleted_item(editor):
    draft = f"/v1/quotes/{Quote.example_id}/draft"
    etag = editor.send("PATCH", draft, {"label": "On manners"}, headers={"If-None-Match": "*"}).headers[
        "ETag"
    ]
    with statements(editor.database.engine) as recorded:
        assert editor.send("POST", f"{draft}/publish", tag=etag).status_code == 200
    assert [statement for statement in recorded if "deleted_at IS NOT NULL" in statement] == []
