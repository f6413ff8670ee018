"""For hostile queries, both databases find the same hits as a simple comparison of the texts."""

import random
from contextlib import ExitStack, closing, suppress

import pytest
from sqlalchemy import bindparam, select

from models import MODELS_BY_TYPE, AssertedBy, InvalidQuery, Quote
from models.database import Database
from models.search import matches_query, parse, search
from models.search.query_parser import ClauseKind
from models.search.tokenizer import character_pairs, tokenize
from models.searchable import SEARCHABLE
from tests.choices import NASTY
from tests.generated import worst
from tests.storing import store

#: Operators of any query language, text delimiters, and characters that are not text.
HOSTILE = (
    *(
        '"',
        "'",
        "`",
        "“",
        "”",
        "«",
        "(",
        ")",
        "((",
        "{",
        "[",
        "*",
        "**",
        "-",
        "--",
        "- ",
        "+",
        "^",
        "~",
        "\\",
    ),
    *(
        "AND",
        "OR",
        "NOT",
        "NEAR(",
        "NEAR(love you, 2)",
        "NEAR/3",
        "exact:",
        "stem:",
        "scope:",
        "col:",
        "-stem:",
    ),
    *(
        "{exact stem}:",
        "- exact:",
        "scope:tquote",
        "#tquote",
        "=love",
        "~love",
        "¶",
        "love:*",
        "love:A",
        ":*",
    ),
    *(
        "&",
        "|",
        "!",
        "!!",
        "<->",
        "<2>",
        "&&",
        "@@",
        "%",
        "_",
        "%s",
        "%(asked)s",
        ":asked",
        "?",
        "$1",
        ";",
        "--",
    ),
    *(
        "\0",
        "\n",
        "\t",
        "\x1a",
        "\u2028",
        "\ufeff",
        "\u200b",
        "\xad",
        "\ud800",
        "\udfff",
        "\U0010ffff",
        "\u202e",
    ),
    *(
        "👍🏽",
        "👩‍👩‍👧‍👦",
        "𝒳",
        "愛",
        "愛*",
        "é",
        "e\u0301",
        "\u0301",
        "İ",
        "ß",
        "ﬁ",
        "½",
        "²",
        "١٢",
        "हिन्दी",
        "ǅ",
        "℀",
    ),
    *(
        "a",
        "a*",
        "lo*",
        "l",
        "0",
        "-0",
        "1e999",
        "0x",
        "x" * 70,
        "don't",
        "’s",
        "o’clock",
        "rock'n'roll",
        "'tis",
    ),
    *(
        "東京",
        "東京都",
        "愛してる",
        "รัก",
        "ချစ်",
        "사랑",
        "사랑을",
        "꿈이",
        "AI를",
        "U.S.A.",
        "1,000",
        "e-mail",
        "L’eau",
    ),
)
#: Words of the pack, so that some queries have hits.
WORDS = (
    *(
        "love",
        "loves",
        "her",
        "the",
        "of",
        "theodore",
        "samantha's",
        "“perfection",
        "feel",
        "real",
        "divorce",
    ),
    *(
        "growing apart",
        "the essay",
        "and",
        "women",
        "8",
        "more than",
        "an illusion",
        "system",
        "lonely",
        "AI",
    ),
)


def random_texts(seed, number):
    """Yield texts from a seeded generator, the same in every run."""
    generator = random.Random(seed)
    for _ in range(number):
        fragments = generator.choices((*HOSTILE, *WORDS * 4), k=generator.choice((1, 2, 2, 3, 3, 4, 6, 9)))
        separator = generator.choice(("", " ", " ", " -", '"', "*", ' "', '" '))
        yield generator.choice(("", "", "love ", '"')) + separator.join(fragments)


def parse_valid(texts):
    """Parse texts; skip those that are refused as invalid. Any other error fails the test."""
    queries = []
    for text in texts:
        with suppress(InvalidQuery):
            queries.append(parse(text))
    return queries


