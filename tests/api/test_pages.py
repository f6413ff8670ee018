"""Web pages of films, scenes and themes: their content, their content notes and the API calls that they show."""

from itertools import pairwise

import pytest

from tests.browser.parsed import Parsed
from tests.cases import each
from tests.statements import reads

pytestmark = pytest.mark.any_database

FILM = "/films/her-2013"
SCENE = "/scenes/her-2013-lunch-with-catherine"
THEME = "/themes/human-connection"
CHARACTER = "/characters/her-2013-catherine"
SOURCE = "/sources/her-perfection-is-the-enemy-of-real"
PAGES = [FILM, SCENE, THEME, CHARACTER, SOURCE, "/search", "/films", "/quotes"]


@pytest.fixture
def read(client):
    """A function that returns a parsed page, or the JSON of an API response."""

    def get(path):
        response = client.get(path)
        assert response.status_code == 200, path
        return response.get_json() if response.is_json else Parsed(response.text)

    return get


@pytest.fixture
def film_items(read):
    """A function that returns all items of a collection that belong to the film."""

    def get(plural):
        first = read(f"/v1/{plural}?film=her-2013&limit=100")
        next_url = first["page"]["next"]
        return first["data"] + (read(next_url.partition(":8000")[2])["data"] if next_url else [])

    return get


class TestEveryPage:
    @each("path", PAGES)
    def test_has_one_title_one_main_and_headings_in_order(self, read, path):
        page = read(path)
        levels = [int(e.tag[1]) for e in page.elements if e.tag in ("h1", "h2", "h3", "h4")]
        titles = [title for title in page.all("title") if title.within[-1].tag == "head"]
        assert [len(elements) for elements in (titles, page.all("main"), page.all("h1"))] == [1, 1, 1]
        assert levels[0] == 1
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
        assert len(page.ids) == len(set(page.ids))

    @each("path", PAGES)
    def test_has_no_inline_scripts_and_styles(self, client, read, path):
        page = read(path)
        assert not page.all("style", "iframe")
        data = page.all("script", type="application/ld+json")
        assert all("src" in script.attributes for script in page.all("script") if script not in data)
        assert not [e for e in page.elements if any(a == "style" or a[:2] == "on" for a in e.attributes)]
        assert "unsafe" not in client.get(path).headers["Content-Security-Policy"]

    @each("path", [FILM, SCENE, THEME, CHARACTER, SOURCE])
    def test_has_a_canonical_url_and_links_to_its_api_calls(self, read, path):
        page = read(path)
        [canonical] = page.all("link", rel="canonical")
        [alternate] = page.all("link", rel="alternate", type="application/json")
        calls = [a.attributes["href"] for a in page.all("a") if any(e.tag == "footer" for e in a.within)]
        assert canonical.attributes["href"] == f"http://127.0.0.1:8000{path}"
        assert alternate.attributes["href"] == calls[0]
        responses = [read(call.removeprefix("http://127.0.0.1:8000")) for call in calls]
        assert responses[0]["id"] == path.rpartition("/")[2]

    @each("path", PAGES)
    def test_is_cacheable_and_returns_304(self, client, path):
        first = client.get(path)
        second = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
        assert first.headers["Cache-Control"] == "public, max-age=60, stale-if-error=86400"
        assert (second.status_code, second.data) == (304, b"")

    @each("path", PAGES)
    def test_names_no_performer(self, client, read, path):
        performers = {person["performer"] for person in read("/v1/characters?limit=100")["data"]} - {None}
        assert performers
        assert not [name for name in performers if name in client.get(path).text]

    @each(
        ("path", "max_statements"),
        [(FILM, 14), (SCENE, 5), (THEME, 5), (CHARACTER, 6), (SOURCE, 4), ("/search", 0)],
    )
    def test_takes_few_statements(self, app, path, max_statements):
        assert len(reads(app, path)) <= max_statements


