"""What CONTRIBUTING says of a new field and a new resource, done in a copy of the repository."""

import json
import os
import subprocess
from contextlib import contextmanager

import pytest
from sqlalchemy import make_url

from tests.cases import each
from tests.documented.recipes import Recipe
from tests.documented.running import environment
from tests.serving import free_port
from tests.tree_copy import ROOT, copy_tree

pytestmark = pytest.mark.nightly

CONTRIBUTING = ROOT / "CONTRIBUTING.md"
FIELD, RESOURCE = Recipe(CONTRIBUTING, "Adding a field"), Recipe(CONTRIBUTING, "Adding a resource")
LOCATION = "her-2013-letter-office"
SCENE = "her-2013-the-letter-office"
NEWEST_MIGRATION = max(path.name for path in (ROOT / "models/migrations/versions").glob("0*.py"))[:4]
#: Prints the response of each path in the arguments.
GET = """
import json, sys
from api.app import create_app
client = create_app().test_client()
print(json.dumps([client.get(path).get_json() for path in sys.argv[1:]]))
"""


class Copy:
    """A copy of the repository, and its commands."""

    def __init__(self, root):
        self.root = root

    def run(self, *command, **settings):
        return subprocess.run(
            command,
            cwd=self.root,
            env=environment(PATH=f"{self.root}/.venv/bin:{os.environ['PATH']}", **settings),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def succeed(self, *command, **settings):
        ran = self.run(*command, **settings)
        assert ran.returncode == 0, f"{command}: {ran.stdout}{ran.stderr}"
        return ran.stdout

    @contextmanager
    def replaced(self, path, old, new):
        """Replace a text in a file, or delete the file if ``old`` is None, for the duration of a block."""
        file = self.root / path
        content = file.read_text("utf-8")
        if old is None:
            file.unlink()
        else:
            assert old in content
            file.write_text(content.replace(old, new))
        try:
            yield
        finally:
            file.write_text(content)

    def changed_paths(self):
        """Return the paths of all files that the repository does not have like this."""
        files = (path for path in self.root.rglob("*") if path.suffix in (".py", ".yml", ".json", ".toml"))
        paths = {path.relative_to(self.root) for path in files if ".venv" not in path.parts}
        return {
            str(path)
            for path in paths
            if not path.is_relative_to("openapi/node_modules")
            and not (
                (ROOT / path).is_file() and (ROOT / path).read_bytes() == (self.root / path).read_bytes()
            )
        }


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy with the field and the resource."""
    copy = Copy(copy_tree(tmp_path_factory.mktemp("contributing")))
    for stamp in (".serve", ".test"):
        # Everything is installed already.
        (copy.root / ".venv" / stamp).touch()
    FIELD.apply(copy.root)
    RESOURCE.apply(copy.root)
    copy.succeed("make", "migration", "NAME=Add locations")
    copy.succeed("subtext", "revisions")
    copy.succeed("subtext", "openapi")
    return copy


def test_it_takes_nine_files(copy):
    [migration] = [path for path in copy.changed_paths() if path.endswith("_add_locations.py")]
    assert copy.changed_paths() == {*RESOURCE.paths, migration, "openapi/v1.json", "seeds/revisions.yml"}
    assert len(copy.changed_paths()) == 9
    assert FIELD.paths < RESOURCE.paths


def test_all_checks_pass(copy):
    copy.succeed("ruff", "check", ".")
    copy.succeed("ruff", "format", "--check", ".")
    copy.succeed("lint-imports", "--no-logo")
    copy.succeed("subtext", "check", "--strict")
    copy.succeed("subtext", "openapi", "--check")
    copy.succeed("python", "-m", "openapi.promise")


@each("kind", ["sqlite", "postgresql"])
def test_everything_is_served(copy, sqlite_engine, postgresql_engine, kind):
    engine = {"sqlite": sqlite_engine, "postgresql": postgresql_engine}[kind]
    with engine.fresh(None) as url:
        settings = {"SUBTEXT_DATABASE_URL": make_url(url).render_as_string(hide_password=False)}
        copy.succeed("subtext", "migrate", **settings)
        copy.succeed("subtext", "seed", **settings)
        paths = {
            "list": "/v1/locations?q=office&facets=film",
            "item": f"/v1/locations/{LOCATION}?include=scenes",
            "below": "/v1/films/her-2013/locations",
            "filtered": f"/v1/scenes?location={LOCATION}&include=location&facets=location",
            "field": f"/v1/scenes/{SCENE}?fields=light,location",
            "search": "/v1/search?q=office",
            "meta": "/v1/meta",
            "index": "/v1",
        }
        responses = json.loads(copy.succeed("python", "-c", GET, *paths.values(), **settings))
    got = dict(zip(paths, responses, strict=True))
    location = got["below"]["data"][0]
    assert (location["id"], location["label"]) == (LOCATION, "The letter office")
    assert got["list"]["data"] == got["below"]["data"] == [location]
    assert got["list"]["facets"]["film"]["values"][0]["count"] == 1
    assert {key: got["item"][key] for key in location} == location
    assert [scene["id"] for scene in got["item"]["scenes"]] == [SCENE]
    [scene] = got["filtered"]["data"]
    assert (scene["id"], scene["location"]) == (SCENE, location)
    assert [value["value"] for value in got["filtered"]["facets"]["location"]["values"]] == [LOCATION]
    assert got["field"]["light"] is None
    assert got["field"]["location"]["id"] == LOCATION
    # Generated clients know no hits of this type.
    assert {hit["type"] for hit in got["search"]["data"]} == {"scene"}
    assert got["meta"]["content"]["counts"]["locations"] == 1
    assert got["index"]["links"]["locations"].endswith("/v1/locations")


#: What is left out or misspelt: a file, a text in it and another in its place, and the message.
FORGOTTEN = {
    "the migration": (
        "models/migrations/versions/{migration}",
        None,
        None,
        "No migration creates locations, scenes.light, scenes.location_id. Run `make migration NAME=…` to",
    ),
    "the schemas and routes": (
        "api/resources/locations.py",
        None,
        None,
        "api/resources/locations/schemas.py is missing. models/location.py declares the resource “location”,",
    ),
    "the route of an item": (
        "api/resources/locations.py",
        '@blp.route("/locations/<slug:location>", ',
        '@blp.route("/places/<slug:location>", ',
        "api/resources/locations.py needs a view with the route /locations/<slug:location>.",
    ),
    "the query schema": (
        "api/resources/locations.py",
        "LocationQuerySchema",
        "PlaceQuerySchema",
        "api/resources/locations.py needs a class LocationQuerySchema.",
    ),
    "the create schema": (
        "api/resources/locations.py",
        "class LocationCreateSchema",
        "class PlaceCreateSchema",
        "api/resources/locations.py needs a class LocationCreateSchema.",
    ),
    "the example": (
        "models/location.py",
        "    example_id = ",
        "    example = ",
        "models/location.py: Location needs an example_id: an id that the first pack has.",
    ),
    "the weights": (
        "models/location.py",
        "    search_weights: ClassVar = ",
        "    weights: ClassVar = ",
        "models/location.py: Location needs search_weights: the columns that are searched, each with its weight.",
    ),
    "the search number": (
        "models/location.py",
        "    search_number = ",
        "    number = ",
        "models/location.py: Location needs a unique search_number between 1 and 15; these are in use: ",
    ),
    "the search number is taken": (
        "models/location.py",
        "    search_number = 7",
        "    search_number = 5",
        "models/location.py: Location needs a unique search_number between 1 and 15; these are in use: ",
    ),
    "the parent of the migration": (
        "models/migrations/versions/{migration}",
        f'down_revision = "{NEWEST_MIGRATION}"',
        'down_revision = "0001"',
        "The files in models/migrations/versions/ contradict each other. Multiple head revisions are present",
    ),
    "the record": (
        "models/location.py",
        "def to_record(",
        "def as_record(",
        "models/location.py: Location needs a method to_record(), which returns its fields as a pack writes them.",
    ),
    "the filter": (
        "models/scene.py",
        "        location: list[str] | None = None,\n",
        "",
        "api/resources/locations.py: the link “scenes” filters by “location”, which is no parameter of"
        " Scene.select_where() in models/scene.py.",
    ),
    "the relationship": (
        "models/scene.py",
        "    location: Mapped[Location | None] = relationship()\n",
        "",
        "models/scene.py: Scene has no attribute “location”, which SceneSchema in"
        " api/resources/scenes/schemas.py serializes.",
    ),
    "a type": (
        "api/resources/scenes/schemas.py",
        '    location = ReferenceTo(\n        "location"',
        '    location = ReferenceTo(\n        "locaton"',
        "api/resources/scenes/schemas.py: a field refers to the resource type “locaton”, but no model in models/"
        " declares it. There are film, source, character, location, scene, quote, commentary, theme, advisory.",
    ),
}


@pytest.mark.nightly
@each("part", FORGOTTEN)
def test_what_is_forgotten_stops_the_start(copy, tmp_path, part):
    path, old, new, message = FORGOTTEN[part]
    [migration] = copy.root.glob("models/migrations/versions/*_add_locations.py")
    database, port = f"sqlite:///{tmp_path}/{free_port()}.sqlite3", str(free_port())
    with copy.replaced(path.format(migration=migration.name), old, new):
        ran = copy.run("subtext", "serve", SUBTEXT_DATABASE_URL=database, PORT=port)
    assert ran.returncode == 1
    assert ran.stderr.startswith(f"subtext: {message}")
    assert ran.stderr.count("\n") == 1
    assert ran.stdout == ""


@each(
    ("path", "old", "new", "message"),
    [
        (
            "models/location.py",
            'example_id = "her-2013-letter-office"',
            'example_id = "her-2013-leter-office"',
            "subtext: models/location.py: the first pack has no location “her-2013-leter-office”, the example_id.\n",
        ),
        (
            "api/resources/locations.py",
            'example="/v1/locations/her-2013-letter-office"',
            'example="/v1/locations/her-2013-leter-office"',
            "subtext: The example of getLocation, GET /v1/locations/her-2013-leter-office, returns 404.\n",
        ),
    ],
)
def test_a_wrong_example_stops_the_document(copy, path, old, new, message):
    with copy.replaced(path, old, new):
        ran = copy.run("subtext", "openapi", "--check")
    assert (ran.returncode, ran.stderr) == (1, message)


def test_the_message_that_is_shown_is_one_of_them():
    text = " ".join(CONTRIBUTING.read_text("utf-8").split())
    assert f"subtext: {FORGOTTEN['the filter'][3]}" in text
