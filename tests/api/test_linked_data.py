"""JSON-LD and Web Annotations, expanded by a JSON-LD processor with the contexts in this module."""

import json
import re

import pytest
from hypothesis import given
from pyld import jsonld
from rdflib.namespace import SDO

from tests.forms import (
    CLAIM,
    HOSTILE,
    OWN_WORDS,
    QUOTE,
    SOURCE,
    expanded_item,
    hypothesis_settings,
    make_quote,
    render,
    with_source,
)

pytestmark = pytest.mark.any_database

OA = "http://www.w3.org/ns/oa#"
# The used terms of the Web Annotation Vocabulary (https://www.w3.org/TR/annotation-vocab/).
ANNOTATION_CONTEXT = {
    "oa": OA,
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "as": "http://www.w3.org/ns/activitystreams#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "id": "@id",
    "type": "@type",
    "Organization": "foaf:Organization",
    "Software": "as:Application",
    "name": "foaf:name",
    "value": "rdf:value",
    "format": "dc:format",
    "language": "dc:language",
} | {
    term: f"oa:{term}"
    for term in (
        "Annotation",
        "TextualBody",
        "SpecificResource",
        "TextQuoteSelector",
        "exact",
        "highlighting",
        "describing",
        "tagging",
    )
}
ANNOTATION_CONTEXT |= {
    term: {"@id": iri, "@type": kind}
    for term, iri, kind in (
        ("motivation", "oa:motivatedBy", "@vocab"),
        ("purpose", "oa:hasPurpose", "@vocab"),
        ("body", "oa:hasBody", "@id"),
        ("target", "oa:hasTarget", "@id"),
        ("source", "oa:hasSource", "@id"),
        ("scope", "oa:hasScope", "@id"),
        ("selector", "oa:hasSelector", "@id"),
        ("creator", "dcterms:creator", "@id"),
        ("generator", "as:generator", "@id"),
        ("homepage", "foaf:homepage", "@id"),
        ("created", "dcterms:created", "xsd:dateTime"),
        ("modified", "dcterms:modified", "xsd:dateTime"),
    )
}
CONTEXTS = {
    "https://schema.org": {"@vocab": "https://schema.org/"},
    "http://www.w3.org/ns/anno.jsonld": ANNOTATION_CONTEXT,
}


def expand(document):
    """Return the expanded top-level node of a document. Only the contexts in this module can be loaded."""

    def load(url, _options):
        return {"contextUrl": None, "documentUrl": url, "document": {"@context": CONTEXTS[url]}}

    (node,) = jsonld.expand(json.loads(document), {"documentLoader": load})
    return node


def nodes(value):
    """Yield every mapping in a document."""
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item
            for child in item.values():
                yield from nodes(child)


def count_keys(document):
    """Return the number of keys in a document, except the keywords of JSON-LD."""
    names = [name for node in nodes(document) for name in node]
    return len([name for name in names if name not in ("@context", "@id", "id", "@type", "type", "@value")])


class TestJSONLD:
    @pytest.fixture(params=[QUOTE, OWN_WORDS, CLAIM, SOURCE])
    def item(self, request, client):
        return expanded_item(client, request.param)

    def test_every_term_is_in_schema_org(self, item):
        for node in nodes(json.loads(render("json-ld", item))):
            terms = [name for name in node if not name.startswith("@")] + [node.get("@type", "Thing")]
            assert all(term in SDO for term in terms)

    def test_it_is_about_the_item(self, item):
        assert expand(render("json-ld", item))["@id"] == item["url"]

    def test_a_quote_of_the_film_is_spoken_by_the_character(self, client):
        document = json.loads(render("json-ld", expanded_item(client, QUOTE)))
        assert document["@type"] == "Quotation"
        assert document["spokenByCharacter"]["name"] == "Catherine"
        assert document["isPartOf"][0]["@type"] == "Movie"
        assert document["isBasedOn"][0]["@id"].endswith(SOURCE)
        assert "author" not in document

    def test_an_uncertain_speaker_is_only_in_the_description(self, client):
        uncertain_quote = expanded_item(client, QUOTE) | {"speaker_certainty": "uncertain"}
        document = json.loads(render("json-ld", uncertain_quote))
        assert "spokenByCharacter" not in document
        assert "Catherine (speaker uncertain)" in document["description"]

    def test_a_quote_of_the_essay_has_its_author(self, client):
        document = json.loads(render("json-ld", expanded_item(client, OWN_WORDS)))
        assert [author["name"] for author in document["author"]] == ["The Wall of Wisdom"]
        assert "spokenByCharacter" not in document

    def test_a_commentary_is_a_claim_that_appears_in_the_source(self, client):
        document = json.loads(render("json-ld", expanded_item(client, CLAIM)))
        assert document["@type"] == "Claim"
        assert document["claimInterpreter"]["name"] == "Subtext"
        assert document["appearance"][0]["author"]["name"] == "The Wall of Wisdom"
        assert [passage["position"] for passage in document["citation"]] == [3, 43]

    def test_a_character_is_a_person_only_where_the_vocabulary_asks_for_one(self, client):
        about = json.loads(render("json-ld", expanded_item(client, CLAIM)))["about"]
        assert "Person" not in {node["@type"] for node in about}

    @hypothesis_settings
    @given(text=HOSTILE)
    def test_text_is_preserved_and_cannot_close_a_script(self, text):
        document = render("json-ld", make_quote(text))
        assert expand(document)["https://schema.org/text"] == [{"@value": text}]
        assert "<" not in document


class TestAnnotation:
    @pytest.fixture(params=[QUOTE, CLAIM])
    def document(self, request, client):
        return json.loads(render("annotation", expanded_item(client, request.param)))

    def test_it_follows_the_data_model(self, document):
        assert document["@context"] == "http://www.w3.org/ns/anno.jsonld"
        assert document["type"] == "Annotation"
        assert re.fullmatch(r"http://\S+\?format=annotation", document["id"])
        assert all(body["type"] == "TextualBody" and body["value"] for body in document["body"])
        assert all(target["source"].startswith("http") for target in document["target"])
        assert all(re.fullmatch(r"[\d-]{10}T[\d:]{8}Z", document[name]) for name in ("created", "modified"))

    def test_every_key_is_in_the_context(self, document):
        typed_values = sum("@type" in node for node in nodes(document))
        assert count_keys(expand(json.dumps(document))) == count_keys(document) - typed_values

    def test_motivations_are_in_the_vocabulary(self, document):
        assert expand(json.dumps(document))[f"{OA}motivatedBy"][0]["@id"].startswith(OA)

    def test_a_quote_selects_its_words_in_the_source(self, client):
        quote = expanded_item(client, QUOTE)
        quote_with_url = with_source(quote, source_url="https://paper.example/why")
        (target,) = json.loads(render("annotation", quote_with_url))["target"]
        assert target["source"] == "https://paper.example/why"
        assert target["selector"] == {"type": "TextQuoteSelector", "exact": quote["text"]}
        assert target["scope"] == [f"{quote['citations'][0]['source']['url']}/paragraphs/35"]

    def test_a_commentarys_body_is_our_text(self, client):
        claim = expanded_item(client, CLAIM)
        body, *_ = json.loads(render("annotation", claim))["body"]
        assert (body["value"], body["format"], body["language"]) == (claim["text"], "text/plain", "en")

    @hypothesis_settings
    @given(text=HOSTILE)
    def test_text_is_preserved(self, text):
        (target,) = expand(render("annotation", make_quote(text)))[f"{OA}hasTarget"]
        assert target[f"{OA}hasSelector"][0][f"{OA}exact"] == [{"@value": text}]
