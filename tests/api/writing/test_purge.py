"""Purging what editors wrote: no table, response, replay or line of the log has the words afterwards."""

import json

import pytest
from sqlalchemy import create_engine, inspect, text

from tests.purging import run_purge

WORD = "Zanzibarian"
NEW, SLUG = "/v1/themes/patience", "patience"
THEME = {"name": "Patience", "definition": f"A {WORD} waits."}
CREATE = {"If-None-Match": "*"}


@pytest.fixture
def editor(logged_editor):
    """An editor of an application that logs every request, with a route that fails."""
    app = logged_editor.client.application

    @app.post("/bug")
    def bug():
        with app.extensions["database"].write_session() as session:
            statement = text("INSERT INTO themes (id, slug, definition) VALUES (1, :slug, :words)")
            session.execute(statement, {"slug": SLUG, "words": WORD})

    return logged_editor


def tables_with_the_word(database):
    engine = create_engine(database.url)
    with engine.connect() as connection:
        rows = {
            table: connection.execute(text(f'SELECT * FROM "{table}"')).all()
            for table in inspect(engine).get_table_names()
        }
    engine.dispose()
    return {table for table, found in rows.items() if WORD.lower() in str(found).lower()}


def write_everywhere(editor):
    """Write the word in every way that leaves it somewhere; return the requests that can be replayed."""
    sent = []

    def send(method, path, body=None, **options):
        key = {"Idempotency-Key": f"{len(sent)}"} | options.pop("headers", {})
        request = (method, path, body), options | {"headers": key}
        response = editor.send(*request[0], **request[1])
        sent.append((request, response))
        return response

    draft = send("PUT", f"{NEW}/draft?release=autumn&note={WORD}", THEME, headers=CREATE)
    tag = draft.headers["ETag"]
    send("PATCH", f"{NEW}/draft", {"label": WORD}, tag=tag)
    send("POST", "/v1/releases/autumn/publish", tag="*")
    send("PATCH", f"{NEW}?note={WORD}", {"label": f"A {WORD}"}, tag="*")
    old = editor.send("PATCH", f"{NEW}/draft", {"definition": f"The {WORD} again."}, headers=CREATE)
    send("PATCH", NEW, {"definition": f"No {WORD}."}, tag="*")
    # The difference in this refusal has both texts.
    outdated = send("POST", f"{NEW}/draft/publish", tag=old.headers["ETag"])
    assert (outdated.status_code, WORD in outdated.text) == (409, True)
    send("POST", f"{NEW}/revisions/1/restore?note={WORD}", tag="*")
    invalid = editor.patch(NEW, {"label": f"{WORD}\u0007"})
    assert invalid.status_code == 422
    return sent


def test_the_words_of_an_item_and_its_drafts_are_nowhere(editor, packed, capfd):
    sent = write_everywhere(editor)
    assert [response.status_code for _, response in sent] == [201, 200, 200, 200, 200, 409, 200]
    assert editor.send("POST", "/bug").status_code == 500
    found = {"themes", "revisions", "drafts", "idempotency_records", "search_documents", "search_terms"}
    assert found <= tables_with_the_word(packed)
    run_purge(packed, "theme", SLUG)
    assert tables_with_the_word(packed) == set()
    for (request, options), _ in sent:
        replay = editor.send(*request, **options)
        assert (replay.status_code, WORD in replay.text) == (410, False), request
    for path in (
        NEW,
        f"{NEW}/revisions",
        f"{NEW}/draft",
        "/v1/drafts",
        "/v1/releases",
        f"/v1/search?q={WORD}",
    ):
        assert WORD not in editor.send("GET", path).text.replace(f"q={WORD}", "").replace(f"“{WORD}”", "")
    lines = capfd.readouterr().err
    assert '"exc_type":"IntegrityError"' in lines
    assert WORD not in lines.replace(f"q={WORD}", "")


def test_a_draft_that_was_never_published_can_be_purged(editor, packed):
    saved = CREATE | {"Idempotency-Key": "0"}
    sent = (("PUT", THEME, saved), ("PATCH", {"label": WORD}, {"If-Match": "*", "Idempotency-Key": "1"}))
    for method, body, headers in sent:
        response = editor.send(method, f"{NEW}/draft", body, headers=headers)
        assert response.status_code < 300, response.text
    output = run_purge(packed, "theme", SLUG)
    assert "Removed the draft of the theme “patience”." in output
    assert tables_with_the_word(packed) == set()
    replay = editor.send("PUT", f"{NEW}/draft", THEME, headers=saved)
    assert (replay.status_code, replay.json["code"]) == (410, "gone")
    # Nobody has seen it, so its id is free.
    assert editor.send("PUT", f"{NEW}/draft", THEME, headers=CREATE).status_code == 201


def test_replays_of_what_was_purged_are_the_only_ones_that_end(editor, packed):
    other = editor.post(
        "/v1/themes",
        {"id": "hope", "name": "Hope", "definition": "Waiting."},
        headers={"Idempotency-Key": "x"},
    )
    assert other.status_code == 201
    write_everywhere(editor)
    run_purge(packed, "theme", SLUG)
    again = editor.post(
        "/v1/themes",
        {"id": "hope", "name": "Hope", "definition": "Waiting."},
        headers={"Idempotency-Key": "x"},
    )
    assert (again.status_code, again.data) == (201, other.data)
    assert json.loads(again.data)["id"] == "hope"
