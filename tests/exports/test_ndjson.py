"""The export in NDJSON has what the API returns: items, public revisions and redirects; and nothing else."""

import gzip
import hashlib
import json
from contextlib import ExitStack

import pytest
from sqlalchemy import select

from api.core.resource_registry import COLLECTION_PATHS
from models import RESOURCES, Alias, Withdrawal
from tests.api.past import past_of
from tests.exports.changed_content import change_everything
from tests.exports.exporting import read_index, read_lines, run_export

ITEM_FILES = [f"{model.__tablename__}.ndjson" for model in RESOURCES]


@pytest.fixture
def past(database):
    with past_of(database) as past:
        yield past


@pytest.fixture
def changed(past):
    change_everything(past)
    return past


def listed(past, path):
    """Return all items of a list, page by page."""
    url, items = f"{path}{'&' if '?' in path else '?'}limit=100", []
    while url:
        body = past.json(url)
        items += body["data"]
        url = body["page"]["next"]
    return items


class TestItems:
    def test_a_line_is_the_response_for_the_item(self, changed, tmp_path):
        folder = run_export(changed.database, tmp_path / "export")
        for model in RESOURCES:
            path = COLLECTION_PATHS[model.type_name]
            text = (folder / f"{model.__tablename__}.ndjson").read_bytes()
            ids = sorted(item["id"] for item in listed(changed, path))
            assert text.splitlines() == [changed.get(f"{path}/{slug}").data for slug in ids]

    def test_the_editors_own_entries_are_among_them(self, packed, tmp_path):
        lines = read_lines(run_export(packed, tmp_path / "export"), "commentary.ndjson")
        assert {line["asserted_by"] for line in lines} == {"source", "editor"}

    def test_content_is_escaped(self, changed, tmp_path):
        folder = run_export(changed.database, tmp_path / "export")
        (line,) = [one for one in read_lines(folder, "quotes.ndjson") if one["id"].endswith("light-on")]
        assert line["text"] == "Leave “the light” on.\nPlease, 雪."


class TestRevisions:
    def test_they_are_the_public_histories_in_the_order_of_generations(self, changed, tmp_path):
        lines = read_lines(run_export(changed.database, tmp_path / "export"), "revisions.ndjson")
        deleted = [("theme", "haste"), ("theme", "trust"), ("quote", "the-lamp-1950-saying")]
        items = {
            (model.type_name, item["id"])
            for model in RESOURCES
            for item in listed(changed, COLLECTION_PATHS[model.type_name])
        }
        expected = [
            {"item_type": type_name, "current_id": slug} | changed.json(revision["url"])
            for type_name, slug in items | set(deleted)
            for revision in listed(changed, f"{COLLECTION_PATHS[type_name]}/{slug}/revisions")
        ]
        order = ("generation", "item_type", "current_id", "number")
        expected.sort(key=lambda line: [line[name] for name in order])
        digests = [line.pop("digest") for line in lines]
        assert lines == expected
        assert {line["change"] for line in lines} == {"create", "update", "rename", "delete", "restore"}
        assert {line["is_purged"] for line in lines} == {True, False}
        for line, digest in zip(lines, digests, strict=True):
            assert (digest is None) == line["is_purged"]
            assert line["is_purged"] or digest.startswith(line["pin"].partition(".")[2])

    def test_keys_are_in_the_order_of_the_api(self, changed, tmp_path):
        lines = read_lines(run_export(changed.database, tmp_path / "export"), "revisions.ndjson")
        path = f"{changed.path('light')}/revisions/1"
        assert list(lines[0]) == ["item_type", "current_id", "digest", *changed.json(path)]


