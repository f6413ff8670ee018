"""Every constraint of the database refuses what breaks it, on both databases.

A case is a statement. Cases that all tables share are derived from the metadata; the others are listed in
``CHECKS`` and ``UNIQUES``. The last tests check that every constraint has a case.
"""

import pytest
from sqlalchemy import (
    CheckConstraint,
    Enum,
    ForeignKeyConstraint,
    UniqueConstraint,
    and_,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.exc import DataError, IntegrityError

from models import RESOURCES, Base
from models.database import as_unavailable

TABLES = Base.metadata.tables
VERSIONED = [model.__tablename__ for model in RESOURCES]
#: These have a slug.
TABLES_WITH_SLUGS = [*VERSIONED, "aliases", "withdrawals"]
NO_ROW = 1_000_000
#: Tables of editors and their requests, which have no content: tests of the API fill them.
WITHOUT_CONTENT = {"api_keys", "drafts", "idempotency_records", "mirror_position", "service_secrets"}

BAD_SLUGS = [
    "",
    "-",
    "Upper",
    "two--hyphens",
    "-before",
    "after-",
    "under_score",
    "a space",
    "new-line\n",
    "\nline-new",
    "tab\t",
    "café",
    "ａ",
    "dot.dot",
]


def insert_twice(table, **values):
    """Return the statement that inserts one row twice."""
    row = ", ".join(str(value) if isinstance(value, int) else f"'{value}'" for value in values.values())
    return f"INSERT INTO {table} ({', '.join(values)}) VALUES ({row}), ({row})"


NOON = "2026-11-23 12:00:00"
DRAFT = {"type_name": "theme", "record": "{}", "revision": 1, "editor": "editor"}
DRAFT |= {"created_at": NOON, "updated_at": NOON}
KEY = {"public_id": "k", "name": "editor", "scopes": "[]", "digest": "d", "created_at": NOON}
RECORD = {"owner": "k", "key": "1", "method": "POST", "path": "/v1/themes", "digest": "d", "created_at": NOON}
CHECKS = [
    ("ck_drafts_slug_form", insert_twice("drafts", slug="Upper", **DRAFT)),
    ("ck_content_generation_single_row", "INSERT INTO content_generation (id, number) VALUES (2, 1)"),
    ("ck_loaded_pack_single_row", "UPDATE loaded_pack SET id = 2"),
    ("ck_mirror_position_single_row", "INSERT INTO mirror_position (id, url, position) VALUES (2, 'u', 'p')"),
    ("ck_search_totals_single_row", "UPDATE search_totals SET id = 2"),
    ("ck_films_release_year_range", "UPDATE films SET release_year = 1887"),
    ("ck_films_release_year_range", "UPDATE films SET release_year = 2201"),
    ("ck_films_runtime_range", "UPDATE films SET runtime_minutes = 0"),
    ("ck_films_runtime_range", "UPDATE films SET runtime_minutes = 20001"),
    ("ck_sources_sha256_length", "UPDATE sources SET sha256 = substr(sha256, 2)"),
    ("ck_themes_not_broader_than_itself", "UPDATE themes SET broader_id = id WHERE slug = 'light'"),
    ("ck_theme_relations_not_related_to_itself", "UPDATE theme_relations SET related_id = theme_id"),
    ("ck_commentary_position_counts", "UPDATE commentary SET position = 0"),
    ("ck_scenes_position_counts", "UPDATE scenes SET position = 0"),
    ("ck_quotes_position_counts", "UPDATE quotes SET position = 0"),
    ("ck_scenes_timecode_order", "UPDATE scenes SET starts_at = '00:10:00', ends_at = '00:09:59'"),
    ("ck_paragraphs_number_counts", "UPDATE paragraphs SET number = 0 WHERE number = 3"),
    ("ck_paragraphs_word_count_counts", "UPDATE paragraphs SET word_count = 0"),
    ("ck_paragraphs_sha256_length", "UPDATE paragraphs SET sha256 = ''"),
    ("ck_quotes_word_count_counts", "UPDATE quotes SET word_count = 0"),
    ("ck_quotes_certainty_of_speaker", "UPDATE quotes SET speaker_certainty = NULL WHERE voice = 'film'"),
    ("ck_quotes_certainty_of_speaker", "UPDATE quotes SET speaker_id = NULL WHERE voice = 'film'"),
    (
        "ck_quotes_certainty_of_speaker",
        "UPDATE quotes SET speaker_certainty = 'inferred' WHERE voice = 'essay'",
    ),
    ("ck_quotes_essay_voice", "UPDATE quotes SET voice = 'essay' WHERE speaker_id IS NOT NULL"),
    ("ck_quotes_attributed_essay_voice", "UPDATE quotes SET attributed_to = 'A' WHERE voice = 'film'"),
    ("ck_quotes_essay_voice", "UPDATE quotes SET fidelity = 'verified-in-film' WHERE voice = 'essay'"),
    ("ck_advisory_links_severity_range", "UPDATE advisory_links SET severity = 0"),
    ("ck_advisory_links_severity_range", "UPDATE advisory_links SET severity = 4"),
    ("ck_advisory_links_one_owner", "UPDATE advisory_links SET scene_id = 1 WHERE quote_id IS NOT NULL"),
    ("ck_advisory_links_one_owner", "UPDATE advisory_links SET commentary_id = 1 WHERE scene_id IS NOT NULL"),
    ("ck_advisory_links_one_owner", "UPDATE advisory_links SET quote_id = NULL WHERE quote_id IS NOT NULL"),
    ("ck_advisory_links_one_owner", "UPDATE advisory_links SET character_id = 1 WHERE scene_id IS NOT NULL"),
    ("ck_citations_one_owner", "UPDATE citations SET character_id = 1 WHERE scene_id IS NOT NULL"),
    ("ck_citations_one_owner", "UPDATE citations SET quote_id = 1 WHERE scene_id IS NOT NULL"),
    ("ck_citations_one_owner", "UPDATE citations SET scene_id = 1 WHERE commentary_id IS NOT NULL"),
    ("ck_citations_one_owner", "UPDATE citations SET scene_id = NULL WHERE scene_id IS NOT NULL"),
    (
        "ck_commentary_relations_not_related_to_itself",
        "UPDATE commentary_relations SET target_id = commentary_id",
    ),
]


#: Values just within the bounds of a check.
AT_THE_BOUNDS = [
    "UPDATE films SET release_year = 1888, runtime_minutes = 1",
    "UPDATE films SET release_year = 2200, runtime_minutes = 20000",
    "UPDATE films SET runtime_minutes = NULL",
    "UPDATE scenes SET starts_at = '00:10:00', ends_at = '00:10:00'",
    "UPDATE scenes SET starts_at = '00:10:00', ends_at = NULL",
    "UPDATE advisory_links SET severity = 1",
    "UPDATE advisory_links SET severity = 3",
    "UPDATE quotes SET fidelity = 'verified-in-film' WHERE voice = 'film'",
]
DELETES_OF_REFERRED_ROWS = [
    "DELETE FROM films",
    "DELETE FROM characters WHERE slug LIKE '%keeper'",
    "DELETE FROM scenes WHERE slug LIKE '%storm'",
    "DELETE FROM quotes WHERE slug LIKE '%lamp-on'",
    "DELETE FROM commentary WHERE slug LIKE '%doubt'",
    "DELETE FROM themes WHERE slug = 'dark'",
    "DELETE FROM advisories WHERE slug = 'crude'",
    "DELETE FROM sources WHERE slug = 'on-the-lamp'",
    "DELETE FROM paragraphs WHERE number = 2",
]


def duplicate_row(table, columns, *others):
    """Return the statement that inserts a row of ``table`` again, with the same ``columns``."""
    listed = ", ".join([*columns, *others])
    return f"INSERT INTO {table} ({listed}) SELECT {listed} FROM {table}"


def duplicate_citation(owner):
    return (
        f"INSERT INTO citations (source_id, {owner}, position)"
        f" SELECT source_id, {owner}, 2 FROM citations WHERE {owner} IS NOT NULL"
    )


def duplicate_advisory_link(owner):
    return (
        f"INSERT INTO advisory_links (advisory_id, {owner}, severity, position)"
        f" SELECT advisory_id, {owner}, 3, 2 FROM advisory_links WHERE {owner} IS NOT NULL"
    )


UNIQUES = [
    ("uq_drafts_type_name_slug", insert_twice("drafts", slug="light", **DRAFT)),
    ("uq_api_keys_public_id", insert_twice("api_keys", **KEY)),
    ("uq_idempotency_records_owner_key", insert_twice("idempotency_records", **RECORD)),
    ("uq_withdrawals_type_name_slug", duplicate_row("withdrawals", ["type_name", "slug"], "reason")),
    ("uq_aliases_type_name_slug", duplicate_row("aliases", ["type_name", "slug"], "resource_id")),
    (
        "ix_revisions_resource",
        duplicate_row("revisions", ["type_name", "resource_id", "number"], "record", "editor", "created_at"),
    ),
    ("uq_advisory_links_character_id_advisory_id", duplicate_advisory_link("character_id")),
    ("uq_advisory_links_scene_id_advisory_id", duplicate_advisory_link("scene_id")),
    ("uq_advisory_links_quote_id_advisory_id", duplicate_advisory_link("quote_id")),
    ("uq_advisory_links_commentary_id_advisory_id", duplicate_advisory_link("commentary_id")),
    ("uq_citations_character_id_source_id", duplicate_citation("character_id")),
    ("uq_citations_scene_id_source_id", duplicate_citation("scene_id")),
    ("uq_citations_commentary_id_source_id", duplicate_citation("commentary_id")),
    # A second citation of a quote, of another source even.
    (
        "uq_citations_quote_id",
        "INSERT INTO citations (source_id, quote_id, position)"
        " SELECT sources.id, quote_id, 2 FROM citations, sources"
        " WHERE quote_id IS NOT NULL AND sources.slug = 'a-review'",
    ),
]
#: Rows in which a wrong value breaks no second constraint.
ONE_RULE_ALONE = {"quotes.voice": "speaker_id IS NULL"}
#: Its primary key always fails first; the constraint only exists as the target of a foreign key.
ONLY_A_TARGET = {"uq_citations_id_source_id"}


def choices():
    return [column for table in TABLES.values() for column in table.columns if isinstance(column.type, Enum)]


def foreign_keys():
    return [
        constraint
        for table in Base.metadata.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, ForeignKeyConstraint)
    ]


