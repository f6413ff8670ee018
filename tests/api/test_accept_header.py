"""Content negotiation: which format an ``Accept`` header selects."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from api.representations import FORMATS, formats_for, negotiate
from tests.cases import each

pytestmark = pytest.mark.any_database

ANNOTATION_PROFILE = 'profile="http://www.w3.org/ns/anno.jsonld"'


def negotiated_name(accept, type_name="quote"):
    output_format = negotiate(parse_accept_header(accept, MIMEAccept), formats_for(type_name))
    return output_format and output_format.name


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
        (f"application/ld+json; {ANNOTATION_PROFILE}", "annotation"),
        (
            f"application/ld+json; {ANNOTATION_PROFILE.replace('http', 'http://a.example/ http', 1)}",
            "annotation",
        ),
        ('application/ld+json; profile="http://a.example/"', "json-ld"),
        (f"application/ld+json, application/ld+json; {ANNOTATION_PROFILE}; q=0.9", "json-ld"),
        (f"application/ld+json; q=0.5, application/ld+json; {ANNOTATION_PROFILE}; q=0.9", "annotation"),
        ("application/json; q=0, */*", "text"),
        ("*/*; q=0, text/markdown", "markdown"),
        ("*/*; q=0", None),
        ("text/html", None),
        ("nonsense", None),
    ],
)
def test_the_preferred_format_is_selected(accept, expected):
    assert negotiated_name(accept) == expected


def test_a_source_has_no_annotation():
    assert negotiated_name(f"application/ld+json; {ANNOTATION_PROFILE}", "source") is None
    assert negotiated_name("application/ld+json", "source") == "json-ld"


def test_other_types_have_only_json():
    assert negotiated_name("*/*", "film") == "json"
    assert negotiated_name("application/x-bibtex", "film") is None


@each("output_format", FORMATS, ids=lambda output_format: output_format.name)
def test_a_format_is_selected_by_its_content_type(output_format):
    assert negotiated_name(output_format.content_type) == output_format.name


@given(accept=st.text())
def test_any_header_is_accepted(accept):
    assert negotiated_name(accept) in {None, *(output_format.name for output_format in FORMATS)}
