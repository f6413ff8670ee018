"""The command ``subtext import``, as an operator runs it."""

from click.testing import CliRunner

from subtext_cli.import_export import import_export


def run_import(url, folder):
    """Run the command; return its exit code and what it prints."""
    result = CliRunner().invoke(import_export, [str(folder)], env={"SUBTEXT_DATABASE_URL": url})
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, f"{result.output}{result.exception or ''}"
