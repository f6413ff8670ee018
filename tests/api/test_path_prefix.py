"""A service below a path, such as https://films.example/sub/text: requests with and without it, and every link."""

import re

import pytest

from api.core.config import InvalidSetting
from tests.cases import each
from tests.crawling import crawl
from tests.statements import reads

PREFIX = "/sub/text"
BASE = f"https://films.example{PREFIX}"
QUOTE = "her-2013-a-wife-without-the-challenges"
BROWSER = {"Accept": "text/html"}
#: What each kind of page and document starts from.
STARTS = ["/", "/v1", "/robots.txt", f"/quotes/{QUOTE}/snippet", "/nowhere", "/docs/problems/not-found"]
#: One URL of each kind whose response contains URLs.
RESPONSES = [
    *(
        "/v1",
        "/v1/meta",
        "/v1/quotes?limit=2",
        f"/v1/quotes/{QUOTE}?include=film,commentary",
        "/v1/search?q=love",
    ),
    *(f"/v1/quotes/{QUOTE}.{extension}" for extension in ("bib", "csl.json", "jsonld", "md", "txt")),
    *("/", "/search?q=love", "/films/her-2013", f"/quotes/{QUOTE}", f"/quotes/{QUOTE}/snippet", "/embed"),
    *(
        f"/embed/quotes/{QUOTE}",
        "/embed.js",
        "/feeds/quotes.atom",
        "/sitemap.xml",
        "/robots.txt",
        "/docs/guides/embedding",
    ),
    *("/v1/quotes?limit=0", "/v1/movies", "/quotes/no-such", "/v1/quotes/", "/docs/"),
]
#: Links in HTML that begin at the root of the host instead of the path of the service.
STRAY_LINK = re.compile(rf'(?:href|src|action|poster|content)="(/(?!{PREFIX[1:]}[/"])[^"]*)"')
STRAY_URL = re.compile(
    rf"https://films\.example(?!{PREFIX}\b)[^\s\"'<>]*|http://127\.0\.0\.1:8000[^\s\"'<>]*"
)


@pytest.fixture(scope="module")
def prefixed(client_at):
    with client_at(BASE) as client:
        yield client


@pytest.mark.any_database
class TestLinks:
    def test_every_link_is_below_the_path_and_works(self, prefixed):
        count = 0

        def matches(path):
            # The examples of the OpenAPI document are requested in tests/openapi. Cards contain no URLs.
            return not path.startswith("/v1/") and not path.endswith(".png")

        for url, response in crawl(prefixed, STARTS, base_url=BASE, matches=matches, max_alike=1):
            assert response.status_code in (200, 302, 308), url
            if not response.mimetype.startswith(("image/", "font/")):
                assert STRAY_LINK.findall(response.text) == [], url
                assert STRAY_URL.findall(response.text) == [], url
                count += 1
        assert count > 30

    def test_headers_are_below_the_path(self, prefixed):
        for path in (
            "/v1/quotes?limit=1",
            f"/quotes/{QUOTE}",
            "/v1/quotes/random",
            "/v1/quotes/",
            "/quotes/random",
        ):
            headers = prefixed.get(PREFIX + path).headers
            urls = re.findall(r"https?://[^>\s]*", f"{headers.get('Link', '')} {headers.get('Location', '')}")
            assert urls, path
            assert all(url.startswith(f"{BASE}/") for url in urls), path

    def test_policies_name_the_origin(self, prefixed):
        # A path in a source expression without a slash at its end matches nothing but this path (CSP 3, 6.7.2.8).
        for path in (f"/embed/quotes/{QUOTE}", f"/embed/host?quote={QUOTE}"):
            policy = prefixed.get(path).headers["Content-Security-Policy"]
            assert "script-src https://films.example;" in policy, path

    def test_a_problem_names_its_type_and_instance(self, prefixed):
        problem = prefixed.get(f"{PREFIX}/v1/movies").get_json()
        assert problem["type"] == f"{BASE}/docs/problems/not-found"
        assert problem["instance"] == f"{PREFIX}/v1/movies"
        assert problem["detail"].endswith(f"Did you mean {PREFIX}/v1/films?")

    def test_an_error_page_links_to_the_home_page(self, prefixed):
        assert f'<a href="{PREFIX}/">home page</a>' in prefixed.get("/nowhere", headers=BROWSER).text

    def test_crawlers_are_told_the_paths_of_the_host(self, prefixed):
        lines = prefixed.get(f"{PREFIX}/robots.txt").text.splitlines()
        assert f"Disallow: {PREFIX}/search?" in lines
        assert f"Sitemap: {BASE}/sitemap.xml" in lines

    @each(
        ("url", "status"),
        [
            (f"{BASE}/quotes/{QUOTE}", 200),
            (f"https://www.films.example{PREFIX}/quotes/{QUOTE}/?utm_source=x", 200),
            (f"{BASE}/v1/quotes/{QUOTE}.bib", 200),
            (f"{BASE}/embed/quotes/{QUOTE}", 200),
            (f"https://films.example/%73ub/text/quotes/{QUOTE}", 200),
            (f"https://films.example/quotes/{QUOTE}", 404),
            (f"https://films.example/blog/quotes/{QUOTE}", 404),
            (f"{BASE}ual/quotes/{QUOTE}", 404),
            (f"{BASE}/sub/text/quotes/{QUOTE}", 404),
        ],
    )
    def test_oembed_accepts_urls_below_the_path_only(self, prefixed, url, status):
        assert prefixed.get("/oembed", query_string={"url": url}).status_code == status


