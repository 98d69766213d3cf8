"""Ranks papers by keywords and chooses a digest's papers.

Relevance is how well the keywords match. Significance is only what the abstract claims (code,
data, results in figures). The reason names the matching keywords.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate, chain

from digest.model import Paper, Profile, Score
from digest.patterns import regex
from digest.render.labels import joined, label
from digest.retrieval.bm25 import Bm25
from digest.retrieval.folding import composed, fold
from digest.retrieval.glossary import translated
from digest.retrieval.terms import asked, stem, terms
from digest.selection.ledger import best_first, covers

BY = "extractive"

_WORD = regex(r"[^\W\d_]+")
_INITIALS = regex(r"(?<=[A-Z])\.(?=[A-Z])")
_SPELT_OUT = str.maketrans(dict(zip("äöüøåÄÖÜØÅ", "ae oe ue oe aa Ae Oe Ue Oe Aa".split(), strict=True)))  # noqa: SIM905
_SUFFIX = regex(r"(?<=\w),? +(?:Jr|Sr)\b\.?|(?<=\w) +I{2,3}\Z|\AThe (?=\w+ )|\([^()]*\)", re.IGNORECASE)
"""Parts of a name that one spelling has and another lacks."""
_ABBREVIATION = regex("[b-df-hj-np-tv-xz]{2,4}")
LEAST_JOINED = 4
"""Letters of a keyword that also matches with other gaps: `gan` does not match `g an`."""

_SIGNED = regex(r"\w(?:\+{1,2}|#)\Z|\A\.(?=[^\W\d])")
_FEW_LETTERS = 3

_SIGNS = (
    (regex(r"github\.com|huggingface\.co|\bcode (?:is|are|will be|and|available)|open-?source|publicly available|\bwe release\b", re.IGNORECASE), 1.5),
    (regex(r"\b(?:new|novel|large-scale|first)\b[^.]{0,40}\b(?:dataset|benchmark|corpus)\b|\bintroduce\b[^.]{0,40}\bbenchmark\b", re.IGNORECASE), 1.5),
    (regex(r"state[- ]of[- ]the[- ]art|\boutperform|\bsurpass|\bbest (?:results?|performance)", re.IGNORECASE), 1.0),
    (regex(r"(?<!\d)\d+(?:\.\d+)?\s?\\?%|\d(?:\.\d+)?\s?(?:x|×|\\times)(?![a-z])|\b(?:FID|mAP|IoU|F1|BLEU|accuracy)\b", re.IGNORECASE), 1.0),
    (regex(r"\baccepted\b|\bto appear\b|\b(?:CVPR|ICCV|ECCV|NeurIPS|ICML|ICLR|ACL|EMNLP|AAAI|CoRL|RSS|ICRA|SIGGRAPH|Nature|Science)\b|\boral\b|\bspotlight\b", re.IGNORECASE), 1.5),
)  # fmt: skip


def lexical(papers: Sequence[Paper], profile: Profile) -> list[Score]:
    """Returns a Score for each paper, in the order given, without a model."""
    queries = _bm25(papers, wishes(profile))
    return [_score(paper, profile, fit) for paper, fit in zip(papers, queries, strict=True)]


@lru_cache(maxsize=100)
def wishes(profile: Profile) -> tuple[str, ...]:
    """Returns the terms to search for, and the words that must match as written; both empty if
    interests and keywords hold only stop words."""
    words = [word for keyword in profile.wanted for word in keyword.split()]
    exact = [word for word in words if _as_written(word)]
    others = " ".join(word for word in words if word not in exact)
    return tuple(dict.fromkeys([*asked(f"{profile.interests} {others}"), *exact]))


def _bm25(papers: Sequence[Paper], query: Sequence[str]) -> list[float]:
    """Returns 0 to 1: BM25 relative to the batch's best, times the share of the wishes' weight that
    the best paper matches."""
    if not papers or not query:
        return [0.0] * len(papers)
    exact = [(word, pattern) for word in query if (pattern := _as_written(word))]

    def bag(text: str) -> list[str]:
        return [*terms(text), *(word for word, pattern in exact if pattern.search(text))]

    bags = [[*title, *title, *bag(p.abstract)] for p in papers for title in [bag(p.title)]]
    index = Bm25(bags)
    known = [w for w in query if w in index]
    if not known:
        return [0.0] * len(papers)
    scores = index.scores(known)
    best = max(scores)
    if best <= 0:
        return [0.0] * len(papers)
    covered = [len(set(known) & set(bag)) for bag in bags]
    strength = min(1.0, max(covered) / min(len(query), 4))
    return [s / best * strength for s in scores]


def _english(keyword: str) -> Iterator[list[str]]:
    """Yields the English of a Chinese keyword, if all of it is known. The glossary gives
    inflections and abbreviations after a word."""
    known = translated(keyword)
    if sum(len(chinese) for _, chinese, _ in known) < len(keyword):
        return
    words: list[str] = []
    for word in (word for _, _, english in known for word in english.split()):
        if _ABBREVIATION.fullmatch(word):
            yield [word]
        elif not words or not stem(word).startswith(words[-1]):
            words.append(stem(word))
    yield words


def matched(keywords: Sequence[str], text: str) -> tuple[str, ...]:
    """Returns the keywords whose phrase the text contains, inflected or not; for a Chinese keyword,
    also its English."""
    return tuple(
        k
        for k in keywords
        if any(_holds(_words(text), phrase) for phrase in _phrases(k))
        and all(pattern.search(text) for word in k.split() if (pattern := _as_written(word)))
    )


@lru_cache(maxsize=1_000)
def _as_written(word: str) -> re.Pattern[str] | None:
    """Returns a pattern for a word with signs (`C++`) or few letters in capitals (`IT`), which
    would mean another word without them; None for other words."""
    if _SIGNED.search(word):
        before, after = ("", r"(?![^\W_])") if word[0] == "." else (r"(?<![^\W_])", "(?![+#])")
        return re.compile(f"{before}{re.escape(word)}{after}", re.IGNORECASE | re.ASCII)
    few = word.isascii() and word.isalpha() and len(word) <= _FEW_LETTERS
    if few and (word.isupper() or (word.istitle() and len(word) < _FEW_LETTERS)):
        return re.compile(rf"(?<![A-Z0-9]){word}s?(?![A-Za-z0-9])")
    return None


@lru_cache(maxsize=500)
def _words(text: str) -> tuple[str, str]:
    """Returns the words, and the same without the gaps."""
    words = terms(text, little=True)
    return _spaced(words), "".join(words)


def _holds(text: tuple[str, str], phrase: str) -> bool:
    """Returns whether it contains the phrase. `data set`, `data-set` and `dataset` are equal."""
    words, close = text
    if phrase in words:
        return True
    joined = phrase.replace(" ", "")
    if len(joined) < LEAST_JOINED or joined not in close:
        return False
    ends = set(accumulate(map(len, words.split()), initial=0))
    return any(close.startswith(joined, at) and at + len(joined) in ends for at in ends)


@lru_cache(maxsize=1_000)
def _phrases(keyword: str) -> tuple[str, ...]:
    return tuple(_spaced(phrase) for phrase in [terms(keyword, little=True), *_english(keyword)] if phrase)


def _spaced(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "


def _score(paper: Paper, profile: Profile, fit: float) -> Score:
    whole = f"{paper.title}. {paper.abstract}"
    hits = matched(profile.wanted, whole)
    in_title = matched(profile.wanted, paper.title)
    out = matched(profile.unwanted, whole)
    people = watched(paper, profile.authors)
    if wishes(profile):
        share = min(1.0, (len(hits) + len(in_title)) / 3)
        relevance = 10 * min(1.0, 0.65 * fit + 0.45 * share)
    else:
        relevance = 6.0 if any(covers(c, paper.primary) for c in profile.categories) else 4.0
    if people:
        relevance = max(relevance, 7.0)
    if out:
        relevance *= 0.2
    significance = min(8.0, 2.0 + sum(weight for sign, weight in _SIGNS if sign.search(f"{whole} {paper.comment}")))
    return Score(
        paper.id, round(relevance, 2), round(significance, 2), _reason(paper, profile, hits, out, people, fit), BY
    )


def _reason(
    paper: Paper, profile: Profile, hits: Sequence[str], out: Sequence[str], people: Sequence[str], fit: float
) -> str:
    language = profile.language
    shared = hits or _shared(paper, profile.interests)

    def quoted(words: Sequence[str]) -> str:
        return label("quoted", language, words=label("separator.quoted", language).join(words))

    names = joined(people, language)
    pieces = [label("reason.watched", language, names=names)] if people else []
    pieces += [label("reason.words", language, words=quoted(shared[:5]))] if shared else []
    pieces += [label("reason.unwanted", language, words=quoted(out))] if out else []
    if not pieces:
        # Words of three letters or of another script may match and not be named.
        unmatched = bool(wishes(profile)) and not fit
        pieces = [label("reason.field.only" if unmatched else "reason.field", language, category=paper.primary)]
    reason = label("reason", language, pieces=label("separator", language).join(pieces))
    return reason if reason.startswith(paper.primary) else reason[0].upper() + reason[1:]


def _shared(paper: Paper, interests: str) -> tuple[str, ...]:
    """Returns the interests' words in the paper, spelled as in the paper, rarest first."""
    wanted = set(asked(interests))
    seen: dict[str, str] = {}
    for word in re.findall(r"[A-Za-z][A-Za-z0-9-]{2,}", f"{paper.title} {paper.abstract}"):
        found = [t for t in terms(word) if t in wanted]
        if found:
            seen.setdefault(found[0], word)
    return tuple(sorted(seen.values(), key=lambda w: (-len(w), w)))


