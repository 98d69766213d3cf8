"""A digest of everything that has ever broken a message: as much of it as the checks let through, in every field."""

from dataclasses import replace

from digest.model import (
    FULL_PARTS,
    Analysis,
    Basis,
    Digest,
    Entry,
    Evidence,
    Finding,
    Link,
    Mention,
    Part,
    Summary,
    Theme,
)
from tests.builders import a_digest, a_paper, a_score

NASTY = "A & B <C> | *d* _e_ `f` $\\mathcal{O}(n^2)$ <!channel> <@U123> @here [x](y) <https://evil.example|click>"
PINGS = "<!channel> <!here> <!everyone> <@U0ASKER> <!subteam^S1> @here @channel @everyone"
TABLE = "| method | FID ↓ | steps |\n|---|---|---|\n| ours & co | **2.22** | 1 |\n| <theirs> | 2.48 | 250 |"
CODE = "```python\nif a < b & c > d:\n    print('|')\n```"
CHINESE = "**方法：**我们把推理与执行重叠，**“过时”**的动作丢弃；速度提升$3\\times$，误差$\\epsilon_{t+1}$下降。"
NESTED = "1. first\n   - inner **bold**\n     - deeper\n2. second\n\n> quoted *words*\n> - in a list"


def _long(name: str, size: int) -> str:
    """`size` characters or more, with a word at each end that must not be lost."""
    unit = f"{CHINESE} {PINGS} {name} is a sentence in the middle, with x & y < z > w | v. "
    body = "\n\n".join([unit * 3, TABLE, CODE, NESTED, "$$\n\\sum_i x_i\n$$"])
    text = f"BEGIN-{name}\n\n{body}"
    while len(text) < size:
        text += f"\n\n{unit * 2}"
    return f"{text}\n\nEND-{name}"


def _analysis(paper_id: str, number: int, size: int) -> Analysis:
    quote = "an exact quotation with & < > | and “quotes”, " * 6
    evidence = Evidence(quote, f"https://arxiv.org/html/{paper_id}v1#S3.p2", "3.2 Training & <Evaluation>")
    findings = tuple(Finding(f"FINDING-{number}-{n} {CHINESE} {PINGS}", evidence, ("42",)) for n in range(5))
    short = "我们提出的方法在动态场景中把推理与执行重叠，" * 10
    parts = tuple(
        Part(name, f"SHORT-{number}-{name} {short[:200]}", _long(f"{number}-{name}", size), ("17.3", "99"))
        for name in FULL_PARTS
    )
    return Analysis(paper_id, 1, Basis.HTML, "zh", "a-model", f"CORE-{number} {CHINESE} {PINGS}", parts, findings)


def worst_entry(number: int, size: int = 4_000) -> Entry:
    paper_id = f"2601.{10000 + number}"
    paper = a_paper(
        paper_id,
        title=f"TITLE-{number}: {NASTY} " + "and a very long title that goes on and on " * 4,
        authors=tuple(f"Author <{n}> & Söhne*{n}*" for n in range(160)),
        comment=f"12 pages, 3 figures | accepted at <ACL> & more {PINGS}",
        abstract=f"ABSTRACT-{number} {NASTY}",
    )
    analysis = _analysis(paper_id, number, size)
    links = (
        Link("code", "https://github.com/a/b?x=1&y=<2>|3", True),
        Link("project", "https://evil.example/<!channel>", False),
    )
    return Entry(
        number,
        paper,
        replace(a_score(paper_id), reason=f"WHY-{number} {PINGS}"),
        analysis,
        links,
        (f"NOTE-{number} {PINGS}",),
    )


def worst_digest(papers: int = 10, size: int = 4_000) -> Digest:
    entries = tuple(worst_entry(n, size) for n in range(1, papers + 1))
    said = [
        Mention(e.paper.id, f"{CHINESE} {PINGS}", f"SAID-{e.number} <!channel> @here 断言 `x` *y* _z_") for e in entries
    ]
    summary = Summary(
        "zh",
        "a-model",
        f"HEADLINE {PINGS}"[:90],
        f"OVERVIEW {CHINESE} {PINGS}",
        tuple(said[:3]),
        (Theme("TREND @here", tuple(said[3:6])),),
        (Theme("", tuple(said[6:8])),),
        (Theme("DIRECTION", tuple(said[8:])),),
    )
    return replace(a_digest(), entries=entries, summary=summary, notes=(f"NOTE {PINGS}",))
