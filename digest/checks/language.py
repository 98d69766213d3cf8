"""Tells the language of a text, and its length.

The script decides first. Langid only decides between languages of one script: a Chinese sentence
about `EfficientNet-B0` is Chinese, however many Latin letters it has."""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from functools import lru_cache
from typing import Any

from digest.patterns import regex

SHORT_CHARACTERS = 220
"""Characters of a part's short form in Chinese, Japanese or Korean."""
SHORT_WORDS = 90
"""Words of a part's short form in any other language."""

IDLE = 60.0
"""Seconds after which langid's unused model is freed."""

UNKNOWN = "und"
MIXED = "mul"

_NOT_PROSE = regex(
    r"```.*?(?:```|\Z)|`[^`\n]*`|\$\$.*?\$\$|\$[^$\n]{1,200}\$|https?://\S+|www\.\S+|[\w.+-]{1,64}@[\w.-]{1,255}|</?[A-Za-z][^<>\n]{0,40}>|\\[A-Za-z]+",
    re.DOTALL,
)
_SCRIPTS = {
    "han": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff",
    "kana": "\u3041-\u30ff\u31f0-\u31ff",
    "hangul": "\uac00-\ud7af\u1100-\u11ff",
    "cyrillic": "\u0400-\u04ff",
    "greek": "\u0370-\u03ff",
    "arabic": "\u0600-\u06ff",
    "hebrew": "\u0590-\u05ff",
    "devanagari": "\u0900-\u097f",
    "bengali": "\u0980-\u09ff",
    "tamil": "\u0b80-\u0bff",
    "thai": "\u0e00-\u0e7f",
    "georgian": "\u10a0-\u10ff",
    "armenian": "\u0530-\u058f",
}
LETTERS = {name: regex(f"[{ranges}]") for name, ranges in _SCRIPTS.items()}
_BEYOND_LATIN = regex(f"[{''.join(_SCRIPTS.values())}]")
_WORD = regex(r"[A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ]+(?:['’-][A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ]+)*")
_ANY_WORD = regex(f"[^\\W\\d_{_SCRIPTS['han']}{_SCRIPTS['kana']}{_SCRIPTS['hangul']}]+(?:['’-][^\\W\\d_]+)*")
_CJK = regex(f"[{_SCRIPTS['han']}{_SCRIPTS['kana']}{_SCRIPTS['hangul']}]")

OF_SCRIPT = {
    "kana": ("ja",), "hangul": ("ko",), "han": ("zh",), "greek": ("el",), "hebrew": ("he",), "thai": ("th",),
    "bengali": ("bn",), "tamil": ("ta",), "georgian": ("ka",), "armenian": ("hy",),
    "cyrillic": ("ru", "uk", "bg", "sr", "mk", "be", "kk"), "arabic": ("ar", "fa", "ur"), "devanagari": ("hi", "mr", "ne"),
}  # fmt: skip
_LATIN = (
    "en", "es", "fr", "de", "pt", "it", "nl", "pl", "tr", "vi", "id", "sv", "da", "no", "fi", "cs", "ro", "hu", "hr", "sk", "sl", "et", "lv",
    "lt",
)  # fmt: skip
_SIMILAR = (
    {"no", "nb", "nn", "da"},
    {"id", "ms"},
    {"hr", "sr", "bs"},
    {"cs", "sk"},
    {"es", "gl", "ca"},
    {"ru", "uk", "be", "bg"},
)
"""Languages that a sentence of technical terms cannot tell apart."""
_FUNCTION_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to in is for that with we are by which on this from as it an our than can be has have these its their using",
        "es": "de la el en que los con para y las un una se del al por es como no lo su más este esta",
        "fr": "de la le les des et en un une pour que dans sur par du est au aux avec nous ce cette ne pas qui",
        "de": "der die das und in von mit für auf ein eine ist den dem des zu im als wir nicht durch auch werden wird",
        "pt": "de a o em que os com para e as um uma se do da por é como não no na este esta ao",
        "it": "di la il in che i con per e le un una si del della dei è come non lo gli questo questa nel",
        "nl": "de het een en van in op met voor te dat is zijn die aan door niet als wordt ook",
        "pl": "w i na z do że się nie jest to od dla przez po oraz są które który",
        "tr": "ve bir bu için ile de da olarak olan daha çok",
        "vi": "và của các là một cho trong được với này có không những từ",
        "id": "dan yang di dengan untuk ini dari pada adalah dalam itu kami",
        "sv": "och att en ett i på för med av är som den det till vi inte",
    }.items()
}
"""Nearly every sentence has some of these words. They tell a language from its English terms."""
_ENGLISH = _FUNCTION_WORDS["en"] | frozenset(
    re.findall(
        r"\w+",
        "a about after all also alone among any at be because been before being both but could do does each even every few how if into keep keeps "
        "least less like made make makes many may more most much must no not now often one only or other others over per rather same should "
        "show shows since so some still such than then there they those through time two under up use used uses using very was well were what "
        "when where whether while who whose why will within without would yet",
    )
)
"""More words for English, so that langid's large model is rarely needed.

Any other language in Latin letters shows its own function words, or letters that English lacks."""
_LONG_WORD = 5
"""Letters of a word that is probably no acronym."""
_ALSO_HAN = ("yue", "ja")
_HAN_FOR_KANA = 20
_HAN_PER_WORD = 1.6
"""Han characters that equal a Latin word in length."""


