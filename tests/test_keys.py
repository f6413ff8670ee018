"""The commands ``subtext keys``, as an operator types them."""

import datetime as dt
import json
import re

import pytest
from click.testing import CliRunner

from models import ApiKey
from models.api_token import LENGTH, ApiToken
from models.scopes import all_scopes
from subtext_cli.commands import cli

pytestmark = pytest.mark.any_database

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


def date_in(days):
    """Return a pattern of the date in some days; at midnight, the day has changed since the tests began."""
    return "|".join(f"{each + days * DAY:%Y-%m-%d}" for each in (NOW, dt.datetime.now(dt.UTC)))


@pytest.fixture
def keys(database):
    """A function that runs ``subtext keys`` with these words, and returns its result."""
    url = database.url.render_as_string(hide_password=False)

    def run(*words):
        return CliRunner().invoke(cli, ["keys", *words], env={"SUBTEXT_DATABASE_URL": url})

    return run


@pytest.fixture
def create(keys):
    """A function that creates a key, and returns its text."""

    def run(name="desk", *words):
        result = keys("create", name, "--scope", "publish", *words)
        assert result.exit_code == 0, result.stderr
        return ApiToken.parse(result.stdout.removesuffix("\n"))

    return run


@pytest.fixture
def listed(keys):
    return lambda: json.loads(keys("list", "--json").stdout)


def is_valid(database, token, at=None):
    now = at or dt.datetime.now(dt.UTC)
    with database.read_session() as session:
        key = ApiKey.by_token(session.connection(), token, now)
        return key is not None and key.state(now) == "active"


class TestCreate:
    def test_the_key_is_alone_on_standard_output(self, keys, database):
        result = keys(
            "create", "rédaction", "--scope", "publish", "--scope", "write:quotes", "--scope", "publish"
        )
        assert (result.exit_code, len(result.stdout)) == (0, LENGTH + 1)
        token = ApiToken.parse(result.stdout.strip())
        assert is_valid(database, token)
        assert re.fullmatch(
            rf"Created the key “rédaction” \(id {token.public_id}\) with the scopes write:quotes, publish; it expires "
            rf"at ({date_in(365)}) \d\d:\d\d UTC\. This is the only time .*\.\n",
            result.stderr,
        )

    def test_only_the_digest_of_the_secret_is_stored(self, create, database):
        token = create()
        with database.engine.connect() as connection:
            (row,) = connection.exec_driver_sql("SELECT * FROM api_keys").all()
        assert token.digest in row
        assert token.secret not in str(row)

    def test_an_expiry_is_a_number_of_days_a_date_or_never(self, create, listed):
        tomorrow = f"{NOW + DAY:%Y-%m-%d}"
        for number, expiry in enumerate(("1", "3650", tomorrow, "never")):
            create(f"key {number}", "--expires", expiry)
        times = [key["expires_at"] for key in listed()]
        assert times[2:] == [f"{tomorrow}T23:59:59+00:00", None]
        assert re.fullmatch(date_in(1), times[0][:10])

    def test_another_expiry_is_refused(self, keys, listed):
        too_late = f"{NOW + 3651 * DAY:%Y-%m-%d}"
        for expiry in (
            "0",
            "3651",
            "99999999",
            "-1",
            f"{NOW - DAY:%Y-%m-%d}",
            too_late,
            "2027-02-30",
            "soon",
            "",
        ):
            result = keys("create", "desk", "--scope", "publish", "--expires", expiry)
            assert (result.exit_code, result.stdout) == (2, ""), expiry
            assert "Must be a number of days from 1 to 3650, a date within" in result.stderr
        assert listed() == []

    def test_an_unknown_scope_is_refused_with_the_one_that_was_meant(self, keys):
        result = keys("create", "desk", "--scope", "write:quote")
        assert (result.exit_code, result.stdout) == (2, "")
        assert (
            "Unknown scope “write:quote”. Did you mean “write:quotes”? Scopes: read:drafts, " in result.stderr
        )
        assert ", ".join(all_scopes()) in result.stderr

    def test_a_key_needs_a_scope(self, keys):
        result = keys("create", "desk")
        assert (result.exit_code, "Missing option '--scope'" in result.stderr) == (2, True)

    def test_a_name_that_cannot_be_an_editor_is_refused(self, keys):
        names = (
            "",
            " ",
            " desk",
            "ma\nria",
            "ma\x00ria",
            "ma\u202eria",
            "x" * 81,
            "seed",
            "pack",
            "SEED",
            "Unknown",
        )
        for name in names:
            result = keys("create", "--scope", "publish", "--", name)
            assert (result.exit_code, result.stdout) == (2, ""), name
            assert "Invalid value for 'NAME'" in result.stderr

    def test_names_in_any_script_are_accepted(self, create, listed):
        for name in ("علی‌رضا", "梅", "Renée", "x" * 80):
            create(name)
        assert [key["name"] for key in listed()] == ["علی‌رضا", "梅", "Renée", "x" * 80]

    def test_a_name_names_one_key_that_works(self, keys, create):
        create("desk")
        result = keys("create", "Desk", "--scope", "publish")
        assert result.exit_code == 1
        assert result.output.startswith("subtext: There is a key “desk” already (id ")
        assert keys("revoke", "desk").exit_code == 0
        create("Desk")


