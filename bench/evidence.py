"""Quotations: marked evidence verified, as it is printed and as models copy it; altered and invented ones refused. `python -m bench.evidence [--data DIR]`"""

from __future__ import annotations

import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bench.qasper import Asked, load
from bench.report import aim, table
from digest.evidence.finder import Finder
from digest.model import Basis, FullText, Passage, Section

TURN = re.compile(
    r"(?:no|not|nor|never|none|neither|without|cannot|hardly|rarely|few|fails?|failed|lacks?|except|unless|only|unlike|instead|rather)\b|\w+n['’]t\b",
    re.IGNORECASE,
)
HEDGE = re.compile(
    r"(?:may|might|could|would|possibly|perhaps|probably|likely|usually|often|sometimes|mostly|mainly|typically|generally|partly|roughly|approximately|about|almost|nearly|suggests?|seems?|appears?|tends?|can)\b",
    re.IGNORECASE,
)
EXCEPTION = re.compile(
    r"(?:but|except|unless|if|although|though|while|whereas|however|when|where|than)\b", re.IGNORECASE
)
VERB = re.compile(
    r"(?:is|are|was|were|has|have|can|does|do|uses?|shows?|contains?|consists?|achieves?|outperforms?|improves?)\b"
)
SENTENCE = re.compile(r"(?<=[a-z0-9) ][.:])\s+(?=[A-Z])")
WORD = re.compile(r"[A-Za-z][a-z]{3,}")
OPPOSITE = {
    "increase": "decrease", "increases": "decreases", "increased": "decreased", "better": "worse", "higher": "lower", "more": "less", "larger": "smaller", "best": "worst",
    "improve": "degrade", "improves": "degrades", "improved": "degraded", "positive": "negative", "with": "without", "most": "least", "first": "second", "all": "some", "can": "cannot",
    "supervised": "unsupervised", "significant": "insignificant", "before": "after", "above": "below", "always": "never", "many": "few", "long": "short", "high": "low", "linear": "nonlinear",
    "recall": "precision", "training": "testing", "train": "test", "encoder": "decoder", "source": "target", "accept": "except", "causal": "casual", "adapt": "adopt", "effect": "affect",
}  # fmt: skip


# ---------------------------------------------------------------- as models and printers copy (still true)


def dropped_marks(q: str, _: random.Random) -> str:
    return re.sub(r"\s*(?:BIBREF\d+(?:\s*,\s*)?|\[\d+\])", "", q)


def unicode_math(q: str, _: random.Random) -> str:
    for tex, char in (
        (r"\times", "×"),
        (r"\alpha", "α"),
        (r"\beta", "β"),
        (r"\kappa", "κ"),
        (r"\lambda", "λ"),
        (r"\leq", "≤"),
    ):
        q = q.replace(tex, char)
    return q.replace("$", "")


def typographic(q: str, _: random.Random) -> str:
    return q.replace("'", "’").replace('"', "”").replace("-", "‑").replace("fi", "ﬁ").replace("fl", "ﬂ")


def broken_lines(q: str, rng: random.Random) -> str:
    words = q.split(" ")
    for i in range(3, len(words), 9):
        if len(words[i]) > 7 and words[i].isalpha():
            at = rng.randint(3, len(words[i]) - 3)
            words[i] = f"{words[i][:at]}-\n{words[i][at:]}"
    return " ".join(words)


def lost_ligatures(q: str, _: random.Random) -> str:
    return re.sub(r"(?<=[a-z])f[il](?=[a-z]{2})", "", q, count=1)


def stitched(q: str, rng: random.Random) -> str:
    """An ellipsis in place of three words inside a sentence."""
    sentence = max(SENTENCE.split(q), key=len)
    words = sentence.split()
    if len(words) < 16:
        return q
    third = len(words) // 3
    start = rng.randint(third, 2 * third)
    if any(TURN.match(w) for w in words[start : start + 3]):
        return q  # then it says something else: see `hidden_negation`
    return f"{' '.join(words[:start])} … {' '.join(words[start + 3 :])}"


def bracket_left_out(q: str, _: random.Random) -> str:
    """An ellipsis in place of a citation, a bracket or a cross-reference."""
    return re.sub(r"\s(?:\([^()]{3,80}\)|BIBREF\d+|\(?see [^,.()]{3,40}\)?)(?=[\s,.;])", " …", q, count=1)


