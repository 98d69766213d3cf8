"""Finds papers named by their title (shortened or misspelt), by a name in title or abstract, by an
author, or by a description."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import islice

from rapidfuzz.distance import OSA

from digest.checks.facts.names import COMMON, squeezed
from digest.checks.facts.number_words import without_accents
from digest.checks.language import is_little as function_word
from digest.model import Paper
from digest.patterns import regex
from digest.retrieval.folding import fold
from digest.retrieval.glossary import translated
from digest.retrieval.han import simplified
from digest.retrieval.terms import LITTLE, asked, bare, stem, terms
from digest.which_paper import cues
from digest.which_paper.loanwords import FOREIGN, borrowed
from digest.which_paper.topics import of_the_field, topics
from digest.which_paper.worded import asks_from, authors, descriptions, descriptions_within, is_little, means_all

_WORD = regex(r"[A-Za-zΑ-ωÀ-ɏ]+|\d+")
_SHORT_NAME = regex(r"\(\s*([A-Za-z][A-Za-z0-9-]{1,14}s?)\s*\)")
_CALLED = regex(
    r"\b(?:introduce|propose|present|develop|release|call(?:ed)?|named?|dub(?:bed)?|term(?:ed)?|framework|tool|benchmark|dataset|model|implement(?:ed)?)\b[^.]{0,40}?\b"
    r"((?:[A-Z][a-z]+[A-Z]|[A-Z]{2,}[a-z]|[A-Z]{3,}|[A-Z][a-z]+\d|[a-z]+[A-Z])[A-Za-z0-9-]*)"
)
_SUBJECT = regex(r"(?:^|[.!?]\s+)([A-Z][A-Za-z]*[a-z][A-Z][A-Za-z0-9-]*) [a-z]+s\b")
"""`AuditCal selects …`: an abstract begins its sentences with its own work."""
_NAME_WITHIN = regex(r"(?<=[a-z,;(] )[A-Za-z]*[A-Z][\w-]*|(?<=[a-z,;] \()[A-Za-z]*[A-Z][\w-]*")
_QUOTES = regex(r"《([^》]{4,200})》|“([^”]{4,200})”|\"([^\"]{4,200})\"|「([^」]{4,200})」|'([^']{8,200})'")
_DESCRIBED = (
    regex(r"(?P<what>[^，。！？,.!?：:；;]{2,30}?)的?(?:那|这)(?:一?篇|个(?:工作|论文))"),
    regex(r"(?:那|这)(?:一?篇)(?:讲|关于|做|说|用|写|研究|是)?(?P<what>[^，。！？,.!?；;]{2,24}?)的(?:论文|文章|工作)?(?=$|[，。！？,.!?；;]|有|用|怎|是|讲|，|\s)"),
    regex(r"(?:那|这)个(?:讲|关于|有关|做|研究|用|说)(?P<what>[^，。！？,.!?；;]{2,24}?)的(?=$|[，。！？,.!?；;]|有|用|怎|是|论文|文章|工作)"),
    regex(r"^\W*(?P<what>[^，。！？,.!?；;\s这那第]{2,12}?)的?那个(?=$|[，。！？,.!?；;]|[用有是能怎呢的多要需会在里跟和比做])"),
    regex(r"\bthe (?:one|paper|article|work) (?:about|on|with|that|which|for|from|using|where)\s+(?P<what>[^,.!?;:]{3,60})", re.IGNORECASE),
    regex(r"\b(?:the|that|this|yesterday's|today's)\s+(?P<what>(?:(?!one\b|paper\b|the\b|of\b)[\w'-]+\s+){1,6}?)(?:one|papers?|article|work)\b(?!\s+(?:says?|reports?))", re.IGNORECASE),
    regex(r"^(?P<what>(?:[A-Za-z'-]+\s+){1,4})(?:paper|one)\b(?=\s*(?:[:：,?？]|$|from|—|-|vs\b|versus\b|or\b|and\b))", re.IGNORECASE),
    regex(r"\b(?:the|that)\s+(?P<what>(?:(?!of\b|the\b)[\w'-]+\s+){1,4}(?:survey|review|benchmark))\b", re.IGNORECASE),
)  # fmt: skip
_STUDY = regex(r"\b(?:the|that)\s+(?P<what>(?:(?!of\b|the\b)[\w'-]+\s+){1,4})study\b", re.IGNORECASE)
"""A study that a paper may only report."""
_GLIMPSED = (
    regex(r"\b(?:the|that)\s+(?P<what>(?:(?!of\b|the\b)[\w'-]+\s+){1,4})(?:thing|stuff)\b", re.IGNORECASE),
    regex(r"^\W*(?P<what>[^，。！？,.!?；;\s]{2,12}?)的?那个"),
)  # fmt: skip
_ET_AL = regex(r"(?<![^\W\d_])([^\W\d_]{2,})(?:'s)?\s+(?:et al\b|and (?:colleagues|co-?workers)|等人)")
_TWO_NAMES = regex(
    r"(?<!\w)(?P<a>[^\W\d_]{2,})\s*(?:&|/|,|\+|と|・|和|、|\b(?:and|et|und|y|e|и)\b)\s*(?=(?P<b>[^\W\d_]{2,}))"
)
_KIND = regex(
    r"(?:\b(?:the|el|la|il|lo|le|o|der|die|das|den|dem|del|zum|vom|im|nel|du|al|ao|do|no)\s+(?:[\w]+-)?|^\W*|那篇\s?)(?P<kind>survey|review|benchmark|dataset)s?(?![A-Za-z0-9_])(?=(?P<noun>\s+(?:papers?|artikel|article)|-(?:paper|artikel|arbeit))?)(?=(?P<stop>\s*[,:;])?)"
    r"|(?P<east>サーベイ|レビュー|ベンチマーク|データセット|서베이|리뷰|벤치마크|데이터셋|综述)(?:の?\s?(?P<of>論文|やつ|ペーパー|논문|거))?",
    re.IGNORECASE,
)
_THOSE_OF = regex(
    r"\b(?:los|las|os|as|ceux|celles|quelli|quelle)\s+d[aeio]s?\b|\b(?:the ones|those) (?:by|from|of)\b", re.IGNORECASE
)
"""All papers of an author: `los de Mehta`."""
_FOREIGN_NAME = regex(
    r"(?<!\w)[А-ЯЁ][а-яё]{4,}|[\u30a1-\u30fa\u30fc]{3,}(?=さん|氏|ら(?:の|は)|の論文)|(?<!\w)[가-힣]{2,4}(?=\s?[님씨]|\s?논문|\s?등의?\s)"
)
"""Family names in another script."""
_OR = regex(r"(?<!\w)(?:or|oder|ou|o|или|vs|versus)(?!\w)|还是|或|か|였나|나\s|아니면", re.IGNORECASE)
"""Words that say that one of two names is meant."""
_FIRST_WORDS = regex(r"\W*(?:\w{1,3}\W+)?")
_KINDS = {
    "サーベイ": "survey",
    "レビュー": "review",
    "ベンチマーク": "benchmark",
    "データセット": "dataset",
    "서베이": "survey",
    "综述": "survey",
    "리뷰": "review",
    "벤치마크": "benchmark",
    "데이터셋": "dataset",
}
_EMPTY = frozenset(
    "one first second third last same other different next previous earlier latest best new only whole entire main proposed original current given yesterday today dataset code method model result limitation paper approach".split()  # noqa: SIM905
)
GENERIC = frozenset(
    stem(w)
    for w in "dataset data code method model approach result experiment limitation baseline benchmark evaluation evaluate metric performance accuracy train training test paper author question answer number link repo improve improvement compare comparison difference release available public open source gpu parameter size time cost large larger small better best main idea problem task work framework system novel propose show study analysis introduction conclusion abstract section table figure many much yesterday today need take run find use".split()  # noqa: SIM905
)
"""Words that fit any paper."""
_RARE = 4
"""Letters of a family name that counts wherever it is."""
_CLEAR = 1.4
"""The paper described must fit so many times better than the next."""
_SAID_FIRST = 4
"""Words of a description that are its subject. Later words may be the question."""
_SUBJECT_WORDS = 3
"""Content words of a description that are its subject."""
_IN_TITLE, _IN_SUMMARY, _IN_ABSTRACT = 1.4, 0.9, 0.6
"""Weights of a paper's words by their place."""
_ACCOUNTED = 0.44
"""Share of a description's subject that its paper must account for. Every content word counts, and
one that is in the title counts fully: the threshold is one word of two in the title, or three of
four in the abstract. With the meant paper out of its digest, 21 instead of 51 of 408 questions were
answered about another one, and 7 of 877 rightly answered ones are asked about. Each of five folds
over the sets chooses this from eight values between 0 and 0.55 by the other four."""
_FIGURES = regex(r"(?<![\d.,])\d{2,}(?![\d.,])")
_STOPS = regex(r"[,;:?!。，；：？！]")
_PAIR = 2
_CLOSE = 0.45
_LEAST_KANA = 4
_LEAST_LETTERS = 3
_PIECE = regex(r"[\uac00-\ud7af]+|[\u3040-\u30ff\u3400-\u9fff]+|[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_EASTERN = regex(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_UNKNOWN = regex(r"[\u30a1-\u30fa\u30fc]{2,}|[\u3400-\u9fff]{2,}")
_KATAKANA = regex(r"[\u30a1-\u30fc]{8,}")
_SHORT = 5
_NAMED_FIRST = regex(r"\W*\w+(?:\s*[,:;]|\s?[^\W\d_a-zA-Z])")
RECENT = 200
"""Papers whose words are cached: those of a thread and of the digests before it."""


@dataclass(frozen=True)
class Found:
    """The papers that a question names, by index, best first."""

    sure: tuple[int, ...] = ()
    """Papers that are certainly named."""
    maybe: tuple[int, ...] = ()
    """Papers of which one is meant."""
    how: str = ""


class TitleIndex:
    def __init__(self, papers: Sequence[Paper], said: Sequence[str]) -> None:
        self.papers = papers
        self._titles = [_stems(p.title) for p in papers]
        self._names = _own_names(papers)
        self._said = said
        self._heard: dict[str, Sequence[str]] = {}

    @cached_property
    def _weights(self) -> list[Mapping[str, float]]:
        return [_weights(p, s) for p, s in zip(self.papers, self._said, strict=True)]

    @cached_property
    def _spread(self) -> Counter[str]:
        return Counter(t for weights in self._weights for t in weights)

    def named(self, question: str, *, written: bool = False) -> Found:
        """Finds papers by a name or a good piece of the title. A short name counts only if
        `written` has it with a capital, if that is required: `the rest` is not REST."""
        grams = _grams(question)
        if written:
            capitals = {fold(w) for w in _WORD.findall(question) if not w.islower()}
            grams = {g: at for g, at in grams.items() if len(g) > _SHORT or g in capitals}
        hits = {i: at for i, names in enumerate(self._names) for name in names if (at := grams.get(name)) is not None}
        if not hits:
            hits = {i: at for i, names in enumerate(self._names) if (at := _misspelt(names, grams)) is not None}
        if not hits:
            hits = _transliterated(self._names, question)
        runs = self._runs(question)
        strong = {i: at for i, (at, strength) in runs.items() if strength >= 3}
        sure = {**strong, **hits}
        if not hits and len(strong) > len(set(strong.values())) and not means_all(question, len(strong)):
            return Found((), tuple(sorted(strong)), "title")  # `the protein language model paper`, of two
        if sure:
            return Found(tuple(sorted(sure, key=lambda i: sure[i])), (), "title")
        return Found()

    def hinted(self, question: str) -> Found:
        """Finds papers by two consecutive title words that no other title has."""
        weak = {i: at for i, (at, strength) in self._runs(question).items() if strength >= 2}
        if len(weak) == 1:
            return Found(tuple(weak), (), "title")
        return Found((), tuple(sorted(weak)), "title") if weak else Found()

    def alike(self, question: str, here: Sequence[int]) -> tuple[int, ...]:
        """Returns the papers that share what the question says (an author, words of the title, or
        most of its words in their subject), if one of the papers `here` shares it, too."""
        by = self.by_author(question)
        if shared := by.sure or by.maybe or tuple(self._runs(question)):
            return shared
        titles = [{stem(w) for w in title} for title in self._titles]
        wanted = [
            t
            for t in (*asked_for(question), *self._borrowed(question), *self._translated(question))
            if any(t in titles[i] for i in here)
        ]
        found = tuple(i for i, title in enumerate(titles) if wanted and title.issuperset(wanted))
        if set(found) - set(here):
            return found
        units = list(dict.fromkeys(self._units(question)))
        counts = [sum(not words.keys().isdisjoint(stems) for stems in units) for words in self._subjects]
        most = max((n for i, n in enumerate(counts) if i not in here), default=0)
        return tuple(i for i, n in enumerate(counts) if most and n == most) if any(counts[i] for i in here) else found

    def mentioning(self, question: str, *, titles: bool = False) -> Found:
        """Finds the only paper whose abstract has a name from the question: `who uses Waymo?`; with
        `titles`, also a word of its title."""
        said = {fold(w) for w in _WORD.findall(question) if len(w) >= _RARE or w.isupper()} - LITTLE
        # A common word counts as a name only if it is written as one: `how large is the model?`
        common = GENERIC if titles else GENERIC | of_the_field()
        plain = {fold(w) for at, w in enumerate(_WORD.findall(question)) if w.islower() or (not at and w.istitle())}
        said -= {word for word in plain if stem(word) in common}
        written = [_written(p) for p in self.papers]
        found = tuple(
            i
            for i, paper in enumerate(self.papers)
            for names in [_mentioned(paper) | (_title_words(paper) if titles else set())]
            if any(sum(word in words for words in written) == 1 for word in names & said)
        )
        return Found(found, (), "fit") if len(found) == 1 else Found()

    def _runs(self, question: str) -> dict[int, tuple[int, float]]:
        """Returns place and weight of each title's words in the question; the best only."""
        words = _stems(question)
        quoted = {w for q in _QUOTES.finditer(question) for w in _stems(next(g for g in q.groups() if g))}
        best: dict[int, tuple[int, float]] = {}
        for i, title in enumerate(self._titles):
            at, run = _longest_run(words, title)
            content = [w for w in run if w not in LITTLE and not w.isdigit()]
            strength = float(len(content))
            head = _head_length(self.papers[i].title)
            if head and len(run) >= head and title[:head] == run[:head] and len(content) >= 1 and head >= 2:
                strength += 1.5
            if content and set(run) <= quoted and len(content) >= 2:
                strength += 1
            if len(content) >= 2 and (len(run) >= 4 or len(run) == len(title)):
                strength += 1
            if strength >= 2:
                best[i] = (at, strength)
        if not best:
            return {}
        most = max(s for _, s in best.values())
        return {i: v for i, v in best.items() if v[1] >= min(most, 3)}

    def by_author(self, question: str) -> Found:
        folded = " ".join(fold(w) for w in _WORD.findall(question))
        hits = {
            i
            for i, paper in enumerate(self.papers)
            if any(f" {name} " in f" {folded} " for a in paper.authors for name in _whole_names(a))
        }
        if hits:
            return _one_of(hits, question)
        families = [_families(paper) for paper in self.papers]
        pairs = [{fold(m["a"]), fold(m["b"])} for m in _TWO_NAMES.finditer(question)]
        if both := {i for i, names in enumerate(families) if any(len(p) > 1 and p <= names for p in pairs)}:
            return _one_of(both, question)
        placed, alone = _surnames(question)
        told = [{i for i, names in enumerate(families) if name in names} for name in placed]
        told += [
            {
                i
                for i, names in enumerate(families)
                for known in [names | _family_first(self.papers[i]) if said[0] >= "\uac00" else names]
                if any(borrowed(said.lower(), n) for n in known if len(n) > _RARE)
            }
            for said in _FOREIGN_NAME.findall(question)
        ]
        told = [by for by in told if by] or self._of_rare_names(alone, families)
        if not told:
            return Found()
        if together := set.intersection(*told):
            return _one_of(together, question)
        if all(len(by) == 1 for by in told) and not _OR.search(question):
            return Found(tuple(dict.fromkeys(i for by in told for i in by)), (), "author")
        return Found((), tuple(sorted(set.union(*told))), "author")

    def _of_rare_names(self, names: Sequence[str], families: Sequence[frozenset[str]]) -> list[set[int]]:
        """Returns the papers by each name, if one is long enough to be no other word."""
        words = frozenset[str]().union(*(_written(p) for p in self.papers))
        found: dict[str, set[int]] = {}
        for name in names:
            forms = {name, name.removesuffix("s")} - words  # `Goldsteins Taxonomie`
            if by := {i for i, family in enumerate(families) if forms & family}:
                found[name] = by
        return list(found.values()) if any(len(name) >= _RARE for name in found) else []

    def of_kind(self, question: str, *, anywhere: bool = False) -> Found:
        """Finds `el survey`, `ベンチマークの論文`, if only one title says so. A benchmark or a
        dataset without a word for a paper may be one that a paper uses; so may a survey that does
        not begin the question."""
        for match in _KIND.finditer(question):
            kind = _KINDS.get(match["east"] or "") or match["kind"].lower()
            first = anywhere or _FIRST_WORDS.fullmatch(question, 0, match.start())
            noun = match["noun"] or match["of"]
            if not noun and not (first and (kind == "survey" or match["stop"])):
                continue
            of = {i for i, title in enumerate(self._titles) if stem(kind) in title}
            if len(of) == 1:
                return Found(tuple(of), (), "description")
        return Found()

    def within(self, question: str) -> Found:
        """Finds `la fig 2 del de vidrio`, in which the description is not at the beginning."""
        said = (*descriptions_within(question, joined=False), *(m["what"] for m in _STUDY.finditer(question)))
        found = {i for d in said for i in self.told_by(d).sure}
        return Found(tuple(found), (), "description") if len(found) == 1 else Found()

    def told_by(self, description: str) -> Found:
        """Finds the paper that has enough of the description, and more than any other."""
        told = self._told_by(description)
        return Found((self._fitting(description)[0][0],), (), "description") if told else Found()

    def _told_by(self, description: str) -> bool:
        ranked = self._fitting(description) if asked_for(description) else []
        first = ranked[0][0] if ranked else -1
        return bool(
            ranked and _is_clear(ranked) and self._accounts(first, description) and not self._rivals(first, description)
        )

    def described(self, question: str) -> Found | None:
        """Finds `the dubbing one`, `配音那篇`. Returns None if the question describes no paper."""
        described = [d for d in _descriptions(question) if asked_for(d)]
        if not described:
            return None
        sure: dict[str, int] = {}
        for description in described:
            ranked = self._fitting(description)
            if not ranked or not self._accounts(ranked[0][0], description):
                continue
            rivals = self._rivals(ranked[0][0], description)
            if rivals or not _is_clear(ranked):
                close = {i for i, s in ranked if s * _CLEAR > ranked[0][1]}
                alike = tuple(sorted({ranked[0][0], *(close if not _is_clear(ranked) else ()), *rivals}))
                if means_all(question, len(alike)):
                    return Found(alike, (), "description")
                return Found((), alike, "description")
            sure[description] = ranked[0][0]
        if sure:
            joined = (d for d in descriptions_within(question, joined=True) if self._told_by(d))
            sure |= {d: self._fitting(d)[0][0] for d in joined}
        # Of two joined papers, both are found or none: `the Rust one and the quantum one`.
        lost = (d for d in described if not any(_overlap(d, found) for found in sure))
        if (
            sure
            and (cues.AND.search(question) or _OR.search(question))
            and any(next(self._content(d), None) is not None for d in lost)
        ):
            return Found((), tuple(range(len(self.papers))), "description")
        return Found(tuple(dict.fromkeys(sure.values())), (), "description")

    def beside(self, side: str, *, wanted: bool) -> Found | None:
        """Finds the paper that is described beside a named one. If a comparison is `wanted`, its
        other half may lack a word for a paper (`compare GraspFlow with the nests`). A written name
        is that of another work."""
        if (found := self.described(side)) is not None:
            return found
        side = _STOPS.split(side, maxsplit=1)[0]
        if not wanted:
            words = set(asked_for(side))
            titled = tuple(i for i, title in enumerate(self._titles) if words and words.issubset(title))
            return Found(titled, (), "title") if len(titled) == 1 else None
        if next(self._content(side), None) is None or any(looks_a_name(w) for w in side.split()):
            return None
        fits = self.fitting(side)
        return fits if fits.sure and self._accounts(fits.sure[0], side) else Found()

    def fitting(self, description: str) -> Found:
        """Finds the paper that only the description fits, or fits clearly best."""
        ranked = self._fitting(description)
        return Found((ranked[0][0],), (), "description") if _is_clear(ranked) else Found()

    def glimpsed(self, question: str, here: Sequence[int]) -> Found:
        """Finds `热泵那个省电多少`, whose words may also be about the papers `here`. It is another
        paper only if the words clearly fit that one and not these at all."""
        for match in (m for pattern in _GLIMPSED for m in pattern.finditer(question)):
            ranked = self._fitting(match["what"])
            if _is_clear(ranked) and not {i for i, _ in ranked} & set(here):
                return Found((ranked[0][0],), (), "description")
        return Found()

    def _accounts(self, paper: int, description: str) -> bool:
        """Returns whether the paper has enough of the description. Words that no paper here has
        belong to another one, as do words that another paper has."""
        return self._most_of(paper, list(islice(self._content(description), _SUBJECT_WORDS)))

    def _rivals(self, first: int, description: str) -> tuple[int, ...]:
        """Returns other papers that have as much of the description as the first. A single word
        must be their subject."""
        has = self._weights[first].keys()
        figures = [{f} & has for f in _FIGURES.findall(description)]
        shared = [_in_english(has & set(stems)) for stems in self._content(description)] + figures
        own = [stems for stems in shared if stems]
        words = self._weights if len(own) > 1 else self._subjects
        alike = (i for i, w in enumerate(words) if own and all(stems <= w.keys() for stems in own))
        return tuple(i for i in alike if i != first)

    @cached_property
    def _subjects(self) -> list[Mapping[str, float]]:
        """Returns the words of each paper's title and of the first sentence of its abstract."""
        return [_weights(replace(p, abstract=_first_sentence(p.abstract)), "") for p in self.papers]

    def _content(self, description: str) -> Iterator[Sequence[str]]:
        """Yields the papers' stems for each content word of the description, in order; none for a
        word that no paper here has in any language."""
        some = False
        for match in _PIECE.finditer(_HAN_GENERIC.sub(" ", description)):
            word = match[0]
            if _EASTERN.match(word):
                yield from self._content_east(word)
                continue
            plain = without_accents(word)
            if some and asks_from(plain):
                return
            stems = [*terms(word), *(s for _, known in topics(word) for s in known)]
            little = is_little(plain) or plain in LITTLE or (len(word) < _LEAST_LETTERS and not word.isupper())
            if not little and not any(s in GENERIC or s in _EMPTY for s in stems):
                yield [*stems, *self._borrowed(word)]
                some = True

    def _content_east(self, run: str) -> Iterator[Sequence[str]]:
        known: list[tuple[int, int, Sequence[str]]] = [
            (at, len(word), [stem(w) for w in english.split()]) for at, word, english in translated(run)
        ]
        known += [(run.find(word), len(word), stems) for word, stems in topics(run)]
        known += [(m.start(), len(m[0]), self._borrowed(m[0])) for m in FOREIGN.finditer(run)]
        known += [(at, 2, [pair]) for at in range(len(run) - 1) if (pair := run[at : at + 2]) in self._spread]
        units: list[tuple[int, int, list[str]]] = []
        for start, length, stems in sorted(known, key=lambda k: k[:2]):
            if units and start < units[-1][1]:
                first, end, so_far = units[-1]
                units[-1] = (first, max(end, start + length), [*so_far, *stems])
            elif stems:
                units.append((start, start + length, list(stems)))
        if run[0] >= "\uac00":  # the rest of the word is particles and endings
            units = units or [(0, len(run), [])]
        else:
            rest = "".join(" " if any(a <= at < b for a, b, _ in units) else c for at, c in enumerate(run))
            units += [(m.start(), m.end(), []) for m in _UNKNOWN.finditer(bare(rest))]
        for _, _, stems in sorted(units):
            if not stems or not all(s in GENERIC for s in stems):
                yield stems

    def _fitting(self, description: str) -> list[tuple[int, float]]:
        figures = _FIGURES.findall(description)
        twice = self._twice(description)
        # `den` may occur only in what the digest says about one paper.
        twice |= {word for word in description.lower().split() if function_word(word)}
        alone = [t for t in asked_for(description) if t not in twice]
        said = [*alone, *figures, *self._borrowed(description)]
        ranked = self.fit([*said, *self._translated(description)])
        parts = {frozenset([t]) for t in said if t in self._spread}
        parts |= {p for _, stems in topics(description) if (p := frozenset(stems)) & self._spread.keys()}
        whole = [i for i, _ in ranked if all(part & self._weights[i].keys() for part in parts)]
        if (
            len(parts) > 1 and len(whole) == 1 and len(description.split()) <= _SAID_FIRST
        ):  # `long speech recognition`, where others recognize speech
            first = (whole[0], _CLEAR * ranked[0][1])
            ranked = [first, *(at for at in ranked if at[0] != whole[0])]
        return ranked

    def _twice(self, description: str) -> set[str]:
        """Returns the Chinese words whose English counts already. They may be in what the digest
        says about one paper, and only in the title of another."""
        known = translated(description)
        if not all(any(stem(w) in self._spread for w in english.split()) for _, _, english in known):
            return set()
        rest = description
        for _, word, _ in known:
            rest = rest.replace(word, " ")
        return set(terms(description)) - set(terms(rest)) - {stem(w) for _, _, e in known for w in e.split()}

    def _translated(self, description: str) -> list[str]:
        """Returns the papers' words for what the description says in another language."""
        known = [
            next((t for t in stems if t in self._spread), "")
            for word, stems in topics(description)
            if stem(fold(word)) not in self._spread
        ]
        return [t for t in known if t and t not in GENERIC]

    def _borrowed(self, description: str) -> list[str]:
        """Returns the papers' words that the description has in another script or language."""
        strange = [w for w in FOREIGN.findall(description)[:_SAID_FIRST] if stem(fold(w)) not in self._spread]
        strange = [w for w in strange if w[0] < "\uac00" or not any(topics(w))]
        found: Iterable[str] = sorted({w for s in strange for w in self._heard_as(s)})
        found = found or _of_compounds(strange, self._words if strange else ())
        found = [w if w in self._spread else stem(w) for w in found]
        return [t for t in found if t not in GENERIC]

    @cached_property
    def _words(self) -> Sequence[str]:
        written = {w for paper in self.papers for w in _written(paper)}
        return sorted(w for w in written | self._spread.keys() if len(w) > _RARE)

    def _heard_as(self, strange: str) -> Sequence[str]:
        """Returns cached words, because one question searches for the same word several times."""
        if strange not in self._heard:
            if len(self._heard) >= RECENT:
                self._heard.clear()
            self._heard[strange] = [w for w in self._words if borrowed(strange, w)]
        return self._heard[strange]

    def fit(self, wanted: Sequence[str]) -> list[tuple[int, float]]:
        """Returns papers that have some of the words, with their weight, best first."""
        scores: dict[int, float] = {}
        for term in dict.fromkeys(wanted):
            spread = self._spread.get(term, 0)
            if not spread:
                continue
            weight = math.log(1 + len(self.papers) / spread)
            for i, weights in enumerate(self._weights):
                if term in weights:
                    scores[i] = scores.get(i, 0.0) + weight * weights[term]
        return sorted(scores.items(), key=lambda at: (-at[1], at[0]))

    def best_fit(self, question: str) -> Found:
        """Finds the paper whose words the question has, if other papers lack them."""
        wanted = [*asked_for(question), *self._translated(question)]
        ranked = self.fit(wanted)
        if not ranked:
            return Found()
        first = ranked[0][0]
        own = [t for t in dict.fromkeys(wanted) if t in self._weights[first]]
        alone = [t for t in own if self._spread[t] == 1 and self._weights[first][t] > _IN_ABSTRACT]
        clear = len(ranked) == 1 or ranked[0][1] >= 2 * ranked[1][1]
        if clear and len(own) >= 2 and alone and ranked[0][1] >= 2.5 and not self._close(first, question):
            return Found((first,), (), "fit")
        alike = tuple(i for i, s in ranked if s * _CLEAR > ranked[0][1])
        if len(alike) > 1 and means_all(question, len(alike)):
            return Found(alike, (), "fit")
        return Found((), tuple(i for i, _ in ranked[:5]), "fit")

    def distinct(self, question: str) -> Found:
        """Finds the paper whose title alone has a word of the question, if it also has most of the
        other words and no other paper has half as much of the question."""
        said = [units for clause in _STOPS.split(question) if (units := list(self._units(clause)))]
        every = list(dict.fromkeys(tuple(u) for units in said for u in units))
        scores = [sum(self._weight(i, u) * self._rarity(u) for u in every) for i in range(len(self.papers))]
        first, *others = sorted(range(len(scores)), key=lambda i: -scores[i])
        if len(every) < _PAIR or not others or scores[first] < 2 * scores[others[0]]:
            return Found()  # `what is attention?`
        if self._close(first, question):
            return Found()
        told = (
            any(self._weight(first, u) >= _IN_TITLE and self._spread_of(u) == 1 for u in units)
            and self._most_of(first, units)
            for units in said
        )
        return Found((first,), (), "fit") if any(told) else Found()

    def _close(self, first: int, question: str) -> bool:
        """Returns whether another paper has as many words of the question, or all but one of the
        first paper's: of two on `brain MRI segmentation`, one is about gliomas."""
        units = list(dict.fromkeys(self._units(question)))
        own = [u for u in units if self._weight(first, u)]
        most = _CLOSE * sum(self._weight(first, u) for u in own)
        for i in (i for i in range(len(self.papers)) if i != first):
            shared = [self._weight(i, u) for u in own]
            others = sum(self._weight(i, u) >= _IN_TITLE for u in units)
            if len(own) > _PAIR and sum(map(bool, shared)) >= len(own) - 1 and sum(shared) >= most:
                return True
            if len(own) >= _PAIR and others >= len(own):
                return True
        return False

    def _units(self, clause: str) -> Iterator[tuple[str, ...]]:
        for match in _PIECE.finditer(_HAN_GENERIC.sub(" ", clause)):
            yield from (tuple(t for t in stems if t not in GENERIC) for stems in self._content(match[0]))

    def _weight(self, paper: int, stems: Sequence[str]) -> float:
        return max((self._weights[paper].get(t, 0.0) for t in stems), default=0.0)

    def _spread_of(self, stems: Sequence[str]) -> int:
        return sum(not words.keys().isdisjoint(stems) for words in self._weights)

    def _rarity(self, stems: Sequence[str]) -> float:
        return math.log(1 + len(self.papers) / max(1, self._spread_of(stems)))

    def _most_of(self, paper: int, said: Sequence[Sequence[str]]) -> bool:
        return sum(self._weight(paper, stems) for stems in said) >= _ACCOUNTED * _IN_TITLE * len(said)


def _in_english(stems: set[str]) -> set[str]:
    """Returns the English stems, if there are any: pairs of characters span two words."""
    return {s for s in stems if s.isascii()} or stems


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s", text, maxsplit=1)[0]


def _overlap(one: str, other: str) -> bool:
    one, other = without_accents(one), without_accents(other)
    return one in other or other in one


def _is_clear(ranked: Sequence[tuple[int, float]]) -> bool:
    """Returns whether the first fits, and clearly better than the next."""
    return len(ranked) == 1 or (len(ranked) > 1 and ranked[0][1] >= _CLEAR * ranked[1][1])


def _of_compounds(strange: Sequence[str], known: Sequence[str]) -> list[str]:
    """Returns the two words of a compound in katakana: `プロンプトインジェクション`."""
    for word in (w for w in strange if _KATAKANA.fullmatch(w)):
        for at in range(_LEAST_KANA, len(word) - _LEAST_KANA + 1):
            halves = [[w for w in known if borrowed(half, w)] for half in (word[:at], word[at:])]
            if all(halves):
                return [w for half in halves for w in half]
    return []


_HAN_GENERIC = regex(
    "数据集|数据|方法|模型|结果|实验|代码|局限|限制|不足|基线|基准|损失|指标|训练|推理|性能|效果|准确率|参数|显存|成本|作者|贡献|创新|结论|动机|问题|任务|框架|开源|公开|复现|提升|改进|对比|比较|区别|优势|昨天|今天"
)


def _one_of(papers: set[int], question: str) -> Found:
    """Returns the papers that fit equally: one, as many as the question says, or unclear ones."""
    found = tuple(sorted(papers))
    sure = len(found) == 1 or means_all(question, len(found)) or _THOSE_OF.search(question)
    return Found(found, (), "author") if sure else Found((), found, "author")


def _surnames(question: str) -> tuple[list[str], list[str]]:
    """Returns words in the place of an author's name, and others whose capital may mark a name."""
    capitals = [(fold(m[0]), m.start()) for m in _WORD.finditer(question) if m[0][:1].isupper()]
    written = {name for name, _ in capitals}
    placed = [name for name in authors(question) if len(name) > _RARE or written & {name, f"{name}s"}]
    placed += [fold(s) for s in _ET_AL.findall(question)]
    alone = [
        name
        for name, at in capitals
        # At the beginning, it is a long word or one before a sign: `Volkov: how long?`
        if at > len(question) - len(question.lstrip(" \"'¿¡«„“")) or len(name) > _RARE or _NAMED_FIRST.match(question)
    ]
    return list(dict.fromkeys(placed)), [n for n in dict.fromkeys(alone) if n not in COMMON | LITTLE]


def _whole_names(author: str) -> Iterator[str]:
    """Yields the names by which an author is known in any place: `noa ben ami`, `ben ami`."""
    family = author.rpartition(" ")[2]
    if family != author:
        yield _folded_name(author)
        if "-" in family:
            yield _folded_name(family)


@lru_cache(maxsize=RECENT)
def _families(paper: Paper) -> frozenset[str]:
    return frozenset(_folded_name(a).rpartition(" ")[2] for a in paper.authors)


@lru_cache(maxsize=RECENT)
def _family_first(paper: Paper) -> frozenset[str]:
    """Returns names as Korean writes them: `hansoomin` for Soo-min Han."""
    names = (_folded_name(a).split() for a in paper.authors)
    return frozenset("".join([*n[-1:], *n[:-1]]) for n in names)


def asked_for(text: str) -> list[str]:
    """Returns the words that could tell one paper from another."""
    said = asked(_HAN_GENERIC.sub(" ", text))
    return [t for t in said if t not in GENERIC and t not in _EMPTY and not t.isdigit()]


def _descriptions(question: str) -> Iterator[str]:
    for pattern in _DESCRIBED:
        for match in pattern.finditer(question):
            for what in re.split(r"和|与|跟|\band\b|那篇|这篇", match["what"]):
                bare = what.strip()
                words = [w.lower() for w in _WORD.findall(bare)]
                if bare and not (
                    words and all(w in _EMPTY or w in LITTLE for w in words) and not re.search(r"[\u4e00-\u9fff]", bare)
                ):
                    yield bare
    yield from descriptions(question)


@lru_cache(maxsize=4_000)
def _stem_list(text: str) -> tuple[str, ...]:
    return tuple(stem(fold(w)) for w in _WORD.findall(text))


def _stems(text: str) -> list[str]:
    return list(_stem_list(text))


def _head_length(title: str) -> int:
    """Returns how many words precede the colon of a title."""
    head, colon, _ = title.partition(":")
    return len(_WORD.findall(head)) if colon else 0


def _longest_run(words: Sequence[str], title: Sequence[str]) -> tuple[int, list[str]]:
    best: tuple[int, list[str]] = (0, [])
    most = 0
    for at, word in enumerate(words):
        if word not in title:
            continue
        for start in range(title.index(word), len(title)):
            length = 0
            while (
                at + length < len(words) and start + length < len(title) and words[at + length] == title[start + length]
            ):
                length += 1
            run = list(words[at : at + length])
            content = sum(w not in LITTLE for w in run)
            if (content, length) > (most, len(best[1])):
                best, most = (at, run), content
    return best


def _grams(question: str) -> dict[str, int]:
    words = [(fold(m[0]), m.start()) for m in _WORD.finditer(question)]
    found: dict[str, int] = {}
    for i in range(len(words)):
        joined = ""
        for word, _ in words[i : i + 5]:
            joined += word
            found.setdefault(joined, words[i][1])
    return found


def _own_names(papers: Sequence[Paper]) -> list[set[str]]:
    """Returns names that no other paper has, from its title and its abstract's coinages."""
    raw = [own_names(p) for p in papers]
    times = Counter(name for names in raw for name in names)
    used = Counter(w for p in papers for w in _written(p))
    common = {squeezed(w) for w in COMMON}
    return [{n for n in names if times[n] == 1 and used[n] <= 1 and len(n) >= 3 and n not in common} for names in raw]


@lru_cache(maxsize=RECENT)
def _written(paper: Paper) -> frozenset[str]:
    return frozenset(fold(w) for w in _WORD.findall(f"{paper.title} {paper.abstract}"))


@lru_cache(maxsize=RECENT)
def _mentioned(paper: Paper) -> frozenset[str]:
    """Returns names in the abstract, also others': words with a capital within a sentence."""
    common = {squeezed(w) for w in COMMON}
    words = {w for name in _NAME_WITHIN.findall(paper.abstract) for w in _WORD.findall(name)}
    return frozenset(fold(w) for w in words if len(w) >= _RARE or w.isupper()) - common


def _title_words(paper: Paper) -> frozenset[str]:
    return frozenset(w for w in map(fold, _WORD.findall(paper.title)) if len(w) >= _RARE and stem(w) not in GENERIC)


@lru_cache(maxsize=RECENT)
def own_names(paper: Paper) -> frozenset[str]:
    """Returns names that title and abstract give to their own work, squeezed and folded."""
    return frozenset(_names_of(paper))


def looks_a_name(word: str) -> bool:
    """Returns whether it is like `DynamicVLA`, `GPT-4`, `BERT`, and no common abbreviation."""
    return _looks_a_name(word) and squeezed(word.lower()) not in {squeezed(w) for w in COMMON}


def _names_of(paper: Paper) -> Iterator[str]:
    head, colon, _ = paper.title.partition(":")
    if colon and len(_WORD.findall(head)) <= 3 and (_looks_a_name(head) or _is_coined(head, paper.abstract)):
        yield _plain(head)
    for word in re.findall(r"[^\s,:;()]+", paper.title):
        if _looks_a_name(word) and word.lower() not in COMMON:
            yield _plain(word)
            head, hyphen, _ = word.partition("-")
            if hyphen and re.search(r"[a-z][A-Z]", head):
                yield _plain(head)  # `DepthBench` of DepthBench-Night
    yield from (_plain(n) for n in _SHORT_NAME.findall(paper.title))
    initials = _initials(paper)
    for name in _SHORT_NAME.findall(paper.abstract):
        if _plain(name).removesuffix("s") in initials and name.lower() not in COMMON:
            yield _plain(name)
    for name in (*_CALLED.findall(paper.abstract), *_SUBJECT.findall(paper.abstract)):
        if name.lower() not in COMMON:
            yield _plain(name)


def _plain(name: str) -> str:
    return "".join(fold(w) for w in _WORD.findall(name))


def _is_coined(word: str, abstract: str) -> bool:
    """Returns whether the abstract always writes this one word with a capital: `Scrubline`."""
    written = [w for w in _WORD.findall(abstract) if w.lower() == word.lower()]
    return bool(written) and all(w == word and w[0].isupper() for w in written)


def _looks_a_name(word: str) -> bool:
    return bool(re.search(r"[a-z][A-Z]|[A-Z]{2}|[A-Za-z]\d|\d[A-Za-z]|[Α-ω][A-Za-z]", word)) and not re.fullmatch(
        r"\d+[DdKk]|[A-Z]s", word
    )


def _initials(paper: Paper) -> set[str]:
    """Returns short forms of the words of title and abstract: `pmf` for `pixel MeanFlow`."""
    quoted = [g for q in _QUOTES.finditer(paper.abstract) for g in q.groups() if g]
    found: set[str] = set()
    for text in (paper.title, *quoted):
        parts = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+", text)
        for i in range(len(parts)):
            for j in range(i + 2, min(i + 6, len(parts)) + 1):
                found.add("".join(p[0] for p in parts[i:j]).lower())
    return found


def _misspelt(names: Iterable[str], grams: Mapping[str, int]) -> int | None:
    for name in names:
        for form in {name, name.rstrip("0123456789")}:  # `TinySAM` of TinySAM-3
            if len(form) < 7:
                continue
            allowed = 1 if len(form) < 11 else 2
            for gram, at in grams.items():
                if (
                    gram[0] == form[0]
                    and abs(len(gram) - len(form)) <= allowed
                    and OSA.distance(gram, form, score_cutoff=allowed) <= allowed
                ):
                    return at
    return None


def _transliterated(names: Sequence[set[str]], question: str) -> dict[int, int]:
    """Returns the places of names in another script: `롱메모` is LongMemo."""
    said = [m for m in FOREIGN.finditer(question) if m[0][0] > "\u0250"]
    return {
        i: m.start()
        for i, own in enumerate(names)
        for m in said
        for n in own
        if len(n) > _SHORT and borrowed(m[0].lower(), n)
    }


def _folded_name(author: str) -> str:
    return " ".join(fold(w) for w in _WORD.findall(author))


def _short_forms(title: str) -> Iterator[str]:
    """Yields short forms: `tts` of Text-to-Speech, `mpc` of Model Predictive Control."""
    yield from ("".join(w[0] for w in m.split("-")) for m in re.findall(r"(?<!\w)\w+(?:-\w+){2,}", title))
    for words in (w.split() for w in re.findall(r"(?<!\w)[A-Z]\w+(?:[ -][A-Z]\w+)+", title)):
        parts = [p for w in words for p in w.split("-")]
        yield from (
            "".join(p[0] for p in parts[i:j])
            for i in range(len(parts))
            for j in range(i + _LEAST_LETTERS, min(i + _SHORT, len(parts)) + 1)
        )


@lru_cache(maxsize=RECENT)
def _weights(paper: Paper, said: str) -> Mapping[str, float]:
    weights: dict[str, float] = {}
    initials = " ".join(_short_forms(paper.title))
    for text, weight in ((paper.abstract, _IN_ABSTRACT), (said, _IN_SUMMARY), (f"{initials} {paper.title}", _IN_TITLE)):
        for term in terms(simplified(text)):
            weights[term] = max(weights.get(term, 0.0), weight)
    return weights
