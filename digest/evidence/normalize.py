"""Normalises text for comparison: removes what copying and printing change, and keeps what has
meaning.

Removed are case, ligatures and other compatibility forms, accents, hyphens, quotation marks,
spaces, line ends, differences of TeX and Unicode, and citation marks. Kept are letters, figures
with decimal point and sign, per cent and relations. Each token knows its original characters."""

from __future__ import annotations

# ruff: noqa: SIM905  # lists of words read as words
import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import NamedTuple

from digest.patterns import regex
from digest.retrieval.folding import FOLDED, fold


class Token(NamedTuple):
    norm: str
    start: int
    end: int
    """The end of the characters that it was made from."""


_TOKEN = regex(
    r"""
    (?:(?<![\s,])[\s,]++)?     # what stands between most tokens, at once
    (?:(?P<plain>(?![BIDTFSEU])[^\W\d_⁰¹²³⁴-⁹₀-₉\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+)  # most are words: first, unless an artefact may begin
  | (?P<cite>\[\s*\d{1,3}[a-z]?(?:\s*[,;–—-]\s*\d{1,3}[a-z]?)*\s*\](?!\s*%)
        |\bBIBREF\d+\b)
  | (?P<artefact>\b(?:INLINEFORM|DISPLAYFORM|TABREF|FIGREF|SECREF|EQREF|UID)\d+\b)
  | (?P<text>\\(?:text|mathrm|mathbf|mathit|mathcal|mathbb|mathsf|mathtt|operatorname|emph|textbf|textit|boldsymbol|bm|hat|bar|tilde|vec|left|right|big|Big|displaystyle|rm|bf|it|cite[pt]?|ref|label|,|;|!|:|\ |quad|qquad|limits|nolimits|em|sc|tt)(?![A-Za-z]))
  | (?P<tex>\\[A-Za-z]+)
  | (?P<number>(?<![\w.])\.\d+|\d+(?:(?:,|\{,\}|\u2009|\u202f|\u00a0)\d{3}(?!\d))*(?:\.\d+)?)
  | (?P<raised>[⁰¹²³⁴-⁹₀-₉]+)
  | (?P<sign>(?<![\w)\]}])[-\u2212\u2010-\u2013+](?=\s?\$?\.?\d)|⁻|(?<=\b10)\u2212(?=\d))
  | (?P<symbol>[<>]=|[%‰±×÷<>=≤≥≈≠°√∞∑∏∫∂∇∈∉⊂⊆∪∩∀∃¬∧∨⊕⊗→←↔⇒€£¥+])
  | (?P<ratio>(?<=\d)\s?[/:]\s?(?=\d))
  | (?P<han>[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])
  | (?P<word>[^\W\d_⁰¹²³⁴-⁹₀-₉\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+))
    """,
    re.VERBOSE,
)
_BRACKETS = regex(r"\([^()]{4,240}\)")
_KEYS = regex(r"\s*[A-Za-z][\w:/.+-]{3,},\s*(?:;\s*[A-Za-z][\w:/.+-]{3,},\s*)*")
_YEAR = regex(r"(?:19|20)\d\d[a-z]?")
_REFERENCE_WORDS = frozenset(
    "table tables tab figure figures fig figs section sections sec secs appendix appendices app equation equations eq eqs algorithm algorithms alg footnote theorem lemma".split()
)
_BESIDE_REFERENCES = frozenset(
    "see also cf and or in the of left right top bottom middle row rows column columns".split()
)
_WIDE = {ord(c) + 0xFEE0: c for c in map(chr, range(0x21, 0x7F)) if c != ","}
"""Full-width forms, which Chinese and Japanese texts have. `２０１９，３００` are two numbers."""
_OF_CITATIONS = frozenset(["and", "et", "al", "see", "cf", "e", "g", "von", "van", "de", "der", "i", "eg"])
_GREEK = {
    name: unicodedata.lookup(f"GREEK SMALL LETTER {name.upper()}")
    for name in "alpha beta gamma delta epsilon zeta eta theta iota kappa lamda mu nu xi omicron pi rho sigma tau upsilon phi chi psi omega".split()
} | {"lambda": "λ"}
_OPERATORS = {
    "times": "x", "cdot": "", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥", "lt": "<", "gt": ">", "neq": "≠", "ne": "≠", "approx": "≈", "sim": "", "pm": "±",
    "infty": "∞", "sum": "∑", "prod": "∏", "int": "∫", "partial": "∂", "nabla": "∇", "in": "∈", "notin": "∉", "to": "→", "rightarrow": "→", "leftarrow": "←",
    "cup": "∪", "cap": "∩", "subset": "⊂", "subseteq": "⊆", "forall": "∀", "exists": "∃", "neg": "¬", "sqrt": "√", "div": "÷", "circ": "°", "percent": "%",
    "ell": "l", "log": "log", "ln": "ln", "lg": "lg", "tan": "tan", "sinh": "sinh", "cosh": "cosh", "lim": "lim", "sup": "sup", "inf": "inf", "ker": "ker", "exp": "exp", "min": "min", "max": "max", "sin": "sin", "cos": "cos", "tanh": "tanh", "arg": "arg", "argmax": "argmax",
    "argmin": "argmin", "Pr": "pr", "det": "det", "dim": "dim", "ldots": "", "dots": "", "cdots": "", "mid": "", "star": "", "ast": "",
}  # fmt: skip
_BROKEN = regex("(?<=[^\\W\\d_])(?:[\u00ad\ufffe\u0002]\\s*|[-\u2010\u2011][^\\S\n]*\n\\s*)(?=[^\\W\\d_])")


