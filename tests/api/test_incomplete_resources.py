"""A resource that is declared in part fails at start, with a sentence that names the file to edit."""

import sys

import pytest
from flask import Flask

import api.resources
from api.app import create_app
from api.core import resource_modules
from api.core.config import Settings
from api.core.resource_modules import create_schema_class
from api.core.resource_registry import IncompleteResource, check_model
from api.resources import check_routes
from api.resources.quotes.schemas import QuoteLinksSchema
from api.schemas.fields import Reference
from api.schemas.reference_fields import ListURLField, ReferencesTo, ReferenceTo
from models import Quote, Versioned
from models.list_index_table import Listed


@pytest.fixture
def message(tmp_path):
    """Return a function that starts the application, which fails, and returns its message."""

    def message():
        with pytest.raises(IncompleteResource) as error:
            create_app(Settings(database_url=f"sqlite:///{tmp_path}/none.sqlite3"))
        return str(error.value)

    return message


class TestAModel:
    @pytest.mark.parametrize(
        ("name", "sentence"),
        [
            ("example_id", "Quote needs an example_id: an id that the first pack has."),
            (
                "search_number",
                "Quote needs a unique search_number between 1 and 15; these are in use: ",
            ),
            ("search_weights", "Quote needs search_weights: the columns that are searched"),
        ],
    )
    def test_needs_a_declaration(self, message, monkeypatch, name, sentence):
        monkeypatch.delattr(Quote, name)
        assert message().startswith(f"models/quote.py: {sentence}")

    @pytest.mark.parametrize(
        ("name", "value", "sentence"),
        [
            ("search_number", 16, "Quote needs a unique search_number between 1 and 15; these are in use: "),
            ("search_weights", {"mood": 1}, "Quote has “mood” in search_weights, but no such column."),
            ("default_sort", ("film", "place"), "Quote has “place” in default_sort, but not in sort_keys()."),
            ("to_record", Versioned.to_record, "Quote needs a method to_record(), which returns its fields"),
            (
                "type_name",
                "storybeat",
                "Quote needs another name: one capitalised word of at most 20 letters.",
            ),
        ],
    )
    def test_contradicts_itself(self, message, monkeypatch, name, value, sentence):
        monkeypatch.setattr(Quote, name, value)
        assert message().startswith(f"models/quote.py: {sentence}")

    def test_has_a_search_number_of_its_own(self, message, monkeypatch):
        monkeypatch.setattr(Quote, "search_number", 4)
        assert "4 (Quote)" in message().removeprefix("models/scene.py: Scene needs a unique search_number")

    def test_is_listed_only_with_a_film_and_a_position(self):
        class Costume(Listed, Versioned):
            type_name, example_id, to_record = "costume", "her-2013-red-shirt", Quote.to_record
            search_number, search_weights = 15, {"to_record": 1}

        with pytest.raises(IncompleteResource, match=r": Costume is Listed, so it must be OfFilm and have a"):
            check_model(Costume)

    def test_is_checked_before_a_pack_is_read(self, monkeypatch):
        monkeypatch.delattr(Quote, "example_id")
        with pytest.raises(IncompleteResource, match=r"^models/quote\.py: Quote needs an example_id"):
            create_schema_class(Quote)


@pytest.fixture
def package(monkeypatch, tmp_path):
    """Return a function that creates modules in the package of quotes, which is now called costumes."""

    def package(**modules):
        monkeypatch.setattr(Quote, "__tablename__", "costumes")
        monkeypatch.setattr(api.resources, "RESOURCES", (Quote,))
        monkeypatch.setattr(api.resources, "__path__", [str(tmp_path)])
        for name in ("", ".schemas", ".routes"):
            monkeypatch.delitem(sys.modules, f"api.resources.costumes{name}", raising=False)
        (tmp_path / "costumes").mkdir()
        for name, code in modules.items():
            (tmp_path / "costumes" / f"{name}.py").write_text(code)

    return package


