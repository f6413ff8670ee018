"""Foundations of the API: settings, versions, the resource registry, logging and the request context."""