def _number(raw: str) -> str:
    bare = re.sub(r"[^\d.]", "", unicodedata.normalize("NFKC", raw))
    return "0" + bare if bare.startswith(".") else bare


def _tex(raw: str) -> str:
    name = raw[1:]
    greek = _GREEK.get(name.removeprefix("var").lower())
    return greek if greek is not None else _OPERATORS.get(name, "")


def _sign(raw: str) -> str:
    return {"<=": "≤", ">=": "≥"}.get(raw) or FOLDED.get(raw, raw)


_NORMS: dict[str, Callable[[str], str]] = {
    "plain": fold,
    "word": fold,
    "number": _number,
    "tex": _tex,
    "sign": _sign,
    "symbol": _sign,
    "han": str,
    "ratio": lambda _: "/",
    "raised": lambda raw: unicodedata.normalize("NFKC", raw),
}
"""What each kind of match means. Other kinds mean nothing."""


class Citation(NamedTuple):
    start: int
    names: frozenset[str]
    """Names and years of `(Smith et al., 2020a)`, the numbers of `[3-5]`, else empty."""
    numbered: bool

    @property
    def words(self) -> frozenset[str]:
        """Returns the words as tokens of running text."""
        return frozenset(word for name in self.names for word in re.findall(r"\d+|[^\W\d]+", name))

    def may_stand_for(self, printed: Citation) -> bool:
        """Returns whether a copy may have this for the printed one: nothing may be changed."""
        return self.numbered != printed.numbered or self.names <= printed.names or not printed.names


def _numbers(raw: str) -> Iterator[str]:
    """Yields 3, 4, 5 and 7a for `[3-5, 7a]`."""
    if not raw.startswith("["):
        return
    for first, _, last in re.findall(r"(\d+[a-z]?)(\s*[–—-]\s*(\d+))?", raw):
        yield first
        if last and first.isdecimal():
            yield from map(str, range(int(first), min(int(last), int(first) + 100) + 1))


def _named(bracket: re.Match[str]) -> Citation | None:
    """Returns names, years and the words between them: `(Smith et al., 2020; Lee and Kim, 2019a)`.
    Reads keys of a lost bibliography, too, `(smith2020deep,; lee19, )`; and `(see Table 3)`."""
    inside = bracket[0][1:-1]
    referring = re.findall(r"[^\W\d_]+|\d+(?:\.\d+)*", inside.lower())
    if any(w in _REFERENCE_WORDS for w in referring) and all(
        w in _REFERENCE_WORDS or w in _BESIDE_REFERENCES or len(w) == 1 or w[0].isdigit() for w in referring
    ):
        return Citation(bracket.start(), frozenset(referring), numbered=False)
    if _KEYS.fullmatch(inside):
        return Citation(bracket.start(), frozenset(), numbered=False)
    words = re.findall(r"[^\W\d_]+", _YEAR.sub(" ", inside))
    names = [w for w in words if w[0].isupper()]
    plain = all(w[0].isupper() or w in _OF_CITATIONS or len(w) == 1 for w in words)
    if not (names and plain and _YEAR.search(inside)) or re.search(r"\d", _YEAR.sub(" ", inside)):
        return None
    return Citation(bracket.start(), frozenset([*map(fold, names), *_YEAR.findall(inside)]), numbered=False)


class Scan(NamedTuple):
    tokens: tuple[Token, ...]
    """The tokens in order. A word broken at a line end is one token."""
    citations: tuple[Citation, ...]
    """The citations in order. They are no tokens."""


def scan(text: str) -> Scan:
    text = text.translate(_WIDE)
    cited: list[Citation] = []

    def blanked(bracket: re.Match[str]) -> str:
        named = _named(bracket)
        if named is None:
            return bracket[0]
        cited.append(named)
        return " " * len(bracket[0])

    found: list[Token] = []
    for match in _TOKEN.finditer(_BRACKETS.sub(blanked, text)):
        kind = str(match.lastgroup)
        to_norm = _NORMS.get(kind)
        norm = to_norm(match[kind]) if to_norm else ""
        if norm:
            found.append(Token(norm, *match.span(kind)))
        elif kind == "cite":
            cited.append(Citation(match.start(kind), frozenset(_numbers(match[kind])), numbered=True))
    return Scan(tuple(found), tuple(sorted(cited, key=lambda citation: citation.start)))
