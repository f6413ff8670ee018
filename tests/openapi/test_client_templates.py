"""What the templates of the clients make of the document, without the generators of models."""

import ast
import json

import pytest

from openapi import PATH
from openapi.clients import operations, python_package, typescript_package

DOCUMENT = json.loads(PATH.read_bytes())


@pytest.fixture(scope="module")
def python():
    return python_package.render(DOCUMENT)


@pytest.fixture(scope="module")
def typescript():
    return typescript_package.render(DOCUMENT)


def methods(source, suffix="Resource"):
    """Return the public methods of each class, without overloads."""
    classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    return {
        node.name: {
            each.name for each in node.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
        }
        for node in classes
        if node.name.endswith(suffix)
    }


class TestNames:
    def test_every_operation_has_a_method_of_its_own(self):
        described = operations.read_operations(DOCUMENT)
        reads = [item["get"] for item in DOCUMENT["paths"].values() if "get" in item]
        assert len(described) == sum(not read.get("security") for read in reads)
        assert len({(each.resource, each.method) for each in described}) == len(described)

    def test_methods_are_named_after_paths(self):
        names = {each.path: f"{each.resource}.{each.method}" for each in operations.read_operations(DOCUMENT)}
        assert names["/v1/quotes"] == "quotes.list"
        assert names["/v1/quotes/{quote_id}"] == "quotes.get"
        assert names["/v1/quotes/random"] == "quotes.random"
        assert names["/v1/films/{film_id}/theme-map"] == "films.theme_map"
        assert names["/v1/sources/{source_id}/paragraphs/{number}"] == "sources.paragraph"
        assert names["/v1/search"] == ".search"
        assert names["/v1"] == ".index"

    def test_each_resource_has_all_writes(self):
        for resource in operations.read_resources(DOCUMENT):
            writes = [f"{each.method} {each.body} {each.item}" for each in resource.writes]
            item = next(each.item for each in resource.operations if each.method == "get")
            assert writes == [
                f"create New{item} {item}",
                f"update {item}Patch {item}",
                f"replace {item}Body {item}",
                "delete None None",
                f"rename None {item}",
            ]

    def test_both_python_clients_have_the_same_methods(self, python):
        synchronous = methods(python["resources.py"])
        asynchronous = methods(python["async_resources.py"])
        assert {f"Async{name}": names for name, names in synchronous.items()} == asynchronous
        assert len(synchronous) == 8
        assert {"list", "get", "random", "daily", "list_as", "get_as"} <= synchronous["QuotesResource"]

    def test_both_languages_have_the_same_methods(self, python, typescript):
        for name in set().union(*methods(python["resources.py"]).values()):
            assert f"  {typescript_package.camel(name)}" in typescript["resources.ts"].replace(
                "async ", ""
            ), name


class TestFields:
    def test_methods_with_fields_return_sparse_items(self, python):
        assert "Pages[SparseQuote, SparseQuoteList]" in python["resources.py"]
        assert "Pages[Quote, QuoteList]" in python["resources.py"]

    def test_the_document_has_a_sparse_schema_for_each(self):
        schemas = DOCUMENT["components"]["schemas"]
        for operation in operations.read_operations(DOCUMENT):
            assert ("fields" in operation.names) == (f"Sparse{operation.item}" in schemas), operation.id
            assert ("fields" in operation.names) == (f"Sparse{operation.response}" in schemas), operation.id


class TestBodies:
    def test_absent_and_null_are_distinct(self, python):
        quote = python["bodies.py"].partition("class QuotePatch(TypedDict):")[2].partition("\nclass ")[0]
        assert "    text: NotRequired[str]\n" in quote
        assert "    scene: NotRequired[str | None]\n" in quote
        assert "    citations: NotRequired[Sequence[CitationCreate]]\n" in quote

    def test_models_are_of_what_is_read(self):
        bodies = operations.request_bodies(DOCUMENT)
        read = operations.without_writes(DOCUMENT)["components"]["schemas"]
        assert {"NewQuote", "QuotePatch", "QuoteBody", "CitationCreate"} <= bodies.keys() - read.keys()
        assert {"Quote", "QuoteKind", "Status", "NotFoundProblem", "InvalidBodyProblem"} <= read.keys()


class TestText:
    def test_a_docstring_ends_where_it_should(self):
        for text in ('Says "so"', 'A """ in it', "C:\\new", 'all \\"""'):
            assert ast.literal_eval(f'"""{python_package.docstring(text)}"""') == text

    def test_a_comment_ends_where_it_should(self):
        assert typescript_package.comment("a */ b") == "a *\\/ b"

    def test_each_problem_has_an_error(self, python, typescript):
        codes = {code for code, _, _ in operations.problem_codes(DOCUMENT).values()}
        assert {"not-found", "too-many-requests", "invalid-parameters", "query-timeout"} <= codes
        for code in codes:
            assert f'"{code}"' in python["problems.py"]
            assert f'"{code}"' in typescript["problems.ts"]
