"""Whatever is typed, both databases find the same, and what a plain comparison of the texts finds."""

import random
from contextlib import ExitStack, closing, suppress

import pytest
from sqlalchemy import bindparam, select

from models import MODELS_BY_TYPE, InvalidQuery, Quote
from models.database import Database
from models.search import matches_query, parse, search
from models.search.query_parser import ClauseKind
from models.search.text_analysis import tokenize
from models.searchable import SEARCHABLE
from tests.choices import NASTY
from tests.generated import worst
from tests.storing import store

#: What is an operator somewhere, or breaks a text, or is no text at all.
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
)
#: Words that the pack has, so that something is found too.
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


def random_queries(seed, number):
    """Return so many texts, always the same."""
    deal = random.Random(seed)
    for _ in range(number):
        pieces = deal.choices((*HOSTILE, *WORDS * 4), k=deal.choice((1, 2, 2, 3, 3, 4, 6, 9)))
        glue = deal.choice(("", " ", " ", " -", '"', "*", ' "', '" '))
        yield deal.choice(("", "", "love ", '"')) + glue.join(pieces)


def understood(texts):
    """Return those that are queries; the others are refused, and nothing worse happens to them."""
    found = []
    for text in texts:
        with suppress(InvalidQuery):
            found.append(parse(text))
    return found


@pytest.fixture(scope="module")
def both(sqlite_engine, postgresql_engine):
    """Two databases of the pack, one of each kind."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(closing(Database(stack.enter_context(engine.fresh("pack")))))
            for engine in (sqlite_engine, postgresql_engine)
        ]


@pytest.fixture(scope="module")
def both_worst(sqlite_engine, postgresql_engine):
    """The same of the content that is hardest to store."""
    with ExitStack() as stack:
        opened = [
            stack.enter_context(closing(Database(stack.enter_context(engine.fresh()))))
            for engine in (sqlite_engine, postgresql_engine)
        ]
        for database in opened:
            with database.write_session() as session:
                store(session, worst())
        yield opened


def answers(database, queries):
    with database.read_session() as session:
        return [search(session, query) for query in queries]


def alike(databases, queries):
    one, other = (answers(database, queries) for database in databases)
    for query, found, found_there in zip(queries, one, other, strict=True):
        assert found == found_there, query.text
    return one


def test_a_thousand_hostile_queries_find_the_same_in_the_same_order(both):
    queries = understood(random_queries(1, 2000))[:1000]
    assert len(queries) == 1000
    found = alike(both, queries)
    assert sum(bool(answer.hits) for answer in found) > 200


def test_so_they_do_in_the_worst_content(both_worst):
    words = understood(text[:60] for text in NASTY)
    some = understood(word for text in NASTY for word in text[:200].split() if len(word) > 1)
    found = alike(both_worst, words + some + understood(random_queries(2, 300)))
    assert any(answer.hits for answer in found)


class TestThePlainComparison:
    """Each text is read by itself, and compared with each clause."""

    @pytest.mark.parametrize("content", ["both", "both_worst"])
    def test_search_finds_what_it_finds(self, request, content):
        databases = request.getfixturevalue(content)
        texts = written(databases[0])
        queries = understood(
            [*random_queries(3, 200), *(f"{word} -the" for word in WORDS), *(t[:50] for t in NASTY)]
        )
        for query, answer in zip(queries, answers(databases[0], queries), strict=True):
            found = {(hit.type_name, hit.slug) for hit in answer.hits}
            assert found == {key for key, said in texts.items() if matches(query, said)}, query.text

    @pytest.mark.parametrize(
        "model", [MODELS_BY_TYPE[name] for name in SEARCHABLE], ids=lambda model: model.type_name
    )
    def test_a_list_is_filtered_to_it(self, both, model):
        texts = written(both[0])
        statement = select(model.slug).where(matches_query(model, bindparam("q"))).order_by(model.slug)
        for query in understood([*random_queries(4, 40), *WORDS]):
            expected = [
                slug
                for (name, slug), said in texts.items()
                if name == model.type_name and matches(query, said)
            ]
            for database in both:
                with database.read_session() as session:
                    assert list(session.scalars(statement, {"q": query.text})) == sorted(expected), query.text


def written(database):
    """Return the tokens of each text of everything that anyone may see."""
    with database.read_session() as session:
        return {
            (name, row.slug): [list(tokenize(text)) for text in texts(row)]
            for name in SEARCHABLE
            for row in session.scalars(select(MODELS_BY_TYPE[name]).where(MODELS_BY_TYPE[name].is_visible))
        }


def texts(row):
    for name in row.search_weights:
        value = getattr(row, name)
        yield from value if isinstance(value, list) else [value or ""]


def matches(query, said):
    return all(any(has(clause, text) for text in said) != clause.negated for clause in query.clauses)


def has(clause, text):
    if clause.kind is ClauseKind.WORD:
        return clause.stem in {token.stem for token in text}
    exact = [token.exact for token in text]
    if clause.kind is ClauseKind.PREFIX:
        return any(word.startswith(clause.exact[0]) for word in exact)
    size = len(clause.exact)
    return any(tuple(exact[start : start + size]) == clause.exact for start in range(len(exact)))


class TestMatching:
    def test_its_statement_is_the_same_whatever_is_asked(self, both):
        for database in both:
            compiled = {
                str(select(Quote.id).where(matches_query(Quote, text)).compile(database.engine))
                for text in ("love", '"growing apart" -lo* -of', "a b c d e")
            }
            assert len(compiled) == 1

    def test_it_takes_a_query_a_text_or_a_parameter(self, both):
        kept = select(Quote.slug).where(matches_query(Quote, bindparam("q"))).order_by(Quote.slug)
        for database in both:
            with database.read_session() as session:
                found = [
                    list(session.scalars(kept, {"q": "boring"})),
                    list(session.scalars(kept, {"q": parse("boring")})),
                    *(
                        list(session.scalars(select(Quote.slug).where(matches_query(Quote, given))))
                        for given in ("boring", parse("boring"))
                    ),
                ]
            assert found == [["her-2013-perfection-is-boring"]] * 4

    def test_a_text_that_is_no_query_is_refused(self):
        with pytest.raises(InvalidQuery):
            matches_query(Quote, "-love")

    def test_it_stands_beside_other_filters(self, both):
        statement = Quote.select_where(theme=["perfection-versus-reality"]).where(
            matches_query(Quote, "boring")
        )
        for database in both:
            with database.read_session() as session:
                assert [quote.slug for quote in session.scalars(statement)] == [
                    "her-2013-perfection-is-boring"
                ]
