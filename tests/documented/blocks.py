"""The code blocks of README and guides: which are run, and which show what those answer.

The convention: a block of `sh`, `python`, `js` or `ts` is run; a block of `json`, `http`, `html` or `text` after
it is its answer, and nothing else may stand there. A block of `nginx` is the set-up of the block after it.
"""

from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = [ROOT / "README.md", *sorted((ROOT / "docs" / "guides").glob("*.md"))]
RUN = {"sh", "python", "js", "ts"}
ANSWERS = {"json", "http", "html", "text"}
SET_UP = {"nginx"}


@dataclass(frozen=True)
class Fence:
    """A block as it stands: its place (file:line), its language and its text."""

    place: str
    language: str
    text: str


@dataclass(frozen=True)
class Run:
    """A block that is run, with the answer shown for it and what is set up before it, if any."""

    block: Fence
    answer: Fence | None = None
    set_up: Fence | None = None

    def __str__(self):
        return self.block.place


def fences(path, text=None):
    """Return every block of code, indented ones too; those have no language."""
    tokens = MarkdownIt("commonmark").parse(path.read_text("utf-8") if text is None else text)
    name = path.relative_to(ROOT).as_posix()
    return [
        Fence(f"{name}:{token.map[0] + 1}", token.info.strip(), token.content)
        for token in tokens
        if token.type in ("fence", "code_block")
    ]


def runs(found):
    """Return what is run, in order; ValueError names a block that is neither run nor belongs to one."""
    made, set_up, answered = [], None, True
    for fence in found:
        if fence.language in ANSWERS and not answered and set_up is None:
            made[-1] = Run(made[-1].block, fence, made[-1].set_up)
            answered = True
        elif fence.language in RUN:
            made.append(Run(fence, None, set_up))
            set_up, answered = None, False
        elif fence.language in SET_UP and set_up is None:
            set_up = fence
        else:
            raise ValueError(f"{fence.place} is neither run nor the answer of what is.")
    if set_up:
        raise ValueError(f"{set_up.place} is set up for nothing.")
    return made