def trimmed(q: str, _: random.Random) -> str:
    words = q.split()
    return " ".join(words[2:-2]).rstrip(".,") if len(words) > 14 else q


def shouted(q: str, _: random.Random) -> str:
    return f"“{q[0].upper()}{q[1:]}”"


# ---------------------------------------------------------------- altered (no longer what the paper says)


def number(q: str, rng: random.Random) -> str:
    spots = [
        m
        for m in re.finditer(r"\d+(?:\.\d+)?", q)
        if not re.search(r"(?:REF|FORM)$", q[: m.start()]) and not re.search(r"\[[\d, ]*$", q[: m.start()])
    ]
    if not spots:
        return q
    spot = rng.choice(spots)
    digits = list(spot[0])
    at = rng.choice([i for i, c in enumerate(digits) if c.isdigit()])
    digits[at] = str((int(digits[at]) + rng.randint(1, 8)) % 10 or 9)
    changed = "".join(digits)
    return q if changed == spot[0] else q[: spot.start()] + changed + q[spot.end() :]


def negation(q: str, _: random.Random) -> str:
    for pattern, instead in (
        (r"\b(?:not|never|no) ", ""),
        (r"\bcannot\b", "can"),
        (r"\b(is|are|was|were|can|does|do|will|has|have)\b", r"\1 not"),
    ):
        if re.search(pattern, q):
            return re.sub(pattern, instead, q, count=1)
    words = q.split()
    return " ".join([*words[: len(words) // 2], "not", *words[len(words) // 2 :]])


def prefixed(q: str, rng: random.Random) -> str:
    found = list(re.finditer(r"\b[a-z]{7,}(?:ed|al|able|ive|ent)\b", q))
    if not found:
        return q
    spot = rng.choice(found)
    return f"{q[: spot.start()]}{rng.choice(['un', 'non', 'in', 'non-'])}{q[spot.start() :]}"


def opposite(q: str, rng: random.Random) -> str:
    found = [m for m in re.finditer(r"\b[a-z]+\b", q) if m[0] in OPPOSITE]
    spot = rng.choice(found) if found else None
    return q[: spot.start()] + OPPOSITE[spot[0]] + q[spot.end() :] if spot else q


def entity(q: str, rng: random.Random) -> str:
    found = [m for m in re.finditer(r"(?<=[a-z,] )[A-Z][A-Za-z0-9-]{2,}", q) if not re.search(r"REF|FORM", m[0])]
    spot = rng.choice(found) if found else None
    others = [
        n
        for n in ("RoBERTa", "Wikipedia", "Twitter", "LSTM", "Spanish", "ImageNet", "Reuters", "ELMo", "Google", "T5")
        if spot and n != spot[0]
    ]
    return q[: spot.start()] + rng.choice(others) + q[spot.end() :] if spot else q


def near_entity(q: str, rng: random.Random) -> str:
    """`BERT` for `BART`, `WT103` for `WT2`: one letter."""
    found = [m for m in re.finditer(r"(?<= )[A-Z][A-Za-z]*[A-Z][A-Za-z]*\b", q) if not re.search(r"REF|FORM", m[0])]
    spot = rng.choice(found) if found else None
    if not spot:
        return q
    at = rng.randrange(len(spot[0]))
    letter = rng.choice([c for c in "ABEMRTX" if c.lower() != spot[0][at].lower()])
    return q[: spot.start() + at] + letter + q[spot.start() + at + 1 :]


def word(q: str, rng: random.Random) -> str:
    found = list(re.finditer(r"\b[a-z]{5,}\b", q))
    spot = rng.choice(found) if found else None
    instead = [
        w
        for w in ("language", "results", "baseline", "corpus", "accuracy", "experiments", "features", "linear")
        if spot and w != spot[0]
    ]
    return q[: spot.start()] + rng.choice(instead) + q[spot.end() :] if spot else q


def deleted(q: str, rng: random.Random) -> str:
    words = q.split()
    spots = [i for i in range(2, len(words) - 2) if re.fullmatch(r"[a-z]{5,}", words[i])]
    if not spots:
        return q
    at = rng.choice(spots)
    return " ".join([*words[:at], *words[at + 1 :]])


def inserted(q: str, rng: random.Random) -> str:
    words = q.split()
    at = rng.randint(2, max(2, len(words) - 2))
    return " ".join([*words[:at], rng.choice(["significantly", "only", "rarely", "three", "Chinese"]), *words[at:]])


def reordered(q: str, rng: random.Random) -> str:
    words = q.split()
    if len(words) < 8:
        return q
    spots = [
        i
        for i in range(1, len(words) - 2)
        if words[i].lower() != words[i + 1].lower() and words[i].isalpha() and words[i + 1].isalpha()
    ]
    if not spots:
        return q
    at = rng.choice(spots)
    words[at], words[at + 1] = words[at + 1], words[at]
    return " ".join(words)


def halves_swapped(q: str, _: random.Random) -> str:
    words = q.split()
    return " ".join([*words[len(words) // 2 :], *words[: len(words) // 2]]) if len(words) >= 10 else q


def hidden_negation(q: str, _: random.Random) -> str:
    """An ellipsis in place of what turns the sentence."""
    words = q.split()
    at = [i for i, w in enumerate(words) if TURN.match(w) and 3 <= i < len(words) - 4]
    return f"{' '.join(words[: at[0]])} … {' '.join(words[at[0] + 1 :])}" if at else q


def backwards_stitched(q: str, _: random.Random) -> str:
    words = q.split()
    return f"{' '.join(words[len(words) // 2 :])} … {' '.join(words[: len(words) // 2])}" if len(words) >= 16 else q


# ---------------------------------------------------------------- cut and joined (each word stands in the paper)


@dataclass(frozen=True)
class Cut:
    kind: str
    quotation: str
    whole: str
    """What has to be shown with it; empty where it is to be refused."""


def cuts(q: str, others: list[str], rng: random.Random) -> Iterator[Cut]:
    """A start cut after a negation, an end cut before an exception, an ellipsis in place of a hedge, two sentences joined."""
    for sentence in SENTENCE.split(q):
        words = sentence.split()
        turns = [i for i, w in enumerate(words) if TURN.match(w) and i < len(words) - 6]
        if turns:
            at = rng.choice(turns)
            yield Cut("start cut after a negation", " ".join(words[at + 1 :]), " ".join(words[at:]))
        ends = [i for i, w in enumerate(words) if (EXCEPTION.match(w) or TURN.match(w)) and i >= 6]
        if ends:
            at = rng.choice(ends)
            yield Cut("end cut before an exception", " ".join(words[:at]).rstrip(","), " ".join(words[: at + 1]))
        hedges = [i for i, w in enumerate(words) if HEDGE.match(w) and 3 <= i < len(words) - 4]
        if hedges:
            at = rng.choice(hedges)
            yield Cut("ellipsis for a hedge", f"{' '.join(words[:at])} … {' '.join(words[at + 1 :])}", sentence)
    parts = [(s.split(), i) for s in SENTENCE.split(q) if (i := _verb(s.split()))]
    for other in others:
        tails = [(s.split(), i) for s in SENTENCE.split(other) if (i := _verb(s.split())) and s not in q]
        if parts and tails:
            (head, at), (tail, then) = rng.choice(parts), rng.choice(tails)
            subject, predicate = " ".join(head[:at]), " ".join(tail[then:])
            for joint, kind in ((" … ", "joined with an ellipsis"), (" ", "joined without a sign")):
                yield Cut(kind, subject + joint + predicate, "")


def _verb(words: list[str]) -> int:
    return next((i for i, w in enumerate(words) if VERB.match(w) and 2 <= i < len(words) - 4), 0)


CITED = ("(WMT 2017)", "(Vaswani et al., 2017)", "(Lee and Kim, 2019a)")
RECITED = {
    "(WMT 2017)": ("(WMT 2014)", "(IWSLT 2017)"),
    "(Vaswani et al., 2017)": ("(Vaswani et al., 2016)", "(Bahdanau et al., 2017)"),
    "(Lee and Kim, 2019a)": ("(Lee and Kim, 2020)", "(Lee and Park, 2019a)"),
}


def cited(q: str) -> str:
    """With authors and years in place of the data's marks."""
    return re.sub(r"BIBREF(\d+)", lambda m: CITED[int(m[1]) % len(CITED)], q)


SAME: tuple[Callable[[str, random.Random], str], ...] = (
    dropped_marks,
    unicode_math,
    typographic,
    broken_lines,
    lost_ligatures,
    stitched,
    bracket_left_out,
    trimmed,
    shouted,
)
ALTERED: tuple[Callable[[str, random.Random], str], ...] = (
    number, negation, prefixed, opposite, entity, near_entity, word, deleted, inserted, reordered, halves_swapped, backwards_stitched, hidden_negation,
)  # fmt: skip
STITCHED = (backwards_stitched, hidden_negation)
"""Their pieces stand in the paper, each."""
DAMAGES = ("as it is", "cut over pages", "page number in the middle", "running head in the middle", "ligatures lost")


def damaged(text: FullText, how: str, rng: random.Random) -> FullText:
    """As a PDF gives it."""
    if how == "as it is":
        return text
    sections = []
    page = 1
    for section in text.sections:
        passages: list[Passage] = []
        for passage in section.passages:
            words = passage.text.split(" ")
            page += 1
            if len(words) < 20:
                passages.append(replace(passage, page=page))
                continue
            at = rng.randint(8, len(words) - 8)
            one, two = " ".join(words[:at]), " ".join(words[at:])
            if how == "cut over pages":
                passages += [Passage(one, page=page), Passage(two, page=page + 1)]
            elif how == "page number in the middle":
                passages.append(Passage(f"{one}\n{page}\n{two}", page=page))
            elif how == "running head in the middle":
                passages.append(Passage(f"{one}\nA Running Head of Some Length\n{two}", page=page))
            else:
                passages.append(Passage(re.sub(r"(?<=[a-z])f[il](?=[a-z])", "", passage.text), page=page))
        sections.append(Section(section.title, section.level, "", page, tuple(passages)))
    return replace(text, basis=Basis.PDF, sections=tuple(sections))


def quotations(asked: list[Asked]) -> Iterator[tuple[int, str]]:
    seen = set()
    for q in asked:
        for piece in (*q.spans, *q.evidence):
            if (q.paper, piece) not in seen:
                seen.add((q.paper, piece))
                yield q.paper, piece


def main() -> None:
    texts, asked = load()
    every = list(quotations(asked))
    pairs = [(p, q) for p, q in every if len(q.split()) >= 3 and _stands(q, texts[p])]
    print(
        f"{len(every)} marked pieces of evidence; {len(every) - len(pairs)} are no quotations of the text that is given:"
    )
    for paper, quotation in every:
        if (paper, quotation) not in pairs:
            print(f"  paper {paper}: {quotation[:120]!r}")
    rng = random.Random(7)
    finders = [Finder(t) for t in texts]
    verified: dict[str, Counter[bool]] = defaultdict(Counter)
    misses: list[str] = []

    def count(kind: str, finder: Finder, quotation: str) -> None:
        found = finder.find(quotation) is not None
        verified[kind][found] += 1
        if not found:
            misses.append(f"{kind}: {quotation[:170]!r}")

    for how in DAMAGES:
        papers = finders if how == "as it is" else [Finder(damaged(t, how, rng)) for t in texts]
        for paper, quotation in pairs:
            count(f"paper {how}", papers[paper], quotation)
    for copy in SAME:
        for paper, quotation in pairs:
            if (changed := copy(quotation, rng)) != quotation:
                count(f"copied: {copy.__name__}", finders[paper], changed)
    print("Verified")
    table(
        ["how", "n", "verified", "share"], [[k, c.total(), c[True], c[True] / c.total()] for k, c in verified.items()]
    )
    for miss in misses:
        print(f"  missed, {miss}")

    accepted: dict[str, Counter[bool]] = defaultdict(Counter)
    wrong: list[str] = []

    def refuse(kind: str, finder: Finder, quotation: str) -> None:
        found = finder.find(quotation)
        accepted[kind][found is not None] += 1
        if found:
            wrong.append(f"{kind}: {quotation[:200]!r}\n      as {found.quotation[:200]!r}")

    for alter in ALTERED:
        for _ in range(3):
            for paper, quotation in pairs:
                changed = alter(quotation, rng)
                if changed != quotation and (alter in STITCHED or not _stands(changed, texts[paper])):
                    refuse(alter.__name__, finders[paper], changed)
    for paper, quotation in pairs:
        if len(quotation.split()) >= 6:
            other = rng.choice([i for i in range(len(texts)) if i != paper and not _stands(quotation, texts[i])])
            refuse("of another paper", finders[other], quotation)
            donor = rng.choice([q for p, q in pairs if p != paper and len(q.split()) >= 8]).split()
            mine = quotation.split()
            mixed = " ".join([*mine[: len(mine) // 2], *donor[len(donor) // 2 :]])
            refuse("half of another paper", finders[paper], mixed)
            refuse(
                "half of another paper, stitched",
                finders[paper],
                f"{' '.join(mine[: len(mine) // 2])} … {' '.join(donor[len(donor) // 2 :])}",
            )
    print("\nAltered or invented")
    table(["how", "n", "accepted"], [[k, c.total(), c[True]] for k, c in accepted.items()])
    for line in wrong:
        print(f"  accepted, {line}")
    before = len(wrong)

    shown: dict[str, Counter[bool]] = defaultdict(Counter)
    for paper, quotation in pairs:
        others = rng.sample([q for p, q in pairs if p == paper and q != quotation], k=1) if len(pairs) > 1 else []
        for cut in cuts(quotation, others, rng):
            if len(cut.quotation.split()) < 5 or not _stands(cut.quotation, texts[paper], joined=not cut.whole):
                continue
            if _flat(texts[paper].text).count(_flat(cut.quotation)) > 1:
                continue  # elsewhere it may be whole
            found = finders[paper].find(cut.quotation)
            bad = found is not None and not (cut.whole and _flat(cut.whole) in _flat(found.quotation))
            shown[cut.kind][bad] += 1
            if bad and found:
                wrong.append(f"{cut.kind}: {cut.quotation[:200]!r}\n      as {found.quotation[:300]!r}")
    for paper, text in enumerate(texts):
        finder = Finder(_cited(text))
        for own, quotation in pairs:
            if own != paper or (recited := cited(quotation)) == quotation:
                continue
            verified["paper with authors and years"][finder.find(recited) is not None] += 1
            for printed, replacements in RECITED.items():
                for replaced in replacements:
                    if printed in recited:
                        found = finder.find(recited.replace(printed, replaced, 1))
                        shown["anreplaced name or year"][found is not None] += 1
                        wrong += [f"anreplaced name or year: {replaced} in {recited[:200]!r}"] if found else []
    print("\nCut and joined: accepted where what was left out is not shown")
    table(["how", "n", "accepted"], [[k, c.total(), c[True]] for k, c in shown.items()])
    for line in wrong[before:]:
        print(f"  accepted, {line}")

    build, find = _speed()
    print(
        f"\nA paper of 100,000 characters: {build:.0f} ms to build, {find:.2f} ms a quotation (the slowest of true and invented ones)"
    )
    total = sum((c for c in verified.values()), Counter())
    plain = verified["paper as it is"]
    aim("evidence.ms_per_quotation", find, most=10)
    aim("evidence.verified_all_variants", total[True] / total.total())
    aim("evidence.cut_or_joined_accepted", sum(c[True] for c in shown.values()), most=0)
    aim("evidence.wrongly_accepted", sum(c[True] for c in accepted.values()), most=0)
    aim("evidence.verified", plain[True] / plain.total(), least=0.99, last=True)


def _flat(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


def _stands(quotation: str, text: FullText, *, joined: bool = False) -> bool:
    """By chance it still stands there word for word; `joined`: its halves do, and it does not."""
    whole = _flat(text.text + " ".join(s.title for s in text.sections))
    if joined:
        return _flat(quotation) not in whole
    return all(_flat(piece) in whole for piece in quotation.split("…"))


def _cited(text: FullText) -> FullText:
    sections = (replace(s, passages=tuple(replace(p, text=cited(p.text)) for p in s.passages)) for s in text.sections)
    return replace(text, sections=tuple(sections))


def _speed() -> tuple[float, float]:
    texts, asked = load()
    passages = [p for t in texts for s in t.sections for p in s.passages]
    long: list[Passage] = []
    while sum(len(p.text) for p in long) < 100_000:
        long.append(passages[len(long) % len(passages)])
    started = time.perf_counter()
    finder = Finder(FullText("2601.00001", 1, Basis.HTML, (Section("Body", 1, "S1", passages=tuple(long)),)))
    build = (time.perf_counter() - started) * 1000
    times = []
    rng = random.Random(3)
    for _, quotation in list(quotations(asked))[:60]:
        for changed in (quotation, number(quotation, rng), word(quotation, rng), lost_ligatures(quotation, rng)):
            at = time.process_time()
            finder.find(changed)
            times.append((time.process_time() - at) * 1000)
    return build, sorted(times)[int(len(times) * 0.99)]


if __name__ == "__main__":
    main()
