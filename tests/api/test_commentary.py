"""Commentary: entries, their evidence and their relations."""

from tests.api.test_lists import all_ids, ids
from tests.cases import each

THESIS_ID = "her-2013-perfection-opposes-reality"


def relations(client, entry_id, **query):
    response = client.get(f"/v1/commentary/{entry_id}/relations", query_string={"limit": 100} | query)
    assert response.status_code == 200
    return response.get_json()["data"]


class TestRelations:
    def test_relations_in_both_directions_are_listed(self, client):
        for relation in relations(client, THESIS_ID):
            assert list(relation) == [
                "type",
                "relation",
                "subject",
                "subject_source",
                "object",
                "object_source",
                "asserted_by",
                "note",
            ]
            assert THESIS_ID in (relation["subject"]["id"], relation["object"]["id"])

    def test_they_are_those_of_the_items(self, client):
        expected = {
            (item["id"], relation["relation"], relation["commentary"]["id"])
            for item in commentary_entries(client)
            for relation in item["relations"]
            if THESIS_ID in (item["id"], relation["commentary"]["id"])
        }
        actual = {
            (r["subject"]["id"], r["relation"], r["object"]["id"]) for r in relations(client, THESIS_ID)
        }
        assert actual == expected != set()

    def test_a_relation_is_found_from_either_end(self, client):
        for relation in relations(client, THESIS_ID):
            for end in (relation["subject"]["id"], relation["object"]["id"]):
                assert relation in relations(client, end)

    def test_filters_select_kind_and_side(self, client):
        all_relations = relations(client, THESIS_ID)
        supports = relations(client, THESIS_ID, relation="supports")
        assert supports == [r for r in all_relations if r["relation"] == "supports"] != []
        incoming = relations(client, THESIS_ID, object=THESIS_ID)
        assert incoming == [r for r in all_relations if r["object"]["id"] == THESIS_ID] != []

    def test_they_are_paginated(self, client):
        first = client.get(f"/v1/commentary/{THESIS_ID}/relations?limit=5").get_json()
        second = client.get(first["page"]["next"]).get_json()
        assert first["data"] + second["data"] == relations(client, THESIS_ID)[:10]

    def test_an_unknown_entry_is_not_found(self, client):
        assert client.get("/v1/commentary/no-such-claim/relations").status_code == 404


class TestArgument:
    def test_every_level_below_the_thesis_leads_to_evidence_and_back(self, client):
        visited, queue = set(), [THESIS_ID]
        while queue:
            entry_id = queue.pop()
            visited.add(entry_id)
            supporting = [r["subject"]["id"] for r in relations(client, entry_id, object=entry_id)]
            queue += [id_ for id_ in supporting if id_ not in visited and id_ not in queue]
        evidence = {q["id"] for c in commentary_entries(client) if c["id"] in visited for q in c["quotes"]}
        assert len(visited) > 40
        assert len(evidence) > 10
        for quote in evidence:
            assert set(ids(client.get(f"/v1/quotes/{quote}/commentary?limit=100"))) & visited


class TestFilters:
    @each(
        ("query", "predicate"),
        [
            ("kind=thesis,conclusion", lambda c: c["kind"] in ("thesis", "conclusion")),
            ("scope=society", lambda c: c["scope"] == "society"),
            ("weight=core", lambda c: c["weight"] == "core"),
            ("scene=her-2013-the-rooftop", lambda c: "her-2013-the-rooftop" in reference_ids(c, "scenes")),
            ("character=her-2013-amy", lambda c: "her-2013-amy" in reference_ids(c, "characters")),
            ("theme_all=avoidance", lambda c: "avoidance" in reference_ids(c, "themes")),
            ("relation=disputes", lambda c: "disputes" in [r["relation"] for r in c["relations"]]),
            (
                f"relates_to={THESIS_ID}",
                lambda c: THESIS_ID in [r["commentary"]["id"] for r in c["relations"]],
            ),
            (
                "advisory=gender-generalisation",
                lambda c: "gender-generalisation" in reference_ids(c, "advisories"),
            ),
            ("max_severity=0", lambda c: c["advisories"] == []),
            (
                "quote=her-2013-a-wife-without-the-challenges",
                lambda c: "her-2013-a-wife-without-the-challenges" in reference_ids(c, "quotes"),
            ),
        ],
    )
    def test_a_filter_selects_exactly_the_matching_entries(self, client, query, predicate):
        selected = {item["id"] for item in commentary_entries(client, query)}
        assert selected == {item["id"] for item in commentary_entries(client) if predicate(item)} != set()

    def test_relation_and_relates_to_match_the_same_relation(self, client):
        for item in client.get(f"/v1/commentary?relation=extends&relates_to={THESIS_ID}").get_json()["data"]:
            assert {"extends": THESIS_ID} in [
                {r["relation"]: r["commentary"]["id"]} for r in item["relations"]
            ]

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
        filtered = all_ids(client, f"/v1/commentary?{model.rstrip('s')}={id_}&limit=100")
        assert all_ids(client, f"/v1/{parent}/commentary?limit=100") == filtered != []


class TestParagraphs:
    def test_every_body_paragraph_is_cited(self, client):
        path = "/v1/sources/her-perfection-is-the-enemy-of-real/paragraphs?kind=body&limit=100"
        for paragraph in client.get(path).get_json()["data"]:
            assert paragraph["cited_by"], paragraph["number"]


def reference_ids(item, name):
    return [reference["id"] for reference in item[name]]


def commentary_entries(client, query=""):
    """Yield the commentary entries that a query selects, from all pages."""
    path = f"/v1/commentary?limit=100&{query}"
    while path:
        body = client.get(path).get_json()
        yield from body["data"]
        path = body["page"]["next"]