class TestScene:
    def test_shows_its_quotes_with_speaker_and_source(self, read):
        page, scene = read(SCENE), read(f"/v1{SCENE}?include=quotes")
        assert scene["summary"] in page.text
        for quote in scene["quotes"]:
            assert quote["text"] in page.text
            assert quote["id"] in page.ids
        assert "Catherine" in page.behind("figcaption")
        assert page.behind("figcaption").count("as quoted in") == len(scene["quotes"])
        assert scene["quotes"][0]["rights"] in page.text

    def test_shows_commentary_with_its_relations(self, read):
        page, claims = read(SCENE), read(f"/v1{SCENE}?include=commentary")["commentary"]
        assert claims
        for claim in claims:
            assert claim["text"] in page.behind("article")
            for relation in claim["relations"]:
                assert f"/films/her-2013#{relation['commentary']['id']}" in page.links

    def test_links_to_the_adjacent_scenes(self, read):
        links = read(f"/v1{SCENE}")["links"]
        adjacent = [
            a.attributes["href"] for a in read(SCENE).all("a") if a.attributes.get("rel") in ("prev", "next")
        ]
        assert [path.rpartition("/")[2] for path in adjacent] == [
            links[direction].rpartition("/")[2] for direction in ("previous", "next")
        ]

    def test_separates_editor_s_notes(self, read):
        page = read("/scenes/her-2013-first-conversation")
        [note] = [e for e in page.all("p") if e.attributes.get("class") == "note"]
        assert [t.words for t in page.texts if note in t.within and "set-up voice" in t.words]


class TestTheme:
    def test_lists_the_scenes_in_order(self, read):
        page, theme = read(THEME), read(f"/v1{THEME}?include=scenes,quotes,commentary")
        text = page.behind("main")
        places = [text.index(scene["summary"]) for scene in theme["scenes"] if not scene["advisories"]]
        assert len(places) >= 5
        assert places == sorted(places)
        for item in (*theme["quotes"], *theme["commentary"]):
            assert page.ids.count(item["id"]) == 1
            assert item["text"] in page.text

    def test_has_an_outline_of_its_scenes(self, read):
        page = read(THEME)
        [outline] = page.all("nav", **{"aria-label": "Scenes on this page"})
        anchors = [a.attributes["href"][1:] for a in page.all("a") if outline in a.within]
        stops = [e.attributes["id"] for e in page.all("section") if e.attributes.get("class") == "stop"]
        assert anchors == ["her-2013", *stops]
        assert f"at-{SCENE.rpartition('/')[2]}" in stops

    def test_folds_commentary_below_its_label_and_long_pages_by_scene(self, read, monkeypatch):
        commentary = read(f"/v1{THEME}?include=commentary")["commentary"]
        monkeypatch.setattr("api.pages.browse.MAX_UNFOLDED_ITEMS", 2 * len(commentary))
        summaries, unfolded = read(THEME).behind("summary"), read(THEME).before("details")
        for entry in commentary:
            assert entry["label"] in summaries
            assert entry["text"] not in unfolded
        quotes = read(f"/v1{THEME}?include=quotes")["quotes"]
        quote = next(each for each in quotes if not each["advisories"])["text"]
        assert quote in unfolded
        monkeypatch.setattr("api.pages.browse.MAX_UNFOLDED_ITEMS", len(commentary))
        assert quote in read(THEME).behind("details")
        assert quote not in read(THEME).before("details")
        assert "1 quote, 2 commentary entries" in read(THEME).behind("summary")

    def test_counts_what_it_shows_and_links_to_the_lists(self, read, monkeypatch):
        theme = read(f"/v1{THEME}?include=scenes,quotes")
        counts = f"{len(theme['scenes'])} scenes {len(theme['quotes'])} quotes"
        assert counts in " ".join(read(THEME).text.split())
        assert {"/scenes?theme=human-connection", "/quotes?theme=human-connection"} <= set(read(THEME).links)
        assert "This page shows the first" not in read(THEME).text
        monkeypatch.setattr("api.pages.browse.MAX_EXPANDED_ITEMS", len(theme["quotes"]))
        assert f"{len(theme['quotes'])}+ quotes" in " ".join(read(THEME).text.split())
        assert "This page shows the first" in read(THEME).text

    def test_links_to_related_and_narrower_themes(self, read):
        theme = read(f"/v1{THEME}")
        around = {f"/themes/{one['id']}" for one in (*theme["narrower"], *theme["related"])}
        assert around <= set(read(THEME).links)


