"""Edits that break a client: something that it calls, reads or is generated from is removed or changed."""

import json

from openapi.compatibility_facts import resolve_reference
from tests.openapi.edits import (
    breaking,
    fields,
    operation,
    parameter,
    remove_parameter,
    rename_component,
    response,
    schema,
    values,
)


@breaking("Property `word_count` of `Quote` was removed")
def a_field_is_removed(document):
    del fields(document, "Quote")["word_count"]
    schema(document, "Quote")["required"].remove("word_count")


@breaking("Property `text` of `Quote` was removed")
def a_field_is_renamed(document):
    fields(document, "Quote")["words"] = fields(document, "Quote").pop("text")


@breaking("Type of `label` widened from 'string' to 'string | null'")
def a_field_may_be_null(document):
    fields(document, "Quote")["label"]["type"] = ["string", "null"]


@breaking("Type of `film` widened")
def a_reference_may_be_null(document):
    film = fields(document, "Quote")["film"]
    film["anyOf"] = [{"$ref": film.pop("$ref")}, {"type": "null"}]


@breaking("no longer required: `rights`")
def a_field_may_be_absent(document):
    schema(document, "Quote")["required"].remove("rights")


@breaking("Type of `word_count` widened")
def a_field_has_another_type(document):
    fields(document, "Quote")["word_count"]["type"] = "string"


@breaking("The format of `Quote.rights`")
def a_text_becomes_a_time(document):
    fields(document, "Quote")["rights"]["format"] = "date-time"


@breaking("`format` of `url` was removed")
def a_field_has_another_format(document):
    del fields(document, "Quote")["url"]["format"]


@breaking("gained values: 'song'")
def a_response_has_a_new_value(document):
    schema(document, "QuoteKind")["enum"].append("song")


@breaking("Enum of `QuoteKind` was removed")
def a_response_enumeration_is_opened(document):
    del schema(document, "QuoteKind")["enum"]


@breaking("The values of `CountRelation` lost `at-least`")
def a_response_enumeration_loses_a_value(document):
    schema(document, "CountRelation")["enum"].remove("at-least")


@breaking("`maxItems` of `commentary` changed from '100' to '200'")
def a_response_may_be_longer(document):
    fields(document, "Quote")["commentary"]["maxItems"] = 200


@breaking("`oneOf` subschema of `SearchHit` was added")
def a_union_has_a_new_member(document):
    hits = schema(document, "SearchHit")
    hits["oneOf"].append({"$ref": "#/components/schemas/Citation"})


@breaking("The type of `SearchHit` lost `QuoteHit`")
def a_union_loses_a_member(document):
    schema(document, "SearchHit")["oneOf"] = [
        schema_
        for schema_ in schema(document, "SearchHit")["oneOf"]
        if not schema_["$ref"].endswith("/QuoteHit")
    ]
    del schema(document, "SearchHit")["discriminator"]["mapping"]["quote"]


@breaking("`const` of `type` changed")
def a_discriminator_value_changes(document):
    fields(document, "QuoteHit")["type"]["const"] = "quotation"


@breaking("`speaker` query parameter was removed")
def a_parameter_is_removed(document):
    remove_parameter(document, "listQuotes", "speaker")


@breaking("`speaker` query parameter was renamed to `character`")
def a_parameter_is_renamed(document):
    parameter(document, "listQuotes", "speaker")["name"] = "character"


@breaking("Required `tone` query parameter was added")
def a_required_parameter_is_added(document):
    operation(document, "listQuotes")["parameters"].append(
        {"in": "query", "name": "tone", "required": True, "schema": {"type": "string"}}
    )


@breaking("`limit` query parameter became required")
def a_parameter_becomes_required(document):
    parameter(document, "listQuotes", "limit")["required"] = True


@breaking("Upper bound")
def a_limit_is_lowered(document):
    parameter(document, "listQuotes", "limit")["schema"]["maximum"] = 50


