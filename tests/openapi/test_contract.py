"""Requests made up from the document: the running service keeps what the document promises."""

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, settings

from openapi import PATH
from tests.openapi.hooks import without

DOCUMENT = without(json.loads(PATH.read_bytes()), "cursor", "fields")
schema = schemathesis.openapi.from_dict(DOCUMENT)
quick = schemathesis.openapi.from_dict(DOCUMENT)
# The coverage phase sends hundreds of requests an operation: `make test-slow` does so.
quick.config.phases.update(phases=["examples", "fuzzing"])

few = settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
more = settings(few, max_examples=20)


@quick.parametrize()
@few
def test_every_check_of_schemathesis_passes(case, served):
    case.call_and_validate(base_url=served.url)


@pytest.mark.slow
@schema.parametrize()
@more
def test_every_check_passes_on_postgresql_too(case, served_by_postgresql):
    case.call_and_validate(base_url=served_by_postgresql.url)
