"""Makes search terms: folded and stemmed words without stop words. Chinese becomes pairs of
characters, with the glossary's English."""

from __future__ import annotations

# ruff: noqa: SIM905  # lists of words read as words
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

from digest.patterns import regex
from digest.retrieval.folding import composed, fold
from digest.retrieval.glossary import english_of

_TOKEN = regex(
    r"[A-Za-zÀ-ɏḀ-ỿ]+(?:['’][a-z]+)?|\d+(?:\.\d+)?|[\u3400-\u9fff]+|[\u3040-\u30ff]+|[\uac00-\ud7af]+|[Ͱ-ϿЀ-ӿ֐-ۿऀ-෿฀-๿]+"
)
_CAMEL = regex(r"(?<=[a-z])(?=[A-Z])")
LITTLE = frozenset(
    """a an the of and or but nor in on at to for from by with about as into through during before after above below between out off over under again further then once here there is are was were be been
    being have has had having do does did doing it its they them their theirs this that these those i you he she we us our ours your my me his her what which who whom whose when where why how
    can could may might will would shall should must not no than too very so just only also if because while both each few more most other some such own same s t don now d ll m o re ve y
    please tell explain describe say says said mean paper papers authors author article work use used using uses any there""".split()
)
_HAN_LITTLE = regex(
    "[的了吗呢吧啊么什怎样这那哪些篇个是在有和与及或它他们我你您请问一下说讲关于论文文章作者为对把被从到也都就还会能可以用了着过得地之其并且但而]+"
)


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Returns a light stem. Plurals, participles and nouns of one verb have the same."""
    if len(word) <= 3 or not word.isascii():
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending, instead, least in _ENDINGS:
        rest = word[: len(word) - len(ending)]
        if word.endswith(ending) and len(rest + instead) >= least and (instead or ending == "s" or _VOWEL.search(rest)):
            word = rest + instead
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 4 else word


_VOWEL = regex("[aeiouy]")
"""A verb has a vowel before its ending: `string` is no form of `str`."""
_IRREGULAR = {word: word for word in "alias atlas bias canvas chaos hundred lens news pancreas".split()} | {
    "agreed": "agre", "buses": "bus", "concise": "concis", "disagreed": "disagre", "gases": "gas", "guaranteed": "guarante", "precise": "precis",
}  # fmt: skip
_ENDINGS = (
    ("ization", "iz", 4), ("isation", "iz", 4), ("ational", "at", 4), ("fulness", "ful", 5), ("ousness", "ous", 5), ("iveness", "iv", 4), ("ations", "at", 4), ("ation", "at", 4), ("izing", "iz", 4),
    ("ising", "iz", 4), ("izers", "iz", 4), ("izer", "iz", 4), ("ized", "iz", 4), ("ised", "iz", 4), ("ises", "iz", 4), ("ise", "iz", 4), ("izes", "iz", 4), ("ators", "at", 4), ("ator", "at", 4), ("ements", "", 4), ("ement", "", 4),
    ("ments", "", 4), ("ment", "", 4), ("ities", "it", 4), ("ity", "it", 4), ("ically", "ic", 4), ("ical", "ic", 4), ("ings", "", 3), ("ing", "", 3), ("lies", "", 4), ("lied", "", 4), ("ies", "y", 3), ("ied", "y", 3), ("ions", "", 4), ("ion", "", 4),
    ("ively", "iv", 4), ("ives", "iv", 4), ("ive", "iv", 4), ("edly", "", 4), ("ers", "", 4), ("er", "", 4), ("eed", "eed", 4), ("ed", "", 3), ("ly", "", 4), ("sses", "ss", 3), ("ches", "ch", 3), ("shes", "sh", 3), ("xes", "x", 2), ("ss", "ss", 2), ("sis", "s", 4), ("us", "us", 2), ("is", "is", 2), ("s", "", 3),
)  # fmt: skip


def terms(text: str, *, little: bool = False) -> list[str]:
    """Returns search terms in order. `little` keeps stop words."""
    return [t for t in _terms(text) if little or t not in LITTLE]


def _terms(text: str) -> Iterator[str]:
    return chain.from_iterable(_of_word(match[0]) for match in _TOKEN.finditer(composed(text)))


@lru_cache(maxsize=10_000)
def _of_word(word: str) -> tuple[str, ...]:
    if "\u3040" <= word[0] <= "\u9fff" or "\uac00" <= word[0] <= "\ud7af":
        return tuple(pairs(word))
    folded = fold(word.split("'", maxsplit=1)[0].split("’", maxsplit=1)[0])
    if folded in LITTLE:
        return (folded,)
    parts = _CAMEL.split(word)
    return (stem(folded), *(stem(fold(p)) for p in parts if len(parts) > 1 and len(p) > 2))


def pairs(word: str) -> Iterator[str]:
    if len(word) == 1:
        yield word
    for i in range(len(word) - 1):
        yield word[i : i + 2]


def bare(question: str) -> str:
    """Returns the question without the stop words of Chinese."""
    return _HAN_LITTLE.sub(" ", question)


def asked(question: str) -> list[str]:
    """Returns a question's terms, without question words and with the English of its Chinese."""
    return [
        *terms(bare(question)),
        *(stem(w) for phrase in english_of(question) for w in phrase.split() if w not in LITTLE),
    ]
