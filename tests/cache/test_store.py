"""What is found again, and what makes room."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http.response_cache.cache_entry import CacheEntry
from api.http.response_cache.store import MAX_ACCEPT_VARIANTS, MAX_KEY_CHARACTERS, MAX_VARY_SETS, CacheStore

LISTS = ("/v1/quotes", "limit=3&theme=a&theme=b")


def entry(body=b"{}", etag="1", **headers):
    named = {"Content-Type": "application/json", "ETag": f'"{etag}"', "Content-Length": str(len(body))}
    return CacheEntry(list((named | headers).items()), body)


@pytest.fixture
def store():
    """A store for the state 1 of the content."""
    made = CacheStore(1_000_000)
    made.get(1, ("/", ""), None)
    return made


def put_entry(store, asked=LISTS, *, accept=None, parameters=None, response=None, stamp=1):
    response = response or entry()
    store.put(stamp, asked, accept, parameters, response)
    return response


class TestFinding:
    def test_it_finds_what_was_kept(self, store):
        response = put_entry(store)
        assert store.get(1, LISTS, None) is response

    def test_another_path_or_query_is_another_request(self, store):
        put_entry(store)
        assert store.get(1, ("/v1/films", LISTS[1]), None) is None
        assert store.get(1, (LISTS[0], "limit=4&theme=a&theme=b"), None) is None

    def test_the_order_of_different_parameters_means_nothing(self, store):
        response = put_entry(store)
        for names in permutations(["limit=3", "theme=a&theme=b"]):
            assert store.get(1, (LISTS[0], "&".join(names)), None) is response

    def test_the_order_of_one_parameter_s_values_may_mean_something(self, store):
        put_entry(store)
        assert store.get(1, (LISTS[0], "limit=3&theme=b&theme=a"), None) is None

    @pytest.mark.parametrize("query", ["%6cimit=3&theme=a&theme=b", "limit=3&theme=%61&theme=b"])
    def test_how_it_is_encoded_means_nothing(self, store, query):
        response = put_entry(store)
        assert store.get(1, (LISTS[0], query), None) is response

    @pytest.mark.parametrize(("one", "other"), [("q=%FF", "q=%FE"), ("q=a", "q=a&q="), ("q=%2B", "q=+")])
    def test_what_is_read_differently_is_another_request(self, store, one, other):
        put_entry(store, ("/v1/search", one))
        assert store.get(1, ("/v1/search", other), None) is None

    def test_what_nothing_reads_means_nothing(self, store):
        response = put_entry(store, ("/oembed", "url=x"), parameters={"url", "maxwidth"})
        assert store.get(1, ("/oembed", "utm_source=y&url=x&dnt=1"), None) is response
        assert store.get(1, ("/oembed", "url=x&maxwidth=300"), None) is None

    def test_answers_of_one_path_may_depend_on_different_parameters(self, store):
        xml = put_entry(store, ("/oembed", "url=x&format=xml"), parameters={"url", "format"})
        other = put_entry(store, ("/oembed", "url=y"), parameters={"url"})
        assert store.get(1, ("/oembed", "a=1&url=x&format=xml"), None) is xml
        assert store.get(1, ("/oembed", "a=1&url=y&format=json"), None) is other


class TestContent:
    def test_another_state_of_the_content_knows_nothing(self, store):
        put_entry(store)
        assert store.get(2, LISTS, None) is None
        assert (len(store), store.bytes) == (0, 0)

    def test_what_was_read_before_a_change_is_not_kept_after_it(self, store):
        store.get(2, LISTS, None)
        put_entry(store, stamp=1)
        assert store.get(2, LISTS, None) is None

    def test_what_no_stamp_vouches_for_is_not_kept(self, store):
        put_entry(store, stamp=None)
        assert len(store) == 0


class TestRoom:
    def test_a_flood_of_what_nothing_reads_takes_one_place(self, store):
        put_entry(store, ("/oembed", "url=x"), parameters={"url"})
        before = store.bytes
        for number in range(1000):
            put_entry(store, ("/oembed", f"url=x&flood={number}"), parameters={"url"})
        assert (len(store), store.bytes) == (1, before)

    def test_a_flood_of_accept_headers_takes_the_room_of_one_answer(self, store):
        put_entry(store, accept="application/json")
        before = store.bytes
        for number in range(1000):
            put_entry(store, accept=f"application/json;q=0.{number}")
        assert store.bytes == before
        assert store.get(1, LISTS, "application/json;q=0.999")
        assert not store.get(1, LISTS, "application/json;q=0.1")

    def test_accept_headers_that_lead_elsewhere_are_counted_while_they_are_known(self, store):
        for number in range(MAX_ACCEPT_VARIANTS + 3):
            put_entry(store, accept=f"type/{number}", response=entry(etag=str(number)))
        assert store.bytes == pytest.approx(MAX_ACCEPT_VARIANTS * entry().size, abs=2_000)

    def test_what_was_used_longest_ago_goes_first(self):
        store = CacheStore(200_000)
        store.get(1, ("/", ""), None)
        for number in range(12):
            put_entry(store, (f"/{number}", ""), response=entry(b"x" * 30_000, number))
            store.get(1, ("/0", ""), None)
        assert store.get(1, ("/0", ""), None)
        assert store.get(1, ("/11", ""), None)
        assert store.get(1, ("/5", ""), None) is None

    def test_an_answer_as_large_as_a_part_of_it_is_not_kept(self, store):
        put_entry(store, response=entry(b"x" * 250_000))
        assert len(store) == 0

    @pytest.mark.parametrize(
        "asked", [("/", "q=" + "x" * MAX_KEY_CHARACTERS), ("/" + "x" * MAX_KEY_CHARACTERS, "")]
    )
    def test_a_request_as_long_as_an_answer_is_not_kept(self, store, asked):
        put_entry(store, asked)
        assert len(store) == 0
        assert store.get(1, asked, None) is None

    def test_a_path_whose_answers_depend_on_ever_other_parameters_is_kept_a_few_times(self, store):
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
    def test_it_never_takes_more_than_it_may(self, requests):
        store = CacheStore(150_000)
        store.get(1, ("/", ""), None)
        for path, accept, length, coding in requests:
            asked = (f"/{path}", "a=1")
            put_entry(
                store,
                asked,
                accept=str(accept),
                parameters={"a"},
                response=entry(b"ab" * length, f"{length}"),
            )
            found = store.get(1, asked, str(accept))
            if found:
                found.select_variant(coding)
                store.update_size(found)
            assert 0 <= store.bytes <= store.max_bytes
        store.get(2, ("/", ""), None)
        assert store.bytes == 0
