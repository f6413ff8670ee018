"""Which addresses mean a quote: every one of ours, however it was copied, and no other."""

import pytest

from api.app import create_app
from api.core.config import Settings
from tests.embeds.conftest import SLUG

BASE = "http://127.0.0.1:8000"
OURS = [
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
OTHERS = [
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
    f"{BASE}/films/her-2013",
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


class TestAddress:
    @pytest.mark.parametrize("url", OURS)
    def test_ours_lead_to_the_quote_and_its_own_address(self, ask, url):
        answer = ask(url)
        assert answer.status_code == 200
        assert f'cite="{BASE}/quotes/{SLUG}"' in answer.json["html"]
        assert f'href="{BASE}/quotes/{SLUG}"' in answer.json["html"]

    @pytest.mark.parametrize("url", OTHERS)
    def test_no_other_does(self, client, url):
        assert client.get("/oembed", query_string={"url": url}).status_code == 404

    def test_a_frame_keeps_its_look(self, ask):
        assert (
            f'src="{BASE}/embed/quotes/{SLUG}?theme=dark"'
            in ask(f"{BASE}/embed/quotes/{SLUG}?theme=dark").json["html"]
        )
        assert ask(f"{BASE}/embed/quotes/{SLUG}?theme=pink").data == ask().data

    def test_a_quote_is_found_by_an_id_that_it_had(self, engine, make_renamed):
        with engine.fresh() as url, make_renamed(url) as client:
            answer = client.get("/oembed", query_string={"url": f"{BASE}/quotes/the-lamp-1950-lamp"})
            assert answer.status_code == 200
            assert f'cite="{BASE}/quotes/the-lamp-1950-lamp-on"' in answer.json["html"]

    @pytest.mark.parametrize(
        ("url", "status"),
        [
            (f"https://subtext.example/quotes/{SLUG}", 200),
            (f"http://www.subtext.example/quotes/{SLUG}", 200),
            (f"https://cdn.subtext.example/quotes/{SLUG}", 200),
            (f"https://subtext.example.evil.example/quotes/{SLUG}", 404),
            (f"{BASE}/quotes/{SLUG}", 404),
        ],
    )
    def test_what_is_ours_is_what_the_settings_say(self, engine, url, status):
        with engine.fresh("pack") as database:
            settings = Settings(
                database_url=database,
                public_url="https://subtext.example",
                trusted_hosts=("subtext.example", ".subtext.example"),
            )
            app = create_app(settings)
            answer = app.test_client().get(
                "/oembed", query_string={"url": url}, base_url="https://subtext.example"
            )
            app.extensions["database"].close()
        assert answer.status_code == status

    @pytest.fixture
    def make_renamed(self):
        """What opens a client over a quote that had another id."""
        from contextlib import contextmanager

        from models import Alias
        from tests.models.content import fill

        @contextmanager
        def opened(url):
            app = create_app(Settings(database_url=url, statement_seconds=60))
            with app.extensions["database"].write_session() as session:
                line = fill(session).line
                session.add(Alias(type_name="quote", slug="the-lamp-1950-lamp", resource_id=line.id))
            yield app.test_client()
            app.extensions["database"].close()

        return opened
