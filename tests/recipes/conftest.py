"""A browser for the pages that recipes build, and a service that a test may stop."""

import pytest

from tests.browser.conftest import open_page
from tests.wordpress.conftest import own_service

__all__ = ["own_service"]


@pytest.fixture
def reader(chromium):
    """A page that records what it requests, and warnings and errors of the console."""
    with open_page(chromium, None) as page:
        page.on(
            "console", lambda message: page.errors.append(message.text) if message.type == "warning" else None
        )
        yield page
