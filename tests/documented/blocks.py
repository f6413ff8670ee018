"""The code blocks of the README, the guides and the page on operations: which ones are run, and which ones show output.

Blocks in `sh`, `python`, `js` or `ts` are run. A block in `json`, `http`, `html` or `text` is the expected output of
the block before it. A block in `nginx` is the set-up for the block after it. Blocks in `css` are tried by
`tests/browser`. A block whose language is followed by the path of a file is an excerpt of it. No other blocks are
allowed.
"""

from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs" / "guides").glob("*.md")),
    ROOT / "docs" / "operations.md",
]
RUN_LANGUAGES = {"sh", "python", "js", "ts"}
OUTPUT_LANGUAGES = {"json", "http", "html", "text"}
SET_UP_LANGUAGES = {"nginx"}
BROWSER_LANGUAGES = {"css"}


@dataclass(frozen=True)
class Fence:
    """A code block: its location (file:line), its language, its text, and the file that it is an excerpt of."""

    location: str
    language: str
    text: str
    file: str = ""


@dataclass(frozen=True)
class Run:
    """A block to run, with its expected output and its set-up, if any."""

    block: Fence
    output: Fence | None = None
    set_up: Fence | None = None

    def __str__(self):
        return self.block.location


def fences(path, text=None):
    """Return all code blocks, including indented ones, which have no language."""
    tokens = MarkdownIt("commonmark").parse(path.read_text("utf-8") if text is None else text)
    name = path.relative_to(ROOT).as_posix()
    return [
        Fence(f"{name}:{token.map[0] + 1}", language, token.content, file)
        for token in tokens
        if token.type in ("fence", "code_block")
        for language, _, file in [token.info.strip().partition(" ")]
    ]


def group_runs(blocks):
    """Return the blocks to run, in order.

    Raises:
        ValueError: a block is neither run nor belongs to one that is.
    """
    runs, set_up, has_output = [], None, True
    for fence in blocks:
        if fence.language in OUTPUT_LANGUAGES and not fence.file and not has_output and set_up is None:
            runs[-1] = Run(runs[-1].block, fence, runs[-1].set_up)
            has_output = True
        elif fence.language in SET_UP_LANGUAGES and set_up is None:
            set_up = fence
        elif fence.file or fence.language in BROWSER_LANGUAGES:
            continue
        elif fence.language in RUN_LANGUAGES:
            runs.append(Run(fence, None, set_up))
            set_up, has_output = None, False
        else:
            raise ValueError(f"{fence.location} is neither run nor the output of a block that is.")
    if set_up:
        raise ValueError(f"{set_up.location} is set-up, but no block follows it.")
    return runs
