"""Every rule that the database itself keeps refuses what breaks it, on both databases.

A case is a statement. Those that every table has alike are made from the metadata; the others stand
in ``CHECKS`` and ``UNIQUES``; tests at the end look whether any rule has no case.
"""

import pytest
from sqlalchemy import (
    CheckConstraint,
    Enum,
    ForeignKeyConstraint,
    UniqueConstraint,
    func,
    select,
    text,
    update,
)
from sqlalchemy.exc import DataError, IntegrityError

from models import RESOURCES, Base
from models.database import Database, as_unavailable
from tests.models.content import fill

TABLES = Base.metadata.tables
VERSIONED = [model.__tablename__ for model in RESOURCES]
NOBODY = 1_000_000

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

CHECKS = [
    ("ck_content_generation_single_row", "INSERT INTO content_generation (id, number) VALUES (2, 1)"),
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
    ("ck_quotes_essay_voice", "UPDATE quotes SET fidelity = 'verified-in-film' WHERE voice = 'essay'"),
    ("ck_advisory_links_severity_range", "UPDATE advisory_links SET severity = 0"),
    ("ck_advisory_links_severity_range", "UPDATE advisory_links SET severity = 4"),
    ("ck_advisory_links_one_owner", "UPDATE advisory_links SET scene_id = 1 WHERE quote_id IS NOT NULL"),
    ("ck_advisory_links_one_owner", "UPDATE advisory_links SET commentary_id = 1 WHERE scene_id IS NOT NULL"),
    ("ck_advisory_links_one_owner", "UPDATE advisory_links SET quote_id = NULL WHERE quote_id IS NOT NULL"),
    ("ck_citations_one_owner", "UPDATE citations SET quote_id = 1 WHERE scene_id IS NOT NULL"),
    ("ck_citations_one_owner", "UPDATE citations SET scene_id = 1 WHERE commentary_id IS NOT NULL"),
    ("ck_citations_one_owner", "UPDATE citations SET scene_id = NULL WHERE scene_id IS NOT NULL"),
    (
        "ck_commentary_relations_not_related_to_itself",
        "UPDATE commentary_relations SET target_id = commentary_id",
    ),
]


def twice(table, columns, *others):
    """Return the statement that writes a row of ``table`` again, with the same ``columns``."""
    named = ", ".join([*columns, *others])
    return f"INSERT INTO {table} ({named}) SELECT {named} FROM {table}"


def cited_twice(owner):
    return (
        f"INSERT INTO citations (source_id, {owner}, position)"
        f" SELECT source_id, {owner}, 2 FROM citations WHERE {owner} IS NOT NULL"
    )


def flagged_twice(owner):
    return (
        f"INSERT INTO advisory_links (advisory_id, {owner}, severity, position)"
        f" SELECT advisory_id, {owner}, 3, 2 FROM advisory_links WHERE {owner} IS NOT NULL"
    )


UNIQUES = [
    ("uq_aliases_type_name_slug", twice("aliases", ["type_name", "slug"], "resource_id")),
    (
        "ix_revisions_resource",
        twice("revisions", ["type_name", "resource_id", "number"], "record", "editor", "created_at"),
    ),
    ("uq_advisory_links_scene_id_advisory_id", flagged_twice("scene_id")),
    ("uq_advisory_links_quote_id_advisory_id", flagged_twice("quote_id")),
    ("uq_advisory_links_commentary_id_advisory_id", flagged_twice("commentary_id")),
    ("uq_citations_scene_id_source_id", cited_twice("scene_id")),
    ("uq_citations_commentary_id_source_id", cited_twice("commentary_id")),
    # A second citation of a quote, of another source even.
    (
        "uq_citations_quote_id",
        "INSERT INTO citations (source_id, quote_id, position)"
        " SELECT sources.id, quote_id, 2 FROM citations, sources"
        " WHERE quote_id IS NOT NULL AND sources.slug = 'a-review'",
    ),
]
#: Rows in which a value that is no choice breaks no second rule.
ONE_RULE_ALONE = {"quotes.voice": "speaker_id IS NULL"}
#: Never broken before its primary key is; it stands there for a foreign key to point at.
ONLY_A_TARGET = {"uq_citations_id_source_id"}


def choices():
    return [column for table in TABLES.values() for column in table.columns if isinstance(column.type, Enum)]


def foreign_keys():
    found = [
        constraint
        for table in Base.metadata.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, ForeignKeyConstraint)
    ]
    # A table keeps its constraints in a set: only in one order do all workers run the same tests.
    return sorted(found, key=key_names)


def key_names(constraint):
    return constraint.name


