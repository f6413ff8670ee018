"""Authors as people and organizations, in every format, read by independent parsers."""

import json
import re

import pytest
import rispy
from hypothesis import given
from hypothesis import strategies as st
from pybtex.database import parse_string

from api.representations.author_names import split_particle
from models.author import join_names, plain_author, to_author
from tests.api.test_citations import decode_latex
from tests.cases import each
from tests.forms import (
    HOSTILE,
    STYLES,
    collapse_spaces,
    expanded_item,
    hypothesis_settings,
    make_item,
    render,
)

pytestmark = pytest.mark.any_database

WRITER = {"given": "Jane", "family": "Smith"}
BEETHOVEN = {"given": "Ludwig", "family": "van Beethoven"}
KING = {"given": "Martin Luther", "family": "King", "suffix": "Jr."}
COLLECTIVE = {"literal": "Writers, Readers and Co."}
PLATO = {"family": "Plato"}
DIRECTOR = {"given": "家卫", "family": "王"}
HUNGARIAN = {"given": "Béla", "family": "Tarr", "family_first": True}
PEOPLE = [WRITER, BEETHOVEN, KING, COLLECTIVE, PLATO, DIRECTOR, HUNGARIAN]


def source_by(*bodies, **changes):
    """Return a source with these authors, as the API serves it."""
    authors = [to_author(body) if isinstance(body, dict) else plain_author(body) for body in bodies]
    unknown = dict.fromkeys(("subtitle", "section", "rights"))
    details = {"kind": "essay", "language": "en", "title": "Why", "publication": "The Paper"}
    dated = {"published_on": "2023-05-07", "source_url": "https://paper.example/why", "films": []}
    names = join_names([author["name"] for author in authors]) or None
    return (
        make_item("source", "sources", "a", author=names, authors=authors, **unknown, **details, **dated)
        | changes
    )


def bibtex_people(*bodies):
    """Return the authors that pybtex reads: particle, family, suffix and given names, decoded."""
    (entry,) = parse_string(render("bibtex", source_by(*bodies)), "bibtex").entries.values()
    return [
        tuple(
            decode_latex(" ".join(names))
            for names in (
                person.prelast_names,
                person.last_names,
                person.lineage_names,
                person.first_names + person.middle_names,
            )
        )
        for person in entry.persons["author"]
    ]


def ris_authors(*bodies):
    (record,) = rispy.loads(render("ris", source_by(*bodies)))
    return record["authors"]


def csl_authors(*bodies):
    (entry,) = json.loads(render("csl-json", source_by(*bodies)))
    return entry["author"]


def linked_authors(*bodies):
    author = json.loads(render("json-ld", source_by(*bodies)))["author"]
    return author if isinstance(author, list) else [author]


class TestNames:
    @each(
        ("body", "name"),
        [
            (WRITER, "Jane Smith"),
            (BEETHOVEN, "Ludwig van Beethoven"),
            (KING, "Martin Luther King Jr."),
            (COLLECTIVE, "Writers, Readers and Co."),
            (PLATO, "Plato"),
            (DIRECTOR, "王家卫"),
            ({"given": "준호", "family": "봉"}, "봉준호"),
            ({"given": "裕和", "family": "是枝"}, "是枝裕和"),
            ({"given": "Ойлер", "family": "Иванов"}, "Ойлер Иванов"),
            (HUNGARIAN, "Tarr Béla"),
            ({"given": "Kar-wai", "family": "Wong"}, "Kar-wai Wong"),
            ({"given": "ジャン", "family": "ゴダール", "family_first": False}, "ジャン ゴダール"),
            ({"given": "Jane\n X. ", "family": "Smith"}, "Jane X. Smith"),
        ],
    )
    def test_a_name_has_its_natural_order(self, body, name):
        assert to_author(body)["name"] == name

    @each(("number", "text"), [(0, ""), (1, "A"), (2, "A and B"), (3, "A, B and C")])
    def test_names_are_joined(self, number, text):
        assert join_names(["A", "B", "C"][:number]) == text

    @each(
        ("family", "particle", "rest"),
        [
            ("van Beethoven", "van", "Beethoven"),
            ("de la Cruz", "de la", "Cruz"),
            ("von und zu Guttenberg", "von und zu", "Guttenberg"),
            ("’t Hooft", "’t", "Hooft"),
            ("García y Vega", "", "García y Vega"),
            ("De Niro", "", "De Niro"),
            ("hooks", "", "hooks"),
            ("d’Alembert", "", "d’Alembert"),
            ("de la cruz", "de la", "cruz"),
            ("გიორგი აბაშიძე", "", "გიორგი აბაშიძე"),
        ],
    )
    def test_particles_are_words_in_lower_case_before_the_name(self, family, particle, rest):
        assert split_particle(family) == (particle, rest)


