"""Edits that break no client: additions, weaker requirements, stronger guarantees and other descriptions."""

from tests.openapi.edits import (
    compatible,
    fields,
    operation,
    parameter,
    remove_parameter,
    rename_component,
    response,
    schema,
    values,
)


@compatible
def an_optional_parameter_is_added(document):
    operation(document, "listQuotes")["parameters"].append(
        {"in": "query", "name": "tone", "required": False, "schema": {"type": "string"}}
    )


@compatible
def an_operation_is_added(document):
    new = operation(document, "getQuote")
    document["paths"]["/v1/lines/{quote_id}"] = {"get": new | {"operationId": "getLine"}}


@compatible
def a_field_is_added(document):
    fields(document, "Quote")["tone"] = {"type": ["string", "null"], "description": "How it is said."}
    schema(document, "Quote")["required"].append("tone")


@compatible
def a_field_is_always_there_though_it_became_required(document):
    schema(document, "QuoteRef")["required"].append("html_url")


@compatible
def a_field_is_never_null_though_its_type_changed(document):
    fields(document, "Quote")["editor_note"]["type"] = "string"


@compatible
def a_reference_is_never_null_though_an_alternative_is_removed(document):
    scene = fields(document, "Quote")["scene"]
    scene["$ref"] = scene.pop("anyOf")[0]["$ref"]


@compatible
def a_response_is_bounded_though_a_bound_was_set(document):
    fields(document, "Quote")["label"]["maxLength"] = 100
    fields(document, "Quote")["word_count"]["minimum"] = 0


@compatible
def a_sort_key_is_added_though_an_enumeration_grew(document):
    values(document, "listQuotes", "sort").append("label")


@compatible
def an_include_is_added_though_an_enumeration_grew(document):
    values(document, "listQuotes", "include").append("advisories")


@compatible
def a_limit_is_raised(document):
    parameter(document, "listQuotes", "limit")["schema"]["maximum"] = 200


@compatible
def more_values_are_accepted(document):
    parameter(document, "listQuotes", "include")["schema"]["maxItems"] = 6


@compatible
def a_bound_of_a_parameter_is_dropped(document):
    parameter(document, "listQuotes", "cursor")["schema"].pop("maxLength")


@compatible
def a_parameter_becomes_optional(document):
    parameter(document, "getQuote", "If-None-Match")["required"] = False


@compatible
def everything_is_described_in_other_words(document):
    document["info"]["description"] = "Other words."
    operation(document, "listQuotes")["summary"] = "List lines"
    operation(document, "listQuotes")["description"] = "Other words."
    fields(document, "Quote")["text"]["description"] = "Other words."
    parameter(document, "listQuotes", "limit")["description"] = "Other words."


@compatible
def something_is_deprecated(document):
    operation(document, "getQuote")["deprecated"] = True
    parameter(document, "listQuotes", "limit")["deprecated"] = True
    fields(document, "Quote")["editor_note"]["deprecated"] = True


@compatible
def a_status_is_added(document):
    responses = operation(document, "listQuotes")["responses"]
    responses["451"] = responses["422"]


@compatible
def a_header_is_added(document):
    response(document, "listQuotes", "200")["headers"]["RateLimit"] = {"schema": {"type": "string"}}


@compatible
def a_media_type_is_added(document):
    response(document, "listQuotes", "200")["content"]["text/csv"] = {"schema": {"type": "string"}}


@compatible
def a_parameter_is_shared_though_it_left_the_operation(document):
    limit = parameter(document, "listQuotes", "limit")
    remove_parameter(document, "listQuotes", "limit")
    document["components"]["parameters"]["PageSize"] = dict(limit)
    operation(document, "listQuotes")["parameters"].append({"$ref": "#/components/parameters/PageSize"})


@compatible
def a_response_is_renamed_though_one_is_removed(document):
    name = operation(document, "listQuotes")["responses"]["422"]["$ref"].rsplit("/", 1)[1]
    rename_component(document, "responses", name, "Refused")


@compatible
def the_order_of_everything_changes(document):
    document["paths"] = dict(reversed(document["paths"].items()))
    schema(document, "Quote")["properties"] = dict(reversed(fields(document, "Quote").items()))
    schema(document, "Quote")["required"].reverse()
    schema(document, "QuoteKind")["enum"].reverse()
    operation(document, "listQuotes")["parameters"].reverse()


@compatible
def a_schema_is_added(document):
    document["components"]["schemas"]["Tone"] = {"type": "string", "enum": ["dry", "tender"]}
    fields(document, "Quote")["tone"] = {"$ref": "#/components/schemas/Tone"}


@compatible
def the_next_operation_is_linked(document):
    response(document, "listQuotes", "200")["links"] = {"first": {"operationId": "getQuote"}}
