"""Text segmentation (UAX #29): the words of a text, also in scripts that write no spaces between words.

Chinese, Japanese, Thai, Lao, Khmer, Burmese and a few more scripts separate sentences, but not words. ICU
finds the words with its dictionaries. It is loaded only for a text that contains such a script.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

#: The letters and marks of scripts without spaces between words, as ranges of a regular expression. Digits
#: and punctuation are not among them.
UNSPACED_LETTERS = "".join(
    (
        "\u0e01-\u0e3a\u0e40-\u0e4e",  # Thai
        "\u0e81-\u0ece\u0edc-\u0edf",  # Lao
        "\u0f40-\u0fbc",  # Tibetan, which separates syllables
        "\u1000-\u103f\u1050-\u108f\u109a-\u109d\ua9e0-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa7f",  # Burmese
        "\u1780-\u17d3\u17d7\u17dc\u17dd",  # Khmer
        "\u1950-\u1974\u1980-\u19c9\u1a20-\u1a7c\uaa80-\uaadd",  # Tai Le, New Tai Lue, Tai Tham, Tai Viet
        "\u1b00-\u1b4c\ua980-\ua9c0",  # Balinese, Javanese
        "\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff\uff66-\uff9f\U0001b000-\U0001b16f",  # Kana
        "\u3105-\u312f\u31a0-\u31bf",  # Bopomofo
        "\u2e80-\u2fd5\u3005-\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufad9",  # Han
        "\U00020000-\U0003fffd",  # rare Han
    )
)
UNSPACED_RUN = re.compile(f"[{UNSPACED_LETTERS}]+")
#: Stands between two words where other scripts have a space: in Ethiopic.
WORDSPACE = "\u1361"


def unspaced_words(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each word in a script without spaces, in order.

    The text between two of them is in other scripts or has no words.
    """
    if text.isascii():
        return
    for run in UNSPACED_RUN.finditer(text):
        end = run.start()
        for word in _break_words(run[0]):
            start, end = end, end + len(word)
            yield start, end


def _break_words(run: str) -> Iterator[str]:
    from icu4py.breakers import WordBreaker

    # The words and not their offsets, which ICU counts in UTF-16.
    return iter(WordBreaker(run, "root"))


def count_words(text: str) -> int:
    """Return the number of words: what white space separates, and each word in a script without spaces."""
    count, end = 0, 0
    for start, next_end in unspaced_words(text):
        count += 1 + _count_spaced_words(text[end:start])
        end = next_end
    return count + _count_spaced_words(text[end:]) if end else len(text.replace(WORDSPACE, " ").split())


def _count_spaced_words(text: str) -> int:
    """Return the number of words next to a word in a script without spaces, where punctuation is none."""
    return sum(any(map(str.isalnum, word)) for word in text.replace(WORDSPACE, " ").split())
