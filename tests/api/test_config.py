"""Settings from the environment: what they may hold, and what they make of it."""

import pytest

from api.config import InvalidSetting, Settings


class TestSettings:
    def test_everything_has_a_default(self):
        settings = Settings.from_environment({})
        assert settings.base_url == "http://127.0.0.1:8000"
        assert settings.database_url.startswith("sqlite:///")

    def test_an_empty_variable_counts_as_not_set(self):
        assert Settings.from_environment({"PORT": "", "SUBTEXT_PUBLIC_URL": ""}) == Settings.from_environment(
            {}
        )

    @pytest.mark.parametrize(
        ("host", "expected"),
        [("0.0.0.0", "http://localhost:9"), ("::", "http://localhost:9"), ("::1", "http://[::1]:9")],
    )
    def test_addresses_follow_host_and_port(self, host, expected):
        assert Settings.from_environment({"HOST": host, "PORT": "9"}).base_url == expected

    def test_the_public_url_wins(self):
        given = {"HOST": "0.0.0.0", "SUBTEXT_PUBLIC_URL": "https://subtext.example:8443/"}
        assert Settings.from_environment(given).base_url == "https://subtext.example:8443"

    def test_trusted_hosts_are_a_list(self):
        given = {"SUBTEXT_TRUSTED_HOSTS": "a.example, .b.example 127.0.0.1"}
        assert Settings.from_environment(given).trusted_hosts == ("a.example", ".b.example", "127.0.0.1")

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("PORT", "٣"),
            ("PORT", "-1"),
            ("SUBTEXT_PUBLIC_URL", "https://[::1"),
            ("SUBTEXT_PUBLIC_URL", "https://x y"),
            ("SUBTEXT_PUBLIC_URL", 'https://x"><b'),
            ("SUBTEXT_PUBLIC_URL", "https://x:abc"),
            ("SUBTEXT_PUBLIC_URL", "https://user:secret@x"),
            ("SUBTEXT_PUBLIC_URL", "https://x/base"),
            ("SUBTEXT_PUBLIC_URL", "https://x?y"),
            ("SUBTEXT_DATABASE_URL", "sqlite://"),
            ("SUBTEXT_DATABASE_URL", "sqlite:///:memory:"),
            ("SUBTEXT_DATABASE_URL", "postgresql+psycopg2://u:secret@h/d"),
            ("SUBTEXT_DATABASE_URL", "secret"),
            ("SUBTEXT_TRUSTED_HOSTS", "*"),
            ("SUBTEXT_STATEMENT_SECONDS", "nan"),
        ],
    )
    def test_what_cannot_be_used_is_refused_by_name_and_tells_no_secret(self, name, value):
        with pytest.raises(InvalidSetting) as refused:
            Settings.from_environment({name: value})
        assert str(refused.value).startswith(name)
        assert "secret" not in str(refused.value)
