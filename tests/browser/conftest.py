"""Real browsers: headless Chromium and Firefox from Debian, which request nothing but this machine.

Firefox starts slowly, so only nightly tests use it. A test that takes ``browser`` runs in Chromium always, and
in Firefox every night.
"""

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
FIREFOX_PREFERENCES = {
    # Input reaches a frame of another site only if it runs in the process of its page.
    "fission.autostart": False,
    # A strict page would block its icon, and say so.
    "browser.chrome.site_icons": False,
    # Requests of Firefox itself.
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}


@pytest.fixture(scope="session")
def playwright():
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright):
    # The headless shell opens a page twice as fast as Chromium.
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        skip_test("because there is no Chromium (Debian: apt-get install chromium-headless-shell).")
    browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def firefox(playwright):
    """Debian's Firefox, driven by WebDriver BiDi: it needs no build of Playwright's own and no geckodriver.

    It ignores a context's options for media features and scripts.
    """
    path = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
    if path is None:
        skip_test("because there is no Firefox (Debian: apt-get install firefox-esr).")
    browser = playwright.firefox.launch(
        channel="moz-firefox", executable_path=path, firefox_user_prefs=FIREFOX_PREFERENCES
    )
    yield browser
    browser.close()


@pytest.fixture(scope="session", params=["chromium", pytest.param("firefox", marks=pytest.mark.nightly)])
def browser(request):
    """Each browser in turn."""
    return request.getfixturevalue(request.param)


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
