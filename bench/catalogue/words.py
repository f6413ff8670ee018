"""Random texts with a realistic distribution: the frequency of a word is inverse to its rank (Zipf's law)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, product
from random import Random

#: The most frequent words; the rest of the vocabulary is made of syllables.
COMMON = (
    "the of and to a in is that it was for on are as with his they at be this have from or had by not but "
    "what all were we when your can there use each which she do how their if will up other about out many "
    "then them these so some her would make like him into time has look two more go see no way could people"
)
FIRST = "ba cor den fal gri hal lin mar nor pel ros sil tam vel wen"
MIDDLE = "- ba de li mo na ri so ta vi"
LAST = "d f l ner ny per ring sed ss st ten ther tion ve ver"


def zipf_weights(number: int) -> list[float]:
    """Return the cumulative weights of this number of ranks (Zipf's law, as shifted by Mandelbrot)."""
    return list(accumulate(1 / (rank + 2.7) for rank in range(number)))


class Vocabulary:
    """A few thousand words, drawn by their rank."""

    def __init__(self, random: Random) -> None:
        """Build the words, in an order that depends on the seed."""
        syllables = product(FIRST.split(), MIDDLE.replace("-", "").split(" "), LAST.split())
        self.random, self.rare = random, ["".join(word) for word in syllables]
        random.shuffle(self.rare)
        self.words = [*COMMON.split(), *self.rare]
        self.weights = zipf_weights(len(self.words))

    def text(self, min_words: int, max_words: int) -> str:
        """Return a sentence with a random number of words in this range."""
        number = self.random.randint(min_words, max_words)
        return (
            f"{' '.join(self.random.choices(self.words, cum_weights=self.weights, k=number)).capitalize()}."
        )

    def names(self, number: int) -> str:
        """Return a title of this number of rare words."""
        return " ".join(self.random.choices(self.rare, k=number)).title()


class RankedKeys:
    """Weighted random selection of keys: the first keys are drawn most often."""

    def __init__(self, random: Random, keys: Sequence[int]) -> None:
        """Take the keys in the order of their ranks."""
        self.random, self.keys, self.weights = random, keys, zipf_weights(len(keys))

    def draw(self, number: int) -> list[int]:
        """Return at most this number of keys, without duplicates."""
        return list(dict.fromkeys(self.random.choices(self.keys, cum_weights=self.weights, k=number)))
