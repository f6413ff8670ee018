"""Values that YAML reads otherwise than their author meant: each is right, or an error that says what to do."""

import pytest

from seeds.pack import read_pack
from tests.cases import each
from tests.seeds.packs import PackCopy

LIE = "casablanca-1942-a-kind-lie"
ENTRY = (
    "released_at: 2026-11-24T00:00:00Z\nsacrifice:\n  name: Sacrifice\n  definition: {value}\n  related: []\n"
)
CUT = "The value ends before “{comment}”, which YAML reads as a comment. {remedy}"
REMEDY = "Put the value in quotation marks, or the comment on a line of its own."


@pytest.fixture
def parsed(tmp_path):
    """A function that writes a theme with a value as its definition, and returns the pack."""

    def write(value):
        (tmp_path / "themes.yml").write_text(ENTRY.format(value=value), "utf-8")
        return read_pack(tmp_path)

    return write


@pytest.fixture
def errors(tmp_path, vocabularies):
    """A function that returns the line and the message of each error of a theme with a value as its definition."""

    def check(value):
        (tmp_path / "themes.yml").write_text(ENTRY.format(value=value), "utf-8")
        diagnostics = PackCopy(tmp_path, vocabularies).diagnostics()
        return [(one.line, one.message) for one in diagnostics if one.level == "error"]

    return check


class TestComments:
    @each(
        ("value", "line", "comment"),
        [
            ("I saw her #1 fan", 4, "#1 fan"),
            ("I saw her # one fan", 4, "# one fan"),
            ("Agent #9", 4, "#9"),
            ("agent #9", 4, "#9"),
            ("Agent # nine", 4, "# nine"),
            ("#1 fan", 4, "#1 fan"),
            ("I saw\n    her #1 fan", 5, "#1 fan"),
            ("I saw her\n    #1 fan", 4, "#1 fan"),
            ("I saw her\n\n    # of one", 4, "# of one"),
            ("我爱你 #一", 4, "#一"),
        ],
    )
    def test_a_comment_that_cuts_off_a_text_is_an_error(self, errors, value, line, comment):
        message = CUT.format(comment=comment, remedy=REMEDY)
        assert errors(value) == [(line, f"definition: {message}")]

    @each(
        ("value", "text"),
        [
            ('"I saw her #1 fan"', "I saw her #1 fan"),
            ("'I saw her #1 fan' # a comment", "I saw her #1 fan"),
            ("I saw her#1 fan", "I saw her#1 fan"),
            (">-\n    I saw her #1 fan\n    #2", "I saw her #1 fan #2"),
            ("I saw her\n  # a comment", "I saw her"),
            ("sacrifice # a comment", "sacrifice"),
            ("sacrifice  ## a comment", "sacrifice"),
            ("2020-02-03 # a date", "2020-02-03"),
        ],
    )
    def test_other_comments_and_number_signs_are_right(self, parsed, value, text):
        pack = parsed(value)
        assert not pack.diagnostics
        assert pack.entries[0].body["definition"] == text

    def test_an_item_of_a_list_is_no_exception(self, errors):
        message = CUT.format(comment="#1", remedy=REMEDY)
        assert errors("x\n  broader:\n    - Love #1") == [(6, message)]

    def test_the_pack_with_comments_behind_ids_stays_valid(self, second):
        second.replace(
            "quotes.yml", "scene: casablanca-1942-paris", "scene: casablanca-1942-paris # a memory"
        )
        assert second.messages() == []


class TestKinds:
    @each("value", ["no", "yes", "on", "off", "12:30", "2001-1-1", "2020-02-03", "8½", "1.2.3", "---", "..."])
    def test_a_text_stays_a_text(self, parsed, value):
        pack = parsed(value)
        assert not pack.diagnostics
        assert pack.entries[0].body["definition"] == value

    @each(
        ("value", "kind"),
        [
            ("1917", "a number"),
            ("1e3", "a number"),
            ("010", "a number"),
            ("0o10", "a number"),
            ("1_000", "a number"),
            (".5", "a number"),
            (".nan", "a number"),
            ("True", "true or false"),
            ("2012-12-21 10:00:00", "a time"),
            ("{sighs}", "a mapping"),
            ("[laughs]", "a list"),
        ],
    )
    def test_what_is_no_text_is_told_to_be_quoted(self, errors, value, kind):
        message = (
            f"definition: Not a valid string. YAML reads this value as {kind}. Put it in quotation marks."
        )
        assert errors(value) == [(4, message)]

    @each("value", ["~", "null", "NULL", "", "# nothing"])
    def test_nothing_is_nothing(self, errors, value):
        assert errors(value) == [(4, "definition: Field may not be null.")]

    @each("mark", [">", "|", ">+", "|+", ">2"])
    def test_a_block_with_a_line_end_is_told_to_leave_it_out(self, errors, mark):
        message = (
            "definition: Must not start or end with white space. "
            "In YAML, write “>-” for “>” and “|-” for “|”, which add no line end."
        )
        assert errors(f"{mark}\n    Giving up.\n") == [(4, message)]


class TestHints:
    @each(
        ("value", "hint"),
        [
            ("[laughs] Yes", "Put a value that starts with “[” in quotation marks."),
            ("@someone", "Put a value that starts with “@” in quotation marks."),
            ("*sighs*", "Put a value that starts with “*” in quotation marks."),
            ("%s", "Put a value that starts with “%” in quotation marks."),
            ("Her: a film", "Put a value that contains “: ” in quotation marks."),
            ("'It's'", "Inside single quotation marks, write an apostrophe twice."),
            ('"A "word""', 'Inside double quotation marks, write \\" for a quotation mark.'),
            ("a\tb", "Use spaces. Tabs are allowed only in quotation marks."),
            ("x\n<<<<<<< HEAD", "This line marks a merge conflict. Resolve it."),
            ("x\n  broader:null", "A space must follow the colon."),
            ("x\n\tbroader: null", "Indent with spaces. Tabs are not allowed."),
            ("x\n---", "A file is one document. Remove this line."),
        ],
    )
    def test_a_line_that_is_no_yaml_is_told_how_to_be_corrected(self, errors, value, hint):
        ((_, message),) = errors(value)
        assert message.startswith("Invalid YAML: ")
        assert message.endswith(hint)


class TestReleaseDates:
    @each(
        "date",
        ["2126-11-24T00:00:00Z", "2062-11-24T00:00:00Z", "0026-11-24T00:00:00Z", "1926-11-24T00:00:00Z"],
    )
    def test_a_date_far_from_today_is_an_error(self, tmp_path, date):
        (tmp_path / "themes.yml").write_text(f"released_at: {date}\n")
        (diagnostic,) = read_pack(tmp_path).diagnostics
        assert (diagnostic.line, diagnostic.rule) == (1, "released-at")
        assert diagnostic.message.startswith(
            "released_at must be between 1970-01-01 and 90 days after today, 20"
        )

    def test_so_is_one_of_an_entry(self, second):
        line = second.replace(
            "scenes.yml", "title: Paris", "released_at: 2226-01-01T00:00:00Z\n  title: Paris"
        )
        assert [(one.line, one.rule) for one in second.diagnostics()] == [(line, "released-at")]