def _forms(author: str) -> list[tuple[str, ...]]:
    """Returns an author's names, folded; a German or Nordic one both ways: `muller`, `mueller`."""
    author = _INITIALS.sub(". ", _SUFFIX.sub("", composed(author)))
    family, comma, given = author.partition(",")
    if comma:
        author = f"{given} {family}"
    spelt = dict.fromkeys((author, author.translate(_SPELT_OUT)))
    return [tuple(map(fold, _WORD.findall(one))) for one in spelt]


class _Watched:
    """Groups names by what two spellings of one person share, so an author is compared with few.

    `K. He`, `He, Kaiming` and `Kaiming He` are one person; `Kai He` is another. A family name alone
    matches nobody, except people who have no other name: `OpenAI`, `王小明`."""

    def __init__(self, wanted: Iterable[str]) -> None:
        self._single: set[str] = set()
        self._alike: set[str] = set()
        """Names with the same letters, or with the same parts in another order."""
        self._families: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for names in chain.from_iterable(map(_forms, wanted)):
            if len(names) > 1:
                self._alike |= {"".join(names), " ".join(sorted(names))}
                self._families[names[-1]].append(names)
            elif names:
                self._single.add(names[0])

    def among(self, authors: Iterable[str]) -> tuple[str, ...]:
        return tuple(author for author in authors if any(map(self._holds, _forms(author))))

    def _holds(self, names: tuple[str, ...]) -> bool:
        if len(names) < 2:
            return bool(names) and names[0] in self._single
        if "".join(names) in self._alike or " ".join(sorted(names)) in self._alike:
            return True
        return any(_agree(mine, names) for mine in self._families.get(names[-1], ()))