def base(language: str) -> str:
    """Returns `zh` for `zh-Hans-CN`."""
    return language.replace("_", "-").split("-")[0].lower()


def prose(text: str) -> str:
    """Returns the text without code, formulas, URLs and tags, which have no language."""
    return _NOT_PROSE.sub(" ", text)


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def is_cjk(language: str) -> bool:
    return base(language) in ("zh", "ja", "ko", "yue")


@lru_cache(maxsize=256)  # each rule on a text or on its sentences asks for it
def size(text: str) -> float:
    """Returns the length in words. 1.6 Chinese characters count as one."""
    plain = prose(text)
    return len(_ANY_WORD.findall(plain)) + len(_CJK.findall(plain)) / _HAN_PER_WORD


class _Identifier:
    """Loads langid's model of 80 MB when needed, and frees it when idle. Thread-safe."""

    def __init__(self, idle: float = IDLE) -> None:
        self._idle = idle
        self._model: Any = None
        self._last_used = 0.0
        self._lock = threading.Lock()

    @property
    def loaded(self) -> bool:
        return self._model is not None

    def rank(self, text: str) -> list[tuple[str, float]]:
        with self._lock:
            self._last_used = time.monotonic()
            if self._model is None:
                from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  # loads numpy

                self._model = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
                self._schedule_unload(self._idle)
            model = self._model
        ranked: list[tuple[str, float]] = model.rank(text)
        return ranked

    def _schedule_unload(self, wait: float) -> None:
        timer = threading.Timer(wait, self._unload)
        timer.daemon = True
        timer.start()

    def _unload(self) -> None:
        with self._lock:
            left = self._last_used + self._idle - time.monotonic()
            if left > 0:
                self._schedule_unload(left)
            else:
                self._model = None


_identifier = _Identifier()


def _likeliest(text: str, languages: tuple[str, ...]) -> tuple[str, float]:
    ranked = [(label, share) for label, share in _identifier.rank(text[:4000]) if label in languages]
    whole = sum(share for _, share in ranked)
    return (str(ranked[0][0]), ranked[0][1] / whole) if whole else (UNKNOWN, 0.0)


def _share(found: list[str], language: str) -> float:
    return _share_of(found, _FUNCTION_WORDS.get(language, frozenset()))


def _share_of(found: list[str], known: frozenset[str]) -> float:
    return sum(w.lower() in known for w in found) / max(len(found), 1)


def has_other_script(text: str) -> bool:
    """Returns whether any letter is of a script other than Latin."""
    return _BEYOND_LATIN.search(text) is not None


def scripts(text: str) -> Counter[str]:
    """Returns letters by script. Latin words count as their equal in Han characters."""
    others = LETTERS if has_other_script(text) else {}
    counts: Counter[str] = Counter({name: len(finder.findall(text)) for name, finder in others.items()})
    counts["latin"] = round(len(_WORD.findall(text)) * _HAN_PER_WORD)
    return +counts


def _main_script(counts: Counter[str]) -> str:
    """Returns the main script. A quarter of CJK outweighs Latin, because of technical terms."""
    east = counts["han"] + counts["kana"] + counts["hangul"]
    others = max((n, s) for s, n in [*counts.items(), ("", 0)] if s not in ("han", "kana", "hangul"))
    if east >= 2 and east * 3 >= others[0]:
        if counts["hangul"] * 2 >= east:
            return "hangul"
        return "kana" if counts["kana"] * 7 >= east else "han"
    foreign = max((n, s) for s, n in [*counts.items(), ("", 0)] if s not in ("han", "kana", "hangul", "latin"))
    if foreign[0] and foreign[0] >= counts["latin"]:
        return foreign[1]
    return others[1]


def language_of(text: str) -> str:
    """Returns the base language; `und` for a text without letters or with only a few names."""
    plain = prose(text)
    script = _main_script(scripts(plain))
    if not script:
        return UNKNOWN
    if script != "latin":
        candidates = OF_SCRIPT[script]
        return candidates[0] if len(candidates) == 1 else _likeliest(plain, candidates)[0]
    found = _WORD.findall(plain)
    if _share(found, "en") >= 0.2 and len(found) >= 5:
        return "en"
    if len(found) < 4:
        return UNKNOWN
    return _likeliest(plain, _LATIN)[0]


