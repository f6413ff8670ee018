"""Files that nobody reads are errors, so that no work is lost in them."""

import shutil

import pytest

from tests.seeds.packs import ESSAY, ESSAYS, FILM

IN_ROOT = "sources.yml, themes.yml, advisories.yml, withdrawn.yml, revisions.yml"
IN_FILM = "film.yml, characters.yml, scenes.yml, quotes.yml, commentary.yml, withdrawn.yml"


@pytest.fixture
def reported(second):
    """A function that creates an empty file in the pack and returns its diagnostics, as level and message."""

    def create(path):
        file = second.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
        return [
            (str(diagnostic.level), diagnostic.message)
            for diagnostic in second.diagnostics()
            if file.is_relative_to(diagnostic.file)
        ]

    return create


class TestInTheFolderOfAFilm:
    @pytest.mark.parametrize(
        ("name", "hint"),
        [
            ("quotes.json", " Did you mean “quotes.yml”?"),
            ("quotes.yaml", " Did you mean “quotes.yml”?"),
            ("Quotes.yml", " Did you mean “quotes.yml”?"),
            ("quotes copy.yml", " Did you mean “quotes.yml”?"),
            ("character.yml", " Did you mean “characters.yml”?"),
            ("essay.md", ""),
            ("themes.yml", " Did you mean “scenes.yml”?"),
            ("poster.jpg", ""),
        ],
    )
    def test_an_unknown_file_is_an_error(self, reported, name, hint):
        message = f"This file is not read.{hint} Allowed here: {IN_FILM}."
        assert reported(f"films/{FILM}/{name}") == [("error", message)]

    def test_a_folder_is_an_error(self, reported):
        message = f"This folder is not read. Allowed here: {IN_FILM}."
        assert reported(f"films/{FILM}/extras/quotes.yml") == [("error", message)]

    @pytest.mark.parametrize("name", ["quotes.yml~", "quotes.yml.bak", "#quotes.yml#", "scenes.yml.orig"])
    def test_a_backup_is_a_warning(self, reported, name):
        message = "This looks like a backup and is not read. Delete it."
        assert reported(f"films/{FILM}/{name}") == [("warning", message)]

    @pytest.mark.parametrize("name", ["README.md", "LICENSE", ".DS_Store", ".quotes.yml.swp", "Thumbs.db"])
    def test_documents_and_hidden_files_are_expected(self, reported, name):
        assert reported(f"films/{FILM}/{name}") == []

    def test_a_folder_with_the_name_of_a_file_is_an_error(self, second):
        second.file("quotes.yml").unlink()
        second.file("quotes.yml").mkdir()
        errors = [diagnostic for diagnostic in second.diagnostics() if diagnostic.level == "error"]
        message = f"This is not a file, so it is not read. Allowed here: {IN_FILM}."
        assert [diagnostic.message for diagnostic in errors] == [message]

    def test_a_link_that_leads_nowhere_is_an_error(self, second):
        second.file("quotes.yml").unlink()
        second.file("quotes.yml").symlink_to("nowhere.yml")
        errors = [diagnostic for diagnostic in second.diagnostics() if diagnostic.level == "error"]
        message = f"This link leads nowhere, so it is not read. Allowed here: {IN_FILM}."
        assert [diagnostic.message for diagnostic in errors] == [message]

    def test_references_to_a_misspelt_file_are_not_reported(self, second):
        second.file("quotes.yml").rename(second.file("quotes.yaml"))
        assert [diagnostic.file.name for diagnostic in second.diagnostics()] == ["quotes.yaml"]


class TestInTheFolderOfAPack:
    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("theme.yml", f"This file is not read. Did you mean “themes.yml”? Allowed here: {IN_ROOT}."),
            ("sources.json", f"This file is not read. Did you mean “sources.yml”? Allowed here: {IN_ROOT}."),
            ("essay.md", f"This file is not read. Allowed here: {IN_ROOT}."),
            ("quotes.yml", "This file is not read here. It belongs in films/<film>/quotes.yml."),
            ("films/quotes.yml", "This file is not read. “films” has one folder for each film."),
        ],
    )
    def test_an_unknown_file_is_an_error(self, reported, name, message):
        assert reported(name) == [("error", message)]

    @pytest.mark.parametrize("folder", ["film", "Films", "movies"])
    def test_a_misspelt_folder_of_films_is_an_error(self, reported, folder):
        message = "This folder is not read. Films belong in “films”."
        assert reported(f"{folder}/{FILM}/quotes.yml") == [("error", message)]

    @pytest.mark.parametrize(
        "name", ["README.md", "pyproject.toml", "check.py", ".github/ci.yml", "src/a.json"]
    )
    def test_code_and_documents_may_lie_beside_a_pack(self, reported, name):
        assert reported(name) == []

    def test_nothing_else_is_reported_about_films_in_a_misspelt_folder(self, second):
        (second.root / "films").rename(second.root / "film")
        assert [one.file.name for one in second.diagnostics()] == ["film"]

    def test_a_folder_that_is_named_as_no_film_is_the_only_error(self, second):
        folder = second.root / "films" / FILM
        folder.rename(folder.with_name("casablanca_1942"))
        message = "This folder is not read. Its name must be the film's id, as [a-z0-9]+(-[a-z0-9]+)*."
        assert [(one.file.name, one.message) for one in second.diagnostics()] == [
            ("casablanca_1942", message)
        ]

    def test_a_folder_that_is_named_as_another_film_is_the_only_error(self, second):
        folder = second.root / "films" / FILM
        folder.rename(folder.with_name("casablanca"))
        message = "The folder is called “casablanca”. Its name must be the film's id."
        assert [(one.file.name, one.message) for one in second.diagnostics()] == [("film.yml", message)]

    def test_the_folder_of_all_films_is_no_pack(self, second):
        second.root = second.root / "films"
        assert second.messages()[0].endswith(
            "There is no pack here: no vocabularies and no films/<film>/film.yml. This is the folder of all films. "
            "Name the folder above."
        )

    def test_the_text_of_a_source_may_lie_beside_a_pack(self, second):
        shutil.copy(ESSAYS / f"{ESSAY}.txt", second.root)
        assert second.messages(essays=second.root) == []

    def test_the_folder_of_a_film_is_no_pack(self, second):
        second.root = second.root / "films" / FILM
        assert second.messages("pack")[0].endswith(
            "There is no pack here: no vocabularies and no films/<film>/film.yml. This is the folder of a film. "
            "Name the folder above “films”."
        )