class TestList:
    def test_it_shows_everything_but_secrets(self, keys, create, database):
        token = create("desk", "--expires", "never")
        result = keys("list")
        assert result.stdout.splitlines()[0].split()[:3] == ["ID", "NAME", "SCOPES"]
        assert re.fullmatch(
            rf"{token.public_id}  desk  publish  [-0-9]+ [:0-9]+  never    never      active",
            result.stdout.splitlines()[1],
        )
        with database.write_session() as session:
            session.query(ApiKey).one().last_used_at = NOW
        for output in (keys("list").stdout, keys("list", "--json").stdout):
            assert re.search(date_in(0), output)
            assert token.secret not in output
            assert token.digest not in output

    def test_states(self, keys, create, listed, database):
        for name in ("active", "expired", "revoked"):
            create(name)
        with database.write_session() as session:
            session.query(ApiKey).filter_by(name="expired").one().expires_at = NOW - DAY
        keys("revoke", "revoked")
        assert {key["name"]: key["state"] for key in listed()} == {
            name: name for name in ("active", "expired", "revoked")
        }

    def test_without_keys_the_output_is_empty(self, keys, listed):
        result = keys("list")
        assert (result.exit_code, result.stdout) == (0, "")
        assert "There are no keys." in result.stderr
        assert listed() == []


class TestRotate:
    def test_the_secret_before_is_invalid_at_once(self, keys, create, database):
        old = create()
        result = keys("rotate", "desk")
        new = ApiToken.parse(result.stdout.strip())
        assert (new.public_id, is_valid(database, new), is_valid(database, old)) == (
            old.public_id,
            True,
            False,
        )
        assert "The secret before is invalid." in result.stderr

    def test_with_an_overlap_both_are_valid_for_a_while(self, keys, create, listed, database):
        old = create()
        new = ApiToken.parse(keys("rotate", old.public_id, "--overlap", "2").stdout.strip())
        assert is_valid(database, old)
        assert is_valid(database, new)
        later = NOW + dt.timedelta(hours=3)
        assert (is_valid(database, old, later), is_valid(database, new, later)) == (False, True)
        assert listed()[0]["previous_secret_expires_at"] is not None
        assert "active, secret before until" in keys("list").stdout
        # Rotated again, only the last two are valid.
        third = ApiToken.parse(keys("rotate", "desk", "--overlap", "2").stdout.strip())
        assert [is_valid(database, token) for token in (old, new, third)] == [False, True, True]

    def test_the_overlap_and_the_expiry_have_bounds(self, keys, create, listed):
        create()
        before = listed()
        for words in (("--overlap", "721"), ("--overlap", "-1"), ("--expires", "0")):
            result = keys("rotate", "desk", *words)
            assert (result.exit_code, result.stdout) == (2, "")
        assert listed() == before

    def test_the_expiry_stays_unless_another_is_given(self, keys, create, listed, database):
        create("desk", "--expires", "never")
        keys("rotate", "desk")
        assert listed()[0]["expires_at"] is None
        with database.write_session() as session:
            session.query(ApiKey).one().expires_at = NOW - DAY
        refused = keys("rotate", "desk")
        assert (refused.exit_code, refused.output) == (
            1,
            "subtext: The key “desk” has expired. Set --expires, too.\n",
        )
        assert is_valid(database, ApiToken.parse(keys("rotate", "desk", "--expires", "30").stdout.strip()))

    def test_a_revoked_key_stays_revoked(self, keys, create):
        create()
        keys("revoke", "desk")
        result = keys("rotate", "desk")
        assert result.exit_code == 1
        assert "was revoked. Create another one." in result.output


class TestRevoke:
    def test_a_key_is_found_by_its_id_its_name_or_its_text(self, keys, create, database):
        for name, given in (("a", "id"), ("b", "name"), ("c", "text")):
            token = create(name)
            text = {"id": token.public_id, "name": name, "text": str(token)}[given]
            result = keys("revoke", text)
            assert (result.exit_code, result.stdout) == (
                0,
                f"Revoked the key “{name}” (id {token.public_id}).\n",
            )
            assert not is_valid(database, token)

    def test_again_is_no_error(self, keys, create):
        token = create()
        keys("revoke", "desk")
        result = keys("revoke", "desk")
        assert (result.exit_code, result.stdout) == (
            0,
            f"The key “desk” (id {token.public_id}) was revoked before.\n",
        )

    def test_an_unknown_key_is_named_with_the_one_that_was_meant(self, keys, create):
        create()
        result = keys("revoke", "dusk")
        assert result.exit_code == 1
        assert result.output == (
            "subtext: There is no key “dusk”. Did you mean “desk”? `subtext keys list` lists all keys.\n"
        )
        text = str(ApiToken.generate())
        assert text.split("_")[2] not in keys("revoke", text).output


@pytest.mark.any_database
def test_without_tables_the_commands_say_what_to_do(tmp_path):
    for words in (["list"], ["create", "desk", "--scope", "admin"], ["rotate", "x"], ["revoke", "x"]):
        (tmp_path / "empty.sqlite3").touch()
        url = f"sqlite:///{tmp_path}/empty.sqlite3"
        result = CliRunner().invoke(cli, ["keys", *words], env={"SUBTEXT_DATABASE_URL": url})
        assert result.exit_code == 1
        assert (
            result.output == "subtext: The database schema is not at this version. Run `subtext migrate`.\n"
        )