def _agree(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Returns whether given names agree: one may be an initial, and a middle one may be missing."""
    if len(mine[-1]) == 1:
        return False
    first, other = mine[0], theirs[0]
    if not (
        first == other or (len(first) == 1 and other.startswith(first)) or (len(other) == 1 and first.startswith(other))
    ):
        return False
    middle, others = mine[1:-1], theirs[1:-1]
    return all(a[0] == b[0] and (len(a) == 1 or len(b) == 1 or a == b) for a, b in zip(middle, others, strict=False))


def watched(paper: Paper, authors: Sequence[str]) -> tuple[str, ...]:
    """Returns the watched authors of the paper, as the paper writes them."""
    return _Watched(authors).among(paper.authors) if authors else ()


def on_one_scale(scores: Sequence[Score], by_words: Sequence[Score]) -> list[Score]:
    """Returns `scores`, with those made by words put on the model's scale. `by_words`: lexical
    Scores of all.

    A paper that words rank above a third of the model's papers gets the highest score of that
    third. A paper in which words find nothing keeps its 0. Its `by` still says that words ranked
    it."""
    words = {s.paper_id: s for s in by_words}
    judged = [s for s in scores if s.by != BY]
    if not judged:
        return list(scores)

    def placed(score: Score, name: str) -> float:
        mine = getattr(words[score.paper_id], name)
        if not mine:
            return 0.0
        theirs = sorted(getattr(words[s.paper_id], name) for s in judged)
        below = (bisect_left(theirs, mine) + bisect_right(theirs, mine)) / 2
        given = sorted(getattr(s, name) for s in judged)
        return float(given[min(len(given) - 1, int(below))])

    return [
        s if s.by != BY else replace(s, relevance=placed(s, "relevance"), significance=placed(s, "significance"))
        for s in scores
    ]


def choose(
    papers: Sequence[Paper], scores: Sequence[Score], profile: Profile, limit: int
) -> list[tuple[Paper, Score, tuple[str, ...]]]:
    """Returns the best `limit` papers by total score, and every other paper of a watched author,
    best first, each with its watched authors. Ties are decided by relevance, then by the newer id.

    Papers with an unwanted keyword are left out, unless a watched author wrote them."""
    by_id = {s.paper_id: s for s in scores}
    ranked = sorted(
        ((p, by_id[p.id], watched(p, profile.authors)) for p in papers if p.id in by_id), key=lambda r: best_first(r[1])
    )
    chosen: list[tuple[Paper, Score, tuple[str, ...]]] = []
    places = limit
    for paper, score, people in ranked:
        fits = places > 0 and (people or not matched(profile.unwanted, f"{paper.title}. {paper.abstract}"))
        if fits or people:
            chosen.append((paper, score, people))
        places -= bool(fits)
    return chosen
