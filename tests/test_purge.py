"""`subtext purge` removes words everywhere: from the database, from every response, and from the file."""

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, inspect, select, text

from models import Quote, Revision
from models.draft import Draft
from models.idempotency_record import IdempotencyRecord
from models.purge import purge as purge_words
from subtext_cli.preparation import SEEDS, load_packs
from subtext_cli.purge import purge
from tests.api.past import HOURS, past_of
from tests.cases import each
from tests.crawling import crawl
from tests.models.content import BY_NAME, RELEASED
from tests.purging import run_purge

LINE = "/v1/quotes/the-lamp-1950-lamp-on"
#: Words that only the purged item has, as texts and as search terms.
SECRETS = ("zanzibarian", "quokkaesque", "xylophonist", "wombatlike", "vicunafied")


@pytest.fixture
def past(database):
    with past_of(database) as past:
        yield past


def plant(past):
    """Give an item words of its own in all places that words can be in."""
    past.change("line", text="A Zanzibarian leaves it on.", label="The zanzibarian", at=HOURS[0])
    past.change("line", text="A quokkaesque leaves it on.", note="It was a xylophonist.", at=HOURS[1])
    past.change("line", editor_note="A wombatlike note.", at=HOURS[2])
    with past.editing() as session:
        line = past.find(session, "line")
        session.add(Draft(type_name="quote", slug=line.slug, record={"text": "Vicunafied."}, editor="ada",
                          created_at=RELEASED, updated_at=RELEASED))  # fmt: skip
        session.add(IdempotencyRecord(owner="a", key="b", method="POST", path="/v1/quotes", digest="0" * 64,
                                      status=201, headers=[], body=b"zanzibarian", type_name="quote",
                                      resource_id=line.id, created_at=RELEASED))  # fmt: skip


def words_in(data):
    return [secret for secret in SECRETS if secret in data.lower()]


def rows_with_words(database):
    """Return the tables in which a secret still is."""
    engine = create_engine(database.url)
    found = set()
    with engine.connect() as connection:
        for table in inspect(engine).get_table_names():
            rows = connection.execute(text(f'SELECT * FROM "{table}"')).all()
            if any(words_in(str(row)) for row in rows):
                found.add(table)
    engine.dispose()
    return found


class TestPurge:
    @pytest.mark.nightly
    def test_no_response_and_no_table_has_the_words(self, past):
        plant(past)
        starts = ["/v1", "/", LINE, f"{LINE}/revisions", "/search?q=zanzibarian", "/v1/search?q=quokkaesque"]
        before = {
            url: response.data.decode("latin-1") for url, response in crawl(past.client, starts, max_alike=2)
        }
        assert len([url for url, body in before.items() if words_in(body)]) > 5
        pin = past.pin("line")
        output = run_purge(
            past.database, "quote", LINE.rpartition("/")[2], "--leave-references", "--reason", "Asked for."
        )
        assert "and of 5 revisions" in output
        urls = [*before, *starts, f"{LINE}?revision={pin}", f"{LINE}/revisions/{pin}", f"{LINE}?as_of=3"]
        urls += ["/v1/search?q=zanzibaria*", "/v1/quotes?q=wombatlike", f"{LINE}/revisions/2/diff/3"]
        for url in dict.fromkeys(urls):
            body = past.client.get(url).data.decode("latin-1")
            # A search repeats what was searched for.
            assert set(words_in(body)) <= set(words_in(url)), url
        assert rows_with_words(past.database) == set()

    def test_the_item_and_its_revisions_are_gone_but_listed(self, past):
        plant(past)
        pin = past.pin("line")
        before = past.generation()
        run_purge(
            past.database, "quote", LINE.rpartition("/")[2], "--leave-references", "--reason", "Asked for."
        )
        past.get(LINE, 410)
        for path in (
            f"{LINE}?revision={pin}",
            f"{LINE}?as_of={before}",
            f"{LINE}?as_of=2026-11-23T00:00:00Z",
        ):
            assert "was removed for ever" in past.json(path, 410)["detail"]
        last, *others = past.revisions("line")
        assert (last["change"], last["editor"], last["note"]) == ("delete", "operator", "Purged: Asked for.")
        assert {one["is_purged"] for one in (last, *others)} == {True}
        assert {one["note"] for one in others} == {None}
        assert past.json(others[0]["url"])["record"] is None
        past.get(last["links"]["diff"], 410)
        assert past.generation() == before + 1
        # What refers to it sees it as deleted.
        assert past.json(past.path("claim"))["quotes"] == []

    @each("name", sorted(BY_NAME))
    def test_every_resource_can_be_purged(self, past, name):
        with past.editing() as session:
            purge_words(session, past.find(session, name))
        past.get(past.path(name), 410)
        assert {one["is_purged"] for one in past.json(f"{past.path(name)}/revisions")["data"]} == {True}

    def test_loading_the_pack_again_leaves_it_out(self, packed):
        words = "wife without the challenges"
        run_purge(packed, "quote", "her-2013-a-wife-without-the-challenges", "--leave-references")
        report = load_packs(packed, (SEEDS,))
        assert [entry.slug for entry in report.kept] == ["her-2013-a-wife-without-the-challenges"]
        with packed.read_session() as session:
            texts = [
                *session.scalars(select(Quote.text)),
                *map(str, session.scalars(select(Revision.record))),
            ]
        assert [one for one in texts if words in one] == []

    def test_it_asks_first(self, past):
        url = past.database.url.render_as_string(hide_password=False)
        environment = {"SUBTEXT_DATABASE_URL": url}
        slug = LINE.rpartition("/")[2]
        result = CliRunner().invoke(
            purge, ["quote", slug, "--leave-references"], env=environment, input="n\n"
        )
        assert (result.exit_code, "Aborted" in result.output) == (1, True)
        past.get(LINE)
        result = CliRunner().invoke(purge, ["quote", "no-such-line", "--yes"], env=environment)
        assert "There is no quote “no-such-line”" in str(result.exception)

    def test_it_lists_what_refers_to_the_item_and_refuses(self, past):
        environment = {"SUBTEXT_DATABASE_URL": past.database.url.render_as_string(hide_password=False)}
        slug, before = LINE.rpartition("/")[2], past.generation()
        result = CliRunner().invoke(purge, ["quote", slug, "--yes"], env=environment)
        claim = past.path("claim").rpartition("/")[2]
        assert result.output.splitlines()[0] == f"referred to by commentary {claim}"
        assert "Nothing was removed. Change them first, or leave their references with" in str(
            result.exception
        )
        assert (past.get(LINE).status_code, past.generation()) == (200, before)
        past.change("claim", quotes=[])
        assert "Removed the words" in run_purge(past.database, "quote", slug)


@pytest.mark.any_database
def test_the_file_of_sqlite_has_no_bytes_of_the_words(past):
    plant(past)
    path = past.database.url.database

    def bytes_on_disk():
        data = b""
        for suffix in ("", "-wal"):
            try:
                with open(path + suffix, "rb") as file:
                    data += file.read()
            except FileNotFoundError:
                pass
        return data.decode("latin-1")

    assert words_in(bytes_on_disk())
    past.client.application.extensions["database"].close()
    output = run_purge(past.database, "quote", LINE.rpartition("/")[2], "--leave-references")
    assert "write-ahead log" not in output
    assert words_in(bytes_on_disk()) == []