@pytest.fixture(scope="module")
def both_databases(sqlite_engine, postgresql_engine):
    """Two databases of the pack, one of each kind."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(closing(Database(stack.enter_context(engine.fresh("pack")))))
            for engine in (sqlite_engine, postgresql_engine)
        ]


@pytest.fixture(scope="module")
def both_worst(sqlite_engine, postgresql_engine):
    """Two databases of the content that is hardest to store, one of each kind."""
    with ExitStack() as stack:
        databases = [
            stack.enter_context(closing(Database(stack.enter_context(engine.fresh()))))
            for engine in (sqlite_engine, postgresql_engine)
        ]
        for database in databases:
            with database.write_session() as session:
                store(session, worst())
        yield databases


def run_searches(database, queries):
    with database.read_session() as session:
        return [search(session, query) for query in queries]


def assert_same_results(databases, queries):
    sqlite, postgresql = (run_searches(database, queries) for database in databases)
    for query, sqlite_hits, postgresql_hits in zip(queries, sqlite, postgresql, strict=True):
        assert sqlite_hits == postgresql_hits, query.text
    return sqlite


def test_a_thousand_hostile_queries_find_the_same_in_the_same_order(both_databases):
    queries = parse_valid(random_texts(1, 2000))[:1000]
    assert len(queries) == 1000
    results = assert_same_results(both_databases, queries)
    assert sum(bool(hits.hits) for hits in results) > 200


def test_they_find_the_same_in_the_worst_content(both_worst):
    words = parse_valid(text[:60] for text in NASTY)
    short_queries = parse_valid(word for text in NASTY for word in text[:200].split() if len(word) > 1)
    results = assert_same_results(both_worst, words + short_queries + parse_valid(random_texts(2, 300)))
    assert any(hits.hits for hits in results)


class TestReferenceMatching:
    """A second implementation of matching, which compares each text with each clause."""

    @pytest.mark.parametrize("content", ["both_databases", "both_worst"])
    def test_search_finds_the_same_items(self, request, content):
        databases = request.getfixturevalue(content)
        # A search leaves out what the editors assert, unless it is asked for that.
        tokens = tokens_by_item(databases[0], with_editors=False)
        queries = parse_valid(
            [*random_texts(3, 200), *(f"{word} -the" for word in WORDS), *(t[:50] for t in NASTY)]
        )
        for query, hits in zip(queries, run_searches(databases[0], queries), strict=True):
            actual = {(hit.type_name, hit.slug) for hit in hits.hits}
            assert actual == {key for key, item_tokens in tokens.items() if matches(query, item_tokens)}, (
                query.text
            )

    @pytest.mark.parametrize(
        "model", [MODELS_BY_TYPE[name] for name in SEARCHABLE], ids=lambda model: model.type_name
    )
    def test_a_list_has_the_same_items(self, both_databases, model):
        tokens = tokens_by_item(both_databases[0])
        statement = select(model.slug).where(matches_query(model, bindparam("q"))).order_by(model.slug)
        for query in parse_valid([*random_texts(4, 40), *WORDS]):
            expected = [
                slug
                for (name, slug), item_tokens in tokens.items()
                if name == model.type_name and matches(query, item_tokens)
            ]
            for database in both_databases:
                with database.read_session() as session:
                    assert list(session.scalars(statement, {"q": query.text})) == sorted(expected), query.text


def tokens_by_item(database, with_editors=True):
    """Return the tokens of each text of every visible item, by type name and id."""
    with database.read_session() as session:
        return {
            (name, row.slug): [list(tokenize(text)) for text in item_texts(row)]
            for name in SEARCHABLE
            for row in session.scalars(select(MODELS_BY_TYPE[name]).where(MODELS_BY_TYPE[name].is_visible))
            if with_editors or getattr(row, "asserted_by", None) is not AssertedBy.EDITOR
        }


def item_texts(row):
    for name in row.search_weights:
        value = getattr(row, name)
        yield from value if isinstance(value, list) else [value or ""]


def matches(query, item_tokens):
    return all(
        any(has(clause, tokens) for tokens in item_tokens) != clause.negated for clause in query.clauses
    )


def has(clause, tokens):
    exact = [token.exact for token in tokens if token.exact]
    stems = {*(token.stem for token in tokens if token.stem), *character_pairs(tokens)}
    if clause.kind is ClauseKind.PREFIX:
        return any(word.startswith(clause.exact[0]) for word in exact)
    found = {*clause.stems} <= stems
    if clause.kind is ClauseKind.PHRASE:
        size = len(clause.exact)
        found = found and any(
            tuple(exact[start : start + size]) == clause.exact for start in range(len(exact))
        )
    return found or clause.joined in stems


class TestMatching:
    def test_its_statement_is_the_same_for_any_query(self, both_databases):
        for database in both_databases:
            compiled = {
                str(select(Quote.id).where(matches_query(Quote, text)).compile(database.engine))
                for text in ("love", '"growing apart" -lo* -of', "a b c d e")
            }
            assert len(compiled) == 1

    def test_it_accepts_a_query_a_text_or_a_parameter(self, both_databases):
        statement = select(Quote.slug).where(matches_query(Quote, bindparam("q"))).order_by(Quote.slug)
        for database in both_databases:
            with database.read_session() as session:
                results = [
                    list(session.scalars(statement, {"q": "boring"})),
                    list(session.scalars(statement, {"q": parse("boring")})),
                    *(
                        list(session.scalars(select(Quote.slug).where(matches_query(Quote, query))))
                        for query in ("boring", parse("boring"))
                    ),
                ]
            assert results == [["her-2013-perfection-is-boring"]] * 4

    def test_an_invalid_query_is_refused(self):
        with pytest.raises(InvalidQuery):
            matches_query(Quote, "-love")

    def test_it_combines_with_other_filters(self, both_databases):
        statement = Quote.select_where(theme=["perfection-versus-reality"]).where(
            matches_query(Quote, "boring")
        )
        for database in both_databases:
            with database.read_session() as session:
                assert [quote.slug for quote in session.scalars(statement)] == [
                    "her-2013-perfection-is-boring"
                ]
