"""Every kind of change that readers see, made over the API, and some that they do not see."""

from tests.purging import run_purge

CREATE = {"If-None-Match": "*"}
SOURCE = "/v1/sources/her-perfection-is-the-enemy-of-real"
QUOTE = "/v1/quotes/her-2013-a-wife-without-the-challenges"


def theme(name, **others):
    return {"name": name, "definition": f"What {name} is."} | others


def must(response):
    assert response.status_code < 300, response.text
    return response


def edit(editor):
    """Change the pack in many ways; the editor may do everything."""
    put = lambda slug, body: must(editor.put(f"/v1/themes/{slug}", body, headers=CREATE))  # noqa: E731
    must(editor.rename(SOURCE, "her-an-essay"))
    put("patience", theme("Patience"))
    put("calm", theme("Calm", broader="patience"))
    must(editor.rename("/v1/themes/patience", "waiting"))
    must(editor.rename("/v1/themes/waiting", "endurance"))
    plainer = {"definition": "Being alone, unwillingly."}
    must(editor.patch("/v1/themes/loneliness?note=Plainer", plainer, tag="*"))
    must(editor.patch(QUOTE, {"themes": ["calm", "endurance"], "label": "=cmd|'/c calc'!A0"}))
    must(editor.rename(QUOTE, "her-2013-no-challenges"))
    for slug in ("gone", "back", "erased", "worn"):
        put(slug, theme(slug))
    must(editor.patch("/v1/themes/back", {"label": "Back, again"}))
    must(editor.delete("/v1/themes/gone"))
    must(editor.delete("/v1/themes/back"))
    (_, created) = editor.get("/v1/themes/back/revisions?sort=number").get_json()["data"][:2]
    must(editor.send("POST", f"/v1/themes/back/revisions/{created['pin']}/restore", tag="*"))
    must(editor.rename("/v1/themes/erased", "erased-later"))
    must(editor.patch("/v1/themes/worn", theme("Zanzibar")))
    must(editor.put("/v1/themes/secret/draft", theme("Secret"), headers=CREATE))
    run_purge(editor.database, "theme", "erased-later", "--reason", "Asked for.")
    run_purge(editor.database, "theme", "worn")
