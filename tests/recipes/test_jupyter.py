"""The Jupyter notebook, executed over the service and looked at in a browser."""

import json

import pytest

from tests.recipes.projects import RECIPES, Project, served
from tests.recipes.quotes import FLAGGED, WORDS

pytestmark = pytest.mark.nightly


def test_it_runs_and_shows_quotes(server, tmp_path, reader):
    project = Project("jupyter", tmp_path, SUBTEXT_URL=server.url)
    project.install()
    project.run(
        "venv/bin/jupyter", "nbconvert", "--to", "html", "--template", "basic", "--execute", "quotes.ipynb"
    )
    with served(project.folder) as url:
        reader.goto(f"{url}/quotes.html")
        table = reader.locator("table").last
        words, credits_ = (table.locator(f"tbody td:nth-child({n})").all_inner_texts() for n in (1, 2))
        assert reader.errors == []
        assert (
            table.get_by_role("link").first.get_attribute("href").startswith(f"{server.url}/quotes/her-2013-")
        )
    assert len(words) > 3
    assert all(credit.startswith("— ") and "Her (2013), as quoted in “Her: " in credit for credit in credits_)
    assert WORDS[FLAGGED] not in reader.content()
    # The largest theme, among all 22 quotes without a content note: more than one page of the list.
    assert "22" in reader.locator(".jp-OutputArea-output, .output").first.inner_text()


def test_it_is_stored_without_output():
    notebook = json.loads((RECIPES / "jupyter" / "quotes.ipynb").read_text("utf-8"))
    assert [cell.get("outputs", []) for cell in notebook["cells"]] == [[]] * len(notebook["cells"])
