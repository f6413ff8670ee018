"""A real browser: Debian's Chromium, headless, that may talk to this machine alone."""

import shutil

import pytest
from playwright.sync_api import sync_playwright

from tests.conftest import skip_test

BROWSERS = "chromium-headless-shell", "chromium", "chromium-browser"
QUIET = [
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
    # The shell has no windows, and opens a page at half the cost.
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        skip_test("because there is no Chromium (Debian: apt-get install chromium-headless-shell).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium, server):
    """A page that notes every request, every error and every refused load."""
    context = chromium.new_context(base_url=server.url, viewport={"width": 1200, "height": 900})
    made = context.new_page()
    made.asked, made.complaints = [], []
    made.on("request", lambda request: made.asked.append(request.url))
    made.on("pageerror", lambda error: made.complaints.append(str(error)))
    made.on(
        "console",
        lambda message: made.complaints.append(message.text) if message.type == "error" else None,
    )
    yield made
    context.close()
