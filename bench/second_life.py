"""A replay of version changes: how many that no reader calls news would be told, and how many real ones are. `python -m bench.second_life [--data DIR]`

The papers are those of `data/qasper`, with their own abstracts and sentences as findings. A quiet change is one to four edits that change nothing
of what is claimed; every real change stands among such edits, too.
"""

from __future__ import annotations

# examples in one line
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.qasper import load
from bench.report import aim, table
from digest.changes.values import Change, Known
from digest.changes.versions import compare, known_of
from digest.model import Analysis, Evidence, Finding, FullText, Paper

QUIET, NEWS = 1000, 600
WORDS = re.compile(r"[a-z]{5,}")
FIGURE = re.compile(r"(?<![\w.,$-])\d+(?:\.\d+)?(?=%| percent|\s[a-z])")
SENTENCE = re.compile(r"(?<=[a-z0-9)%]\.)\s+(?=[A-Z])")


@dataclass(frozen=True)
class Version:
    paper: Paper
    text: FullText


Edit = Callable[[Version, random.Random], Version]


def everywhere(version: Version, turn: Callable[[str], str]) -> Version:
    """The same edit in abstract and text."""
    sections = tuple(
        replace(s, passages=tuple(replace(p, text=turn(p.text)) for p in s.passages)) for s in version.text.sections
    )
    paper = replace(version.paper, abstract=turn(version.paper.abstract))
    return Version(paper, replace(version.text, sections=sections))


def of_paper(turn: Callable[[Paper, random.Random], Paper]) -> Edit:
    return lambda version, rng: replace(version, paper=turn(version.paper, rng))


def says(*comments: str) -> Edit:
    """One of these added to the comment."""
    return of_paper(lambda p, rng: replace(p, comment="; ".join(filter(None, [p.comment, rng.choice(comments)]))))


def spaces(version: Version, rng: random.Random) -> Version:
    return everywhere(version, lambda t: re.sub(" ", lambda _: rng.choice([" "] * 8 + ["  ", "\n", "\u00a0"]), t))


def typos(version: Version, rng: random.Random) -> Version:
    def mistyped(match: re.Match[str]) -> str:
        word, at = match[0], rng.randrange(1, len(match[0]) - 1)
        if rng.random() > 0.04:
            return word
        swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        return rng.choice([word[:at] + word[at + 1 :], swapped, word[:at] + word[at] + word[at:]])

    return everywhere(version, lambda t: WORDS.sub(mistyped, t))


def tex(version: Version, rng: random.Random) -> Version:
    def turn(text: str) -> str:
        text = FIGURE.sub(lambda m: f"${m[0]}$" if rng.random() < 0.5 else m[0], text)
        return text.replace("%", "\\%").replace("-", "--" if rng.random() < 0.1 else "-")

    return everywhere(version, turn)


def notation(version: Version, rng: random.Random) -> Version:
    def turn(text: str) -> str:
        text = re.sub(r"(?<=\d) ?%", rng.choice(["%", " %", " percent", " per cent"]), text)
        text = re.sub(
            r"\b(two|three|four|five|six|seven)\b(?= [a-z]+s\b)",
            lambda m: {"two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7"}[m[0]],
            text,
        )
        text = re.sub(r"(?<![\d.,])(\d{1,3}),(\d{3})(?![\d,])", rng.choice([r"\1\2", r"\1,\2"]), text)
        return re.sub(r"(?<![\d.])(\d+\.\d)\d(?=%| percent)", r"\1", text)

    return everywhere(version, turn)


def wording(version: Version, rng: random.Random) -> Version:
    pairs = (
        ("We show", "We demonstrate"),
        ("we propose", "we introduce"),
        ("In this paper", "In this work"),
        ("our ", "the "),
        ("a novel", "a new"),
        ("Moreover", "Furthermore"),
        ("However", "Yet"),
        ("which", "that"),
        ("such as", "like"),
        ("state of the art", "state-of-the-art"),
        ("datasets", "data sets"),
        ("a variety of", "several"),
    )

    def turn(text: str) -> str:
        for one, other in rng.sample(pairs, 5):
            text = text.replace(one, other)
        return text

    return everywhere(version, turn)


