"""Changes of entries are checked against the database as packs are, and written as packs are loaded."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import select

from api.entries.changes import EntryChange, check_entries
from api.entries.entry import Entry
from api.entries.essay_folder import EssayFolder
from api.entries.records import record_to_body
from api.entries.validation import validate
from api.entries.whole_resources import load_all_whole, load_whole
from models import RESOURCES, Alias, Quote, Revision, Source, Status, Withdrawal
from models.revision import change_set
from seeds.check import CheckResult, check_pack
from seeds.pack import Pack, read_pack
from seeds.rules import RULES
from tests.cases import each
from tests.entries.conftest import PACKS
from tests.seeds.packs import ESSAY, ESSAYS, FILM, THESIS
from tests.statements import selects, statements

QUOTE = f"{FILM}-only-good-manners"
CLAIM = f"{FILM}-a-hero-who-stands-still"
CAFE, AIRFIELD = f"{FILM}-an-evening-at-the-cafe", f"{FILM}-the-airfield"
TRADE = f"{FILM}-a-trade-in-everything"


def related(relation, commentary, **values):
    return {"relations": [{"relation": relation, "commentary": commentary, **values}]}


def change_of(session, type_name, slug, /, **values):
    """Return a change of some values of a stored entry."""
    resource = load_whole(session, type_name, slug)
    body, _ = record_to_body(type_name, resource.to_record())
    return EntryChange(type_name, slug, body | values, resource)


def found(checked):
    return [(violation.entry.key, violation.pointer, violation.message) for violation in checked.violations]


def messages(checked):
    return [violation.message for violation in checked.violations]


class TestStoredEntries:
    def test_every_entry_is_valid_and_writing_it_changes_nothing(self, session, essays):
        written = {entry.key: entry for entry in read_pack(*PACKS).entries}
        changes = []
        slugs = {model: list(session.scalars(select(model.slug))) for model in RESOURCES}
        for resource in (row for model in RESOURCES for row in load_all_whole(session, model, slugs[model])):
            body, removed = record_to_body(resource.type_name, resource.to_record())
            assert removed == []
            changes.append(EntryChange(resource.type_name, resource.slug, body, resource))
        assert {change.key for change in changes} == written.keys()
        checked = check_entries(session, changes, essays=essays)
        assert found(checked) == []
        for change, valid in zip(changes, checked.valid_entries, strict=True):
            assert valid.entry.position == getattr(change.resource, "position", 0)
            # What the pack leaves out is what the record says.
            body = {"source": valid.body.get("source")} | validate(written[change.key]).body
            assert {name: valid.body.get(name) for name in body} == body
            assert valid.body.keys() - body.keys() <= {"authors", "performers"}
        assert not any(map(session.is_modified, checked.write()))

    def test_a_change_that_touches_no_reference_reads_nothing_more(self, session, all_packs, essays):
        change = change_of(session, "quote", QUOTE, label="On manners")
        with statements(all_packs.engine) as recorded:
            check_entries(session, [change])
        assert selects(recorded) == []


class TestSentences:
    """Each mistake has the same message in a request as in a pack."""

    @each(
        "case",
        [
            ("quote", QUOTE, "/scene", {"scene": f"{FILM}-the-airfeld"}),
            ("quote", QUOTE, "/scene", {"scene": "her-2013-time-alone"}),
            ("quote", QUOTE, "/themes/1", {"themes": ["sacrifice", "sacrifice"]}),
            ("quote", QUOTE, "/text", {"text": " ".join(["word"] * 36)}),
            ("quote", QUOTE, "/text", {"text": "A sacrifice costing nothing is only good manners."}),
            ("quote", QUOTE, "/text", {"text": "A sacrifice that costs nothing is only good manners!"}),
            (
                "quote",
                QUOTE,
                "/text",
                {
                    "text": "Nobody lives in Casablanca: everybody is stored there.",
                    "scene": CAFE,
                    "citations": [{"source": ESSAY, "paragraphs": [6]}],
                },
            ),
            (
                "quote",
                QUOTE,
                "/citations/0/paragraphs",
                {"citations": [{"source": ESSAY, "paragraphs": [17]}]},
            ),
            ("quote", QUOTE, "/txt", {"txt": "?"}),
            ("quote", QUOTE, "/kind", {"kind": "dialog"}),
            ("quote", QUOTE, "/speaker_certainty", {"speaker_certainty": "inferred"}),
            ("quote", QUOTE, "/citations/0/paragraphs", {"citations": [{"source": ESSAY}]}),
            ("theme", "loneliness", "/broader", {"broader": "avoidance"}),
            ("theme", "loneliness", "/related/0", {"related": ["loneliness"]}),
            ("theme", "loneliness", "/related/0", {"related": ["letting-go"]}),
            ("theme", "loneliness", "/related/0", {"related": ["human-connection"]}),
            (
                "scene",
                CAFE,
                "/citations/0/paragraphs",
                {"citations": [{"source": ESSAY, "paragraphs": [6, 5]}]},
            ),
            ("scene", CAFE, "/summary", {"summary": "He is drunk and cruel, and takes her for a woman."}),
            ("commentary", CLAIM, "/relations/0", related("supports", TRADE, asserted_by="editor")),
        ],
    )
    def test_are_those_of_the_checker(self, session, checker, essays, case):
        type_name, slug, pointer, values = case
        checked = check_entries(session, [change_of(session, type_name, slug, **values)], essays=essays)
        assert pointer in [violation.pointer for violation in checked.violations]
        for violation in checked.violations:
            assert any(violation.message in message for message in checker(case, violation.rule))


@pytest.fixture(scope="module")
def checker():
    """A function that returns the messages of a rule for the packs, with some values of an entry changed."""
    pack = read_pack(*PACKS)
    result, _ = check_pack(pack, (), essays=ESSAYS)

    def check(case, rule):
        type_name, slug, _, values = case
        [entry] = [entry for entry in pack.entries if entry.key == (type_name, slug)]
        changed = replace(entry, body=entry.body | values)
        if rule == "form":
            _, diagnostics = check_pack(Pack(pack.roots, [changed]), ())
            return [diagnostic.message for diagnostic in diagnostics]
        valid = [validate(changed) if each.entry is entry else each for each in result.valid_entries]
        [function] = [each for each in RULES if each.__name__ == rule.replace("-", "_")]
        violations = function(CheckResult(pack=pack, valid_entries=valid, essays=result.essays))
        # In a pack, a message about another entry also says where that is.
        return [re.sub(r" at \S+:[0-9]+", "", violation.message) for violation in violations]

    return check


class TestReferences:
    def test_to_a_renamed_resource_are_to_its_new_id(self, session):
        theme = load_whole(session, "theme", "sacrifice")
        session.add(Alias(type_name="theme", slug="giving-up", resource_id=theme.id))
        session.flush()
        checked = check_entries(session, [change_of(session, "quote", QUOTE, themes=["giving-up"])])
        assert found(checked) == []
        assert checked.valid_entries[0].body["themes"] == ["sacrifice"]
        [quote] = checked.write()
        assert list(quote.themes) == [theme]

    def test_by_two_ids_are_listed_twice(self, session):
        theme = load_whole(session, "theme", "sacrifice")
        session.add(Alias(type_name="theme", slug="giving-up", resource_id=theme.id))
        session.flush()
        change = change_of(session, "quote", QUOTE, themes=["giving-up", "sacrifice"])
        assert messages(check_entries(session, [change])) == ["“sacrifice” is listed more than once."]

    def test_to_a_deleted_resource_say_so(self, session):
        with change_set(session, "test"):
            scene = load_whole(session, "scene", AIRFIELD)
            scene.deleted_at = scene.created_at
        checked = check_entries(session, [change_of(session, "quote", QUOTE, scene=AIRFIELD)])
        assert found(checked) == [
            (("quote", QUOTE), "/scene", f"The scene “{AIRFIELD}” was deleted."),
        ]

    def test_to_a_withdrawn_resource_give_the_reason(self, session):
        session.add(Withdrawal(type_name="theme", slug="honour", reason="No entry used it."))
        session.flush()
        checked = check_entries(session, [change_of(session, "quote", QUOTE, themes=["honour"])])
        assert messages(checked) == ["The theme “honour” was withdrawn: No entry used it."]

    def test_to_a_draft_are_those_of_drafts(self, session):
        with change_set(session, "test"):
            load_whole(session, "scene", AIRFIELD).status = Status.DRAFT
        message = f"The scene “{AIRFIELD}” is a draft, so only a draft can refer to it."
        change = change_of(session, "quote", QUOTE, scene=AIRFIELD)
        assert messages(check_entries(session, [change])) == [message]
        draft = change_of(session, "quote", QUOTE, scene=AIRFIELD, status="draft")
        assert found(check_entries(session, [draft])) == []

    def test_to_a_draft_that_is_not_stored_are_valid_where_it_is_known(self, session):
        change = change_of(session, "quote", QUOTE, scene=f"{FILM}-the-bar")
        assert len(messages(check_entries(session, [change]))) == 1
        assert found(check_entries(session, [change], drafts={("scene", f"{FILM}-the-bar")})) == []


class TestNewEntries:
    def body(self, session, **values):
        body = change_of(session, "quote", QUOTE).body
        del body["position"]
        return body | {"text": "The line is a price list.", "label": "A price list"} | values

    def test_come_last_in_their_source(self, session):
        new = [
            EntryChange("quote", f"{FILM}-a-price-list", self.body(session)),
            EntryChange("quote", f"{FILM}-a-vichy-water", self.body(session, text="a bottle of Vichy water")),
        ]
        checked = check_entries(session, new)
        assert found(checked) == []
        with change_set(session, "test"):
            quotes = checked.write()
        last = session.scalar(select(Quote.position).where(Quote.slug == f"{FILM}-the-usual-suspects"))
        assert [quote.position for quote in quotes] == [last + 1, last + 2]
        revision = session.scalar(select(Revision).where(Revision.resource_id == quotes[0].id).limit(1))
        assert revision is not None

    def test_have_the_position_that_the_body_says(self, session):
        checked = check_entries(
            session, [EntryChange("quote", f"{FILM}-a-price-list", self.body(session, position=2))]
        )
        assert checked.write()[0].position == 2

    def test_begin_with_the_id_of_the_film(self, session):
        checked = check_entries(session, [EntryChange("quote", "a-price-list", self.body(session))])
        assert messages(checked) == [f"The id must begin with the film's id: “{FILM}-…”."]

    def test_may_refer_to_each_other(self, session):
        scene = change_of(session, "scene", CAFE).body | {"title": "The bar", "label": "The bar"}
        new = [
            EntryChange("quote", f"{FILM}-a-price-list", self.body(session, scene=f"{FILM}-the-bar")),
            EntryChange("scene", f"{FILM}-the-bar", scene),
        ]
        checked = check_entries(session, new)
        assert found(checked) == []
        with change_set(session, "test"):
            quote, scene = checked.write()
        assert quote.scene is scene

    def test_of_a_new_source_cite_its_paragraphs(self, session):
        source = change_of(session, "source", ESSAY).body | {"title": "Another", "narration": []}
        citation = {"source": "casablanca-another", "paragraphs": [16]}
        new = [
            EntryChange("quote", f"{FILM}-a-price-list", self.body(session, citations=[citation])),
            EntryChange("source", "casablanca-another", source),
        ]
        checked = check_entries(session, new)
        assert found(checked) == []
        with change_set(session, "test"):
            quote, _ = checked.write()
        assert list(quote.citations[0].paragraphs) == [16]
        citation["paragraphs"] = [17]
        assert messages(check_entries(session, new)) == [
            "“casablanca-another” has 16 paragraphs, so 17 does not exist."
        ]


class TestSeveralChanges:
    def test_are_checked_as_they_will_be_together(self, session):
        one = change_of(session, "theme", "sacrifice", related=["family"])
        related = change_of(session, "theme", "family").body["related"]
        other = change_of(session, "theme", "family", related=[*related, "sacrifice"])
        assert messages(check_entries(session, [one])) == [
            "“family” does not list “sacrifice” as related. Both themes must do so."
        ]
        checked = check_entries(session, [one, other])
        assert found(checked) == []
        checked.write()
        session.flush()

    def test_report_the_theme_that_loses_its_relation(self, session):
        checked = check_entries(session, [change_of(session, "theme", "friendship", broader="sacrifice")])
        assert found(checked) == []
        checked = check_entries(session, [change_of(session, "theme", "avoidance", related=[])])
        assert ("theme", "vulnerability") in [key for key, _, _ in found(checked)]

    def test_report_subthemes_of_a_theme_that_becomes_one(self, session):
        change = change_of(session, "theme", "human-connection", broader="sacrifice")
        message = "“human-connection” is a subtheme itself. A broader theme must be a top-level theme."
        assert message in messages(check_entries(session, [change]))

    def test_cannot_be_written_with_violations(self, session):
        checked = check_entries(session, [change_of(session, "theme", "sacrifice", broader="avoidance")])
        with pytest.raises(ValueError, match="violations"):
            checked.write()


class TestStoredEntriesAround:
    def test_a_relation_is_declared_on_one_side_and_forms_no_cycle(self, session):
        other = f"{FILM}-lives-on-hold"
        checked = check_entries(
            session, [change_of(session, "commentary", THESIS, **related("supports", other))]
        )
        assert found(checked) == [
            (
                ("commentary", THESIS),
                "/relations/0",
                f"“{other}” also relates to “{THESIS}”. Declare a relation on one side only.",
            ),
            (
                ("commentary", THESIS),
                "/relations",
                "This entry supports or extends itself through other entries. Remove a relation.",
            ),
        ]

    def test_a_source_has_a_limit_of_quoted_words(self, session):
        words = " ".join(["word"] * 30)
        citation = [{"source": ESSAY, "paragraphs": [5]}]
        new = [
            change_of(session, "quote", QUOTE).body
            | {"text": f"{words} {number}", "citations": citation, "label": str(number)}
            for number in range(16)
        ]
        changes = [EntryChange("quote", f"{FILM}-{i}", body) for i, body in enumerate(new)]
        checked = check_entries(session, changes)
        [(key, pointer, message)] = found(checked)
        assert (key, pointer) == (("source", ESSAY), "")
        assert message.endswith("words are quoted from this source. At most 500 are allowed.")
        [attributed] = checked.attributed_violations
        assert (attributed.entry.key, attributed.pointer) == (("quote", f"{FILM}-15"), "/text")
        # What is too much already may become less.
        checked.violations.clear()
        checked.write()
        session.flush()
        assert found(check_entries(session, [change_of(session, "quote", QUOTE, label="Less")])) == []

    def test_a_source_keeps_the_paragraphs_that_are_cited(self, session):
        source = load_whole(session, "source", ESSAY)
        paragraphs = [paragraph.to_record() for paragraph in source.paragraphs][:13]
        checked = check_entries(session, [change_of(session, "source", ESSAY, paragraphs=paragraphs)])
        assert messages(checked)[0].endswith("cites paragraph 14, so it must stay.")
        assert {violation.pointer for violation in checked.violations} == {"/paragraphs"}

    def test_a_scene_keeps_its_place_in_narrations(self, session):
        narrating = [source for source in session.scalars(select(Source)) if source.narration]
        [part] = [part for part in narrating[0].narration if len(part.scenes) > 1][:1]
        first, last = part.scenes[0], part.scenes[-1]
        checked = check_entries(
            session, [change_of(session, "scene", first.slug, position=last.position + 1)]
        )
        assert [key for key, _, _ in found(checked)] == [("source", narrating[0].slug)]

    def test_an_entry_stays_with_its_film(self, session):
        checked = check_entries(session, [change_of(session, "quote", QUOTE, film="her-2013")])
        assert f"An entry stays with its film, “{FILM}”. Create another entry instead." in messages(checked)


class TestRecords:
    def test_of_older_versions_become_bodies_of_today(self, session):
        record = load_whole(session, "quote", QUOTE).to_record()
        del record["omitted_before"], record["editor_note"]
        record |= {"mood": "bitter", "citations": [record["citations"][0] | {"page": 3}]}
        body, removed = record_to_body("quote", record)
        assert sorted(removed) == ["citations.0.page", "mood"]
        valid = validate(Entry("quote", QUOTE, body, 1))
        assert (valid.body["omitted_before"], valid.body["editor_note"]) == (False, None)


class TestEssayFolder:
    def test_reads_a_text_again_when_its_file_changes(self, tmp_path):
        folder, file = EssayFolder(tmp_path), tmp_path / "an-essay.txt"
        assert "an-essay" not in folder
        file.write_text("One.")
        assert folder["an-essay"].paragraphs == ["One."]
        assert folder["an-essay"] is folder["an-essay"]
        file.write_text("One.\nTwo.")
        assert folder["an-essay"].paragraphs == ["One.", "Two."]
        file.write_bytes("One.".encode("utf-16"))
        assert "an-essay" not in folder
        assert (list(folder), len(folder)) == (["an-essay"], 1)

    def test_has_no_files_outside(self, tmp_path):
        (tmp_path / "secret.txt").write_text("One.")
        (tmp_path / "essays").mkdir()
        assert "../secret" not in EssayFolder(tmp_path / "essays")
        assert list(EssayFolder(tmp_path / "nowhere")) == []
