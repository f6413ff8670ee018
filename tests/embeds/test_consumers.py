"""Programs that other people read oEmbed with: each of them reads every quote."""

import json
import subprocess

import pytest
from micawber.providers import Provider, ProviderRegistry

from openapi import npm_tools
from tests.browser.hosts import hosting
from tests.conftest import skip_test
from tests.serving import ROOT


@pytest.fixture(scope="module")
def addresses(server):
    """Every quote's address by its id."""
    import urllib.request

    with urllib.request.urlopen(f"{server.url}/v1/quotes?limit=100") as answer:
        return {quote["id"]: f"{server.url}/quotes/{quote['id']}" for quote in json.load(answer)["data"]}


class TestMicawber:
    @pytest.mark.parametrize("limits", [{}, {"maxwidth": 500}])
    def test_it_reads_every_quote(self, server, addresses, limits):
        known = ProviderRegistry()
        known.register(rf"{server.url}/quotes/\S+", Provider(f"{server.url}/oembed", **limits))
        for quote, address in addresses.items():
            told = known.request(address)
            assert (told["type"], told["width"]) == ("rich", limits.get("maxwidth", 600))
            assert f'src="{server.url}/embed/quotes/{quote}' in told["html"]

    def test_it_puts_a_quote_where_its_address_stands(self, server, addresses):
        known = ProviderRegistry()
        known.register(rf"{server.url}/quotes/\S+", Provider(f"{server.url}/oembed"))
        [address, *_] = addresses.values()
        assert known.parse_text(f"Before\n{address}\nAfter").count("<iframe") == 1


class TestOembedExtractor:
    def test_it_discovers_and_reads_every_quote(self, server, addresses):
        if reason := npm_tools.missing_reason():
            skip_test(f"because {reason}.")
        with hosting("127.0.0.1") as site:
            pages = [discovered(site, server, quote, address) for quote, address in addresses.items()]
            script = ROOT / "tests" / "embeds" / "consume.mjs"
            command = ["node", script, npm_tools.MODULES.parent, *pages]
            run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
        for quote, told in zip(addresses, json.loads(run.stdout), strict=True):
            assert (told["type"], told["width"], told["provider_name"]) == ("rich", 500, "Subtext")
            assert f'src="{server.url}/embed/quotes/{quote}' in told["html"]


def discovered(site, server, quote, address):
    """Return the address of a page that leads to a quote's oEmbed answer as the quote's own page does."""
    href = f"{server.url}/oembed?url={address}&amp;format=json"
    head = f'<link rel="alternate" type="application/json+oembed" href="{href}" title="A quote">'
    return site.shows("", head=head, path=f"/{quote}")
