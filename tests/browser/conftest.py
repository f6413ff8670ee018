"""A real browser: headless Chromium from Debian, which requests nothing but this machine."""

import shutil
from contextlib import contextmanager

import pytest
from playwright.sync_api import sync_playwright

from tests.conftest import skip_test

BROWSERS = "chromium-headless-shell", "chromium", "chromium-browser"
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium():
    # The headless shell opens a page twice as fast as Chromium.
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        skip_test("because there is no Chromium (Debian: apt-get install chromium-headless-shell).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()


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
