"""A browser for the pages that recipes build."""

import pytest

from tests.browser.conftest import chromium, open_page, playwright

__all__ = ["chromium", "playwright"]


@pytest.fixture
def reader(chromium):
    """A page that records what it requests, and warnings and errors of the console."""
    with open_page(chromium, None) as page:
        page.on(
            "console", lambda message: page.errors.append(message.text) if message.type == "warning" else None
        )
        yield page