def order(version: Version, rng: random.Random) -> Version:
    pieces = SENTENCE.split(version.paper.abstract)
    at = rng.randrange(len(pieces))
    pieces = pieces[at:] + pieces[:at] if rng.random() < 0.5 else pieces[:at] + pieces[at + 1 :] or pieces
    return replace(version, paper=replace(version.paper, abstract=" ".join(pieces)))


def joined(version: Version, rng: random.Random) -> Version:
    pieces = SENTENCE.split(version.paper.abstract)
    if len(pieces) > 1:
        at = rng.randrange(len(pieces) - 1)
        second = pieces[at + 1][0].lower() + pieces[at + 1][1:]
        pieces[at : at + 2] = [f"{pieces[at].rstrip('.')}, and {second}"]
    return replace(version, paper=replace(version.paper, abstract=" ".join(pieces)))


def elsewhere(version: Version, rng: random.Random) -> Version:
    """Paragraphs move, some go."""
    sections = list(version.text.sections)
    head, rest = sections[:1], sections[1:]
    rng.shuffle(rest)
    return replace(version, text=replace(version.text, sections=(*head, *rest[: max(1, len(rest) - 1)])))


def people(paper: Paper, rng: random.Random) -> Paper:
    names = list(paper.authors)
    rng.shuffle(names)
    return replace(paper, authors=(*names, "New Author") if rng.random() < 0.3 else tuple(names))


STRANGERS = json.loads((Path(__file__).parents[1] / "tests/data/comments.json").read_text("utf-8"))

QUIETLY: dict[str, Edit] = {
    "whitespace": spaces,
    "typos": typos,
    "TeX": tex,
    "notation of figures": notation,
    "wording": wording,
    "order of sentences": order,
    "joined sentences": joined,
    "paragraphs": elsewhere,
    "authors": of_paper(people),
    "categories": of_paper(
        lambda p, rng: replace(p, categories=(*p.categories, rng.choice(("cs.AI", "stat.ML", "cs.IR"))))
    ),
    "title": of_paper(lambda p, _: replace(p, title=f"{p.title}: A Study")),
    "pages": says(
        "12 pages, 5 figures", "14 pages, 6 figures, 3 tables", "8 pages + appendix", "LaTeX, 20 pages, uses revtex4"
    ),
    "small comment": says(
        "fixed typos",
        "minor revision",
        "v2: corrected typos and updated references",
        "Updated author list",
        "added acknowledgements",
        "v3: fixed LaTeX errors",
        "improved presentation",
        "v2: fixed a typo in Table 2",
        "corrected wrong affiliation",
        "figures in higher resolution",
        "fixed broken link",
        "v2: small errors in the references corrected",
    ),
    "any other wording": says(*STRANGERS["quiet"]),
    "sent somewhere": says(
        "Submitted to ACL 2026",
        "Under review at ICLR 2026",
        "In submission",
        "Preprint. Under review.",
        "NeurIPS 2026 submission",
        "To be submitted to TPAMI",
        "ACL 2026 style",
        "An earlier version was accepted at the AI4X workshop",
        "Extended version of our paper accepted at EMNLP 2024",
        "Withdrawn from ICLR 2026 to resubmit elsewhere",
        "not yet accepted",
    ),
    "promised code": says(
        "Code will be released at https://github.com/lab/promised",
        "Code will be made available upon acceptance",
        "Code coming soon: https://github.com/lab/soon",
        "Project page: https://example-lab.github.io/page",
        "See also arXiv:2401.01234",
    ),
    "arXiv's DOI": of_paper(lambda p, _: replace(p, doi=f"10.48550/arXiv.{p.id}")),
    "known link again": of_paper(
        lambda p, rng: replace(
            p,
            comment=p.comment.replace(
                "https://github.com/lab/known",
                rng.choice(
                    (
                        "http://github.com/lab/known/",
                        "https://github.com/Lab/Known.git",
                        "https://www.github.com/lab/known",
                    )
                ),
            ),
        )
    ),
    "known acceptance again": of_paper(
        lambda p, rng: replace(
            p,
            comment=p.comment.replace(
                "Accepted at COLING",
                rng.choice(("Accepted to COLING", "COLING camera-ready", "To appear in Proceedings of COLING")),
            ),
            journal_ref="" if "COLING" not in p.comment else rng.choice(("", "Proc. COLING (2025), pp. 1-12")),
        )
    ),
}