@pytest.mark.any_database
class TestRequests:
    @each("path", RESPONSES)
    def test_a_proxy_may_remove_the_path_or_not(self, prefixed, path):
        removed, whole = (prefixed.get(f"{prefix}{path}", headers=BROWSER) for prefix in ("", PREFIX))
        assert removed.status_code == whole.status_code
        assert without_request_ids(removed) == without_request_ids(whole)
        assert removed.headers.get("ETag") == whole.headers.get("ETag")

    def test_both_share_a_cached_response(self, client_at):
        with client_at(BASE, cache_bytes=1_000_000) as client:
            first = client.get(f"{PREFIX}/v1/films/her-2013")
            assert reads(client.application, "/v1/films/her-2013") == []
            assert client.get("/v1/films/her-2013").data == first.data

    @each("query", ["", "?a=%C3%A9"])
    def test_the_path_alone_redirects_to_the_home_page(self, prefixed, query):
        response = prefixed.get(f"{PREFIX}{query}", headers={"Host": "evil.example"})
        assert (response.status_code, response.headers["Location"]) == (308, f"{BASE}/{query}")

    @each(
        "path",
        [
            *(f"{PREFIX}ual/v1", f"{PREFIX}.json", "/sub", "/sub/v1", "/SUB/TEXT/v1", f"/{PREFIX}/v1"),
            *(f"{PREFIX}{PREFIX}/v1", f"{PREFIX}/v1//quotes", f"{PREFIX}//evil.example/"),
        ],
    )
    def test_any_other_path_is_not_found(self, prefixed, path):
        response = prefixed.get(path)
        assert (response.status_code, response.headers.get("Location")) == (404, None)

    def test_a_preflight_and_health_checks_are_answered(self, prefixed):
        preflight = {"Origin": "https://site.example", "Access-Control-Request-Method": "GET"}
        assert prefixed.options(f"{PREFIX}/v1/quotes", headers=preflight).status_code == 200
        for path in ("/livez", "/readyz", f"{PREFIX}/livez", f"{PREFIX}/readyz"):
            assert prefixed.get(path).status_code == 200


def without_request_ids(response):
    return re.sub(r"01[0-9A-Z]{24}|nonce-[^']+", "", response.text)


class TestOtherPaths:
    @each("path", ["/a", "/film%20notes", "/%C3%BCber/uns", "/~editor/her.2013", "/100%25", "/%27%22%3F"])
    def test_a_path_may_have_any_character(self, client_at, path):
        with client_at(f"https://films.example{path}") as client:
            for prefix in ("", path):
                item = client.get(f"{prefix}/v1/quotes/{QUOTE}?include=film").get_json()
                assert item["film"]["url"] == f"https://films.example{path}/v1/films/her-2013"

    @each("path", ["/quotes", "/films", "/docs"])
    def test_it_may_begin_like_paths_of_the_service(self, client_at, path):
        with client_at(f"https://films.example{path}") as client:
            for prefix in ("", path):
                for own in ("/v1/films", f"/quotes/{QUOTE}", "/docs/problems", "/search"):
                    assert client.get(f"{prefix}{own}").status_code == 200, f"{prefix}{own}"
            assert client.get(f"{path}/").text == client.get("/").text

    def test_a_page_of_the_same_path_takes_precedence_over_the_path_alone(self, client_at):
        with client_at("https://films.example/docs") as client:
            for path in ("/docs", "/docs/docs"):
                assert "<title>Swagger UI" in client.get(path).text

    @each("path", ["/v1", "/embed", "/edit"])
    def test_a_path_that_would_give_requests_two_meanings_is_refused(self, client_at, path):
        with (
            pytest.raises(InvalidSetting, match=f"SUBTEXT_PUBLIC_URL must not have the path {path}:"),
            client_at(f"https://films.example{path}"),
        ):
            pass
