"""Commentary: claims, their evidence, and the structure of an argument."""

from tests.api.test_lists import ids, whole
from tests.cases import each

THESIS = "her-2013-perfection-opposes-reality"


def relations(client, claim, **query):
    response = client.get(f"/v1/commentary/{claim}/relations", query_string={"limit": 100} | query)
    assert response.status_code == 200
    return response.get_json()["data"]


class TestRelations:
    def test_both_sides_of_a_claim_are_listed(self, client):
        for relation in relations(client, THESIS):
            assert list(relation) == ["type", "relation", "subject", "object"]
            assert THESIS in (relation["subject"]["id"], relation["object"]["id"])

    def test_they_are_what_the_items_say(self, client):
        said = {
            (item["id"], relation["relation"], relation["commentary"]["id"])
            for item in claims(client)
            for relation in item["relations"]
            if THESIS in (item["id"], relation["commentary"]["id"])
        }
        listed = {(r["subject"]["id"], r["relation"], r["object"]["id"]) for r in relations(client, THESIS)}
        assert listed == said != set()

    def test_a_relation_is_found_from_either_end(self, client):
        for relation in relations(client, THESIS):
            for end in (relation["subject"]["id"], relation["object"]["id"]):
                assert relation in relations(client, end)

    def test_filters_select_kind_and_side(self, client):
        every = relations(client, THESIS)
        supports = relations(client, THESIS, relation="supports")
        assert supports == [r for r in every if r["relation"] == "supports"] != []
        upward = relations(client, THESIS, object=THESIS)
        assert upward == [r for r in every if r["object"]["id"] == THESIS] != []

    def test_they_are_paged(self, client):
        first = client.get(f"/v1/commentary/{THESIS}/relations?limit=5").get_json()
        second = client.get(first["page"]["next"]).get_json()
        assert first["data"] + second["data"] == relations(client, THESIS)[:10]

    def test_an_unknown_claim_is_not_found(self, client):
        assert client.get("/v1/commentary/no-such-claim/relations").status_code == 404


class TestWalk:
    def test_from_the_thesis_every_level_leads_to_evidence_and_back(self, client):
        reached, waiting = set(), [THESIS]
        while waiting:
            claim = waiting.pop()
            reached.add(claim)
            below = [r["subject"]["id"] for r in relations(client, claim, object=claim)]
            waiting += [id_ for id_ in below if id_ not in reached and id_ not in waiting]
        evidence = {q["id"] for c in claims(client) if c["id"] in reached for q in c["quotes"]}
        assert len(reached) > 40
        assert len(evidence) > 10
        for quote in evidence:
            assert set(ids(client.get(f"/v1/quotes/{quote}/commentary?limit=100"))) & reached


class TestFilters:
    @each(
        ("query", "holds"),
        [
            ("kind=thesis,conclusion", lambda c: c["kind"] in ("thesis", "conclusion")),
            ("scope=society", lambda c: c["scope"] == "society"),
            ("weight=core", lambda c: c["weight"] == "core"),
            ("scene=her-2013-the-rooftop", lambda c: "her-2013-the-rooftop" in of(c, "scenes")),
            ("character=her-2013-amy", lambda c: "her-2013-amy" in of(c, "characters")),
            ("theme_all=avoidance", lambda c: "avoidance" in of(c, "themes")),
            ("relation=disputes", lambda c: "disputes" in [r["relation"] for r in c["relations"]]),
            (f"relates_to={THESIS}", lambda c: THESIS in [r["commentary"]["id"] for r in c["relations"]]),
            ("advisory=gender-generalisation", lambda c: "gender-generalisation" in of(c, "advisories")),
            ("max_severity=0", lambda c: c["advisories"] == []),
            (
                "quote=her-2013-a-wife-without-the-challenges",
                lambda c: "her-2013-a-wife-without-the-challenges" in of(c, "quotes"),
            ),
        ],
    )
    def test_a_filter_selects_exactly_what_it_says(self, client, query, holds):
        chosen = {item["id"] for item in claims(client, query)}
        assert chosen == {item["id"] for item in claims(client) if holds(item)} != set()

    def test_relation_and_relates_to_speak_of_one_relation(self, client):
        for item in client.get(f"/v1/commentary?relation=extends&relates_to={THESIS}").get_json()["data"]:
            assert {"extends": THESIS} in [{r["relation"]: r["commentary"]["id"]} for r in item["relations"]]

    @each(
        "parent",
        [
            "films/her-2013",
            "scenes/her-2013-the-rooftop",
            "characters/her-2013-amy",
            "themes/avoidance",
            "quotes/her-2013-a-wife-without-the-challenges",
            "sources/her-perfection-is-the-enemy-of-real",
        ],
    )
    def test_a_nested_list_is_the_filtered_one(self, client, parent):
        model, id_ = parent.split("/")
        filtered = whole(client, f"/v1/commentary?{model.rstrip('s')}={id_}&limit=100")
        assert whole(client, f"/v1/{parent}/commentary?limit=100") == filtered != []


class TestParagraphs:
    def test_every_body_paragraph_shows_what_rests_on_it(self, client):
        path = "/v1/sources/her-perfection-is-the-enemy-of-real/paragraphs?kind=body&limit=100"
        for paragraph in client.get(path).get_json()["data"]:
            assert paragraph["cited_by"], paragraph["number"]


def of(item, name):
    return [reference["id"] for reference in item[name]]


def claims(client, query=""):
    """Return every claim that a query selects, from its pages."""
    path = f"/v1/commentary?limit=100&{query}"
    while path:
        body = client.get(path).get_json()
        yield from body["data"]
        path = body["page"]["next"]