class TestRedirects:
    def test_they_are_the_ids_that_the_api_answers_with_308_or_410(self, changed, tmp_path):
        lines = read_lines(run_export(changed.database, tmp_path / "export"), "redirects.ndjson")
        by_id = {(line["type"], line["id"]): line for line in lines}
        assert list(by_id) == sorted(by_id)
        assert len(by_id) == len(lines)
        with changed.database.read_session() as session:
            known = {
                (table.type_name, table.slug)
                for kind in (Alias, Withdrawal)
                for table in session.scalars(select(kind))
            } | {
                (model.type_name, slug)
                for model in RESOURCES
                for slug in session.scalars(select(model.slug).where(model.deleted_at.is_not(None)))
            }
        answers = {}
        for type_name, slug in known:
            response = changed.client.get(f"{COLLECTION_PATHS[type_name]}/{slug}")
            location = response.headers.get("Location", "").rpartition("/")[2] or None
            answers[type_name, slug] = response.status_code, location
        expected = {key: answer for key, answer in answers.items() if answer[0] in (308, 410)}
        assert {key: (line["status"], line["moved_to"]) for key, line in by_id.items()} == expected
        assert {status for status, _ in answers.values()} == {200, 308, 404, 410}

    def test_they_say_what_happened(self, changed, tmp_path):
        lines = read_lines(run_export(changed.database, tmp_path / "export"), "redirects.ndjson")
        by_id = {line["id"]: line for line in lines}
        kinds = {slug: line["kind"] for slug, line in by_id.items()}
        assert kinds["the-lamp-1950-lamp-on"] == "renamed"
        assert kinds["the-lamp-1950-maxim"] == kinds["the-lamp-1950-saying"] == "deleted"
        assert kinds["haste"] == kinds["old-haste"] == "purged"
        assert by_id["old-haste"]["former_id_of"] == "haste"
        assert by_id["the-lamp-1950-saying"]["parents"] == {"film": "the-lamp-1950"}
        assert by_id["faith"] == {
            "type": "theme",
            "id": "faith",
            "status": 308,
            "kind": "withdrawn",
            "moved_to": "light",
            "former_id_of": None,
            "reason": "Said twice.",
            "created_at": None,
            "parents": {},
        }
        assert (by_id["hope"]["reason"], by_id["envy"]["moved_to"]) == (None, None)
        # It was withdrawn after it had been here, so its history goes on.
        assert (by_id["trust"]["kind"], by_id["trust"]["reason"]) == ("withdrawn", "Not ours.")
        assert by_id["trust"]["created_at"] is not None


class TestFolder:
    def test_the_index_lists_all_files_with_their_digests(self, changed, tmp_path):
        folder = run_export(changed.database, tmp_path / "export")
        index = read_index(folder)
        assert [file["name"] for file in index["files"]] == [
            *ITEM_FILES,
            "revisions.ndjson",
            "redirects.ndjson",
            "croissant.json",
        ]
        for file in index["files"][:-1]:
            content = (folder / file["name"]).read_bytes()
            compressed = (folder / file["gzip"]["name"]).read_bytes()
            assert gzip.decompress(compressed) == content
            assert file["count"] == content.count(b"\n")
            for about, data in ((file, content), (file["gzip"], compressed)):
                assert about["bytes"] == len(data)
                assert about["sha256"] == hashlib.sha256(data).hexdigest()
        names = {about["name"] for file in index["files"] for about in (file, file.get("gzip", file))}
        assert {path.name for path in folder.iterdir()} == names | {"index.json"}
        meta = changed.json("/v1/meta")["content"]
        assert (index["epoch"], index["generation"]) == (meta["epoch"], meta["generation"])
        assert index["cursor"] == f"{meta['epoch']}-{meta['generation']}"

    def test_a_database_without_content_has_an_export(self, database, tmp_path):
        index = read_index(run_export(database, tmp_path / "export"))
        assert (index["cursor"], index["generation"], index["changed_at"]) == (None, 0, None)
        assert {file["count"] for file in index["files"]} == {0}
        assert "datePublished" not in json.loads((tmp_path / "export" / "croissant.json").read_bytes())


def test_nothing_that_is_not_public_is_exported(changed, tmp_path):
    folder = run_export(changed.database, tmp_path / "export")
    assert [path.name for path in folder.iterdir() if b"unseen" in plain_bytes(path)] == []


def plain_bytes(path):
    content = path.read_bytes()
    return gzip.decompress(content) if path.suffix == ".gz" else content


def test_both_databases_export_the_same_bytes(sqlite_engine, postgresql_engine, tmp_path):
    folders = []
    with ExitStack() as stack:
        for engine in (sqlite_engine, postgresql_engine):
            past = stack.enter_context(past_of(stack.enter_context(engine.opened())))
            change_everything(past)
            set_times(past)
            folders.append(run_export(past.database, tmp_path / engine.name))
    one, other = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in folders)
    first, second = (without_state(read_index(folder)) for folder in folders)
    assert first == second
    assert one.keys() == other.keys()
    for name in one.keys() - {"index.json", "croissant.json"}:
        assert one[name] == other[name], name


def without_state(index):
    """Return an index without what differs between databases: the state, and the file that names it."""
    kept = {name: value for name, value in index.items() if name not in ("epoch", "cursor", "changed_at")}
    return kept | {"files": [file for file in index["files"] if file["name"] != "croissant.json"]}


def set_times(past):
    """Give all changes without a time the same one."""
    with past.database.connect_writer() as connection, connection.begin():
        for table in (*(model.__tablename__ for model in RESOURCES), "revisions"):
            for column in ("created_at",) if table == "revisions" else ("created_at", "updated_at"):
                connection.exec_driver_sql(
                    f"UPDATE {table} SET {column} = '2026-11-30T00:00:00Z'"
                    f" WHERE {column} > '2026-11-30T00:00:00Z'"
                )
