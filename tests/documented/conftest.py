"""What the blocks of guides use beside what every test has: the clients made from the document."""

from tests.clients.conftest import clients

__all__ = ["clients"]
