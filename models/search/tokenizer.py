"""Tokenizer: splits a text into the terms that it is found by.

A *token* has two index terms: ``exact``, without case and accents, for phrases and prefixes; and ``stem``,
for words. A *variant* has a stem alone: another spelling of the tokens in its place, such as ``email`` for
*e-mail*, or a part of one, such as ``brien`` for *O’Brien*. Terms consist of letters, digits and their marks,
so they never need escaping in a database's query syntax.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from models.search.folding import GROUP_SPACE, fold, mark_class
from models.search.korean import HANGUL_RUN, PARTICLE_WORDS, one_syllable_noun
from models.search.stemming import stem
from models.search.word_parts import split_at_apostrophes
from models.text_segmentation import UNSPACED_LETTERS, UNSPACED_RUN

#: Longer terms are cut to this many characters; PostgreSQL refuses lexemes above 2 KB.
MAX_TERM_LENGTH = 64


class Token(NamedTuple):
    """A token or, if ``exact`` is empty, a variant, with its offsets in the text (``end`` is exclusive).

    In a script without spaces each character is a token without a stem; see :func:`character_pairs`.
    """

    exact: str
    stem: str
    start: int
    end: int


#: Words, and what a sign inside joins to one word: a match with a group has such a sign.
ASCII_WORD = re.compile(r"[a-z0-9]+((?:['.,-][a-z0-9]+)+)?")
#: An acronym (u.s.a), and a number with groups of digits (1,000; 1.000; 1,00,000).
ACRONYM = r"[^\W\d_](?:\.[^\W\d_])+(?!\w)"
NUMBER = (
    rf"(?<![.,\d])[1-9]\d{{0,2}}(?P<group>[.,'{GROUP_SPACE}])\d{{3}}(?:(?P=group)\d{{3}})*(?!\d)"
    r"|[1-9]\d?(?:,\d\d)+,\d{3}(?!\d)"
)
#: The signs inside acronyms and numbers, which their terms do not have.
PART_SIGNS = str.maketrans("", "", f".,'{GROUP_SPACE}")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of joined words in any script, of their parts, and of unspaced characters."""
    marks = mark_class()
    letter = rf"[\w{marks}]"
    word = rf"{letter}+((?:(?:['.,-]|(?<=\d){GROUP_SPACE}(?=\d)){letter}+)+)?"
    part = rf"(?P<sign>{ACRONYM}|{NUMBER})|{letter}+(?:'{letter}+)*"
    # Subscripts in Khmer and Burmese follow a sign, and a final consonant in Burmese has one.
    final = rf"(?<=[\u17d2\u1039])[{UNSPACED_LETTERS}][{marks}]*|[\u1000-\u1021](?=\u1037?\u103a)[{marks}]*"
    character = rf"(?:[{marks}]+|[{UNSPACED_LETTERS}][{marks}]*)(?:{final})*"
    return re.compile(word), re.compile(part), re.compile(character)


def tokenize(text: str) -> Iterator[Token]:
    """Yield the tokens and variants of a text; ``text[token.start : token.end]`` is the original spelling.

    Tokens are in the order of the text. A variant follows the last token that it covers.
    """
    folded, offsets = fold(text)
    if text.isascii():
        yield from _spaced_tokens(ASCII_WORD, folded, offsets, 0, len(folded))
        return
    word, _, character = _patterns()
    folded, end = folded.replace("_", " "), 0
    for run in UNSPACED_RUN.finditer(folded):
        yield from _spaced_tokens(word, folded, offsets, end, run.start())
        end = run.end()
        for match in character.finditer(folded, run.start(), end):
            yield _token(match.group(), "", offsets, *match.span())
    yield from _spaced_tokens(word, folded, offsets, end, len(folded))


def _token(exact: str, stemmed: str, offsets: Sequence[int], start: int, end: int) -> Token:
    return Token(exact[:MAX_TERM_LENGTH], stemmed[:MAX_TERM_LENGTH], offsets[start], _end(offsets, end))


def _end(offsets: Sequence[int], end: int) -> int:
    # A character that folds to several has the same offset several times.
    return max(offsets[end], offsets[end - 1] + 1)