def number(text: str, rng: random.Random) -> str:
    """Another figure in it, of at least one unit in the last digit and a twentieth."""
    found = [m for m in FIGURE.finditer(text) if float(m[0]) > 3 and not 1900 < float(m[0]) < 2100]
    match = rng.choice(found)
    digits = len(match[0].partition(".")[2])
    other = float(match[0]) * rng.choice((0.8, 0.9, 1.1, 1.25)) + rng.choice((1, 2))
    return f"{text[: match.start()]}{other:.{digits}f}{text[match.end() :]}"


def claims(text: str) -> list[str]:
    """Sentences whose figure may be changed."""
    return [
        s
        for s in SENTENCE.split(text)
        if 60 < len(s) < 400 and any(float(m[0]) > 3 and not 1900 < float(m[0]) < 2100 for m in FIGURE.finditer(s))
    ]


def in_abstract(version: Version, rng: random.Random) -> Version | None:
    found = claims(version.paper.abstract)
    if not found:
        return None
    one = rng.choice(found)
    return replace(
        version, paper=replace(version.paper, abstract=version.paper.abstract.replace(one, number(one, rng)))
    )


NEWLY: dict[str, Edit] = {
    "withdrawn": of_paper(
        lambda p, rng: replace(
            p,
            comment=rng.choice(
                (
                    "This paper has been withdrawn by the authors due to an error in Section 3",
                    "Withdrawn because of a flaw in the proof",
                    "The authors have withdrawn this paper",
                )
            ),
        )
    ),
    "accepted": says(
        "Accepted at CVPR 2026",
        "To appear in TACL",
        "ICML 2026 (oral)",
        "Accepted for publication in MNRAS",
        "Published in Nature",
        "Camera-ready, NeurIPS 2026",
        "accepted by IEEE TPAMI",
    ),
    "journal": of_paper(lambda p, _: replace(p, journal_ref="Phys. Rev. D 103, 044012 (2026)")),
    "DOI": of_paper(lambda p, _: replace(p, doi="10.1103/PhysRevD.103.044012")),
    "accepted, in any other wording": says(*STRANGERS["accepted"]),
    "code, in any other wording": says(*STRANGERS["code"]),
    "code": says(
        "Code: https://github.com/lab/new",
        "Code is available at https://github.com/lab/new",
        "Models at https://huggingface.co/lab/new",
    ),
    "error": says(
        "v2: corrects an error in the evaluation",
        "Theorem 2 of the previous version was wrong",
        "v3: new experiments on three benchmarks added",
        "Updated results after a bug in the scorer was found",
    ),
}


