"""The index, the service's metadata, the OpenAPI document and the health checks."""
