"""Eleventy, Hugo and MkDocs: sites with quotes, built from the service and looked at in a browser."""

import shutil

import pytest

from tests.conftest import skip_test
from tests.recipes.projects import Project, served
from tests.recipes.quotes import FLAGGED, PLAIN, SPOKEN, assert_shown

pytestmark = pytest.mark.nightly

#: By name: the command, the folder that it writes, the page with quotes, and how a page names a quote.
GENERATORS = {
    "eleventy": (["npm", "run", "build"], "_site", "index.md", '{{% quote "{}" %}}'),
    "hugo": (["hugo"], "public", "content/_index.md", '{{{{< quote "{}" >}}}}'),
    "mkdocs": (["venv/bin/mkdocs", "build", "--strict"], "site", "docs/index.md", "{{{{ quote {} }}}}"),
}


class Site(Project):
    """A project of a site generator."""

    def __init__(self, name, folder, service):
        super().__init__(name, folder)
        self.command, self.output, self.page, self.markup = GENERATORS[name]
        self.environment |= {"HUGO_CACHEDIR": str(self.folder / ".cache")}
        self.set_service(service)
        if name == "hugo":
            if not shutil.which("hugo"):
                skip_test("because there is no Hugo (Debian: apt-get install hugo).")
        else:
            self.install()

    def set_service(self, url):
        self.environment |= {"SUBTEXT_URL": url, "HUGO_PARAMS_SUBTEXT": url}

    def build(self, **expected):
        shutil.rmtree(self.folder / self.output, ignore_errors=True)
        return self.run(*self.command, **expected)


@pytest.fixture(scope="module", params=GENERATORS)
def site(request, server, tmp_path_factory):
    site = Site(request.param, tmp_path_factory.mktemp("site"), server.url)
    site.build()
    return site


@pytest.fixture
def own_text(site):
    """A function that replaces the text of the page until the test ends."""
    page = site.folder / site.page
    before = page.read_text("utf-8")
    yield lambda text: page.write_text(text, "utf-8")
    page.write_text(before, "utf-8")


def assert_all_shown(site, reader, service):
    with served(site.folder / site.output) as url:
        reader.goto(url)
        for place, quote in enumerate((PLAIN, SPOKEN, FLAGGED)):
            assert_shown(reader.locator("figure").nth(place), quote, service)
        assert reader.locator("figure").count() == 3
        assert {requested.startswith((url, "data:")) for requested in reader.requested_urls} == {True}
    assert reader.errors == []


def test_quotes_are_part_of_the_page(site, reader, server):
    assert_all_shown(site, reader, server)


def test_a_build_outlasts_the_service(site, reader, server, own_service):
    site.set_service(own_service.url)
    site.build()
    own_service.stop()
    site.build()
    assert_all_shown(site, reader, own_service)
    site.set_service(server.url)


def test_a_wrong_id_stops_the_build(site, own_text):
    own_text(f"# A page\n\n{site.markup.format('her-2013-no-such-quote')}\n")
    assert "her-2013-no-such-quote" in site.build(fails=True)