def main() -> None:
    rng = random.Random(15)
    texts = [t for t in load()[0] if len(SENTENCE.split(_abstract(t))) > 2]
    told, kinds, false = Counter[str](), Counter[str](), 0
    for _ in range(QUIET):
        version, known = start(rng.choice(texts), rng)
        names = rng.sample(list(QUIETLY), rng.randint(1, 4))
        now = next_version(edited(version, [QUIETLY[n] for n in names], rng), rng)
        kinds.update(names)
        change = compare(known, now.paper, now.text)
        if change is not None:
            told.update(names)
            false += 1
            print(f"false: {names}: {shown(change)}"[:700])
    rows: list[list[object]] = [[name, kinds[name], told[name]] for name in QUIETLY]
    print(f"{QUIET} quiet changes")
    table(["edit", "times", "in changes told"], rows)
    found = Counter[str]()
    asked = Counter[str]()
    for at in range(NEWS):
        name = [*NEWLY, "figure of the abstract", "figure of a finding"][at % (len(NEWLY) + 2)]
        made = real(name, texts, rng)
        if made is not None:
            asked[name] += 1
            found[name] += made
    print("real changes")
    table(["change", "times", "told"], [[name, asked[name], found[name]] for name in asked])
    aim("real changes told", sum(found.values()) / sum(asked.values()), least=0.9)
    aim(f"false ones in {QUIET} version changes", false, most=0, last=True)


def real(name: str, texts: Sequence[FullText], rng: random.Random) -> bool | None:
    """Whether one is told; None where the paper has no such claim."""
    version, known = start(rng.choice(texts), rng, plain=True)
    quiet = rng.sample(["whitespace", "authors", "categories", "pages", "title"], 2)
    changed: Version | None
    if name == "figure of a finding":
        findings = [f for f in known.findings if f.evidence and claims(f.evidence.quotation)]
        if not findings:
            return None
        one = rng.choice(findings).evidence
        assert one is not None
        other = number(one.quotation, rng)
        changed = everywhere(version, lambda t: t.replace(one.quotation, other))
    elif name == "figure of the abstract":
        changed = in_abstract(version, rng)
    else:
        changed = NEWLY[name](version, rng)
    if changed is None:
        return None
    now = next_version(edited(changed, [QUIETLY[n] for n in quiet], rng), rng)
    change = compare(known, now.paper, now.text)
    return change is not None


def start(text: FullText, rng: random.Random, *, plain: bool = False) -> tuple[Version, Known]:
    at = datetime(2026, 1, 30, tzinfo=UTC)
    comment = (
        "" if plain else rng.choice(("", "", "9 pages", "Code: https://github.com/lab/known", "Accepted at COLING"))
    )
    paper = Paper(
        "2601.22153", 1, "A Paper", _abstract(text), ("Ann One", "Bob Two", "Cy Three"), ("cs.CL",), at, at, comment
    )
    body = [s for p in text.sections[1:] for q in p.passages for s in SENTENCE.split(q.text) if 60 < len(s) < 400]
    measured = [s for s in body if claims(s)]
    chosen = rng.sample(measured, min(3, len(measured))) + rng.sample(body, min(2, len(body)))
    findings = tuple(Finding("A finding.", Evidence(s, paper.html_url, "3 Results")) for s in chosen)
    analysis = Analysis(paper.id, 1, text.basis, "en", "a-model", "", (), findings)
    return Version(paper, text), known_of(paper, analysis)


def edited(version: Version, edits: Sequence[Edit], rng: random.Random) -> Version:
    for edit in edits:
        version = edit(version, rng)
    return version


def next_version(version: Version, rng: random.Random) -> Version:
    paper = version.paper
    at = paper.updated + timedelta(days=rng.randint(1, 90))
    withdrawn = bool(re.search(r"has been withdrawn|^Withdrawn because|have withdrawn", paper.comment))
    return replace(version, paper=replace(paper, version=2, updated=at, withdrawn=withdrawn))


def shown(change: Change) -> str:
    pairs = [(d.before and d.before.quotation, d.after and d.after.quotation) for d in change.differences]
    return f"{change.published!r} {change.links} {change.remark!r} {pairs}"


def _abstract(text: FullText) -> str:
    return " ".join(p.text for p in text.sections[0].passages)


if __name__ == "__main__":
    main()
