"""Generation of the OpenAPI document from schemas and views."""
