"""Quotes as others see them, and content made up to get out of its place."""

from types import SimpleNamespace

import pytest

from api.app import create_app
from api.core.config import Settings
from models.revision import change_set
from tests.models.content import RELEASED, cite, fill, quote

SLUG = "her-2013-a-wife-without-the-challenges"
FLAGGED = "her-2013-the-average-modern-woman"

#: By what they are called, texts that would become more than text somewhere.
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
    """An app over quotes whose text, label, film and source are all hostile."""
    with engine.fresh() as url:
        made = create_app(Settings(database_url=url, statement_seconds=60))
        with made.extensions["database"].write_session() as session:
            store_hostile(session)
        yield made
        made.extensions["database"].close()


def store_hostile(session):
    """Add a quote for every hostile text, in a film and from a source whose names are no better."""
    content = fill(session)
    with change_set(session, "maker", at=RELEASED):
        spoil(content)
        session.add_all(hostile(content))


def spoil(content):
    content.film.label = content.film.title = HOSTILE["script"][:60]
    content.essay.title = HOSTILE["attribute"]


def hostile(content):
    for place, (name, text) in enumerate(HOSTILE.items()):
        language = {"hebrew": "he", "arabic": "ar", "cjk": "ja"}.get(name, "en")
        made = quote(content.film, name, 10 + place, text=text.strip(), language=language)
        made.label, made.citations = text[:120].strip(), [cite(content.essay, 2)]
        yield made


@pytest.fixture
def hostile_client(hostile_app):
    return hostile_app.test_client()


@pytest.fixture
def ask(client):
    """Return what asks for a quote's oEmbed answer, by the quote's id or by an address."""

    def asking(quote=SLUG, **query):
        url = quote if ":" in quote or "/" in quote else f"http://127.0.0.1:8000/quotes/{quote}"
        form = query.pop("form", "")
        return client.get(f"/oembed{form}", query_string={"url": url} | query)

    return asking


@pytest.fixture
def quotes(client):
    """Every quote of the pack, as the API serves it."""
    return [SimpleNamespace(**found) for found in client.get("/v1/quotes?limit=100").json["data"]]