class TestBibTeX:
    def test_each_author_is_a_person_or_an_organization(self):
        assert bibtex_people(*PEOPLE) == [
            ("", "Smith", "", "Jane"),
            ("van", "Beethoven", "", "Ludwig"),
            ("", "King", "Jr.", "Martin Luther"),
            ("", "Writers, Readers and Co.", "", ""),
            ("", "Plato", "", ""),
            ("", "王", "", "家卫"),
            ("", "Tarr", "", "Béla"),
        ]

    @each(
        ("body", "expected"),
        [
            ({"given": "Juan", "family": "García y Vega"}, ("", "García y Vega", "", "Juan")),
            ({"given": "bell", "family": "hooks"}, ("", "hooks", "", "bell")),
            ({"family": "Film Crit Hulk"}, ("", "Film Crit Hulk", "", "")),
            ({"given": "A and B", "family": "C and D"}, ("", "C and D", "", "A and B")),
            ({"family": "others"}, ("", "others", "", "")),
            ({"given": "Ana", "family": "{Open"}, ("", "{Open", "", "Ana")),
            ({"given": "A\\b", "family": "100 % @Home"}, ("", "100 % @Home", "", "A\\b")),
            ({"given": "Ann", "family": "and Sons"}, ("", "Ann and Sons", "", "")),
            ({"literal": "AT&T and others"}, ("", "AT&T and others", "", "")),
        ],
    )
    def test_names_that_look_like_syntax_are_kept_whole(self, body, expected):
        assert bibtex_people(body) == [expected]

    def test_an_organization_is_in_braces(self):
        assert "author = {{Writers, Readers and Co.} and Smith, Jane}" in render(
            "bibtex", source_by(COLLECTIVE, WRITER)
        )

    @hypothesis_settings
    @given(given_name=HOSTILE, family=HOSTILE)
    def test_any_name_is_read_as_one_person(self, given_name, family):
        (entry,) = parse_string(
            render("bibtex", source_by({"given": given_name, "family": family}, WRITER)), "bibtex"
        ).entries.values()
        assert len(entry.persons["author"]) == 2
        person = decode_latex(str(entry.persons["author"][0]))
        letters = re.sub(r"\W", "", f"{given_name}{family}")
        assert sorted(re.sub(r"\W", "", person)) == sorted(letters)


class TestRIS:
    def test_each_author_has_a_line(self):
        assert ris_authors(*PEOPLE) == [
            "Smith, Jane",
            "van Beethoven, Ludwig",
            "King, Martin Luther, Jr.",
            "Writers, Readers and Co.",
            "Plato",
            "王, 家卫",
            "Tarr, Béla",
        ]

    def test_lines_end_as_the_format_requires(self):
        body = render("ris", source_by(*PEOPLE))
        assert body.startswith("TY  - MGZN\r\n")
        assert body.endswith("\r\nER  - \r\n")
        assert "\n" not in body.replace("\r\n", "")
        assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in body.split("\r\n")[:-1])

    @hypothesis_settings
    @given(name=HOSTILE)
    def test_any_name_stays_on_its_line(self, name):
        assert ris_authors({"literal": name}, WRITER)[0].strip() == collapse_spaces(name)


class TestCSL:
    def test_each_author_is_a_name_variable(self):
        assert csl_authors(*PEOPLE) == [
            {"family": "Smith", "given": "Jane"},
            {"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"},
            {"family": "King", "given": "Martin Luther", "suffix": "Jr."},
            {"literal": "Writers, Readers and Co."},
            {"family": "Plato"},
            {"family": "王", "given": "家卫", "static-ordering": True},
            {"family": "Tarr", "given": "Béla", "static-ordering": True},
        ]


