"""A resource that is declared in part fails at start, with a sentence that names the file to edit."""

import pytest

import api.resources
from api.app import create_app
from api.core.config import Settings
from api.core.resource_registry import IncompleteResource
from api.resources.quotes.schemas import QuoteLinksSchema
from api.schemas.fields import Reference
from api.schemas.reference_fields import ListURLField, ReferencesTo, ReferenceTo
from models import RESOURCES, Quote
from models.searchable import SEARCHABLE, Searchable


def declared(**attributes):
    """Return what a model declares, with some of it otherwise."""
    members = {name: getattr(Quote, name) for name in ("type_name", "__tablename__", "example_id", "facets")}
    return type("Location", (), members | {"__module__": "models.location"} | attributes)


@pytest.fixture
def start(monkeypatch, tmp_path):
    """Start an app that has one resource more."""

    def start(model):
        monkeypatch.setattr(api.resources, "RESOURCES", (*RESOURCES, model))
        create_app(Settings(database_url=f"sqlite:///{tmp_path}/none.sqlite3"))

    return start


class TestAModelAlone:
    def test_needs_an_example(self, start):
        with pytest.raises(
            IncompleteResource, match=r"^models/location\.py: Location needs an example_id\.$"
        ):
            start(type("Location", (), {"type_name": "location", "__module__": "models.location"}))

    def test_needs_a_folder(self, start):
        with pytest.raises(IncompleteResource, match=r"^api/resources/locations/schemas\.py is missing\."):
            start(declared(type_name="location", __tablename__="locations"))


class TestAFolder:
    def test_needs_routes(self, start, monkeypatch):
        monkeypatch.setitem(__import__("sys").modules, "api.resources.locations", api.resources)
        monkeypatch.setitem(__import__("sys").modules, "api.resources.locations.schemas", api.resources)
        with pytest.raises(IncompleteResource, match=r"^api/resources/locations/routes\.py is missing\."):
            start(declared(type_name="location", __tablename__="locations"))

    def test_needs_a_blueprint(self, start, monkeypatch):
        for name in ("", ".schemas", ".routes"):
            monkeypatch.setitem(__import__("sys").modules, f"api.resources.locations{name}", api.resources)
        with pytest.raises(
            IncompleteResource, match=r"^api/resources/locations/routes\.py needs a blueprint"
        ):
            start(declared(type_name="location", __tablename__="locations"))

    def test_needs_its_schemas(self, start):
        with pytest.raises(
            IncompleteResource, match=r"^api/resources/quotes/schemas\.py needs a class LocationSchema"
        ):
            start(declared(type_name="location"))


class TestAModelAndItsSchemas:
    def test_agree_on_what_is_shown(self, start):
        with pytest.raises(
            IncompleteResource, match=r"^models/location\.py: Location has no attribute “slug”"
        ):
            start(declared())

    def test_agree_on_filters(self, start):
        members = {name: getattr(Quote, name) for name in dir(Quote) if not name.startswith("__")}

        def select_where(*, id=None, q=None):
            """Take two filters alone."""

        with pytest.raises(
            IncompleteResource,
            match=r"Location\.select_where\(\) has no parameter “advisory”.*quotes/schemas",
        ):
            start(
                type(
                    "Location",
                    (),
                    members
                    | {
                        "__module__": "models.location",
                        "__tablename__": "quotes",
                        "select_where": select_where,
                    },
                )
            )

    def test_agree_on_the_order_of_a_list(self, monkeypatch, start):
        monkeypatch.setattr(Quote, "default_sort", ("film", "place"))
        with pytest.raises(IncompleteResource, match=r"^models/quote\.py: .*sort_keys\(\) has no “place”"):
            start(Quote)

    def test_agree_on_links_to_lists(self, monkeypatch, start):
        field = ListURLField("commentary", by="quot", description="Commentary on it.")
        monkeypatch.setitem(QuoteLinksSchema._declared_fields, "commentary", field)
        with pytest.raises(
            IncompleteResource, match=r"^api/resources/quotes/schemas\.py: .*“commentary”.*“quot”"
        ):
            start(Quote)

    def test_agree_on_facets(self, monkeypatch, start):
        facets = Quote.facets() | {"mood": None}
        monkeypatch.setattr(Quote, "facets", lambda: facets)
        with pytest.raises(IncompleteResource, match=r"^models/quote\.py: Quote\.facets\(\) has “mood”"):
            start(Quote)


class TestAFieldThatRefersToNothing:
    @pytest.mark.parametrize("field", [Reference, ReferenceTo, ReferencesTo])
    def test_is_refused(self, field):
        with pytest.raises(IncompleteResource, match=r"“locaton”.*models/__init__\.py.*quote, commentary"):
            field("locaton")

    def test_is_refused_as_a_list(self):
        with pytest.raises(IncompleteResource, match="“locaton”"):
            ListURLField("locaton", by="film", description="Its places.")


class TestSearchNumbers:
    @pytest.mark.parametrize("members", [{}, {"search_number": 5}, {"search_number": 16}])
    def test_are_given_once(self, members):
        members |= {"__tablename__": "locations", "type_name": "location", "__module__": "models.location"}
        with pytest.raises(
            TypeError, match=r"^models/location\.py: Location needs a unique search_number.* 5 \(Quote\)"
        ):
            type("Location", (Searchable,), members)
        assert "location" not in SEARCHABLE
