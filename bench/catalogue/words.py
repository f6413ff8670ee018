"""Words: a vocabulary of its own, and texts in which the n-th word comes a n-th as often as the first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, product
from random import Random

#: What every text is full of; the rest of the vocabulary is made of syllables.
COMMON = (
    "the of and to a in is that it was for on are as with his they at be this have from or had by not but "
    "what all were we when your can there use each which she do how their if will up other about out many "
    "then them these so some her would make like him into time has look two more go see no way could people"
)
FIRST = "ba cor den fal gri hal lin mar nor pel ros sil tam vel wen"
MIDDLE = "- ba de li mo na ri so ta vi"
LAST = "d f l ner ny per ring sed ss st ten ther tion ve ver"
#: How much more often the first comes than the hundredth: near 1 in every language.
STEEPNESS = 1.0


def frequencies(number: int, steepness: float = STEEPNESS) -> list[float]:
    """Return the cumulated weights of so many things by their rank (Zipf, as Mandelbrot shifted it)."""
    return list(accumulate(1 / (rank + 2.7) ** steepness for rank in range(number)))


class Vocabulary:
    """A few thousand words, drawn by their rank."""

    def __init__(self, random: Random) -> None:
        """Make the words, and put them in an order that is the seed's."""
        syllables = product(FIRST.split(), MIDDLE.replace("-", "").split(" "), LAST.split())
        self.random, self.rare = random, ["".join(word) for word in syllables]
        random.shuffle(self.rare)
        self.words = [*COMMON.split(), *self.rare]
        self.weights = frequencies(len(self.words))

    def sample(self, number: int) -> list[str]:
        """Return so many words."""
        return self.random.choices(self.words, cum_weights=self.weights, k=number)

    def text(self, least: int, most: int) -> str:
        """Return a text of about so many words, as one sentence."""
        words = self.sample(self.random.randint(least, most))
        return f"{' '.join(words).capitalize()}."

    def names(self, number: int) -> str:
        """Return so many words that are not common, as a title."""
        return " ".join(self.random.choices(self.rare, k=number)).title()


class Ranked:
    """Things of which the first come most often."""

    def __init__(self, random: Random, things: Sequence[int], steepness: float = STEEPNESS) -> None:
        """Take the things in the order of their ranks."""
        self.random, self.things = random, things
        self.weights = frequencies(len(things), steepness)

    def some(self, number: int) -> list[int]:
        """Return up to so many, none twice."""
        return list(dict.fromkeys(self.random.choices(self.things, cum_weights=self.weights, k=number)))