def _similar(one: str, other: str) -> bool:
    return one == other or any(one in group and other in group for group in _SIMILAR)


@lru_cache(maxsize=256)  # a text is cleaned, then checked
def foreign(text: str, language: str) -> str:
    """Returns the text's language if it is surely not `language`; else empty."""
    wanted = base(language)
    written = prose(text)
    plain = _lowered(written)
    script = _main_script(scripts(plain))
    if script and script != "latin":
        at_home = wanted in OF_SCRIPT[script] or (script == "han" and wanted in _ALSO_HAN and _may_be(plain, wanted))
        return "" if at_home else language_of(text)
    if not script:
        return ""
    if any(wanted in languages for languages in OF_SCRIPT.values()):
        return language_of(text) if _sentence_like(plain) else ""
    if plain != written and wanted != "en" and _short_english(plain, wanted):
        return "en"
    return _other_latin(plain, wanted)


def _may_be(plain: str, wanted: str) -> bool:
    """Returns whether it may be. A Japanese title may have little kana; a Chinese one has none."""
    counts = scripts(plain)
    return wanted != "ja" or counts["kana"] * _HAN_FOR_KANA >= counts["han"]


def _short_english(plain: str, wanted: str) -> bool:
    """Returns whether a few words include English ones and none of the language's own."""
    found = [w.lower() for w in _WORD.findall(plain)]
    own = _FUNCTION_WORDS.get(wanted, frozenset()) - _FUNCTION_WORDS["en"]
    english = [w for w in found if w in _ENGLISH]
    if len(found) >= 6 or not english or any(w in own and w not in _ENGLISH for w in found):
        return False
    return _likeliest(plain, ("en", wanted))[0] == "en"


def _lowered(plain: str) -> str:
    """Returns words throughout in capitals in lower case, if some are long or function words."""
    found = _WORD.findall(plain)
    if len(found) < 3 or not all(w.isupper() for w in found):
        return plain
    long = sum(len(w) >= _LONG_WORD for w in found)
    little = sum(any(w.lower() in words for words in (_ENGLISH, *_FUNCTION_WORDS.values())) for w in found)
    return plain.lower() if long + little >= 3 and long else plain


def _other_latin(plain: str, wanted: str) -> str:
    """As `foreign`, only among the languages of Latin script. A handful of words is not enough."""
    found = _WORD.findall(plain)
    if len(found) < 6:
        return ""
    own = _share(found, wanted)
    if wanted != "en" and _share(found, "en") >= max(0.2, 2 * own):
        return "en"
    if own >= 0.15 and own >= max(_share(found, other) for other in _FUNCTION_WORDS):
        return ""
    if wanted == "en" and _clearly_english(found):
        return ""
    label, sure = _likeliest(plain, tuple(dict.fromkeys((*_LATIN, wanted))))
    return "" if _similar(label, wanted) or sure < (0.9 if len(found) < 20 else 0.8) else label


def _clearly_english(found: list[str]) -> bool:
    """Returns whether it has only English letters, and far more English function words than others.

    A few words may have no function words at all."""
    if not all(w.isascii() for w in found):
        return False
    own = _share_of(found, _ENGLISH)
    others = max(_share_of(found, words - _ENGLISH) for words in _FUNCTION_WORDS.values())
    return (own >= 2 * others and own >= 0.1) or (not others and len(found) < 20)


def is_english(word: str) -> bool:
    """Returns whether it is a function word of English and of no other language here."""
    return word.lower() in _ENGLISH and not any(
        word.lower() in words for name, words in _FUNCTION_WORDS.items() if name != "en"
    )


_LITTLE = frozenset().union(*_FUNCTION_WORDS.values())


def is_little(word: str) -> bool:
    """Returns whether it is a function word of any of the languages."""
    return word in _LITTLE


def is_name(word: str) -> bool:
    """Returns whether it is a name that stays untranslated: `RefAny3D`, `BERT`, `GPT-4`."""
    return any(c.isupper() for c in word[1:]) or any(c.isdigit() for c in word)


def _sentence_like(plain: str) -> bool:
    found = re.findall(r"[A-Za-zÀ-ɏ][\w.+-]*", plain)
    ordinary = [w for w in found if not is_name(w)]
    return len(ordinary) >= 3 or (len(ordinary) >= 1 and len(found) <= 3 and not any(is_name(w) for w in found))


def too_long(text: str, language: str) -> bool:
    plain = re.sub(r"[\s*_`#>]+", " ", text).strip()
    if is_cjk(language):
        units = len(_CJK.findall(plain)) + len(re.findall(r"[A-Za-z0-9][\w.+%-]*", plain))
        return units > SHORT_CHARACTERS
    return len(plain.split()) > SHORT_WORDS
