"""Content codings: which one a client gets (RFC 9110, section 12.5.3), and encoded bodies."""

import gzip

import brotli

from api.http.response_cache.encoded_response import (
    ENCODERS,
    MAX_HEADER_CHARACTERS,
    encode_body,
    is_text,
    preferred_coding,
)
from tests.cases import each

CODINGS_BY_HEADER = {
    None: "",
    "": "",
    "gzip": "gzip",
    "br": "br",
    "gzip, deflate, br, zstd": "br",
    "gzip;q=1.0, br;q=0.5": "gzip",
    "br;q=0": "",
    "*": "br",
    "*;q=0.5, br;q=0": "gzip",
    "*;q=0": "",
    "identity": "",
    "identity;q=1, gzip;q=0.5": "",
    "identity;q=0.5, gzip;q=0.6": "gzip",
    "identity;q=0": "",
    "identity;q=0, gzip": "gzip",
    "deflate, zstd": "",
    "GZIP": "gzip",
    "x-gzip": "gzip",
    "gzip;q=2": "",
    ", ,gzip,": "gzip",
    "\xff\x00;;;q=": "",
    "br, " + "a" * MAX_HEADER_CHARACTERS: "",
}


class TestNegotiation:
    @each(("accept_encoding", "coding"), CODINGS_BY_HEADER.items())
    def test_the_preferred_coding_is_chosen(self, accept_encoding, coding):
        assert preferred_coding(accept_encoding) == coding


class TestBodies:
    def test_they_decode_to_the_original(self):
        body = "Anyone, “anywhere”. ".encode() * 200
        assert encode_body("", body) is body
        assert gzip.decompress(encode_body("gzip", body)) == body
        assert brotli.decompress(encode_body("br", body)) == body

    @each("coding", ENCODERS)
    def test_encoding_is_deterministic(self, coding):
        assert encode_body(coding, b"same " * 500) == encode_body(coding, b"same " * 500)

    @each("content_type", ["text/html; charset=utf-8", "application/ld+json", "image/svg+xml"])
    def test_text_is_encoded(self, content_type):
        assert is_text(content_type)

    @each("content_type", ["image/png", "font/woff2", "application/octet-stream", ""])
    def test_compressed_types_are_not_encoded(self, content_type):
        assert not is_text(content_type)
