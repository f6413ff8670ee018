"""The code of a document that changes the repository: files to create, and diffs to apply."""

import re
from pathlib import Path

from tests.documented.blocks import fences


class Recipe:
    """What a section of a document says to change: blocks that begin with a path, in order."""

    def __init__(self, document: Path, heading: str) -> None:
        sections = re.split(r"^## ", document.read_text("utf-8"), flags=re.MULTILINE)
        text = next(section for section in sections if section.startswith(f"{heading}\n"))
        blocks = (fence.text for fence in fences(document, text))
        matches = (re.match(r"(# |--- )(\S+\.(?:py|yml))\n", block) for block in blocks)
        #: The kind ("# " creates, "--- " changes), the path and the text of each block.
        self.steps = [(match[1], match[2], match.string[match.end() :]) for match in matches if match]

    @property
    def paths(self) -> set[str]:
        return {path for _, path, _ in self.steps}

    def apply(self, root: Path) -> None:
        """Apply all steps to a tree."""
        for kind, path, text in self.steps:
            if kind == "# ":
                (root / path).write_text(text)
            else:
                for hunk in text.split("@@\n"):
                    apply_hunk(root / path, hunk)


def apply_hunk(file: Path, hunk: str) -> None:
    """Replace the lines of a hunk that begin with a blank or ``-``; they must occur once in the file."""
    lines = [(line[:1] or " ", line[1:]) for line in hunk.splitlines()]
    old, new = ("".join(f"{text}\n" for sign, text in lines if sign in kept) for kept in (" -", " +"))
    content = file.read_text("utf-8")
    assert content.count(old) == 1, f"{file.name} has {content.count(old)} times:\n{old}"
    file.write_text(content.replace(old, new))
