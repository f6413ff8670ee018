"""The cache store: lookup by request, invalidation, and eviction."""

import gzip
from itertools import permutations

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.response_cache.encoded_response import CacheEntry
from api.http.response_cache.store import MAX_ACCEPT_VARIANTS, MAX_KEY_CHARACTERS, MAX_VARY_SETS, CacheStore

LISTS = ("/v1/quotes", "limit=3&theme=a&theme=b")


def entry(body=b"{}", etag="1", **headers):
    defaults = {"Content-Type": "application/json", "ETag": f'"{etag}"', "Content-Length": str(len(body))}
    return CacheEntry(list((defaults | headers).items()), body)


@pytest.fixture
def store():
    """A store whose current version token is 1."""
    cache_store = CacheStore(1_000_000)
    cache_store.get(1, ("/", ""), None)
    return cache_store


def put_entry(store, request_key=LISTS, *, accept=None, parameters=None, response=None, token=1):
    response = response or entry()
    store.put(token, request_key, accept, parameters, response)
    return response


class TestLookup:
    def test_a_stored_response_is_returned(self, store):
        response = put_entry(store)
        assert store.get(1, LISTS, None) is response

    def test_another_path_or_query_is_a_miss(self, store):
        put_entry(store)
        assert store.get(1, ("/v1/films", LISTS[1]), None) is None
        assert store.get(1, (LISTS[0], "limit=4&theme=a&theme=b"), None) is None

    def test_the_order_of_different_parameters_does_not_matter(self, store):
        response = put_entry(store)
        for names in permutations(["limit=3", "theme=a&theme=b"]):
            assert store.get(1, (LISTS[0], "&".join(names)), None) is response

    def test_the_order_of_the_values_of_a_parameter_matters(self, store):
        put_entry(store)
        assert store.get(1, (LISTS[0], "limit=3&theme=b&theme=a"), None) is None

    @pytest.mark.parametrize("query", ["%6cimit=3&theme=a&theme=b", "limit=3&theme=%61&theme=b"])
    def test_percent_encoding_does_not_matter(self, store, query):
        response = put_entry(store)
        assert store.get(1, (LISTS[0], query), None) is response

    @pytest.mark.parametrize(
        ("first_query", "second_query"), [("q=%FF", "q=%FE"), ("q=a", "q=a&q="), ("q=%2B", "q=+")]
    )
    def test_queries_with_other_values_are_a_miss(self, store, first_query, second_query):
        put_entry(store, ("/v1/search", first_query))
        assert store.get(1, ("/v1/search", second_query), None) is None

    def test_unused_parameters_do_not_matter(self, store):
        response = put_entry(store, ("/oembed", "url=x"), parameters={"url", "maxwidth"})
        assert store.get(1, ("/oembed", "utm_source=y&url=x&dnt=1"), None) is response
        assert store.get(1, ("/oembed", "url=x&maxwidth=300"), None) is None

    def test_responses_of_a_path_may_use_different_parameters(self, store):
        xml = put_entry(store, ("/oembed", "url=x&format=xml"), parameters={"url", "format"})
        second_query = put_entry(store, ("/oembed", "url=y"), parameters={"url"})
        assert store.get(1, ("/oembed", "a=1&url=x&format=xml"), None) is xml
        assert store.get(1, ("/oembed", "a=1&url=y&format=json"), None) is second_query


class TestContent:
    def test_a_new_version_token_empties_the_store(self, store):
        put_entry(store)
        assert store.get(2, LISTS, None) is None
        assert (len(store), store.bytes) == (0, 0)

    def test_a_response_with_an_old_token_is_not_stored(self, store):
        store.get(2, LISTS, None)
        put_entry(store, token=1)
        assert store.get(2, LISTS, None) is None

    def test_a_response_without_a_token_is_not_stored(self, store):
        put_entry(store, token=None)
        assert len(store) == 0