class TestLinkedData:
    def test_people_and_organizations_have_types(self):
        assert linked_authors(KING, COLLECTIVE, PLATO, BEETHOVEN) == [
            {
                "@type": "Person",
                "name": "Martin Luther King Jr.",
                "givenName": "Martin Luther",
                "familyName": "King",
                "honorificSuffix": "Jr.",
            },
            {"@type": "Organization", "name": "Writers, Readers and Co."},
            {"@type": "Person", "name": "Plato"},
            {
                "@type": "Person",
                "name": "Ludwig van Beethoven",
                "givenName": "Ludwig",
                "familyName": "van Beethoven",
            },
        ]

    def test_a_name_in_plain_text_has_no_type(self):
        assert linked_authors("A Critic") == [{"name": "A Critic"}]

    def test_a_publication_in_place_of_an_author_is_an_organization(self):
        assert linked_authors() == [{"@type": "Organization", "name": "The Paper"}]


class TestFormattedReferences:
    @pytest.mark.parametrize("style", STYLES)
    @each(
        ("number", "apa", "mla", "chicago"),
        [
            (1, "Smith, J. (", "Smith, Jane. “", "Smith, Jane. 2023"),
            (
                2,
                "Smith, J., & van Beethoven, L. (",
                "Smith, Jane, and Ludwig van Beethoven. “",
                "Smith, Jane, and Ludwig van Beethoven. 2023",
            ),
            (
                3,
                "Smith, J., van Beethoven, L., & King, M. L., Jr. (",
                "Smith, Jane, et al. “",
                "Smith, Jane, Ludwig van Beethoven, and Martin Luther King Jr. 2023",
            ),
            (
                7,
                "Smith, J., van Beethoven, L., King, M. L., Jr., Writers, Readers and Co., Plato, 王家卫, "
                "& Tarr, B. (",
                "Smith, Jane, et al. “",
                "Smith, Jane, Ludwig van Beethoven, Martin Luther King Jr., et al. 2023",
            ),
        ],
    )
    def test_as_many_authors_are_named_as_the_style_wants(self, style, number, apa, mla, chicago):
        expected = {"apa": apa, "mla": mla, "chicago": chicago}[style]
        assert render(style, source_by(*PEOPLE[:number])).startswith(expected)

    def test_apa_names_the_first_nineteen_and_the_last_of_many(self):
        authors = [{"given": "A", "family": f"F{number}"} for number in range(1, 23)]
        assert "F19, A., … F22, A. (2023" in render("apa", source_by(*authors))
        assert "F19, A., & F20, A. (2023" in render("apa", source_by(*authors[:20]))

    @each(
        ("body", "apa", "mla"),
        [
            ({"given": "Jean-Luc Marie", "family": "Roy"}, "Roy, J.-L. M.", "Roy, Jean-Luc Marie."),
            (HUNGARIAN, "Tarr, B.", "Tarr Béla."),
            (DIRECTOR, "王家卫.", "王家卫."),
            (COLLECTIVE, "Writers, Readers and Co.", "Writers, Readers and Co."),
            (KING, "King, M. L., Jr.", "King, Martin Luther, Jr."),
            ("A Critic", "A Critic.", "A Critic."),
        ],
    )
    def test_the_first_author_is_inverted_unless_the_family_name_comes_first(self, body, apa, mla):
        assert render("apa", source_by(body)).startswith(f"{apa} (2023")
        assert render("mla", source_by(body)).startswith(f"{mla} “Why.”")

    @pytest.mark.parametrize("style", STYLES)
    def test_without_an_author_the_publication_or_the_title_comes_first(self, style):
        assert render(style, source_by()).startswith("The Paper. ")
        assert render(style, source_by(publication=None)).lstrip("“").startswith("Why.")

    @pytest.mark.parametrize("style", STYLES)
    @hypothesis_settings
    @given(
        bodies=st.lists(st.fixed_dictionaries({"given": HOSTILE, "family": HOSTILE}), min_size=1, max_size=3)
    )
    def test_any_names_are_on_one_line(self, style, bodies):
        assert render(style, source_by(*bodies)).count("\n") == 1


class TestOtherPlaces:
    @pytest.fixture
    def quote(self, client):
        quote = expanded_item(client, "/v1/quotes/her-2013-a-wife-without-the-challenges")
        return quote | {"citations": [{"source": source_by(BEETHOVEN, COLLECTIVE), "paragraphs": [1]}]}

    def test_attributions_name_all_authors(self, quote):
        credit = "“Why” (Ludwig van Beethoven and Writers, Readers and Co., The Paper, 2023-05-07), para. 1"
        for name in ("text", "bibtex", "apa"):
            assert credit in render(name, quote)