def to_no_row(constraint):
    """Return the statement that points a foreign key at no row, in few enough rows to break no other rule."""
    [column] = [column for column in constraint.columns if len(column.foreign_keys) == 1]
    key = next(iter(constraint.table.primary_key))
    largest, last = (select(func.max(each)).scalar_subquery() for each in (column, key))
    rows = or_(column == largest, and_(largest.is_(None), key == last))
    return update(constraint.table).where(rows).values({column.name: NO_ROW})


@pytest.fixture
def connection(small):
    """A connection whose transaction is rolled back."""
    with small.engine.connect() as connection:
        yield connection


@pytest.fixture
def refusal(small):
    """A function that commits a statement and returns the database's refusal, or None if it accepts it.

    It commits because some constraints are deferred.
    """

    def run(statement):
        try:
            with small.engine.begin() as connection:
                connection.execute(text(statement) if isinstance(statement, str) else statement)
        except IntegrityError as error:
            return Refusal(small.engine, error.orig)
        return None

    return run


class Refusal:
    """The error for a broken rule: the rule's name, or as much of it as SQLite reports."""

    def __init__(self, engine, error):
        self.is_sqlite = engine.dialect.name == "sqlite"
        self.error = error

    def is_of_check(self, name):
        return self._is(name, f"CHECK constraint failed: {name}")

    def is_of_unique(self, name, table, columns):
        listed = ", ".join(f"{table}.{column}" for column in columns)
        return self._is(name, f"UNIQUE constraint failed: {listed}")

    def is_of_foreign_key(self, name):
        return self._is(name, "FOREIGN KEY constraint failed")

    def _is(self, name, sentence):
        if self.is_sqlite:
            return str(self.error) == sentence
        return self.error.diag.constraint_name == name


