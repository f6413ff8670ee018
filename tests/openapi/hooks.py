"""Hooks of Schemathesis, which ``schemathesis.toml`` loads from this file."""

import schemathesis
from schemathesis.generation import metrics

# Disable targeted generation: a request either succeeds or fails, so there is nothing to maximise, and the search
# takes longer than all requests.
metrics.maximize = lambda *_metrics, **_case_and_response: None


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Adapt parameters whose values a schema cannot describe.

    Only the service can create a ``cursor``, and only some texts that match the pattern are time zones. Only
    past moments are valid in ``as_of``, and ``revision`` depends on the other parameters.
    """
    describe_values(raw_schema)


@schemathesis.deserializer(
    "text/x-bibliography", "application/x-bibtex", "application/x-research-info-systems"
)
def read_as_text(context, response):
    """Read citation formats as plain text, since Schemathesis has no parser for them."""
    return response.content.decode("utf-8")


@schemathesis.serializer("application/x-ndjson")
def write_lines(context, value):
    """Write a generated body as text: the lines are what the document gives as a string."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def describe_values(document):
    """Return the document without cursors and past states, and with some time zones instead of a pattern.

    A key of idempotency has no example, because it may belong to one request only.
    """
    document["components"]["parameters"]["IdempotencyKey"].pop("example", None)
    document["components"]["schemas"]["TimeZone"] = {
        "type": "string",
        "enum": [
            "UTC",
            "Europe/Berlin",
            "America/Argentina/Buenos_Aires",
            "Etc/GMT+12",
            "Pacific/Kiritimati",
        ],
    }
    return remove_parameters(document, "cursor", "as_of", "revision")


def remove_parameters(document, *names):
    """Return the document without these parameters."""
    shared = document["components"]["parameters"]
    references = [
        {"$ref": f"#/components/parameters/{key}"} for key in shared if shared[key]["name"] in names
    ]
    for path in document["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                operation["parameters"] = [
                    reference for reference in operation["parameters"] if reference not in references
                ]
    return document