def to_nobody(constraint):
    """Return the statement that points a foreign key at nothing, in few enough rows to break no other rule."""
    [column] = [column for column in constraint.columns if len(column.foreign_keys) == 1]
    one = select(func.max(column)).scalar_subquery()
    return update(constraint.table).where(column == one).values({column.name: NOBODY})


@pytest.fixture(scope="module")
def filled(engine):
    """A database with a row in every table; what a test writes there is refused or rolled back."""
    with engine.fresh() as url:
        opened = Database(url)
        with opened.write_session() as session:
            fill(session)
        yield opened.engine
        opened.close()


@pytest.fixture
def refused(filled):
    """A function that commits a statement and returns what the database says against it."""

    def run(statement):
        with pytest.raises(IntegrityError) as raised, filled.begin() as connection:
            connection.execute(text(statement) if isinstance(statement, str) else statement)
        return Refusal(filled, raised.value.orig)

    return run


class Refusal:
    """What a database says of a broken rule: its name, or as much of it as SQLite tells."""

    def __init__(self, engine, error):
        self.sqlite = engine.dialect.name == "sqlite"
        self.error = error

    def is_of_check(self, name):
        return self._is(name, f"CHECK constraint failed: {name}")

    def is_of_unique(self, name, table, columns):
        listed = ", ".join(f"{table}.{column}" for column in columns)
        return self._is(name, f"UNIQUE constraint failed: {listed}")

    def is_of_foreign_key(self, name):
        return self._is(name, "FOREIGN KEY constraint failed")

    def _is(self, name, sentence):
        return str(self.error) == sentence if self.sqlite else self.error.diag.constraint_name == name


class TestTheContent:
    def test_every_table_has_a_row_to_break_a_rule_with(self, filled):
        with filled.connect() as connection:
            empty = [
                name
                for name, table in TABLES.items()
                if not connection.scalar(select(func.count()).select_from(table))
            ]
        assert empty == []


class TestASlug:
    @pytest.mark.parametrize("slug", BAD_SLUGS, ids=ascii)
    @pytest.mark.parametrize("table", [*VERSIONED, "aliases"])
    def test_of_another_form_is_refused(self, filled, refused, table, slug):
        with filled.connect() as connection:
            one = connection.scalar(select(func.min(TABLES[table].c.id)))
        statement = update(TABLES[table]).where(TABLES[table].c.id == one).values(slug=slug)
        assert refused(statement).is_of_check(f"ck_{table}_slug_form")

    @pytest.mark.parametrize("table", [*VERSIONED, "aliases"])
    def test_of_more_than_80_characters_is_refused(self, filled, table):
        # By its CHECK in SQLite, by its type in PostgreSQL.
        with filled.connect() as connection, pytest.raises((IntegrityError, DataError)) as raised:
            connection.execute(update(TABLES[table]).values(slug="a" * 81))
        assert as_unavailable(raised.value) is None

    @pytest.mark.parametrize("slug", ["a", "0", "a-b", "1950", "a-1-b-2", "a" * 80])
    def test_of_the_form_is_taken(self, filled, slug):
        films = TABLES["films"]
        with filled.connect() as connection:
            connection.execute(update(films).values(slug=slug))
            assert connection.scalar(select(films.c.slug)) == slug

    @pytest.mark.parametrize("table", VERSIONED)
    def test_a_second_time_is_refused(self, refused, table):
        columns = [column.name for column in TABLES[table].columns if column.name != "id"]
        refusal = refused(twice(table, columns))
        assert refusal.is_of_unique(f"uq_{table}_slug", table, ["slug"])


class TestAChoice:
    @pytest.mark.parametrize("column", choices(), ids=str)
    @pytest.mark.parametrize("value", ["nonsense", "", "PUBLISHED"])
    def test_of_another_value_is_refused(self, refused, column, value):
        table = column.table.name
        statement = (
            f"UPDATE {table} SET {column.name} = '{value}' WHERE {ONE_RULE_ALONE.get(str(column), True)}"
        )
        assert refused(statement).is_of_check(f"ck_{table}_{column.type.name}")


class TestACheck:
    @pytest.mark.parametrize(("name", "statement"), CHECKS)
    def test_refuses_what_breaks_it(self, refused, name, statement):
        assert refused(statement).is_of_check(name)

    @pytest.mark.parametrize("table", VERSIONED)
    def test_refuses_a_revision_before_the_first(self, refused, table):
        assert refused(f"UPDATE {table} SET revision = 0").is_of_check(f"ck_{table}_revision_counts")

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE films SET release_year = 1888, runtime_minutes = 1",
            "UPDATE films SET release_year = 2200, runtime_minutes = 20000",
            "UPDATE films SET runtime_minutes = NULL",
            "UPDATE scenes SET starts_at = '00:10:00', ends_at = '00:10:00'",
            "UPDATE scenes SET starts_at = '00:10:00', ends_at = NULL",
            "UPDATE advisory_links SET severity = 1",
            "UPDATE advisory_links SET severity = 3",
            "UPDATE quotes SET fidelity = 'verified-in-film' WHERE voice = 'film'",
        ],
    )
    def test_takes_what_just_keeps_to_it(self, filled, statement):
        with filled.connect() as connection:
            assert connection.execute(text(statement)).rowcount >= 1


