"""Recognises an English word by its sound in another script, `トークナイザー`, `토크나이저`,
`токенайзер`, and by its spelling in a related language, `segmentação`.

Two words sound alike if their consonants are alike. Three consonants may agree by chance."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from rapidfuzz.distance import OSA

from digest.patterns import regex
from digest.retrieval.folding import fold

FOREIGN = regex(r"[\u30a1-\u30fa\u30fc]{3,}|[\uac00-\ud7af]{2,}|[а-яё]{5,}|[A-Za-zÀ-ɏ]{6,}", re.IGNORECASE)
_CLEAR = 4
_SPELT = 9
"""Letters of a word from which two may differ between related languages; in a shorter word, one."""
_START, _SHARE = 6, 0.65
_ENDING = 3
"""Letters that a plural or a case adds."""
_PARTICLES = "은는이가을를의에도와과로"
_CYRILLIC = str.maketrans(
    {"ж": "s", "ц": "s", "ч": "t", "ш": "s", "щ": "s", "ъ": "", "ь": "", "ю": "u", "я": "a", "х": "h"}
    | dict(zip("абвгдеёзийклмнопрстуфыэ", "abvgdeesiiklmnoprstufie", strict=True))
)
_SOUNDS = (
    ("sh|sch|th|dj|tz|[jz]", "s"), ("tch|ch", "t"), ("ck|qu|[qc]", "k"), ("ng", "n"), ("x", "ks"), ("ph|f", "p"), ("v|w(?=[aeiouy])", "b"), ("l", "r"), ("g", "k"),
    ("d", "t"), ("m(?=[pb])", "n"),
)  # fmt: skip


def borrowed(word: str, english: str) -> bool:
    """Returns whether a word of another script or language is this English one."""
    if word[0] < "\u0250":
        return _spelt_alike(_spelling(fold(word)), _spelling(english))
    said = _romanized(word)
    mine, katakana, cyrillic = _consonants(said), "\u30a1" <= word[0] <= "\u30fc", word[0] < "\u1100"
    if min(len(said), len(english)) > _CLEAR and OSA.distance(_liquid(said), _liquid(english)) <= 1:
        return True
    if cyrillic and OSA.distance(said, english) > len(english) // 3:
        return False
    # A declined word has one more consonant.
    heard = (mine, mine if katakana else mine[:-1])
    return any(len(theirs) >= _CLEAR and theirs in heard for theirs in _english(english))


# A question's words are compared with all words of some digests, and these with each question.
@lru_cache(maxsize=2_000)
def _liquid(word: str) -> str:
    """Returns r for each l, k for each hard c: `マラリア` is `malaria`, `コーラル` `coral`."""
    return re.sub(r"(.)\1", r"\1", re.sub("c(?![eiyh])", "k", word.replace("l", "r")))


@lru_cache(maxsize=2_000)
def _spelling(word: str) -> str:
    """Returns c for each k, and no double letters, as related languages spell it."""
    return re.sub(r"(.)\1", r"\1", word.replace("k", "c"))


def _spelt_alike(word: str, english: str) -> bool:
    short = min(len(word), len(english))
    if short == _START - 1 and word.startswith(english) and len(word) <= short + _ENDING:
        return True  # `Polypen`
    if short < _START or word[:3] != english[:3]:
        return False
    allowed = 2 if short >= _SPELT else 1
    same = next((i for i in range(short) if word[i] != english[i]), short)
    return OSA.distance(word, english, score_cutoff=allowed) <= allowed or same >= max(_START, _SHARE * short)


@lru_cache(maxsize=2_000)
def _romanized(word: str) -> str:
    """Returns the word in Latin letters, as Unicode names its characters."""
    if word[0] >= "\uac00":
        kept = word[:-1] if len(word) > 2 and word[-1] in _PARTICLES else word
        names = [unicodedata.name(c).rpartition(" ")[2].lower() for c in kept]
        # Unicode writes ㅊ as C, and a final ㅅ, which sounds like t, as S.
        heard = "".join(re.sub(r"(?<=.)s$", "t", s.replace("c", "ch")) for s in names)
        return re.sub(r"(?<=[b-df-hj-np-tv-z])eu", "", heard)  # said between consonants
    if word[0] >= "\u30a0":
        said = "".join(_kana(c) for c in re.sub(r"ウ(?=[ァィェォ])", "w", word))
        return said.replace("hu", "fu")
    return word.lower().translate(_CYRILLIC)


def _kana(character: str) -> str:
    if character.isascii():
        return character
    name = unicodedata.name(character)
    said = name.rpartition(" ")[2].lower()
    if "SMALL" in name:
        return "" if said == "tu" else said[-1]
    return "" if said == "mark" else said


@lru_cache(maxsize=4_000)
def _english(word: str) -> frozenset[str]:
    """Returns the consonants of the word, also without an r that no vowel follows."""
    soft = re.sub(r"(?:t|ss?|c)i(?=on|al)|[cg](?=[eiy])", "s", re.sub("ch", "tch", word))
    hard, word, bare = word, soft, re.sub(r"r(?![aeiouy])", "", soft)
    forms = (hard, word, bare)
    return frozenset(_consonants(form) for said in forms for form in (said, said.removesuffix("s")))


@lru_cache(maxsize=2_000)
def _consonants(word: str) -> str:
    for spelling, sound in _SOUNDS:
        word = re.sub(spelling, sound, word)
    first = "a" if word[:1] in tuple("aeiou") else ""
    return first + re.sub(r"(.)\1+", r"\1", re.sub(r"[^bkmnprsth]", " ", word).replace(" ", ""))
