"""Which form an ``Accept`` header asks for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from api.representations import FORMATS, negotiate
from tests.cases import each

pytestmark = pytest.mark.any_database

ANNO = 'profile="http://www.w3.org/ns/anno.jsonld"'


def negotiated_name(accept, type_name="quote"):
    form = negotiate(parse_accept_header(accept, MIMEAccept), type_name)
    return form and form.name


@each(
    ("accept", "expected"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("application/json", "json"),
        ("application/*", "json"),
        ("text/*", "text"),
        ("TEXT/Markdown; charset=utf-8", "markdown"),
        ("text/markdown; variant=GFM", "markdown"),
        ("application/x-bibtex, */*", "bibtex"),
        ("application/json, text/plain, */*", "json"),
        ("text/html, application/xhtml+xml, */*;q=0.8", "json"),
        ("text/plain;q=0.2, application/x-research-info-systems;q=0.3", "ris"),
        ("application/vnd.citationstyles.csl+json", "csl-json"),
        ("text/x-bibliography", "apa"),
        ("text/x-bibliography; style=mla", "mla"),
        ("text/x-bibliography; style=modern-language-association", "mla"),
        ("text/x-bibliography; style=Chicago", "chicago"),
        ("text/x-bibliography; style=vancouver", None),
        ("text/x-bibliography; style=apa; q=0, text/x-bibliography", "mla"),
        ("application/ld+json", "json-ld"),
        (f"application/ld+json; {ANNO}", "annotation"),
        (f"application/ld+json; {ANNO.replace('http', 'http://a.example/ http', 1)}", "annotation"),
        ('application/ld+json; profile="http://a.example/"', "json-ld"),
        (f"application/ld+json, application/ld+json; {ANNO}; q=0.9", "json-ld"),
        (f"application/ld+json; q=0.5, application/ld+json; {ANNO}; q=0.9", "annotation"),
        ("application/json; q=0, */*", "text"),
        ("*/*; q=0, text/markdown", "markdown"),
        ("*/*; q=0", None),
        ("text/html", None),
        ("nonsense", None),
    ],
)
def test_the_form_that_is_liked_best_is_served(accept, expected):
    assert negotiated_name(accept) == expected


def test_a_source_has_no_annotation_to_ask_for():
    assert negotiated_name(f"application/ld+json; {ANNO}", "source") is None
    assert negotiated_name("application/ld+json", "source") == "json-ld"


def test_a_type_without_forms_has_json():
    assert negotiated_name("*/*", "film") == "json"
    assert negotiated_name("application/x-bibtex", "film") is None


@each("form", FORMATS, ids=lambda form: form.name)
def test_a_form_is_served_to_who_asks_for_what_it_is_served_as(form):
    assert negotiated_name(form.content_type) == form.name


@given(accept=st.text())
def test_no_header_is_too_odd(accept):
    assert negotiated_name(accept) in {None, *(form.name for form in FORMATS)}
