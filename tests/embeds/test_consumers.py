"""oEmbed libraries of others: each of them reads every quote."""

import json
import subprocess

import pytest
from micawber.providers import Provider, ProviderRegistry

from openapi import npm_tools
from tests.browser.hosts import running_site
from tests.conftest import skip_test
from tests.serving import ROOT


@pytest.fixture(scope="module")
def urls(server):
    """The URL of every quote, by id."""
    import urllib.request

    with urllib.request.urlopen(f"{server.url}/v1/quotes?limit=100") as response:
        return {quote["id"]: f"{server.url}/quotes/{quote['id']}" for quote in json.load(response)["data"]}


class TestMicawber:
    @pytest.mark.parametrize("limits", [{}, {"maxwidth": 500}])
    def test_it_reads_every_quote(self, server, urls, limits):
        registry = ProviderRegistry()
        registry.register(rf"{server.url}/quotes/\S+", Provider(f"{server.url}/oembed", **limits))
        for quote, url in urls.items():
            oembed = registry.request(url)
            assert (oembed["type"], oembed["width"]) == ("rich", limits.get("maxwidth", 600))
            assert f'src="{server.url}/embed/quotes/{quote}' in oembed["html"]

    def test_it_replaces_the_url_by_the_quote(self, server, urls):
        registry = ProviderRegistry()
        registry.register(rf"{server.url}/quotes/\S+", Provider(f"{server.url}/oembed"))
        [url, *_] = urls.values()
        assert registry.parse_text(f"Before\n{url}\nAfter").count("<iframe") == 1


class TestOembedExtractor:
    def test_it_discovers_and_reads_every_quote(self, server, urls):
        if reason := npm_tools.missing_reason():
            skip_test(f"because {reason}.")
        with running_site("127.0.0.1") as site:
            pages = [add_linking_page(site, server, quote, url) for quote, url in urls.items()]
            script = ROOT / "tests" / "embeds" / "consume.mjs"
            command = ["node", script, npm_tools.MODULES.parent, *pages]
            run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
        for quote, oembed in zip(urls, json.loads(run.stdout), strict=True):
            assert (oembed["type"], oembed["width"], oembed["provider_name"]) == ("rich", 500, "Subtext")
            assert f'src="{server.url}/embed/quotes/{quote}' in oembed["html"]


def add_linking_page(site, server, quote, url):
    """Add a page that links to a quote's oEmbed response, as the quote's page does; return its URL."""
    href = f"{server.url}/oembed?url={url}&amp;format=json"
    head = f'<link rel="alternate" type="application/json+oembed" href="{href}" title="A quote">'
    return site.add_page("", head=head, path=f"/{quote}")
