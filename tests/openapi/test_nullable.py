"""Properties are nullable if, and only if, they can be null."""

import json
import typing

import pytest

from api.openapi_spec.components import has_public_get
from models import RESOURCES
from models.author import Author, Performer
from models.film import Film
from openapi import PATH
from tests.openapi.test_parameter_examples import example_url

DOCUMENT = json.loads(PATH.read_bytes())
SCHEMAS = DOCUMENT["components"]["schemas"]
PARAMETERS = DOCUMENT["components"]["parameters"]
MODELS = {model.type_name: model for model in RESOURCES}
#: Components that a column has as JSON.
STORED_AS_JSON = {"Author": Author, "Performer": Performer}
#: Nullable properties that no column decides.
COMPUTED = {
    # The first page has none before it, the last none after it; the count is not requested.
    *(("Page", name) for name in ("next", "previous", "next_cursor", "previous_cursor")),
    *(("Page", name) for name in ("total", "total_relation")),
    # The list is not empty, or the search has hits.
    *(
        (name, "notice")
        for name in SCHEMAS
        if name.endswith("List") and not name.startswith(("Any", "Sparse", "Draft", "Release"))
    ),
    *(("Search", name) for name in ("notice", "suggestion")),
    # The editors explain what they assert themselves.
    *((name, "note") for name in ("ClaimRelation", "CommentaryRelation")),
    # The operator does not set them.
    ("Meta", "build"),
    ("MetaLinks", "snapshot"),
    # The last page of the feed has none after it, and only a renamed item had another id.
    ("ChangeFeedPage", "next"),
    ("ContentChange", "previous_id"),
    # These have no web page yet.
    *((name, "html_url") for name in ("Commentary", "CommentaryRef", "CommentaryHit", "Advisory")),
    # The first scene of a film, and the last.
    *(("SceneLinks", name) for name in ("previous", "next")),
}
#: Those of revisions, which a pack alone does not have all of.
HISTORY = {
    *((name, key) for name in ("Revision", "RevisionDetail") for key in ("note", "restores")),
    *(("RevisionLinks", name) for name in ("previous", "diff")),
    ("RevisionDetail", "record"),
    *(("FieldChange", name) for name in ("before", "after", "words")),
}
#: Those of drafts and writes, which the pack has none of.
DRAFTS = {
    *((name, key) for name in ("Draft", "DraftDetail") for key in ("label", "base", "note", "release")),
    *((name, "notice") for name in ("DraftList", "ReleaseList")),
    *(("DraftChange", name) for name in ("base", "current", "draft", "current_words", "draft_words")),
    ("OutdatedBaseProblem", "base"),
    *(("PreviewLinks", name) for name in ("item", "page", "embed")),
    ("DraftLinks", "release"),
    # A line that deletes an item.
    ("BulkResult", "etag"),
}
#: Requests that have them all.
REQUESTS = [
    "/v1/meta",
    "/v1/search?q=love",
    "/v1/search?q=love&type=commentary",
    "/v1/commentary?include=relations",
    "/v1/scenes?limit=100",
    "/v1/changes?limit=1000",
]
#: Those that are null only in a database without content, or with a source that has no body paragraphs.
WITHOUT_CONTENT = {
    *(("Content", name) for name in ("epoch", "updated_at")),
    ("SourceCoverage", "percent_cited"),
    ("ChangeFeed", "epoch"),
    ("ChangeFeedPage", "resume"),
}
#: Sources that are null only while they are not public, whatever their columns say.
HIDDEN_SOURCES = {
    *((f"{name}{kind}", "source") for name in ("Commentary", "Quote") for kind in ("", "Ref")),
    *((name, "source") for name in ("CommentaryHit", "CommentaryRelation", "QuoteHit")),
    *(("ClaimRelation", name) for name in ("subject_source", "object_source")),
}
#: The part of a source that has no heading of its own.
WITHOUT_HEADING = {("NarrationPart", "title")}


def is_nullable(schema):
    return "null" in schema.get("type", ()) or {"type": "null"} in schema.get("anyOf", ())


def complete_schemas():
    """Return the components that describe complete objects; sparse ones share their properties."""
    return {name: schema for name, schema in SCHEMAS.items() if not name.startswith("Sparse")}


def nullable_parts(component):
    """Return whether each property that is stored as it is served can be null, by its name."""
    if component in STORED_AS_JSON:
        hints = typing.get_type_hints(STORED_AS_JSON[component])
        return {name: type(None) in typing.get_args(hint) for name, hint in hints.items()}
    if component == "FilmIdentifiers":
        model = Film
    else:
        type_name = SCHEMAS[component].get("properties", {}).get("type", {}).get("const")
        model = MODELS.get(type_name)
    return {each.name.removesuffix("_id"): each.nullable for each in model.__table__.columns} if model else {}


def is_of_type(value, schema):
    constant = schema.get("properties", {}).get("type", {}).get("const")
    return constant is None or (isinstance(value, dict) and value.get("type") == constant)


def null_properties(value, schema, component=None):
    """Yield the component and the name of each property that is null in a value."""
    if "$ref" in schema:
        component = schema["$ref"].rsplit("/", 1)[1]
        schema = SCHEMAS[component]
    for part in schema.get("anyOf", []) + schema.get("oneOf", []):
        if "$ref" in part and is_of_type(value, SCHEMAS[part["$ref"].rsplit("/", 1)[1]]):
            yield from null_properties(value, part)
    if isinstance(value, list):
        for item in value:
            yield from null_properties(item, schema.get("items", {}))
    elif isinstance(value, dict):
        for name, property_ in schema.get("properties", {}).items():
            if name in value and value[name] is None:
                yield component, name
            else:
                yield from null_properties(value.get(name), property_)


def nulls_in(client, url):
    path = url.partition("?")[0]
    schema = DOCUMENT["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    response = client.get(example_url(path) + url.removeprefix(path))
    assert response.status_code == 200, response.text
    return set(null_properties(response.get_json(), schema))


class TestNullable:
    def test_a_property_is_nullable_if_its_column_is(self):
        differing = {
            (component, name)
            for component, schema in complete_schemas().items()
            for name, nullable in nullable_parts(component).items()
            if name in schema["properties"] and is_nullable(schema["properties"][name]) != nullable
        }
        assert differing - HIDDEN_SOURCES == set()

    def test_no_other_property_is_nullable_without_being_null_somewhere(self):
        others = {
            (component, name)
            for component, schema in complete_schemas().items()
            for name, property_ in schema.get("properties", {}).items()
            if schema.get("additionalProperties") is not False
            if is_nullable(property_) and name not in nullable_parts(component)
        }
        assert others - HIDDEN_SOURCES == COMPUTED | HISTORY | DRAFTS | WITHOUT_CONTENT | WITHOUT_HEADING

    @pytest.mark.any_database
    def test_each_of_them_is_null_in_a_response(self, client):
        operations = {
            path: item["get"]["operationId"]
            for path, item in DOCUMENT["paths"].items()
            if has_public_get(item)
        }
        lists = [path for path, name in operations.items() if name.startswith(("list", "random"))]
        seen = set().union(*(nulls_in(client, url) for url in REQUESTS + lists))
        assert COMPUTED - seen == set()