@breaking("`maxItems` changed from '5' to '2'")
def fewer_values_are_accepted(document):
    parameter(document, "listQuotes", "include")["schema"]["maxItems"] = 2


@breaking("`pattern` changed")
def a_parameter_has_another_pattern(document):
    resolve_reference(document, parameter(document, "listQuotes", "scene")["schema"]["items"])["pattern"] = (
        "^[a-z]+$"
    )


@breaking("lost values: 'word_count'")
def a_sort_key_is_removed(document):
    values(document, "listQuotes", "sort").remove("word_count")


@breaking("`explode` of `theme` query parameter changed")
def a_list_has_another_serialisation(document):
    parameter(document, "listQuotes", "theme")["explode"] = False


@breaking("The default of `limit` in GET /v1/quotes lost `20`")
def a_default_changes(document):
    parameter(document, "listQuotes", "limit")["schema"]["default"] = 50


@breaking("Operation `GET /v1/quotes/{quote_id}` was removed")
def an_operation_is_removed(document):
    del document["paths"]["/v1/quotes/{quote_id}"]["get"]


@breaking("Path `/v1/quotes` was renamed to `/v1/lines`")
def a_path_is_renamed(document):
    document["paths"]["/v1/lines"] = document["paths"].pop("/v1/quotes")


@breaking("The path of /v1/quotes/{} lost `/v1/quotes/{quote_id}`")
def a_path_parameter_is_renamed(document):
    text = json.dumps(document["paths"].pop("/v1/quotes/{quote_id}"))
    document["paths"]["/v1/quotes/{line}"] = json.loads(text.replace('"name": "quote_id"', '"name": "line"'))


@breaking("'listQuotes' to 'listLines'")
def an_operation_id_is_changed(document):
    operation(document, "listQuotes")["operationId"] = "listLines"


@breaking("The tag of GET /v1/quotes lost `quotes`")
def an_operation_moves_to_another_tag(document):
    operation(document, "listQuotes")["tags"] = ["search"]


@breaking("The list of schemas lost `QuoteKind`")
def a_schema_is_renamed(document):
    rename_component(document, "schemas", "QuoteKind", "SortOfQuote")


@breaking("The type of `Quote.fidelity` lost `Fidelity`")
def a_field_is_named_after_another_schema(document):
    document["components"]["schemas"]["Wording"] = dict(schema(document, "Fidelity"))
    fields(document, "Quote")["fidelity"]["$ref"] = "#/components/schemas/Wording"


@breaking("Response `304` was removed")
def a_status_is_removed(document):
    del operation(document, "listQuotes")["responses"]["304"]


@breaking("Media type `text/markdown` was removed")
def a_media_type_is_removed(document):
    del response(document, "getQuote", "200")["content"]["text/markdown"]


@breaking("Media type `application/problem+json` became `application/json`")
def errors_have_another_media_type(document):
    content = response(document, "getQuote", "404")["content"]
    content["application/json"] = content.pop("application/problem+json")


@breaking("Response header `ETag` was removed")
def a_header_is_removed(document):
    del response(document, "listQuotes", "200")["headers"]["ETag"]


@breaking("Property `detail` of `Problem` was removed")
def a_problem_loses_a_field(document):
    del fields(document, "Problem")["detail"]
    schema(document, "Problem")["required"].remove("detail")


@breaking("Authentication became required")
def reads_need_a_key(document):
    document["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    operation(document, "listQuotes")["security"] = [{"key": []}]


@breaking("The default of `limit` in GET /v1/quotes lost `20`")
def a_default_is_removed(document):
    del document["components"]["parameters"]["Limit"]["schema"]["default"]


@breaking("The default of `max_severity` in GET /v1/quotes lost `no default`")
def a_default_is_added(document):
    document["components"]["parameters"]["MaxSeverity"]["schema"]["default"] = 0


@breaking("The discriminator of `SearchHit` lost `type`")
def a_union_has_another_discriminator(document):
    schema(document, "SearchHit")["discriminator"]["propertyName"] = "id"
