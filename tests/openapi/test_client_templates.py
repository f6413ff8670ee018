"""What the templates of the clients make of the document, without the generators of models."""

import ast
import json

import pytest

from openapi import PATH
from openapi.clients import operations, python_package, typescript_package
from openapi.clients.rendering import error_name

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
        described = [(each.resource, each.method) for each in operations.read_operations(DOCUMENT)]
        for resource, writes in operations.read_writes(DOCUMENT).items():
            described += [(resource, each.method) for each in writes]
        http_methods = [name for item in DOCUMENT["paths"].values() for name in item if name != "parameters"]
        assert len(set(described)) == len(described) == len(http_methods)

    def test_methods_are_named_after_paths(self):
        names = {each.path: f"{each.resource}.{each.method}" for each in operations.read_operations(DOCUMENT)}
        assert names["/v1/quotes"] == "quotes.list"
        assert names["/v1/quotes/{quote_id}"] == "quotes.get"
        assert names["/v1/quotes/random"] == "quotes.random"
        assert names["/v1/films/{film_id}/theme-map"] == "films.theme_map"
        assert names["/v1/sources/{source_id}/paragraphs/{number}"] == "sources.paragraph"
        assert names["/v1/search"] == ".search"
        assert names["/v1"] == ".index"

    def test_reads_of_drafts_are_named_after_what_they_do(self):
        names = {each.path: f"{each.resource}.{each.method}" for each in operations.read_operations(DOCUMENT)}
        assert names["/v1/quotes/{quote_id}/draft"] == "quotes.get_draft"
        assert names["/v1/quotes/{quote_id}/draft/preview"] == "quotes.preview_draft"
        assert names["/v1/drafts"] == "drafts.list"
        assert names["/v1/releases/{release_id}"] == "releases.get"

    def test_each_resource_has_all_writes(self):
        by_resource = operations.read_writes(DOCUMENT)
        assert len(by_resource) == len(DOCUMENT["components"]["schemas"]["ItemType"]["enum"]) + 2
        assert [each.method for each in by_resource.pop("")] == ["bulk"]
        assert [each.method for each in by_resource.pop("releases")] == ["create_preview_link", "publish"]
        for writes in by_resource.values():
            noun = writes[0].item
            assert sorted(f"{each.method} {each.body} {each.item}" for each in writes) == [
                f"create New{noun} {noun}",
                "create_draft_preview_link None PreviewLink",
                "delete None None",
                "delete_draft None None",
                f"publish_draft None {noun}",
                f"rename None {noun}",
                f"replace {noun}Body {noun}",
                f"restore None {noun}",
                f"save_draft {noun}Body DraftDetail",
                "unpublish None DraftDetail",
                f"update {noun}Patch {noun}",
                f"update_draft {noun}Patch DraftDetail",
            ]

    def test_writes_take_what_the_document_says(self):
        by_method = {each.method: each for each in operations.read_writes(DOCUMENT)["themes"]}
        assert [each.name for each in by_method["save_draft"].options] == ["release", "base"]
        assert [each.name for each in by_method["restore"].options] == ["drop_missing"]
        either = {name for name, each in by_method.items() if each.may_create}
        assert either == {"replace", "save_draft", "update_draft"}
        free = {name for name, each in by_method.items() if not each.may_create and not each.needs_match}
        assert free == {"create", "create_draft_preview_link"}

    def test_both_python_clients_have_the_same_methods(self, python):
        synchronous = methods(python["resources.py"])
        asynchronous = methods(python["async_resources.py"])
        assert {f"Async{name}": names for name, names in synchronous.items()} == asynchronous
        assert len(synchronous) == 12
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
            if operation.method == "preview_draft":  # It has what `get` has.
                continue
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

    def test_each_error_can_be_imported_from_the_package(self):
        package = PATH.parent / "clients" / "python" / "src" / "subtext_client" / "__init__.py"
        imported = {
            each.name
            for node in ast.parse(package.read_text("utf-8")).body
            if isinstance(node, ast.ImportFrom)
            for each in node.names
        }
        assert {error_name(problem) for problem in operations.problem_codes(DOCUMENT)} <= imported
