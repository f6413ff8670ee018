"""Hooks of Schemathesis, which ``schemathesis.toml`` loads from this file."""

import schemathesis
from schemathesis.generation import metrics

# Disable targeted generation: a request either succeeds or fails, so there is nothing to maximise, and the search
# takes longer than all requests.
metrics.maximize = lambda *_metrics, **_case_and_response: None


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Remove a parameter whose values a schema cannot describe: only the service can create a ``cursor``."""
    remove_parameters(raw_schema, "cursor")


@schemathesis.deserializer(
    "text/x-bibliography", "application/x-bibtex", "application/x-research-info-systems"
)
def read_as_text(context, response):
    """Read citation formats as plain text, since Schemathesis has no parser for them."""
    return response.content.decode("utf-8")


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