class TestAPackage:
    def test_must_exist(self, message, monkeypatch):
        monkeypatch.setattr(Quote, "__tablename__", "costumes")
        assert message() == (
            "api/resources/costumes/schemas.py is missing. models/quote.py declares the resource “quote”,"
            " whose schemas must be there, or in api/resources/costumes.py."
        )

    def test_needs_schemas(self, message, package):
        package(__init__="", routes="")
        assert message().startswith("api/resources/costumes/schemas.py is missing.")

    def test_needs_routes(self, message, package):
        package(__init__="", schemas="")
        assert message().startswith("api/resources/costumes/routes.py is missing.")

    def test_needs_a_blueprint(self, message, package):
        package(__init__="", schemas="", routes="")
        assert message() == "api/resources/costumes/routes.py needs a blueprint named blp."

    def test_may_be_one_module(self, message, package, tmp_path):
        package()
        (tmp_path / "costumes").rmdir()
        (tmp_path / "costumes.py").write_text("")
        assert message() == "api/resources/costumes.py needs a blueprint named blp."

    @pytest.mark.parametrize("kind", ["", "Query", "Create"])
    def test_needs_its_schemas(self, message, monkeypatch, kind):
        schemas = resource_modules.find_schema_class
        monkeypatch.setattr(
            resource_modules,
            "find_schema_class",
            lambda name: None if name == f"Quote{kind}Schema" else schemas(name),
        )
        assert message() == f"api/resources/quotes/schemas.py needs a class Quote{kind}Schema."

    def test_needs_a_route_for_its_list(self):
        with pytest.raises(IncompleteResource) as error:
            check_routes(Flask("empty"))
        assert str(error.value) == "api/resources/films/routes.py needs a view with the route /films."

    def test_needs_a_route_for_its_items(self):
        app = Flask("lists")
        app.add_url_rule("/v1/films", "films")
        with pytest.raises(IncompleteResource) as error:
            check_routes(app)
        assert (
            str(error.value)
            == "api/resources/films/routes.py needs a view with the route /films/<slug:film>."
        )


class TestAModelAndItsSchemas:
    def test_agree_on_fields(self, message, monkeypatch):
        field = ReferenceTo("film")
        monkeypatch.setitem(resource_modules.schema_class(Quote)._declared_fields, "mood", field)
        assert message() == (
            "models/quote.py: Quote has no attribute “mood”, which QuoteSchema in"
            " api/resources/quotes/schemas.py serializes."
        )

    def test_agree_on_filters(self, message, monkeypatch):
        declared = resource_modules.schema_class(Quote, "Query")._declared_fields
        monkeypatch.setitem(declared, "mood", declared["film"])
        assert message() == (
            "models/quote.py: Quote.select_where() has no parameter “mood”, a filter that QuoteQuerySchema in"
            " api/resources/quotes/schemas.py declares."
        )

    def test_agree_on_links_to_lists(self, message, monkeypatch):
        field = ListURLField("commentary", by="quot", description="Commentary on it.")
        monkeypatch.setitem(QuoteLinksSchema._declared_fields, "commentary", field)
        assert message() == (
            "api/resources/quotes/schemas.py: the link “commentary” filters by “quot”, which is no parameter of"
            " Commentary.select_where() in models/commentary.py."
        )

    def test_agree_on_facets(self, message, monkeypatch):
        facets = Quote.facets() | {"mood": None}
        monkeypatch.setattr(Quote, "facets", lambda: facets)
        assert message() == (
            "models/quote.py: Quote.facets() has “mood”, but QuoteQuerySchema in"
            " api/resources/quotes/schemas.py has no filter of that name."
        )


class TestAFieldThatRefersToNothing:
    @pytest.mark.parametrize(
        "field",
        [Reference, ReferenceTo, ReferencesTo, lambda name: ListURLField(name, by="film", description="")],
    )
    def test_names_the_file_that_declares_it(self, field):
        with pytest.raises(
            IncompleteResource,
            match=r"^tests/api/test_incomplete_resources\.py: a field refers to the resource type “costme”, but"
            r" no model in models/ declares it\. There are film, ",
        ):
            field("costme")