class TestVariants:
    @pytest.mark.parametrize("coding", ["br", "gzip"])
    def test_the_first_coded_body_replaces_the_uncoded_one(self, coding):
        body = b"a sentence that repeats, " * 1_000
        response = entry(body)
        response.select_variant(coding)
        assert response.size < len(body) / 2

    @pytest.mark.parametrize("codings", list(permutations(["", "br", "gzip"])))
    def test_each_coding_decodes_to_the_same_body(self, codings):
        body = b"a sentence that repeats, " * 1_000
        decoders = {"": bytes, "br": brotli.decompress, "gzip": gzip.decompress}
        response = entry(body)
        for coding in (*codings, *codings):
            variant = response.select_variant(coding)
            assert decoders[coding](variant.body) == body
            assert dict(variant.headers)["Content-Length"] == str(len(variant.body))


class TestEviction:
    def test_unused_parameters_share_one_entry(self, store):
        put_entry(store, ("/oembed", "url=x"), parameters={"url"})
        before = store.bytes
        for number in range(1000):
            put_entry(store, ("/oembed", f"url=x&flood={number}"), parameters={"url"})
        assert (len(store), store.bytes) == (1, before)

    def test_many_accept_headers_share_one_entry(self, store):
        put_entry(store, accept="application/json")
        before = store.bytes
        for number in range(1000):
            put_entry(store, accept=f"application/json;q=0.{number}")
        assert store.bytes == before
        assert store.get(1, LISTS, "application/json;q=0.999")
        assert not store.get(1, LISTS, "application/json;q=0.1")

    def test_the_number_of_accept_variants_is_limited(self, store):
        for number in range(MAX_ACCEPT_VARIANTS + 3):
            put_entry(store, accept=f"type/{number}", response=entry(etag=str(number)))
        assert store.bytes == pytest.approx(MAX_ACCEPT_VARIANTS * entry().size, abs=2_000)

    def test_the_least_recently_used_entry_is_evicted_first(self):
        store = CacheStore(200_000)
        store.get(1, ("/", ""), None)
        for number in range(12):
            put_entry(store, (f"/{number}", ""), response=entry(b"x" * 30_000, number))
            store.get(1, ("/0", ""), None)
        assert store.get(1, ("/0", ""), None)
        assert store.get(1, ("/11", ""), None)
        assert store.get(1, ("/5", ""), None) is None

    def test_a_very_large_response_is_not_stored(self, store):
        put_entry(store, response=entry(b"x" * 250_000))
        assert len(store) == 0

    @pytest.mark.parametrize(
        "request_key", [("/", "q=" + "x" * MAX_KEY_CHARACTERS), ("/" + "x" * MAX_KEY_CHARACTERS, "")]
    )
    def test_a_very_long_request_is_not_stored(self, store, request_key):
        put_entry(store, request_key)
        assert len(store) == 0
        assert store.get(1, request_key, None) is None

    def test_the_number_of_parameter_sets_of_a_path_is_limited(self, store):
        for number in range(20):
            put_entry(store, ("/x", f"p{number}=1"), parameters={f"p{number}"})
        assert len(store) == MAX_VARY_SETS

    @given(
        st.lists(
            st.tuples(
                st.integers(0, 9),
                st.integers(0, 3),
                st.integers(0, 40_000),
                st.sampled_from(["", "br", "gzip"]),
            ),
            max_size=60,
        )
    )
    def test_it_never_exceeds_its_size(self, requests):
        store = CacheStore(150_000)
        store.get(1, ("/", ""), None)
        for path, accept, length, coding in requests:
            request_key = (f"/{path}", "a=1")
            put_entry(
                store,
                request_key,
                accept=str(accept),
                parameters={"a"},
                response=entry(b"ab" * length, f"{length}"),
            )
            entry_ = store.get(1, request_key, str(accept))
            if entry_:
                entry_.select_variant(coding)
                store.update_size(entry_)
            assert 0 <= store.bytes <= store.max_bytes
        store.get(2, ("/", ""), None)
        assert store.bytes == 0