class TestContent:
    def test_every_table_has_a_row_to_break_a_rule_with(self, connection):
        counts = {
            name: connection.scalar(select(func.count()).select_from(table)) for name, table in TABLES.items()
        }
        assert {name for name, number in counts.items() if not number} == WITHOUT_CONTENT


class TestSlugs:
    def test_a_malformed_slug_is_refused(self, connection, refusal):
        for table in TABLES_WITH_SLUGS:
            first = connection.scalar(select(func.min(TABLES[table].c.id)))
            row = update(TABLES[table]).where(TABLES[table].c.id == first)
            for slug in BAD_SLUGS:
                error = refusal(row.values(slug=slug))
                assert error, f"{table} accepts the slug {slug!r}"
                assert error.is_of_check(f"ck_{table}_slug_form"), f"{table}, {slug!r}: {error.error}"

    def test_more_than_80_characters_are_refused(self, small):
        # By its CHECK in SQLite, by its type in PostgreSQL.
        for table in TABLES_WITH_SLUGS:
            with small.engine.connect() as connection, pytest.raises((IntegrityError, DataError)) as raised:
                connection.execute(update(TABLES[table]).values(slug="a" * 81))
            assert as_unavailable(raised.value) is None, table

    def test_a_well_formed_slug_is_accepted(self, connection):
        films = TABLES["films"]
        for slug in ("a", "0", "a-b", "1950", "a-1-b-2", "a" * 80):
            connection.execute(update(films).where(films.c.id == 1).values(slug=slug))
            assert connection.scalar(select(films.c.slug).where(films.c.id == 1)) == slug

    def test_a_slug_is_unique_in_its_table(self, refusal):
        for table in VERSIONED:
            columns = [column.name for column in TABLES[table].columns if column.name != "id"]
            error = refusal(duplicate_row(table, columns))
            assert error, f"{table} accepts a slug twice"
            assert error.is_of_unique(f"uq_{table}_slug", table, ["slug"]), f"{table}: {error.error}"


