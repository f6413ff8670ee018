"""Which URLs oEmbed resolves to a quote: all URLs of ours, in any spelling, and no others."""

from api.app import create_app
from api.core.config import Settings
from models import Alias
from tests.embeds.conftest import SLUG
from tests.models.content import fill

BASE = "http://127.0.0.1:8000"
OWN_URLS = [
    f"{BASE}/quotes/{SLUG}",
    f"{BASE}/quotes/{SLUG}/",
    f"{BASE}/quotes/{SLUG}///",
    f"  {BASE}/quotes/{SLUG}\n",
    f"{BASE}/quotes/{SLUG}?utm_source=x&utm_medium=y&fbclid=z",
    f"{BASE}/quotes/{SLUG}?{'a=1&' * 400}theme=",
    f"{BASE}/quotes/{SLUG}#top",
    f"{BASE}/quotes/{SLUG}?a=1#b?c",
    f"HTTP://127.0.0.1:8000/quotes/{SLUG}",
    f"https://127.0.0.1/quotes/{SLUG}",
    f"https://127.0.0.1:443/quotes/{SLUG}",
    f"http://127.0.0.1/quotes/{SLUG}",
    f"http://www.127.0.0.1:8000/quotes/{SLUG}",
    f"{BASE}/embed/quotes/{SLUG}?theme=dark&clamp=1",
    f"{BASE}/v1/quotes/{SLUG}",
    f"{BASE}/v1/quotes/{SLUG}?fields=text",
    f"{BASE}/v1/quotes/{SLUG}.bib",
    f"{BASE}/quotes/{SLUG}.json",
    f"{BASE}/quotes/{SLUG.replace('-', '%2D')}",
    f"{BASE}/%71uotes/{SLUG}",
]
OTHER_URLS = [
    f"https://evil.example/quotes/{SLUG}",
    f"http://127.0.0.1:8000@evil.example/quotes/{SLUG}",
    f"http://evil.example#@127.0.0.1:8000/quotes/{SLUG}",
    f"http://evil.example\\@127.0.0.1:8000/quotes/{SLUG}",
    f"http://127.0.0.1.evil.example/quotes/{SLUG}",
    f"http://127.0.0.1:5432/quotes/{SLUG}",
    f"http://127.0.0.1:99999/quotes/{SLUG}",
    f"http://[::1/quotes/{SLUG}",
    f"ftp://127.0.0.1:8000/quotes/{SLUG}",
    f"//127.0.0.1:8000/quotes/{SLUG}",
    f"javascript:{BASE}/quotes/{SLUG}",
    f"/quotes/{SLUG}",
    SLUG,
    f"{BASE}/",
    f"{BASE}/scenes/her-2013-lunch-with-catherine",
    f"{BASE}/films/her-2013/snippet",
    f"{BASE}/films/no-such",
    f"{BASE}/films",
    f"{BASE}/quotes/",
    f"{BASE}/quotes/{SLUG}/card.png",
    f"{BASE}/quotes/../quotes/{SLUG}",
    f"{BASE}/quotes/daily",
    f"{BASE}/quotes/{SLUG}%00",
    f"{BASE}/quotes/{SLUG.upper()}",
    f"{BASE}/quotes/her-2013-no-such-line",
    "http://169.254.169.254/latest/meta-data",
    "\ud7ff\x00",
]


#: URLs of a quote, and the status of the response by a service at subtext.example.
STATUSES_BY_URL = {
    f"https://subtext.example/quotes/{SLUG}": 200,
    f"http://www.subtext.example/quotes/{SLUG}": 200,
    f"https://cdn.subtext.example/quotes/{SLUG}": 200,
    f"https://subtext.example.evil.example/quotes/{SLUG}": 404,
    f"{BASE}/quotes/{SLUG}": 404,
}


class TestURL:
    def test_own_urls_resolve_to_the_quote_and_its_canonical_url(self, request_oembed):
        for url in OWN_URLS:
            response = request_oembed(url)
            assert response.status_code == 200, url
            assert f'cite="{BASE}/quotes/{SLUG}"' in response.json["html"], url
            assert f'href="{BASE}/quotes/{SLUG}"' in response.json["html"], url

    def test_other_urls_are_not_found(self, client):
        for url in OTHER_URLS:
            assert client.get("/oembed", query_string={"url": url}).status_code == 404, url

    def test_the_theme_of_a_frame_url_is_preserved(self, request_oembed):
        assert (
            f'src="{BASE}/embed/quotes/{SLUG}?theme=dark"'
            in request_oembed(f"{BASE}/embed/quotes/{SLUG}?theme=dark").json["html"]
        )
        assert request_oembed(f"{BASE}/embed/quotes/{SLUG}?theme=pink").data == request_oembed().data

    def test_a_quote_is_found_by_its_former_id(self, engine):
        with engine.fresh() as url:
            app = create_app(Settings(database_url=url, statement_seconds=60))
            with app.extensions["database"].write_session() as session:
                line = fill(session).line
                session.add(Alias(type_name="quote", slug="the-lamp-1950-lamp", resource_id=line.id))
            old = f"{BASE}/quotes/the-lamp-1950-lamp"
            response = app.test_client().get("/oembed", query_string={"url": old})
            app.extensions["database"].close()
        assert response.status_code == 200
        assert f'cite="{BASE}/quotes/the-lamp-1950-lamp-on"' in response.json["html"]

    def test_own_hosts_are_the_trusted_hosts(self, engine):
        with engine.fresh("pack") as database:
            settings = Settings(
                database_url=database,
                public_url="https://subtext.example",
                trusted_hosts=("subtext.example", ".subtext.example"),
            )
            app = create_app(settings)
            client = app.test_client()
            statuses = {
                url: client.get(
                    "/oembed", query_string={"url": url}, base_url="https://subtext.example"
                ).status_code
                for url in STATUSES_BY_URL
            }
            app.extensions["database"].close()
        assert statuses == STATUSES_BY_URL
