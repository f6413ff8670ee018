"""What schemathesis is told before it makes up requests; ``schemathesis.toml`` names this file."""

import schemathesis
from schemathesis.generation import metrics

# Hypothesis would look for requests that succeed better than others: there are none, as a request succeeds or
# fails, and looking takes longer than all that is sent.
metrics.maximize = lambda *_metrics, **_case_and_response: None


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Leave two parameters out: what they ask for is no matter of types.

    Only the service can write a ``cursor`` that fits, whatever a schema says of it. And ``fields`` asks
    for keys to be missing that the document promises to be there without it; tests/api/test_shapes.py
    holds what it promises.
    """
    without(raw_schema, "cursor", "fields")


@schemathesis.deserializer(
    "text/x-bibliography", "application/x-bibtex", "application/x-research-info-systems"
)
def read_as_text(context, response):
    """Read the forms of citations, which no format of data describes, as the texts that they are."""
    return response.content.decode("utf-8")


def without(document, *names):
    """Return the document without these parameters."""
    shared = document["components"]["parameters"]
    left_out = [{"$ref": f"#/components/parameters/{key}"} for key in shared if shared[key]["name"] in names]
    for path in document["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict):
                operation["parameters"] = [p for p in operation["parameters"] if p not in left_out]
    return document