def _spaced_tokens(
    pattern: re.Pattern[str], folded: str, offsets: Sequence[int], start: int, end: int
) -> Iterator[Token]:
    is_ascii = isinstance(offsets, range)
    is_korean = not is_ascii and HANGUL_RUN.search(folded, start, end)
    for match in pattern.finditer(folded, start, end):
        if match.lastindex or is_korean:
            yield from _joined_tokens(folded, offsets, *match.span())
            continue
        word, first, last = match.group()[:MAX_TERM_LENGTH], match.start(), match.end()
        yield Token(
            word, stem(word) or word, offsets[first], offsets[last] if is_ascii else _end(offsets, last)
        )


def _joined_tokens(folded: str, offsets: Sequence[int], start: int, end: int) -> Iterator[Token]:
    """Yield the tokens of words that signs join, and a variant for those that could be one word: *e-mail*."""
    chain: list[re.Match[str]] = []
    for part in _patterns()[1].finditer(folded, start, end):
        if chain and not _is_joined(chain[-1], part, folded):
            yield from _chain_variant(chain, offsets)
            chain = []
        chain.append(part)
        if part["sign"]:
            word = part.group().translate(PART_SIGNS)[:MAX_TERM_LENGTH]
            yield _token(word, stem(word) or word, offsets, *part.span())
        elif HANGUL_RUN.search(part.group()):
            yield from _korean_tokens(part.group(), offsets, part.start())
        else:
            yield from _apostrophe_tokens(part.group(), offsets, part.start())
    yield from _chain_variant(chain, offsets)


def _is_joined(part: re.Match[str], following: re.Match[str], folded: str) -> bool:
    """Whether two parts may be one word: joined by a hyphen, or by a full stop as in *Ph.D.*"""
    sign = folded[part.end() : following.start()]
    words = part.group(), following.group()
    return sign == "-" or (sign == "." and 1 in map(len, words) and all(map(str.isalpha, words)))


def _chain_variant(chain: list[re.Match[str]], offsets: Sequence[int]) -> Iterator[Token]:
    word = "".join(part.group().translate(PART_SIGNS) for part in chain)[:MAX_TERM_LENGTH]
    if len(chain) > 1 and not word.isdigit():
        yield _token("", stem(word) or word, offsets, chain[0].start(), chain[-1].end())


def _apostrophe_tokens(word: str, offsets: Sequence[int], start: int) -> Iterator[Token]:
    """Yield the token of a word, and variants if it has apostrophes: see ``models.search.word_parts``."""
    exact = word.replace("'", "")
    if "'" not in word:
        yield _token(exact, stem(exact[:MAX_TERM_LENGTH]) or exact, offsets, start, start + len(word))
        return
    (first, last), parts = split_at_apostrophes(word)
    core = word[first:last][:MAX_TERM_LENGTH]
    yield _token(
        core.replace("'", ""), stem(core) or core.replace("'", ""), offsets, start + first, start + last
    )
    if (first, last) != (0, len(word)):
        yield _token("", exact, offsets, start, start + len(word))
    for part_start, part_end in parts:
        part = word[part_start:part_end]
        yield _token("", stem(part) or part, offsets, start + part_start, start + part_end)


def _korean_tokens(word: str, offsets: Sequence[int], start: int) -> Iterator[Token]:
    """Yield the tokens of a word with Hangul in it; particles after another script are none: *AI를*."""
    end = 0
    for run in HANGUL_RUN.finditer(word):
        if run.start() > end:
            yield from _apostrophe_tokens(word[end : run.start()].strip("'"), offsets, start + end)
        if not run.start() or run.group() not in PARTICLE_WORDS:
            hangul = run.group()[:MAX_TERM_LENGTH]
            yield _token(hangul, hangul, offsets, start + run.start(), start + run.end())
            if noun := one_syllable_noun(hangul):
                yield _token("", noun, offsets, start + run.start(), start + run.start() + 1)
        end = run.end()
    if end < len(word):
        yield from _apostrophe_tokens(word[end:].strip("'"), offsets, start + end)
    if not HANGUL_RUN.fullmatch(word):
        yield _token("", word.replace("'", ""), offsets, start, start + len(word))


def is_unspaced(term: str) -> bool:
    """Whether a term is a character of a script without spaces between words."""
    return bool(UNSPACED_RUN.match(term))


def character_pairs(tokens: Sequence[Token]) -> list[str]:
    """Return the pairs of adjacent characters in scripts without spaces, which are stems."""
    return [
        (first.exact + second.exact)[:MAX_TERM_LENGTH]
        for first, second in pairwise(token for token in tokens if token.exact)
        if first.end >= second.start and is_unspaced(first.exact) and is_unspaced(second.exact)
    ]
