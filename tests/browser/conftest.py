"""A page of the shared server in Chromium, which records what it requests."""

from contextlib import contextmanager

import pytest

from tests.browser.hosts import running_site


@pytest.fixture(scope="module")
def site():
    """Another site, on another origin."""
    with running_site() as running:
        yield running


@pytest.fixture
def page(chromium, server):
    """A page that :func:`open_page` opens, of the shared server."""
    with open_page(chromium, server.url) as new_page:
        yield new_page


@contextmanager
def open_page(chromium, base_url):
    """Yield a page that records requested URLs in ``requested_urls``, and errors and blocked loads in ``errors``."""
    context = chromium.new_context(base_url=base_url, viewport={"width": 1200, "height": 900})
    new_page = context.new_page()
    new_page.requested_urls, new_page.errors = [], []
    new_page.on("request", lambda request: new_page.requested_urls.append(request.url))
    new_page.on("pageerror", lambda error: new_page.errors.append(str(error)))
    new_page.on(
        "console",
        lambda message: new_page.errors.append(message.text) if message.type == "error" else None,
    )
    yield new_page
    context.close()
