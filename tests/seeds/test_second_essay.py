"""A pack with a second essay on a film that another pack has: it names the film's folder and has no film.yml."""

import datetime as dt
import shutil

import pytest

from models import Commentary, Conflict, Quote, Scene
from seeds.check import check_pack
from seeds.pack import read_pack
from seeds.positions import last_position_before
from seeds.rules import RULES
from tests.databases import SEEDS
from tests.seeds.packs import ESSAY, ESSAYS, SECOND, SECOND_ESSAY, PackCopy, load_packs
from tests.seeds.test_load import records
from tests.two_essays import FIRST

#: Eight consecutive words of a source, and an entry of each pack that may not have them.
OF_THE_SECOND_ESSAY = "Tools do not weep, and so the evening fails because there are three people in it."
OF_CASABLANCA = "Everybody knows that a sacrifice that costs nothing is only good manners."


@pytest.mark.any_database
class TestFilm:
    def test_the_film_is_in_a_pack_that_is_checked_with_it(self, second_essay):
        assert not [each for each in second_essay.messages(essays=ESSAYS) if ": notice [" not in each]

    def test_the_order_of_packs_does_not_matter_to_the_film(self):
        assert not [each for each in read_pack(SECOND_ESSAY, SEEDS).diagnostics if each.rule == "pack"]

    def test_without_that_pack_a_warning_says_how_to_check_it(self, second_essay):
        second_essay.before = ()
        (message,) = second_essay.messages("pack")
        assert message == (
            "her-2013:1: warning [pack] -: There is no film.yml here. The film must be in the database already. "
            "Check the pack after the one with the film: subtext check OTHER_PACK THIS_PACK."
        )

    def test_a_film_that_no_pack_has_is_a_warning_for_its_folder_alone(self, second_essay):
        shutil.copytree(second_essay.root / "films/her-2013", second_essay.root / "films/her-2014")
        (message,) = second_essay.messages("pack")
        assert message.startswith("her-2014:1: warning [pack] -: There is no film.yml here. ")

    @pytest.mark.parametrize("name", ["quotes.yml", "commentary.yml"])
    def test_its_files_have_their_own_release_date(self, second_essay, name):
        second_essay.replace(name, "released_at: 2026-11-28T00:00:00Z\n", "")
        (message,) = second_essay.messages("released-at")
        assert message.startswith(f"{name}:1: error [released-at] -: The file has no release date. ")

    def test_an_id_of_the_other_essay_is_an_error(self, second_essay):
        line = second_essay.replace("quotes.yml", "her-2013-tools-do-not-weep:", "her-2013-feel-by-proxy:")
        (message,) = second_essay.messages("id-unique")
        assert message.startswith(f"quotes.yml:{line}: error [id-unique] her-2013-feel-by-proxy: ")
        assert "seeds/films/her-2013/quotes.yml:" in message


