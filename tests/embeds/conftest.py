"""Fixtures for embeds: oEmbed requests, and content whose texts are hostile to HTML and other formats."""

from types import SimpleNamespace

import pytest

from api.app import create_app
from api.core.config import Settings
from models import Voice
from models.revision import change_set
from tests.models.content import RELEASED, cite, fill, quote

SLUG = "her-2013-a-wife-without-the-challenges"
FLAGGED = "her-2013-the-average-modern-woman"

#: Texts that a broken serialiser would turn into markup, or that are hard to display, by name.
HOSTILE = {
    "script": "<script>alert(1)</script>",
    "end": "Done</p></blockquote></script></style></title><script>alert(1)</script>",
    "attribute": "\"><img src=x onerror=alert(1)> ' onload='alert(1)",
    "cdata": "<![CDATA[ ]]> ]]> <!-- --> <?php ?>",
    "twice": "&amp;lt;script&amp;gt;alert(1)&lt;/script&gt; &#60;b&#62; &lt;img src=x onerror=alert(1)>",
    "lines": "one\u2028two\u2029three\x85four\r\nfive\nsix\tseven",
    "turned": "abc \u202e fed \u202c \u2067ghi",
    "noncharacters": "a\x80\x9f\ufffe\uffff\ufeff\U0010ffff b",
    "long": "A long one that goes on and on, and then goes on. " * 80,
    "unbroken": "W" * 4000,
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 \u2066",
    "cjk": "晩春は小津安二郎の映画である。愛と孤独。",
    "hebrew": "שלום לכולם, זה <b>ציטוט</b>",
    "arabic": "مرحبا بالعالم",
    "reference": "&quot; onload=&quot;alert(1)&quot; &#34;x&apos; &quot onload=alert(1)",
    "template": "{{ 7*7 }} {% raw %} ${x} %s {0}",
}


def hostile_id(name):
    return f"the-lamp-1950-{name}"


@pytest.fixture(scope="session")
def hostile_app(engine):
    """An app over quotes whose texts, labels, films and sources are hostile."""
    with engine.fresh() as url:
        app = create_app(Settings(database_url=url, statement_seconds=60))
        with app.extensions["database"].write_session() as session:
            store_hostile(session)
        yield app
        app.extensions["database"].close()


def store_hostile(session):
    """Add a quote for every hostile text, said by a critic whose name it is too, and give the film and the source hostile titles."""
    content = fill(session)
    with change_set(session, "maker", at=RELEASED):
        set_hostile_titles(content)
        session.add_all(hostile_quotes(content))


def set_hostile_titles(content):
    content.film.label = content.film.title = HOSTILE["script"][:60]
    content.essay.title = HOSTILE["attribute"]


def hostile_quotes(content):
    for number, (name, text) in enumerate(HOSTILE.items()):
        language = {"hebrew": "he", "arabic": "ar", "cjk": "ja"}.get(name, "en")
        quote_ = quote(content.film, name, 10 + number, text=text.strip(), language=language)
        quote_.label, quote_.citations = text[:120].strip(), [cite(content.essay, 2)]
        quote_.voice, quote_.attributed_to = Voice.ESSAY, text[:200].strip()
        yield quote_


@pytest.fixture
def hostile_client(hostile_app):
    return hostile_app.test_client()


@pytest.fixture
def request_oembed(client):
    """A function that requests the oEmbed response for a quote, by its id or by a URL."""

    def get(quote=SLUG, **query):
        url = quote if ":" in quote or "/" in quote else f"http://127.0.0.1:8000/quotes/{quote}"
        extension = query.pop("extension", "")
        return client.get(f"/oembed{extension}", query_string={"url": url} | query)

    return get


@pytest.fixture
def quotes(client):
    """Every quote of the pack, as the API serves it."""
    return [SimpleNamespace(**item) for item in client.get("/v1/quotes?limit=100").json["data"]]
