"""The index, the OpenAPI document, and whether the service lives and is ready."""
