"""How the OpenAPI document is generated from schemas and views."""
