"""Single edits: the texts that may have been meant by a misspelt one."""

from __future__ import annotations


def single_edits(text: str, alphabet: str) -> set[str]:
    """Return all texts that one deletion, transposition, replacement or insertion makes of this one.

    New characters are those of ``alphabet``.
    Source: Peter Norvig, "How to Write a Spelling Corrector" (2007).
    """
    splits = [(text[:index], text[index:]) for index in range(len(text) + 1)]
    deletions = {left + right[1:] for left, right in splits if right}
    transpositions = {left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1}
    replacements = {left + new + right[1:] for left, right in splits if right for new in alphabet}
    insertions = {left + new + right for left, right in splits for new in alphabet}
    return deletions | transpositions | replacements | insertions