class TestAUniqueRule:
    @pytest.mark.parametrize(("name", "statement"), UNIQUES)
    def test_refuses_what_breaks_it(self, refused, name, statement):
        table, columns = unique_rules()[name]
        assert refused(statement).is_of_unique(name, table, columns)

    @pytest.mark.parametrize("table", [name for name, table in TABLES.items() if len(table.primary_key) > 1])
    def test_refuses_the_same_link_twice(self, refused, table):
        key = [column.name for column in TABLES[table].primary_key]
        refusal = refused(twice(table, [column.name for column in TABLES[table].columns]))
        assert refusal.is_of_unique(f"pk_{table}", table, key)


class TestAForeignKey:
    @pytest.mark.parametrize("constraint", foreign_keys(), ids=key_names)
    def test_to_nobody_is_refused(self, refused, constraint):
        assert refused(to_nobody(constraint)).is_of_foreign_key(constraint.name)

    def test_to_a_paragraph_of_another_source_is_refused(self, refused):
        statement = (
            "UPDATE citation_paragraphs SET source_id = (SELECT id FROM sources WHERE slug = 'a-review')"
        )
        assert refused(statement).is_of_foreign_key("fk_citation_paragraphs_citation")

    def test_of_a_citation_to_another_source_than_its_paragraphs_is_refused(self, refused):
        statement = "UPDATE citations SET source_id = (SELECT id FROM sources WHERE slug = 'a-review')"
        assert refused(statement).is_of_foreign_key("fk_citation_paragraphs_citation")

    @pytest.mark.parametrize(
        "statement",
        [
            "DELETE FROM films",
            "DELETE FROM characters WHERE slug LIKE '%keeper'",
            "DELETE FROM scenes WHERE slug LIKE '%storm'",
            "DELETE FROM quotes WHERE slug LIKE '%lamp-on'",
            "DELETE FROM commentary WHERE slug LIKE '%doubt'",
            "DELETE FROM themes WHERE slug = 'dark'",
            "DELETE FROM advisories WHERE slug = 'crude'",
            "DELETE FROM sources WHERE slug = 'on-the-lamp'",
            "DELETE FROM paragraphs WHERE number = 2",
        ],
    )
    def test_keeps_what_others_refer_to(self, filled, refused, statement):
        assert "foreign key" in str(refused(statement).error).lower()

    @pytest.mark.parametrize(
        "part", [key for key in foreign_keys() if key.ondelete == "CASCADE"], ids=key_names
    )
    def test_of_a_part_takes_it_away_with_its_owner(self, filled, part):
        column = part.columns[0]
        owner = part.elements[0].column
        with filled.connect() as connection:
            of_it = select(func.count()).where(column.is_not(None))
            assert connection.scalar(of_it) > 0
            for table in free_of(owner.table):
                connection.execute(TABLES[table].delete())
            connection.execute(owner.table.delete())
            assert connection.scalar(of_it) == 0


def free_of(owner):
    """Return the tables to empty so that nothing but its parts refers to ``owner``."""
    found = []
    for key in foreign_keys():
        if key.referred_table is owner and key.ondelete != "CASCADE" and key.table is not owner:
            found += [*free_of(key.table), key.table.name]
    return found


def unique_rules():
    """Return the table and columns of every unique rule, by name."""
    rules = {}
    for table in TABLES.values():
        found = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
        found += [index for index in table.indexes if index.unique]
        rules |= {one.name: (table.name, [column.name for column in one.columns]) for one in found}
    return rules


class TestTheCases:
    def test_every_check_has_one(self):
        rules = {
            constraint.name
            for table in TABLES.values()
            for constraint in table.constraints
            if isinstance(constraint, CheckConstraint)
        }
        tried = {name for name, _ in CHECKS}
        tried |= {f"ck_{column.table.name}_{column.type.name}" for column in choices()}
        tried |= {f"ck_{table}_{rule}" for table in VERSIONED for rule in ("slug_form", "revision_counts")}
        assert rules == tried | {"ck_aliases_slug_form"}

    def test_every_unique_rule_has_one(self):
        tried = {name for name, _ in UNIQUES} | {f"uq_{table}_slug" for table in VERSIONED}
        assert set(unique_rules()) == tried | ONLY_A_TARGET
