"""``subtext export --format static``, and the files on nginx and Caddy."""

import datetime as dt
import hashlib
import http.client
import json
import os
import shutil
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from models import Commentary, Quote
from subtext_cli.export import export
from tests.deploy.proxies import program, running
from tests.serving import free_port
from tests.static_api.links import crawl

BASE = "https://quotes.example"
QUOTE = "her-2013-a-wife-without-the-challenges"


def run_export(database, folder, base_url=BASE):
    url = database.url.render_as_string(hide_password=False)
    environment = {"SUBTEXT_DATABASE_URL": url, "SUBTEXT_PUBLIC_URL": base_url}
    return CliRunner().invoke(export, ["--format", "static", str(folder)], env=environment)


def read_manifest(folder):
    return json.loads((folder / "manifest.json").read_bytes())


def read_files(folder):
    """Return the content and the inode of each file by path."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {f"/{path.relative_to(folder)}": (path.read_bytes(), path.stat().st_ino) for path in paths}


@pytest.fixture(scope="module")
def exported(engine, tmp_path_factory):
    """A folder with an export of the pack."""
    folder = tmp_path_factory.mktemp("static") / "site"
    with engine.opened("pack") as database:
        result = run_export(database, folder)
        assert result.exit_code == 0, result.output or result.exception
    return folder


@pytest.fixture
def updated(packed, exported, tmp_path):
    """A function that changes an item and exports again, onto a copy of the first export; returns the copy."""
    folder = tmp_path / "site"
    shutil.copytree(exported, folder, copy_function=os.link)

    def update(model, slug, /, **values):
        with packed.write_session() as session:
            model.by_slug(session, slug).assign(values)
        result = run_export(packed, folder)
        assert result.exit_code == 0, result.output or result.exception
        return folder

    return update


@pytest.mark.slow
@pytest.mark.any_database
class TestFiles:
    def test_are_those_of_the_manifest(self, exported):
        files = read_files(exported)
        listed = {file["path"]: file for file in read_manifest(exported)["files"]}
        assert listed.keys() == files.keys() - {"/manifest.json"}
        for path, (body, _) in files.items():
            if path != "/manifest.json":
                assert listed[path]["sha256"] == hashlib.sha256(body).hexdigest(), path

    def test_are_what_the_service_returns(self, exported, client_at):
        with client_at(BASE) as client:
            for file in read_manifest(exported)["files"]:
                # Of the same content, but another database: its epoch differs.
                if file["type"] and file["path"] != "/v1/meta/index.json":
                    response = client.get(file["path"])
                    assert response.content_type == file["type"], file["path"]
                    assert hashlib.sha256(response.data).hexdigest() == file["sha256"], file["path"]

    def test_are_reached_from_the_index_and_the_home_page(self, exported):
        types = {file["path"]: file["type"] for file in read_manifest(exported)["files"]}

        def fetch(path):
            return SimpleNamespace(
                status=200, content_type=types[path], body=(exported / path[1:]).read_bytes()
            )

        missed = {path for path, type_ in types.items() if type_} - crawl(fetch, BASE).keys()
        # Parts of sitemaps are linked; vector cards, XML of oEmbed and what scripts and styles load are not.
        assert not [
            path
            for path in missed
            if not path.endswith((".svg", ".xml", ".js", ".woff2")) and not path.startswith("/static/")
        ]


@pytest.mark.slow
@pytest.mark.any_database
class TestUpdate:
    def test_of_the_same_content_writes_nothing(self, packed, exported, tmp_path):
        folder = tmp_path / "site"
        assert run_export(packed, folder).exit_code == 0
        before = read_files(folder)
        result = run_export(packed, folder)
        assert " 0 written, 0 removed" in result.output
        assert before.keys() == read_files(folder).keys()
        assert [path for path, file in read_files(folder).items() if before[path] != file] == [
            "/manifest.json"
        ]

    def test_of_an_edit_writes_what_shows_it(self, exported, updated):
        folder = updated(Quote, QUOTE, label="Another label")
        before, after = read_files(exported), read_files(folder)
        assert before.keys() == after.keys()
        written = {path for path, file in after.items() if before[path] != file}
        item, page = f"/v1/quotes/{QUOTE}/index.json", f"/quotes/{QUOTE}/index.html"
        assert {item, page} <= written
        assert all(b"Another label" in after[path][0] for path in (item, page))
        assert len(written) < len(after) / 10

    def test_of_a_deletion_removes_its_files(self, exported, updated):
        folder = updated(Quote, QUOTE, deleted_at=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
        files = read_files(folder)
        assert not [path for path in files if QUOTE in path]
        assert not (folder / "quotes" / QUOTE).exists()
        mentions = [path for path, (body, _) in files.items() if QUOTE.encode() in body]
        # Examples of the document are those of the pack of the repository.
        fixed = {"/v1/openapi.json", "/v1/openapi.yaml"}
        assert set(mentions) - fixed == {"/hosting/nginx.conf", "/hosting/Caddyfile"}


@pytest.mark.any_database
class TestRefusals:
    def test_of_a_folder_with_other_things(self, packed, tmp_path):
        (tmp_path / "letter.txt").write_text("Dear reader")
        result = run_export(packed, tmp_path)
        assert (result.exit_code, str(result.exception)) == (
            1,
            f"subtext: {tmp_path} has other things than an export, such as letter.txt. "
            "Name a new folder, or one that is empty.",
        )
        assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]

    def test_of_a_manifest_that_leads_outside(self, packed, tmp_path):
        manifest = {"format": "subtext-static/1", "files": [{"path": "/../letter.txt"}]}
        (tmp_path / "manifest.json").write_text(json.dumps(manifest))
        assert "is not that of an export" in str(run_export(packed, tmp_path).exception)

    def test_without_a_public_url(self, packed, tmp_path):
        result = run_export(packed, tmp_path / "site", base_url="")
        assert "SUBTEXT_PUBLIC_URL is not set" in str(result.exception)
        assert not (tmp_path / "site").exists()


def serve_with_nginx(folder, root, port):
    rules = (root / "hosting/nginx.conf").read_text()
    assert "listen 80;" in rules
    assert "root /srv/subtext;" in rules
    rules = rules.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("/srv/subtext", str(root))
    paths = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = folder / "nginx.conf"
    config.write_text(
        f"pid {folder}/nginx.pid; error_log stderr; daemon off; user root;\nevents {{}}\n"
        f"http {{ access_log off; {paths}\n{rules}\n}}\n"
    )
    return [program("nginx"), "-c", config]


def serve_with_caddy(folder, root, port):
    rules = (root / "hosting/Caddyfile").read_text()
    assert "quotes.example {" in rules
    rules = rules.replace("quotes.example {", f"http://127.0.0.1:{port} {{").replace(
        "/srv/subtext", str(root)
    )
    config = folder / "Caddyfile"
    config.write_text(f"{{\n\tadmin off\n\tauto_https off\n}}\n{rules}")
    return [program("caddy"), "run", "--adapter", "caddyfile", "--config", config]


@pytest.mark.slow
@pytest.mark.any_database
@pytest.mark.parametrize("configure", [serve_with_nginx, serve_with_caddy])
class TestHosts:
    @pytest.fixture
    def get(self, configure, exported, tmp_path, monkeypatch):
        """A function that returns the response of a host to a GET."""
        port = free_port()
        for folder in [exported, *exported.parents[:3]]:
            # nginx reads as another user.
            folder.chmod(folder.stat().st_mode | 0o055)
        command = configure(tmp_path, exported, port)
        with running(command, tmp_path, port, HOME=str(tmp_path)):
            connection = http.client.HTTPConnection("127.0.0.1", port)

            def get(path):
                connection.request("GET", path)
                response = connection.getresponse()
                response.body = response.read()
                return response

            yield get
            connection.close()

    def test_serve_every_file_as_the_service_does(self, get, exported):
        for file in read_manifest(exported)["files"]:
            if file["type"]:
                response = get(file["path"])
                assert response.status == 200, file["path"]
                assert response.headers["Content-Type"] == file["type"], file["path"]
                assert response.headers["Access-Control-Allow-Origin"] == "*"
                assert hashlib.sha256(response.body).hexdigest() == file["sha256"], file["path"]

    def test_serve_permanent_urls(self, get, exported):
        for path, file in [
            ("/", "index.html"),
            ("/quotes", "quotes/index.html"),
            (f"/quotes/{QUOTE}", f"quotes/{QUOTE}/index.html"),
            (f"/quotes/{QUOTE}/", f"quotes/{QUOTE}/index.html"),
            (f"/v1/quotes/{QUOTE}", f"v1/quotes/{QUOTE}/index.json"),
            ("/v1/quotes/index.json?cursor=x", "v1/quotes/index.json"),
        ]:
            assert get(path).body == (exported / file).read_bytes(), path

    def test_redirect_former_ids(self, get):
        old, new = "her-2013-the-641-others", "her-2013-the-unnamed-others"
        for before, after in [
            ("/characters/", ""),
            ("/v1/characters/", "/index.json"),
            ("/v1/characters/", "/quotes/index.json"),
        ]:
            response = get(f"{before}{old}{after}")
            assert (response.status, response.headers["Location"]) == (308, f"{before}{new}{after}")

    def test_say_that_deleted_items_are_gone(self, get):
        for path in ("/quotes/her-2013-minds-after-minds", "/v1/quotes/her-2013-minds-after-minds.bib"):
            assert get(path).status == 410, path

    def test_show_a_page_for_missing_files(self, get, exported):
        for path in ("/no-such", "/v1/quotes/no-such/index.json"):
            response = get(path)
            assert (response.status, response.body) == (404, (exported / "404.html").read_bytes())

    def test_cache_what_never_changes_for_ever(self, get, exported):
        for file in read_manifest(exported)["files"]:
            if "/fonts/" in file["path"] or (
                file["path"].startswith("/embed.") and file["path"].count(".") == 2
            ):
                immutable = "v1" not in file["path"]
                assert ("immutable" in get(file["path"]).headers["Cache-Control"]) == immutable, file["path"]

    def test_let_other_sites_show_frames(self, get):
        frame, page = get(f"/embed/quotes/{QUOTE}/index.html"), get(f"/quotes/{QUOTE}/index.html")
        assert "frame-ancestors" not in frame.headers["Content-Security-Policy"]
        assert frame.headers["Cross-Origin-Embedder-Policy"] == "require-corp"
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.slow
@pytest.mark.any_database
def test_a_renamed_item_has_redirects_for_hosts_that_read_them(packed, tmp_path):
    from models import Alias

    with packed.write_session() as session:
        entry = Commentary.by_slug(session, "her-2013-a-logical-conclusion")
        session.add(Alias(type_name="commentary", slug=entry.slug, resource_id=entry.id))
        entry.assign({"slug": "her-2013-renamed"})
    run_export(packed, tmp_path / "site")
    lines = (tmp_path / "site/_redirects").read_text().splitlines()
    for rest in ("", "/", "/index.json"):
        root = "" if rest in ("", "/") else "v1/"
        old, new = f"/{root}commentary/her-2013-a-logical-conclusion", f"/{root}commentary/her-2013-renamed"
        assert f"{old}{rest} {new}{rest} 308" in lines
