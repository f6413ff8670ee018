"""``/.well-known/security.txt``: its fields, its caching, and the setting that it depends on."""

import datetime as dt
import re

import pytest

from api.core.config import InvalidSetting, Settings
from api.http.response_cache import current_date
from tests.cases import each

pytestmark = pytest.mark.any_database

PATH = "/.well-known/security.txt"
BASE = "https://subtext.example"
MAILBOX, PAGE = "mailto:security@example.org", "https://example.org/security"


@pytest.fixture
def response(client_at):
    with client_at(BASE, security_contacts=(MAILBOX, PAGE)) as client:
        yield client.get(PATH)


def fields(response):
    """Return the fields of a file as pairs."""
    return [tuple(line.split(": ", 1)) for line in response.text.splitlines()]


class TestSecurityTxt:
    def test_it_has_the_contacts_in_order(self, response):
        assert response.status_code == 200
        assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert [value for name, value in fields(response) if name == "Contact"] == [MAILBOX, PAGE]

    def test_every_field_is_one_of_rfc_9116_and_only_contacts_are_repeated(self, response):
        names = [name for name, _ in fields(response)]
        assert names == ["Contact", "Contact", "Expires", "Preferred-Languages", "Canonical"]
        assert ("Preferred-Languages", "en") in fields(response)
        assert ("Canonical", f"{BASE}{PATH}") in fields(response)

    def test_it_expires_within_a_year(self, response):
        value = dict(fields(response))["Expires"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value)
        left = dt.datetime.fromisoformat(value) - dt.datetime.now(dt.UTC)
        assert dt.timedelta(days=150) < left < dt.timedelta(days=365)

    def test_the_expiry_moves_once_a_day(self, client_at, monkeypatch):
        def at(*time):
            monkeypatch.setattr(current_date, "now", lambda zone=dt.UTC: dt.datetime(*time, tzinfo=zone))
            return client.get(PATH)

        with client_at(BASE, security_contacts=(MAILBOX,)) as client:
            morning, evening, tomorrow = at(2040, 1, 1, 0), at(2040, 1, 1, 23, 59), at(2040, 1, 2)
        assert morning.data == evening.data
        assert morning.headers["ETag"] == evening.headers["ETag"] != tomorrow.headers["ETag"]
        assert "max-age=" in morning.headers["Cache-Control"]

    def test_below_a_path_it_names_the_root_of_the_host_too(self, client_at):
        with client_at(f"{BASE}/base", security_contacts=(MAILBOX,)) as client:
            urls = [value for name, value in fields(client.get(f"/base{PATH}")) if name == "Canonical"]
        assert urls == [f"{BASE}{PATH}", f"{BASE}/base{PATH}"]

    def test_without_a_contact_it_is_404_and_names_the_setting(self, client):
        response = client.get(PATH)
        assert response.status_code == 404
        assert response.json["code"] == "not-found"
        assert "SUBTEXT_SECURITY_CONTACT" in response.json["detail"]
        assert response.headers["Cache-Control"] == "no-store"


class TestSetting:
    @each(
        ("value", "contacts"),
        [
            ("", ()),
            (MAILBOX, (MAILBOX,)),
            (f"{MAILBOX}, {PAGE}", (MAILBOX, PAGE)),
            ("https://EXAMPLE.org:8443/a?b=c#d", ("https://EXAMPLE.org:8443/a?b=c#d",)),
            ("mailto:security%2Bweb@example.org", None),
            ("security@example.org", None),
            ("mailto:security", None),
            ("mailto:security@example.org?subject=x", None),
            ("http://example.org", None),
            ("https://", None),
            ("https://example.org/\nContact: mailto:x@y.z", None),
            ("tel:+1-201-555-0123", None),
        ],
    )
    def test_contacts_are_mailboxes_and_pages(self, value, contacts):
        environment = {"SUBTEXT_SECURITY_CONTACT": value}
        if contacts is None:
            with pytest.raises(InvalidSetting, match=r"(?s)SUBTEXT_SECURITY_CONTACT.*mailto: or https: URL"):
                Settings.from_environment(environment)
        else:
            assert Settings.from_environment(environment).security_contacts == contacts
