"""Revisions that a pack records: databases that were seeded at different times answer alike."""

import shutil

import pytest

from api.app import create_app
from api.core.config import Settings
from models import Commentary, Quote, Revision
from models.database import Database
from seeds.pack import read_pack
from tests.seeds.packs import CLAIM, FILM, load_packs, remove, withdraw
from tests.seeds.test_load import LIE, TOAST, resource_states

PATHS = [
    f"/v1/films/{FILM}",
    f"/v1/films/{FILM}?include=scenes,characters,quotes,commentary",
    f"/v1/films/{FILM}/scenes?limit=100",
    f"/v1/films/{FILM}/characters?limit=100",
    f"/v1/films/{FILM}/quotes?limit=100&sort=-updated_at",
    f"/v1/films/{FILM}/commentary?limit=100",
    f"/v1/films/{FILM}/coverage",
    f"/v1/commentary/{LIE}",
    f"/v1/commentary/{CLAIM}",
    f"/v1/quotes/{TOAST}",
    "/v1/themes?limit=100",
    "/v1/quotes/daily?date=2026-11-25",
    "/v1/quotes/random?seed=a&count=5",
]


def revise(second):
    """Change the pack as a second edition does."""
    second.replace("commentary.yml", "weight: minor", "weight: core", after=LIE)
    second.replace("quotes.yml", "label: ", "label: New ", after=TOAST)
    remove(second, "commentary.yml", CLAIM)
    withdraw(second, CLAIM)


def responses(database):
    """Return status, ETag and body of each path."""
    app = create_app(Settings(database_url=database.url.render_as_string(hide_password=False), cache_bytes=0))
    client = app.test_client()
    found = {}
    for path in PATHS:
        response = client.get(path)
        body = response.get_json()
        if response.status_code == 410:
            del body["request_id"]
        found[path] = response.status_code, response.headers.get("ETag"), body
    app.extensions["database"].close()
    return found


class TestDatabases:
    def test_they_answer_alike_whenever_they_were_seeded(self, engine, packed, second, record, tmp_path):
        record("2026-11-24")
        first = shutil.copytree(second.root, tmp_path / "first")
        revise(second)
        record()
        with engine.fresh("pack") as url:
            fresh = Database(url)
            load_packs(packed, first)
            load_packs(packed, second.root)
            load_packs(fresh, second.root)
            expected = responses(fresh)
            assert responses(packed) == expected
            assert expected[f"/v1/commentary/{LIE}"][1].startswith('"2.')
            assert expected[f"/v1/commentary/{CLAIM}"][0] == 410
            fresh.close()

    def test_a_revision_is_raised_once_and_dated(self, packed, second, record):
        record("2026-11-24")
        load_packs(packed, second.root)
        before = resource_states(packed)
        revise(second)
        record()
        load_packs(packed, second.root)
        after = resource_states(packed)
        changed = {key for key in after if after[key] != before[key]} - {("commentary", CLAIM)}
        assert changed == {("commentary", LIE), ("quote", TOAST)}
        for key in changed:
            number, created_at, updated_at = after[key]
            assert (number, created_at) == (2, before[key][1])
            assert f"{updated_at:%Y-%m-%d}" == "2026-12-01"

    def test_a_number_may_be_skipped(self, packed, second, record):
        load_packs(packed, second.root)
        for label in ("One ", "Two "):
            record()
            second.replace("quotes.yml", "label: ", f"label: {label}", after=TOAST)
        record()
        load_packs(packed, second.root)
        assert resource_states(packed)["quote", TOAST][0] == 3

    def test_what_other_code_stored_keeps_its_revision(self, packed, second, record):
        record()
        load_packs(packed, second.root)
        before = resource_states(packed)
        with packed.write_session() as session:
            quote = Quote.by_slug(session, TOAST)
            quote.declare_release(None)
            session.connection().exec_driver_sql("UPDATE quotes SET pack_digest = 'of an older version'")
        report = load_packs(packed, second.root)
        assert not report["quote"]["updated"]
        assert resource_states(packed) == before
        with packed.read_session() as session:
            # It is compared once, and known from then on.
            assert Quote.by_slug(session, TOAST).pack_digest != "of an older version"

    def test_a_database_behind_catches_up_without_other_changes(self, packed, second, record):
        load_packs(packed, second.root)
        path = record()
        text = path.read_text("utf-8")
        path.write_text(text.replace(f"{LIE}: {{revision: 1", f"{LIE}: {{revision: 4"), "utf-8")
        load_packs(packed, second.root)
        assert resource_states(packed)["commentary", LIE][0] == 4
        with packed.read_session() as session:
            claim = Commentary.by_slug(session, LIE)
            numbers = [
                revision.number
                for revision in session.query(Revision).filter_by(
                    type_name="commentary", resource_id=claim.id
                )
            ]
        assert sorted(numbers) == [1, 4]


@pytest.mark.any_database
class TestCommand:
    def test_it_is_idempotent(self, record, second):
        first = record().read_text("utf-8")
        assert "0 raised" in record.output
        assert record("2027-01-01").read_text("utf-8") == first
        assert "0 recorded, 0 raised" in record.output

    def test_it_raises_what_has_changed(self, record, second):
        record()
        revise(second)
        text = record().read_text("utf-8")
        assert "0 recorded, 2 raised" in record.output
        assert f"  {LIE}: {{revision: 2, digest: " in text
        assert "updated_at: 2026-12-01T00:00:00Z}" in text
        assert CLAIM not in text

    def test_a_wrong_line_is_told_in_words(self, record, second):
        file = record()
        file.write_text("commentary:\n  one: {revision: two, digest: a, updated_at: 2026-12-01}\n", "utf-8")
        messages = [str(each) for each in read_pack(second.root).diagnostics]
        assert messages == [f"{file}:2: error [form] one: revision: Not a valid integer."]
