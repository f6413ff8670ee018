"""Real browsers: headless Chromium and Firefox from Debian, which request nothing but this machine.

Firefox starts slowly, so only nightly tests use it. A test that takes ``browser`` runs in Chromium always, and
in Firefox every night. All folders of tests share these fixtures: a process has one Playwright.
"""

import shutil

import pytest

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
    # Most runs start no browser.
    from playwright.sync_api import sync_playwright

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
