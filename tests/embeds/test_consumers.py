"""An oEmbed library of others reads every quote; ``tests/consumers`` runs many more every night."""

import json

import pytest
from micawber.providers import Provider, ProviderRegistry


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
