"""Relations between commentary entries that the editors assert: whose they are, in both directions."""

import pytest

from models import AssertedBy, Commentary, Relation
from tests.lists import get_json

SUBJECT, OBJECT = "her-2013-not-a-betrayal", "her-2013-sterile-and-alienating"
WHY = "One holds that she betrays nothing, and the other that she leaves nothing whole."


@pytest.fixture
def disputing(packed, client_and_change):
    """A client over the pack, in which the editors say that one claim disputes another."""
    with packed.write_session() as session:
        subject, object_ = (Commentary.by_slug(session, slug) for slug in (SUBJECT, OBJECT))
        present = [{"target": each.target} | _own(each) for each in subject.relations]
        added = {"relation": Relation.DISPUTES, "asserted_by": AssertedBy.EDITOR, "note": WHY}
        subject.assign({"relations": [*present, {"target": object_} | added]})
    return client_and_change[0]


def _own(relation):
    return {name: getattr(relation, name) for name in ("relation", "asserted_by", "note")}


class TestAPI:
    def test_an_entry_says_whose_its_relations_are(self, disputing):
        *others, last = get_json(disputing, f"/v1/commentary/{SUBJECT}")["relations"]
        assert last["relation"] == "disputes"
        assert last["commentary"]["id"] == OBJECT
        assert (last["asserted_by"], last["note"]) == ("editor", WHY)
        assert all((each["asserted_by"] == "editor") == bool(each["note"]) for each in others)

    def test_it_is_found_from_either_end(self, disputing):
        for slug in (SUBJECT, OBJECT):
            path = f"/v1/commentary/{slug}/relations?limit=100"
            (relation,) = [
                each
                for each in get_json(disputing, path)["data"]
                if (each["subject"]["id"], each["object"]["id"]) == (SUBJECT, OBJECT)
            ]
            assert relation["asserted_by"] == "editor"
            assert relation["note"] == WHY

    def test_the_filter_selects_whose(self, disputing):
        path = f"/v1/commentary/{SUBJECT}/relations?limit=100"
        by = {
            value: get_json(disputing, f"{path}&asserted_by={value}")["data"]
            for value in ("source", "editor", "any")
        }
        assert by["any"] == get_json(disputing, path)["data"]
        assert {each["asserted_by"] for each in by["source"]} == {"source"}
        assert OBJECT in [each["object"]["id"] for each in by["editor"]]
        assert len(by["source"]) + len(by["editor"]) == len(by["any"])


class TestPages:
    def test_the_argument_shows_it_at_both_entries(self, disputing):
        html = disputing.get("/films/her-2013").text
        assert html.count(WHY) == 2
        for verb, other in (("disputes", OBJECT), ("disputed by", SUBJECT)):
            assert f'<b>Editors’ note</b> {verb}</span> <a href="#{other}">' in html

    def test_it_does_not_shape_the_argument(self, disputing, client):
        def numbers(html):
            return html.count('class="number"'), html.count('<span class="tie disputes">')

        assert numbers(disputing.get("/films/her-2013").text) == numbers(client.get("/films/her-2013").text)

    def test_pages_of_themes_show_it_at_both_entries(self, disputing):
        for slug, verb, other in ((SUBJECT, "disputes", OBJECT), (OBJECT, "disputed by", SUBJECT)):
            theme = get_json(disputing, f"/v1/commentary/{slug}")["themes"][0]["id"]
            html = disputing.get(f"/themes/{theme}").text
            assert f'<b>Editors’ note</b> {verb} <a href="/films/her-2013#{other}">' in html
            assert WHY in html
