"""The command ``subtext export``, as an operator runs it, and what it wrote."""

import json

from click.testing import CliRunner

from subtext_cli.export import export


def run_export(database, folder, format_name="ndjson"):
    """Run the command, which must succeed; return the folder."""
    result = start_export(database, folder, format_name)
    assert result.exit_code == 0, result.output or result.exception
    return folder


def start_export(database, folder, format_name="ndjson"):
    """Run the command; return its result."""
    url = database.url.render_as_string(hide_password=False)
    return CliRunner().invoke(
        export, ["--format", format_name, str(folder)], env={"SUBTEXT_DATABASE_URL": url}
    )


def read_lines(folder, name):
    """Return the objects in a file of lines."""
    text = (folder / name).read_bytes().decode()
    assert not text or text.endswith("\n")
    return [json.loads(line) for line in text.split("\n")[:-1]]


def read_index(folder):
    return json.loads((folder / "index.json").read_bytes())
