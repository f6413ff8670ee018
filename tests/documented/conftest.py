"""Fixtures that code blocks of guides need: the generated clients."""

from tests.clients.conftest import clients

__all__ = ["clients"]
