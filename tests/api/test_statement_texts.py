"""Statements are joined from text: a new shape compiles nothing, and no value of a request is in the text."""

import pytest
from sqlalchemy import or_, select

from api.query import facets, json_projection, page_sql, resource_reader, sql_json, sql_text
from models import Film
from tests.statements import selects, statements

#: Requests with the same filters and fields in other combinations.
FAMILIAR = [
    "/v1/quotes?fields=text,film&theme=loneliness,avoidance&kind=dialogue&sort=-created_at,position",
    "/v1/quotes?fields=themes&include=scene&theme=loneliness,avoidance&kind=dialogue&sort=word_count",
    "/v1/quotes?facets=kind,theme&theme=loneliness,avoidance&kind=dialogue&count=true",
]
NEW = [
    "/v1/quotes?fields=text,themes&theme=solitude,avoidance&kind=aphorism&sort=-position,word_count",
    "/v1/quotes?fields=film&include=scene&theme=loneliness,love&kind=fragment&sort=created_at&limit=3",
    "/v1/quotes?facets=theme&include=scene&theme=loneliness,love&kind=fragment&fields=text&count=true",
]


@pytest.fixture
def compiled(monkeypatch):
    """The elements that are compiled to text."""
    elements, compile_text = [], sql_text.compile_text

    def record(element, dialect):
        elements.append(element)
        return compile_text(element, dialect)

    for module in (sql_text, sql_json, page_sql, resource_reader, facets):
        if hasattr(module, "compile_text"):
            monkeypatch.setattr(module, "compile_text", record)
    return elements


class TestNewShapes:
    def test_known_fields_filters_and_sort_keys_are_not_compiled_again(self, client, compiled):
        for url in FAMILIAR:
            assert client.get(url).status_code == 200
        compiled.clear()
        for url in NEW:
            assert client.get(url).status_code == 200
        assert compiled == []

    def test_a_field_is_compiled_once_for_every_combination(self, client, compiled):
        json_projection._member_fragments.cache_clear()
        client.get("/v1/films?fields=title,synopsis")
        first = len(compiled)
        client.get("/v1/films?fields=synopsis,title,type")
        assert first == len(compiled) > 0

    def test_enumerated_values_share_a_statement(self):
        key, params = resource_reader.split_key_and_params({"kind": [Film.status.type.enums[0]]})
        assert key == (("kind", resource_reader.ValueCount(str, 1)),)
        assert list(params) == ["kind_0"]


class TestSafety:
    @pytest.mark.parametrize(
        "query",
        ["q=zyxwvut", "theme=zyxwvut", "id=zyxwvut,zyxwvut-2", "film=zyxwvut&facets=kind&count=true"],
    )
    def test_no_value_of_a_request_is_in_a_statement(self, app, client, query):
        with statements(app.extensions["database"].engine) as recorded:
            assert client.get(f"/v1/quotes?{query}").status_code == 200
        assert selects(recorded)
        assert not any("zyxwvut" in str(statement) for statement in selects(recorded))

    def test_constants_are_quoted(self):
        assert sql_text.quote_literal("it's 5 %", "sqlite") == "'it''s 5 %'"
        assert sql_text.quote_literal("it's 5 %", "postgresql") == "'it''s 5 %%'"

    @pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
    def test_conditions_can_only_follow_others(self, dialect):
        assert sql_text.compile_from_and_where(Film.select_where(), dialect).lstrip().startswith("FROM films")
        either = select(Film).where(or_(Film.id == 1, Film.id == 2))
        for statement in (select(Film), either):
            with pytest.raises(TypeError, match="conditions cannot be added"):
                sql_text.compile_from_and_where(statement, dialect)
