"""Korean nouns: the particles that are written at their end, and the nouns without them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

HANGUL_RUN = re.compile("[가-힣]+")
#: What a particle may follow, in decomposed Hangul: anything, a consonant, a vowel, a vowel or *l*.
ANY, CONSONANT = "", "(?<=[\u11a8-\u11c2])"
VOWEL, VOWEL_OR_L = "(?<=[\u1161-\u1175])", "(?<=[\u1161-\u1175\u11af])"
#: Particles and forms of the copula; 하다 and 되다 make a verb of a noun.
PARTICLES = {
    ANY: (
        "에 에는 에도 에서 에서는 에서도 에게 에게는 에게서 한테 한테서 께 께서 까지 부터 처럼 보다 만큼 마다"
        " 조차 마저 밖에 뿐 하고 들은 들이 들을 들의 들에게 들과 들도 입니다 하다 되다"
    ),
    CONSONANT: (
        "을 은 으로 으로는 으로서 으로써 이나 이랑 이란 이라 이라는 이라고 이라도"
        " 이다 이며 이고 이지 이면 이라면 이야 이에요 이었다"
    ),
    VOWEL: "를 는 와 라는 라고 라도 예요 였다",
    VOWEL_OR_L: "로는 로서 로써",
}
#: The last syllable of many nouns, too: 종이 (paper) is not 종 (bell) with a particle.
AMBIGUOUS_PARTICLES = {ANY: "도 의 만 들", CONSONANT: "이 과", VOWEL: "가", VOWEL_OR_L: "로"}
PARTICLE_WORDS = frozenset(" ".join([*PARTICLES.values(), *AMBIGUOUS_PARTICLES.values()]).split())


def _particle_pattern(*groups: dict[str, str]) -> re.Pattern[str]:
    """Return the pattern of a decomposed word that ends with a particle; its group 1 is the noun."""
    endings = (
        f"{condition}(?:{'|'.join(words.split())})" for group in groups for condition, words in group.items()
    )
    return re.compile(f"(.{{2,}}?)(?:{unicodedata.normalize('NFD', '|'.join(endings))})")


_CLEAR = _particle_pattern(PARTICLES)
_ALL = _particle_pattern(PARTICLES, AMBIGUOUS_PARTICLES)


@lru_cache(maxsize=16_384)
def korean_noun(word: str) -> str:
    """Return a word without what surely is a particle: ``사랑`` for ``사랑을``, but ``종이`` as it is."""
    decomposed = unicodedata.normalize("NFD", word)
    while match := _CLEAR.fullmatch(decomposed) or _ALL.fullmatch(decomposed):
        noun = unicodedata.normalize("NFC", match[1])
        if match.re is _ALL and len(noun) < 2:
            break
        word, decomposed = noun, match[1]
    return word


@lru_cache(maxsize=16_384)
def one_syllable_noun(word: str) -> str | None:
    """Return the noun of one syllable that a word may consist of, with particles: ``꿈`` for ``꿈이라면``."""
    decomposed = unicodedata.normalize("NFD", word)
    while match := _ALL.fullmatch(decomposed):
        decomposed = match[1]
    noun = unicodedata.normalize("NFC", decomposed)
    return noun if len(noun) == 1 and noun != word else None
