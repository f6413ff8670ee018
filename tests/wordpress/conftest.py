"""A WordPress site with the plugin, and a browser."""

import pytest

from tests.browser.conftest import open_page
from tests.conftest import skip_test
from tests.serving import serving
from tests.wordpress import site


@pytest.fixture(scope="module")
def wordpress(server, tmp_path_factory):
    """WordPress with its standard theme and the plugin, which takes its quotes from the shared server."""
    if reason := site.missing_program():
        skip_test(f"because {reason}.")
    with site.running_site(tmp_path_factory.mktemp("wordpress"), "twentytwentythree") as running:
        running.set_service(server.url)
        yield running


@pytest.fixture
def reader(chromium, wordpress):
    """A page of a reader who is not logged in."""
    with open_page(chromium, wordpress.url) as page:
        yield page


@pytest.fixture
def own_service(sqlite_engine, tmp_path):
    """A running server that the test may stop."""
    with sqlite_engine.fresh("pack") as url, serving(tmp_path / "log", SUBTEXT_DATABASE_URL=url) as server:
        yield server
