"""The React and Vue components, built with Vite and looked at in a browser."""

import pytest

from tests.recipes.projects import Project, served
from tests.recipes.quotes import FLAGGED, PLAIN, SPOKEN, assert_shown

pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module", params=["react", "vue"])
def site(request, server, tmp_path_factory):
    """The URL of the built page. The libraries are built for development, so that they warn."""
    environment = {"VITE_SUBTEXT_URL": server.url, "NODE_ENV": "development"}
    project = Project(request.param, tmp_path_factory.mktemp("component"), **environment)
    project.install()
    project.run("npm", "run", "build")
    with served(project.folder / "dist") as url:
        yield url


@pytest.mark.parametrize("quote", [PLAIN, SPOKEN, FLAGGED])
def test_the_quote_is_shown(site, reader, server, quote):
    reader.goto(f"{site}/?quote={quote}")
    assert_shown(reader.locator("figure"), quote, server)
    assert reader.errors == []


def test_a_quote_that_is_loading_says_so(site, reader, server):
    reader.route(f"{server.url}/**", lambda route: None)
    reader.goto(site)
    reader.get_by_role("status").get_by_text("Loading a quote …").wait_for()


@pytest.mark.parametrize("quote", ["no-such-quote", "../themes/loneliness"])
def test_a_missing_quote_is_a_message(site, reader, quote):
    reader.goto(f"{site}/?quote={quote}")
    reader.get_by_role("status").get_by_text("This quote is not available at the moment.").wait_for()
    assert reader.locator("figure").count() == 0


def test_a_service_that_is_down_is_a_message(site, reader, server):
    reader.route(f"{server.url}/**", lambda route: route.abort())
    reader.goto(site)
    reader.get_by_role("status").get_by_text("This quote is not available at the moment.").wait_for()
