"""Settings from environment variables: accepted values, and errors for invalid ones."""

import pytest

from api.core.config import InvalidSetting, Settings
from tests.cases import each


class TestSettings:
    def test_everything_has_a_default(self):
        settings = Settings.from_environment({})
        assert settings.base_url == "http://127.0.0.1:8000"
        assert settings.database_url.startswith("sqlite:///")

    def test_an_empty_variable_counts_as_not_set(self):
        assert Settings.from_environment({"PORT": "", "SUBTEXT_PUBLIC_URL": ""}) == Settings.from_environment(
            {}
        )

    @each(
        ("host", "expected"),
        [("0.0.0.0", "http://localhost:9"), ("::", "http://localhost:9"), ("::1", "http://[::1]:9")],
    )
    def test_the_base_url_follows_host_and_port(self, host, expected):
        assert Settings.from_environment({"HOST": host, "PORT": "9"}).base_url == expected

    def test_the_public_url_takes_precedence(self):
        environment = {"HOST": "0.0.0.0", "SUBTEXT_PUBLIC_URL": "https://subtext.example:8443/"}
        assert Settings.from_environment(environment).base_url == "https://subtext.example:8443"

    def test_trusted_hosts_are_a_list(self):
        environment = {"SUBTEXT_TRUSTED_HOSTS": "a.example, .b.example 127.0.0.1"}
        assert Settings.from_environment(environment).trusted_hosts == (
            "a.example",
            ".b.example",
            "127.0.0.1",
        )

    @each(
        ("value", "expected"),
        [
            ("Ex.ORG", "ex.org"),
            ("ex.org.", "ex.org"),
            ("ex.org:443", "ex.org"),
            (".Ex.org", ".ex.org"),
            ("Bücher.example", "xn--bcher-kva.example"),
            ("[::1]:8000", "[::1]"),
        ],
    )
    def test_a_trusted_host_may_be_spelt_as_in_a_browser(self, value, expected):
        assert Settings.from_environment({"SUBTEXT_TRUSTED_HOSTS": value}).trusted_hosts == (expected,)

    @each(
        ("value", "expected"),
        [
            ("HTTPS://Ex.org", "https://ex.org"),
            ("https://ex.org.:443/", "https://ex.org"),
            ("http://EX.org:8080", "http://ex.org:8080"),
            ("http://ex.org:443", "http://ex.org:443"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            ("https://ex.org/subtext", "https://ex.org/subtext"),
            ("https://Ex.org:443/Films/Her.2013/", "https://ex.org/Films/Her.2013"),
            ("https://ex.org/a%20b/%7Eme/%c3%bc/über", "https://ex.org/a%20b/~me/%C3%BC/%C3%BCber"),
            ("http://[::1]:8000/x//", "http://[::1]:8000/x"),
        ],
    )
    def test_the_public_url_may_be_spelt_as_in_a_browser(self, value, expected):
        assert Settings.from_environment({"SUBTEXT_PUBLIC_URL": value}).base_url == expected

    def test_rate_limits_are_a_list(self):
        environment = {"SUBTEXT_RATE_LIMIT": "600/minute; 50/10 seconds ;9/2days"}
        assert Settings.from_environment(environment).rate_limits == (
            "600/minute",
            "50/10 seconds",
            "9/2days",
        )

    @each(
        "url",
        ["memory://", "redis://h", "redis://h:6379/0", "rediss://user:p%40ss@h:1/15", "redis://[::1]:6379/"],
    )
    def test_the_rate_limit_storage_is_memory_or_redis(self, url):
        assert Settings.from_environment({"SUBTEXT_RATE_LIMIT_STORAGE": url}).rate_limit_storage == url

    @each("build", ["4e9f841", "registry.example:5000/subtext:1.0.0", "v1.0.0+7", "x" * 80])
    def test_a_build_may_have_any_usual_name(self, build):
        assert Settings.from_environment({"SUBTEXT_BUILD": build}).build == build
        assert Settings.from_environment({}).build is None

    @each(
        ("name", "value"),
        [
            ("PORT", "٣"),
            ("PORT", "-1"),
            ("SUBTEXT_PUBLIC_URL", "https://[::1"),
            ("SUBTEXT_PUBLIC_URL", "https://x y"),
            ("SUBTEXT_PUBLIC_URL", 'https://x"><b'),
            ("SUBTEXT_PUBLIC_URL", "https://x:abc"),
            ("SUBTEXT_PUBLIC_URL", "https://user:secret@x"),
            ("SUBTEXT_PUBLIC_URL", "https://x?y"),
            ("SUBTEXT_PUBLIC_URL", "https://x/base?y"),
            ("SUBTEXT_PUBLIC_URL", "https://x/#secret"),
            ("SUBTEXT_PUBLIC_URL", "https://x/a b"),
            ("SUBTEXT_PUBLIC_URL", "https://x/a\u00a0b"),
            ("SUBTEXT_PUBLIC_URL", "https://x//base"),
            ("SUBTEXT_PUBLIC_URL", "https://x/base/../y"),
            ("SUBTEXT_PUBLIC_URL", "https://x/base/%2E%2e"),
            ("SUBTEXT_PUBLIC_URL", "https://x/a%2Fb"),
            ("SUBTEXT_PUBLIC_URL", "https://x/a%00"),
            ("SUBTEXT_PUBLIC_URL", "https://x/a%zz"),
            ("SUBTEXT_PUBLIC_URL", "https://x/a%ff"),
            ("SUBTEXT_PUBLIC_URL", "https://x/a\\b"),
            ("SUBTEXT_PUBLIC_URL", "https://x/a;b"),
            ("SUBTEXT_PUBLIC_URL", 'https://x/"><b'),
            ("SUBTEXT_PUBLIC_URL", "https://x/base\n"),
            ("SUBTEXT_PUBLIC_URL", "/base"),
            ("SUBTEXT_DATABASE_URL", "sqlite://"),
            ("SUBTEXT_DATABASE_URL", "sqlite:///:memory:"),
            ("SUBTEXT_DATABASE_URL", "postgresql+psycopg2://u:secret@h/d"),
            ("SUBTEXT_DATABASE_URL", "secret"),
            ("SUBTEXT_TRUSTED_HOSTS", "*"),
            ("SUBTEXT_STATEMENT_SECONDS", "nan"),
            ("SUBTEXT_RATE_LIMIT", "600"),
            ("SUBTEXT_RATE_LIMIT", "0/minute"),
            ("SUBTEXT_RATE_LIMIT", "600/fortnight"),
            ("SUBTEXT_RATE_LIMIT", "600/0 minutes"),
            ("SUBTEXT_RATE_LIMIT", "٣/minute"),
            ("SUBTEXT_RATE_LIMIT", "9/minute;"),
            ("SUBTEXT_RATE_LIMIT", "9/minute,9/day"),
            ("SUBTEXT_RATE_LIMIT", "9/minute; 90/60 seconds"),
            ("SUBTEXT_RATE_LIMIT_STORAGE", "memory"),
            ("SUBTEXT_RATE_LIMIT_STORAGE", "memcached://secret"),
            ("SUBTEXT_RATE_LIMIT_STORAGE", "redis://"),
            ("SUBTEXT_RATE_LIMIT_STORAGE", "redis://:secret@h:x/0"),
            ("SUBTEXT_RATE_LIMIT_STORAGE", "redis://:secret@h:6379/first"),
            ("SUBTEXT_RATE_LIMIT_STORAGE", "redis://h:6379/0?socket_timeout=60"),
            ("SUBTEXT_RATE_LIMIT_STORAGE", "redis://[::1"),
            ("SUBTEXT_RATE_LIMIT_STORAGE", "redis://h:65536"),
            ("SUBTEXT_RATE_LIMIT_STORAGE", "redis://h:0/0"),
            ("SUBTEXT_RATE_LIMIT_STORAGE", "redis://h 6379"),
            ("SUBTEXT_TRUSTED_PROXIES", "-1"),
            ("SUBTEXT_TRUSTED_PROXIES", "17"),
            ("SUBTEXT_TRUSTED_PROXIES", "٣"),
            ("SUBTEXT_TRUSTED_PROXIES", "*"),
            ("SUBTEXT_SECRET_KEY", "x" * 31),
            ("SUBTEXT_SECRET_KEY", f"{'x' * 32} x"),
            ("SUBTEXT_BUILD", "a b"),
            ("SUBTEXT_BUILD", "-rf"),
            ("SUBTEXT_BUILD", "<b>"),
            ("SUBTEXT_BUILD", "x" * 81),
            ("SUBTEXT_BUILD", "0123abc\n"),
            ("SUBTEXT_TAGGING_ENTITY", "example.org"),
            ("SUBTEXT_TAGGING_ENTITY", "Example.org,2026"),
            ("SUBTEXT_TAGGING_ENTITY", "example.org,2026-13"),
            ("SUBTEXT_TAGGING_ENTITY", "https://example.org,2026"),
            ("SUBTEXT_TAGGING_ENTITY", "example.org,26"),
        ],
    )
    def test_an_invalid_value_is_refused_by_name_without_its_secrets(self, name, value):
        with pytest.raises(InvalidSetting) as error:
            Settings.from_environment({name: value})
        assert str(error.value).startswith(name)
        assert "secret" not in str(error.value)
