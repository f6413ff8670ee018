"""A source whose text is at hand, but which nothing cites yet: where an editor at the desk begins."""

from api.core.config import ROOT
from api.entries.essay import Essay

ESSAYS = ROOT / "tests" / "packs" / "essays"
SOURCE = "her-nobodys-mirror"
#: The hash of a text whose source does not exist.
CASABLANCA = Essay.read(ESSAYS / "casablanca-a-man-who-stays.txt").sha256
#: The number and the text of a paragraph, and words in it.
NUMBER, WORDS = 5, "the film never lets them lose each other"


def source_body():
    """Return the create body of the source, whose paragraphs are those of its text."""
    essay = Essay.read(ESSAYS / f"{SOURCE}.txt")
    measures = [essay.measure(number) for number in range(1, len(essay.paragraphs) + 1)]
    return {
        "id": SOURCE,
        "kind": "essay",
        "title": "Her: Nobody's Mirror",
        "language": "en",
        "rights": "Made for this repository.",
        "films": ["her-2013"],
        "sha256": essay.sha256,
        "paragraphs": [{"kind": "body", "word_count": count, "sha256": sha256} for count, sha256 in measures],
    }


def paragraph(number=NUMBER):
    """Return the text of a paragraph of the source."""
    return Essay.read(ESSAYS / f"{SOURCE}.txt").paragraphs[number - 1]