@pytest.mark.any_database
class TestTexts:
    """Which texts a pack is compared with: its own and those of packs before it, not those of packs after it."""

    def test_nobody_needs_the_texts_of_packs_before(self, tmp_path, second_essay):
        shutil.copy(ESSAYS / "her-nobodys-mirror.txt", tmp_path)
        levels = {each.entry: each.level for each in second_essay.diagnostics(tmp_path)}
        assert levels["her-perfection-is-the-enemy-of-real"] == "notice"
        assert levels[ESSAY] == "notice"
        assert not {"warning", "error"} & set(levels.values())

    def test_its_own_text_is_needed(self, tmp_path, second_essay):
        shutil.copy(ESSAYS / f"{ESSAY}.txt", tmp_path)
        (message,) = [each for each in second_essay.messages(essays=tmp_path) if ": notice [" not in each]
        assert "warning [source-text] her-nobodys-mirror: " in message

    @pytest.mark.parametrize("words", [OF_THE_SECOND_ESSAY, OF_CASABLANCA])
    def test_its_entries_copy_from_no_source(self, second_essay, words):
        line = second_essay.replace("commentary.yml", "title: Love is no sum", f"title: {words}")
        (message,) = [
            each for each in second_essay.messages("own-words", essays=ESSAYS) if ": error [" in each
        ]
        assert message.startswith(f"commentary.yml:{line}: error [own-words] her-2013-love-is-no-sum: ")

    @pytest.mark.parametrize(("words", "errors"), [(OF_THE_SECOND_ESSAY, 0), (OF_CASABLANCA, 1)])
    def test_the_entries_of_another_pack_cannot_have_copied_from_it(self, second, words, errors):
        second.replace("commentary.yml", "title: A kind lie", f"title: {words}")
        packs = read_pack(SEEDS, second.root, SECOND_ESSAY)
        _, diagnostics = check_pack(packs, RULES, essays=ESSAYS)
        found = [each for each in diagnostics if (each.rule, each.level) == ("own-words", "error")]
        assert len(found) == errors

    def test_quoted_words_are_counted_for_each_essay(self, second_essay, monkeypatch):
        monkeypatch.setattr("api.entries.text_rules.MAX_WORDS_PER_SOURCE", 100)
        quoted = dict.fromkeys((FIRST, "her-nobodys-mirror"), 0)
        for quote in read_pack(SEEDS, SECOND_ESSAY).of_type("quote"):
            quoted[quote.body["citations"][0]["source"]] += len(quote.body["text"].split())
        assert {each.partition("quote-length] ")[2] for each in second_essay.messages("quote-length")} == {
            f"{source}: {count} words are quoted from this source. At most 100 are allowed."
            for source, count in quoted.items()
        }

    def test_a_pack_may_be_named_by_any_path_to_it(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        shutil.copytree(SECOND_ESSAY, tmp_path / "essay")
        (tmp_path / "here").mkdir()
        relative = PackCopy(tmp_path / "here/../essay", film="her-2013", before=(SEEDS, SECOND))
        assert not [each for each in relative.messages(essays=ESSAYS) if ": notice [" not in each]


SCENE = """released_at: 2026-11-28T00:00:00Z

her-2013-a-picnic:
  title: A picnic
  position: {position}
  summary: Theodore and Samantha are out with another couple, who find nothing odd in that.
  themes: [friendship]
  citations:
    - source: her-nobodys-mirror
      paragraphs: [9]
"""


def in_order(database, model):
    """Return the ids of the resources of the film, in the default order of lists."""
    with database.read_session() as session:
        rows = session.scalars(model.select_where(film=["her-2013"]).order_by(model.position, model.slug))
        return [row.slug for row in rows]


@pytest.mark.any_database
class TestPositions:
    @pytest.mark.parametrize("model", [Quote, Commentary])
    def test_an_added_essay_comes_after_the_pack_of_the_film(self, packed, model):
        before = in_order(packed, model)
        load_packs(packed, SECOND, SECOND_ESSAY)
        after = in_order(packed, model)
        assert after[: len(before)] == before
        entries = [each.slug for each in read_pack(SECOND_ESSAY).of_type(model.type_name)]
        assert [slug for slug in entries if slug in after] == after[len(before) :]
        assert len(after) > len(before) + 10

    def test_two_added_essays_are_not_mixed(self, second_essay):
        second_essay.replace("sources.yml", "her-nobodys-mirror:", "her-another-essay:")
        positions = {
            root: [entry.position for entry in read_pack(root).of_type("commentary")]
            for root in (SECOND_ESSAY, second_essay.root)
        }
        first, other = sorted(positions.values())
        assert max(first) < min(other)

    def test_a_later_release_comes_later(self, second_essay):
        second_essay.replace("commentary.yml", "2026-11-28", "2026-11-29")
        earlier = read_pack(SECOND_ESSAY).of_type("commentary")
        later = read_pack(second_essay.root).of_type("commentary")
        assert max(entry.position for entry in earlier) < min(entry.position for entry in later)

    def test_a_position_fits_its_column_for_centuries(self):
        last = last_position_before(dt.datetime(2260, 1, 1, tzinfo=dt.UTC), "any-essay")
        assert last + 1_000 < 2**31
        assert last_position_before(dt.datetime(1990, 1, 1, tzinfo=dt.UTC), "any-essay") > 1_000


@pytest.mark.any_database
class TestAddedScene:
    @pytest.mark.parametrize("position", ["0", "100001", "true", "soon", "1.5", "null"])
    def test_it_has_a_position_in_the_film(self, second_essay, position):
        second_essay.append("scenes.yml", SCENE.format(position=position))
        (message,) = second_essay.messages("position")
        assert message == (
            "scenes.yml:5: error [position] her-2013-a-picnic: A scene that is added to a film of another pack "
            "must have the position of the scene in the film beside which it belongs: an integer between 1 and 100000."
        )

    def test_without_a_position_it_is_an_error(self, second_essay):
        second_essay.append("scenes.yml", SCENE.replace("  position: {position}\n", ""))
        assert len(second_essay.messages("position")) == 1

    @pytest.mark.parametrize("position", [1, 12, 34])
    def test_every_scene_is_reached_from_the_one_before(self, packed, second_essay, position):
        second_essay.append("scenes.yml", SCENE.format(position=position))
        load_packs(packed, SECOND, second_essay.root)
        order = in_order(packed, Scene)
        place = order.index("her-2013-a-picnic") + 1
        assert place in (position, position + 1)
        with packed.read_session() as session:
            scenes = {scene.slug: scene for scene in session.scalars(Scene.select_where(film=["her-2013"]))}
            assert [scenes[slug].next_slug for slug in order] == [*order[1:], None]
            assert [scenes[slug].previous_slug for slug in order] == [None, *order[:-1]]


@pytest.mark.any_database
class TestTakenId:
    @pytest.mark.parametrize(
        ("name", "own", "taken"),
        [
            ("quotes.yml", "her-2013-tools-do-not-weep", "her-2013-feel-by-proxy"),
            ("commentary.yml", "her-2013-love-is-no-sum", "her-2013-the-warning"),
        ],
    )
    def test_a_pack_replaces_no_entry_of_another_source(self, packed, second_essay, name, own, taken):
        load_packs(packed, SECOND)
        before = records(packed)
        for file in ("quotes.yml", "commentary.yml"):
            text = second_essay.file(file).read_text("utf-8")
            second_essay.file(file).write_text(text.replace(own, taken), "utf-8")
        message = f"The id “{taken}” is taken: the {name.removesuffix('s.yml').removesuffix('.yml')} cites “{FIRST}”"
        with pytest.raises(Conflict, match=f"^{message}, a source of another pack. Choose another id.$"):
            load_packs(packed, second_essay.root)
        assert records(packed) == before

    def test_a_source_may_be_renamed_in_its_pack(self, packed, second_essay):
        load_packs(packed, SECOND, SECOND_ESSAY)
        for name in ("sources.yml", "quotes.yml", "commentary.yml"):
            text = second_essay.file(name).read_text("utf-8")
            second_essay.file(name).write_text(text.replace("her-nobodys-mirror", "nobodys-mirror"), "utf-8")
        (second_essay.root / "withdrawn.yml").write_text(
            "withdrawn:\n  - id: her-nobodys-mirror\n    type: source\n    reason: It has another id.\n"
            "    moved_to: nobodys-mirror\n",
            "utf-8",
        )
        report = load_packs(packed, second_essay.root)
        assert report["quote"]["updated"] == 14
        assert report["source"] == {"created": 1, "withdrawn": 1}
