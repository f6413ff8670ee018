"""The command ``subtext purge``, as an operator runs it."""

from click.testing import CliRunner

from subtext_cli.purge import purge


def run_purge(database, *arguments):
    """Run the command without questions, which must succeed; return what it prints."""
    url = database.url.render_as_string(hide_password=False)
    result = CliRunner().invoke(purge, [*arguments, "--yes"], env={"SUBTEXT_DATABASE_URL": url})
    assert result.exit_code == 0, result.output
    return result.output