class TestFilm:
    def test_has_a_mark_with_a_panel_for_every_cell(self, read):
        page, theme_map = read(FILM), read(f"/v1{FILM}/theme-map")
        marks = [a for a in page.all("a") if any(e.tag == "svg" for e in a.within)]
        assert len(marks) == len(theme_map["cells"]) + len(theme_map["scenes"])
        assert {a.attributes["href"][1:] for a in marks} <= set(page.ids)
        assert len(page.all("circle")) == len(theme_map["cells"])

    def test_a_mark_whose_content_was_not_read_leads_to_the_scene(self, read, monkeypatch):
        assert "more on the page of the scene" not in read(FILM).text
        monkeypatch.setattr("api.pages.page_data.MAX_PAGES", 1)
        assert "more on the page of the scene" in read(FILM).text

    def test_every_mark_has_a_title(self, read):
        titles = [t.words for t in read(FILM).texts if any(e.tag == "title" for e in t.within)]
        assert "Lunch with Catherine: tagged, 1 quote, 3 commentary entries" in titles
        assert "Scene 24, Lunch with Catherine" in titles

    def test_shows_the_argument_with_its_evidence(self, read, film_items):
        page, claims = read(FILM), film_items("commentary")
        assert len(claims) > 100
        for claim in claims:
            assert page.ids.count(claim["id"]) == 1
        [evidence] = [q for q in film_items("quotes") if q["label"] == "The essay's title, as a maxim"]
        assert evidence["text"] in page.behind("q")
        assert "as quoted in Her: Perfection is the Enemy of Real." in page.text
        assert evidence["rights"] in page.text

    def test_numbers_the_argument_and_outlines_its_first_two_levels(self, read, film_items):
        page, ids = read(FILM), {claim["id"] for claim in film_items("commentary")}
        permalinks = {
            text.words: text.within[-1].attributes["href"][1:]
            for text in page.texts
            if text.within
            and text.within[-1].tag == "a"
            and text.within[-1].attributes.get("class") == "number"
        }
        assert set(permalinks.values()) <= ids
        assert permalinks["1"] == "her-2013-perfection-opposes-reality"
        assert permalinks["1.1"] == "her-2013-a-logical-conclusion"
        [outline] = page.all("nav", **{"aria-label": "Outline"})
        targets = [a.attributes["href"][1:] for a in page.all("a") if outline in a.within]
        assert targets == [slug for number, slug in permalinks.items() if number.count(".") < 2]

    def test_shows_facts_sources_and_numbers(self, read):
        text = read(FILM).behind("main")
        for fact in (
            "Spike Jonze",
            "126 minutes",
            "Her: Perfection is the Enemy of Real",
            "114 commentary entries",
        ):
            assert fact in " ".join(text.split())


class TestContentNotes:
    def test_flagged_text_is_behind_its_content_note(self, read, film_items):
        flagged = [claim for claim in film_items("commentary") + film_items("quotes") if claim["advisories"]]
        pages = {FILM: read(FILM)}
        assert len(flagged) > 20
        for item in flagged:
            scenes = item.get("scenes") or [item.get("scene")]
            paths = [f"/scenes/{scene['id']}" for scene in scenes if scene]
            for path in paths + [f"/themes/{theme['id']}" for theme in item["themes"]]:
                page = pages[path] = pages.get(path) or read(path)
                assert item["text"] in page.behind("details")
                assert item["advisories"][0]["label"] in page.behind("summary")
            assert not [path for path, page in pages.items() if item["text"] in page.before("details")]

    def test_the_summary_of_a_flagged_scene_is_behind_its_content_note(self, read, film_items):
        flagged = [scene for scene in film_items("scenes") if scene["advisories"]]
        assert flagged
        for scene in flagged:
            for path in (f"/scenes/{scene['id']}", *(f"/themes/{theme['id']}" for theme in scene["themes"])):
                page = read(path)
                assert scene["summary"] in page.behind("details")
                assert scene["summary"] not in page.before("details")
                assert not page.all("details", open=None)