class TestEnumerations:
    def test_any_other_value_is_refused(self, refusal):
        for column in choices():
            table = column.table.name
            rows = ONE_RULE_ALONE.get(str(column), True)
            for value in ("nonsense", "", "PUBLISHED"):
                error = refusal(f"UPDATE {table} SET {column.name} = '{value}' WHERE {rows}")
                assert error, f"{column} accepts {value!r}"
                assert error.is_of_check(f"ck_{table}_{column.type.name}"), f"{column}: {error.error}"


class TestChecks:
    def test_each_refuses_what_breaks_it(self, refusal):
        revisions = [
            (f"ck_{table}_revision_counts", f"UPDATE {table} SET revision = 0") for table in VERSIONED
        ]
        for name, statement in CHECKS + revisions:
            error = refusal(statement)
            assert error, f"{name} accepts {statement}"
            assert error.is_of_check(name), f"{statement}: {error.error}"

    def test_values_at_the_bounds_are_accepted(self, small):
        for statement in AT_THE_BOUNDS:
            with small.engine.connect() as connection:
                assert connection.execute(text(statement)).rowcount >= 1, statement


class TestUniqueConstraints:
    def test_each_refuses_what_breaks_it(self, refusal):
        rules = unique_rules()
        for name, statement in UNIQUES:
            error = refusal(statement)
            assert error, f"{name} accepts {statement}"
            assert error.is_of_unique(name, *rules[name]), f"{statement}: {error.error}"

    def test_the_same_link_is_refused_twice(self, refusal):
        links = [name for name, table in TABLES.items() if len(table.primary_key) > 1]
        for table in links:
            key = [column.name for column in TABLES[table].primary_key]
            error = refusal(duplicate_row(table, [column.name for column in TABLES[table].columns]))
            assert error, f"{table} accepts a link twice"
            assert error.is_of_unique(f"pk_{table}", table, key), f"{table}: {error.error}"


class TestForeignKeys:
    def test_each_refuses_a_reference_to_no_row(self, refusal):
        for constraint in foreign_keys():
            error = refusal(to_no_row(constraint))
            assert error, f"{constraint.name} accepts a reference to no row"
            assert error.is_of_foreign_key(constraint.name), f"{constraint.name}: {error.error}"

    def test_a_citation_and_its_paragraphs_are_of_one_source(self, refusal):
        other = "(SELECT id FROM sources WHERE slug = 'a-review')"
        for table in ("citation_paragraphs", "citations"):
            error = refusal(f"UPDATE {table} SET source_id = {other}")
            assert error, f"{table} accepts another source"
            assert error.is_of_foreign_key("fk_citation_paragraphs_citation"), f"{table}: {error.error}"

    def test_a_row_that_others_refer_to_is_not_deleted(self, refusal):
        for statement in DELETES_OF_REFERRED_ROWS:
            error = refusal(statement)
            assert error, f"accepted: {statement}"
            assert "foreign key" in str(error.error).lower(), f"{statement}: {error.error}"

    def test_owned_rows_are_deleted_with_their_owner(self, small):
        for key in foreign_keys():
            if key.ondelete != "CASCADE":
                continue
            column, owner = key.columns[0], key.elements[0].column.table
            owned = select(func.count()).where(column.is_not(None))
            with small.engine.connect() as connection:
                assert connection.scalar(owned) > 0, key.name
                for table in referring_to(owner):
                    connection.execute(TABLES[table].delete())
                connection.execute(owner.delete())
                assert connection.scalar(owned) == 0, key.name


def referring_to(owner):
    """Return the tables to empty before only owned rows refer to ``owner``."""
    tables = []
    for key in foreign_keys():
        if key.referred_table is owner and key.ondelete != "CASCADE" and key.table is not owner:
            tables += [*referring_to(key.table), key.table.name]
    return tables


def unique_rules():
    """Return the table and columns of every unique constraint and index, by its name."""
    rules = {}
    for table in TABLES.values():
        unique = [constraint for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
        unique += [index for index in table.indexes if index.unique]
        rules |= {
            constraint.name: (table.name, [column.name for column in constraint.columns])
            for constraint in unique
        }
    return rules


class TestCases:
    def test_every_check_has_a_case(self):
        rules = {
            constraint.name
            for table in TABLES.values()
            for constraint in table.constraints
            if isinstance(constraint, CheckConstraint)
        }
        cases = {name for name, _ in CHECKS}
        cases |= {f"ck_{column.table.name}_{column.type.name}" for column in choices()}
        cases |= {f"ck_{table}_slug_form" for table in TABLES_WITH_SLUGS}
        cases |= {f"ck_{table}_revision_counts" for table in VERSIONED}
        assert rules == cases

    def test_every_unique_constraint_has_a_case(self):
        cases = {name for name, _ in UNIQUES} | {f"uq_{table}_slug" for table in VERSIONED}
        assert set(unique_rules()) == cases | ONLY_A_TARGET
