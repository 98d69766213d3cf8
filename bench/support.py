"""Sentences beside quotations: wrong ones marked or dropped, true ones left alone. `python -m bench.support [--data DIR]`

Pairs are made from the marked evidence, and from `tests/data/support.json`: sentences that a person wrote, in English and Chinese, for quotations of
these papers. Papers of even number were looked at while the rules were written, those of odd number never.

The judge that is asked about doubtful pairs is a stand-in. It knows the truth and errs in a share of its words (`--errs`, an assumption); what it is
not asked it cannot mend. A judge that lies on the wire: `tests/digest/llm/test_false_sentences.py`.

Wrong and true sentences by hand, over invented papers in nine languages, are counted apart: `tests/data/support_strangers.json`.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from bench.evidence import OPPOSITE, negation
from bench.qasper import Asked, load
from bench.report import aim, table
from digest.evidence.support import Support, SupportIndex, Verdict, support_of
from digest.model import Basis, Form, FullText, Passage, Section

WRITTEN = Path(__file__).resolve().parents[1] / "tests" / "data" / "support.json"
STRANGERS = WRITTEN.with_name("support_strangers.json")
EACH = 14
"""Pairs of one kind from one paper, at most."""
SENTENCE = re.compile(r"(?<=[a-z0-9)%]\.)\s+(?=[A-Z])")
MARKS = re.compile(r"\s*\(?\b(?:BIBREF|TABREF|FIGREF|SECREF|EQREF)\d+(?:\s*,\s*BIBREF\d+)*\)?")
FIGURE = re.compile(r"(?<![\w.,-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w-]|,\d|\.\d)")
NAME = re.compile(r"(?<=[a-z,;] )[A-Z][A-Za-z]*[A-Z0-9][\w-]*|(?<=[a-z,;] )[A-Z][a-z]{3,}")


@dataclass(frozen=True)
class Pair:
    kind: str
    true: bool
    paper: int
    sentence: str
    quotation: str
    language: str = "en"
    text: FullText | None = None
    """Where the paper has a table that the data lacks."""


# ---------------------------------------------------------------- true ones


def reported(s: str) -> str:
    first = s.split(maxsplit=1)[0]
    return f"The authors report that {s if first[1:] != first[1:].lower() else s[0].lower() + s[1:]}"


def shortened(s: str) -> str:
    bare = re.sub(r"\s*\([^()]*\)", "", s)
    return re.sub(r",\s+(?:which|where|while|although|including|such as|e\.g\.)\b.*", ".", bare)


WORDS = {
    "We ": "The authors ", " we ": " they ", " our ": " their ", "Our ": "Their ", " use ": " employ ", " uses ": " employs ", "shows": "demonstrates", " show ": " demonstrate ",
    "In this paper, ": "", "dataset": "data set", " obtain": " get", " consists of ": " is made of ", " large ": " big ", " approach": " method", "However, ": "", " also ": " ",
    " propose ": " introduce ", "such as": "for example", " in order to ": " to ", " examine": " study", " perform ": " carry out ", "because": "since",
}  # fmt: skip


def other_words(s: str) -> str:
    for old, new in WORDS.items():
        s = s.replace(old, new)
    return s


def other_numbers(s: str) -> str:
    """7,000 as 7000 or 7 thousand, 97 % as 0.97, .52 as 52 %."""

    def form(m: re.Match[str]) -> str:
        raw, value = m["n"], float(m["n"].replace(",", ""))
        if m["per"]:
            return f"{value / 100:.6g}"
        if re.search(r"(?:19|20)\d\d$", raw) and "," not in raw:
            return m[0]
        if value >= 1e6 and value % 1e5 == 0:
            return f"{value / 1e6:.6g} million"
        if value >= 1000 and value % 100 == 0:
            return f"{value / 1000:.6g}k"
        return raw.replace(",", "")

    return re.sub(r"(?<![\w.,])(?P<n>\d+(?:,\d{3})*(?:\.\d+)?)(?P<per>\s*\\?%)?(?![\w.-]*\d)", form, s)


def chinese_frame(s: str) -> str:
    """Names and figures in a Chinese frame, without what only the words say."""
    names, numbers = NAME.findall(s)[:2], FIGURE.findall(s)[:2]
    if not names or not numbers:
        return s
    return f"作者提到了 {'、'.join(names)}，给出的数值是 {'、'.join(numbers)}。"


TRUE = {
    "as reported": reported,
    "shortened": shortened,
    "in other words": lambda s: other_words(shortened(s)),
    "other form of numbers": other_numbers,
}


# ---------------------------------------------------------------- wrong ones

OPPOSITES = OPPOSITE | {v: k for k, v in OPPOSITE.items() if " " not in v} | {
    "lower": "higher", "faster": "slower", "fastest": "slowest", "outperforms": "underperforms", "outperform": "underperform", "improvement": "deterioration", "stronger": "weaker",
    "exceed": "stay below", "removed": "added", "removes": "adds", "public": "private", "publicly": "privately", "easier": "harder", "rare": "frequent", "infrequent": "frequent",
    "small": "large", "strong": "weak", "best": "worst", "beats": "loses to", "most": "least", "male": "female", "overestimate": "underestimate", "overestimates": "underestimates", "last": "first",
}  # fmt: skip
CHINESE_OPPOSITES = {
    "高于": "低于", "优于": "不如", "提升": "下降", "更高": "更低", "更大": "更小", "最快": "最慢", "最好": "最差", "增加": "减少", "高估": "低估", "少见": "常见", "动态": "静态",
    "稳定": "多变", "去除": "加入", "去除。": "保留。", "虚假": "真实", "不断更新": "一成不变", "复杂": "简单", "难以": "易于", "至少": "至多", "均衡": "失衡",
}  # fmt: skip
CHINESE_DENIALS = (
    ("无法", "能够"), ("没有", "有"), ("并不", ""), ("优于", "并不优于"), ("高于", "不高于"), ("使用", "没有使用"), ("达到", "没有达到"), ("包含", "不包含"), ("覆盖", "不覆盖"), ("基于", "不基于"),
    ("预测", "不预测"), ("采用", "没有采用"), ("来自", "并非来自"), ("更", "并不更"), ("是", "不是"), ("可能", "不可能"), ("为", "不为"),
)  # fmt: skip
CLAIMS = (
    "The method is safe to deploy without supervision.",
    "It can be used in hospitals without any further approval.",
    "The system runs in real time on a mobile phone.",
    "The approach generalizes to every language of the world.",
    "The code, the weights and the demo have been released under a free licence.",
    "The authors prove that the procedure always converges.",
    "Human experts preferred its output in a blind study.",
    "Training takes only one afternoon on a laptop.",
)
CHINESE_CLAIMS = (
    "该方法无需监督即可安全部署。",
    "该系统可以在手机上实时运行。",
    "作者证明了该算法总是收敛。",
    "代码和模型权重已经全部开源。",
    "该方法可以推广到世界上所有语言。",
    "盲测中人类专家更喜欢它的输出。",
)


def other_number(s: str, pool: list[str], quotation: str, rng: random.Random) -> str:
    spots = [m for m in FIGURE.finditer(s) if not re.search(r"(?i)\b(?:table|figure|fig\.|section) $", s[: m.start()])]
    if not spots:
        return ""
    spot = rng.choice(spots)
    alike = [
        n
        for n in pool
        if n not in quotation and ("." in n) == ("." in spot[0]) and len(n) >= len(spot[0]) - 1 and n != spot[0]
    ]
    return s[: spot.start()] + rng.choice(alike) + s[spot.end() :] if alike else ""


def opposite(s: str, rng: random.Random) -> str:
    if re.search(r"[\u4e00-\u9fff]", s):
        found = [w for w in CHINESE_OPPOSITES if w in s]
        word = rng.choice(found) if found else ""
        return s.replace(word, CHINESE_OPPOSITES[word], 1) if word else ""
    spots = [
        m
        for m in re.finditer(r"\b[a-z]+\b", s)
        if m[0] in OPPOSITES and m[0] not in ("first", "second", "all", "can", "with", "accept", "effect")
    ]
    spot = rng.choice(spots) if spots else None
    return s[: spot.start()] + OPPOSITES[spot[0]] + s[spot.end() :] if spot else ""


def denied(s: str, rng: random.Random) -> str:
    if re.search(r"[\u4e00-\u9fff]", s):
        return next((s.replace(a, b, 1) for a, b in CHINESE_DENIALS if a in s), "")
    changed = negation(s, rng)
    return (
        changed
        if changed.count(" not ") != s.count(" not ")
        and re.search(r"\b(?:is|are|was|were|can|does|do|will|has|have|not|no|never|cannot)\b", s)
        else ""
    )


SYMMETRIC = re.compile(r"^[\s,]*(?:and|or|,|;|&|and the|/|、|和|或)?[\s,]*$")


def exchanged(s: str) -> str:
    """Two names in each other's place, where something that is not symmetric stands between."""
    found = list(re.finditer(r"[A-Z][A-Za-z-]*[A-Z0-9][\w-]*|(?<=[a-z,;：，。、\u4e00-\u9fff] )[A-Z][a-z]{3,}", s))
    for one, other in pairwise(found):
        between = s[one.end() : other.start()]
        if (
            one[0] != other[0]
            and not SYMMETRIC.match(between)
            and re.search(
                r"\b(?:outperform|better|than|higher|on|from|to|uses?|beats?|as an alternative)|优于|使用|比|高于|替代",
                between,
            )
            and not re.search(r",", between)
        ):
            return s[: one.start()] + other[0] + between + one[0] + s[other.end() :]
    return ""


def other_name(s: str, pool: list[str], quotation: str, rng: random.Random) -> str:
    spots = list(NAME.finditer(s)) or list(re.finditer(r"[A-Z][A-Za-z]*[A-Z0-9][\w-]*", s))
    others = [n for n in pool if n.lower() not in quotation.lower() and n.lower() not in s.lower()]
    if not spots or not others:
        return ""
    spot = rng.choice(spots)
    return s[: spot.start()] + rng.choice(others) + s[spot.end() :]


def other_unit(s: str, rng: random.Random) -> str:
    changes = [(r"(?<=\d)\s?\\?%", " ms"), (r"\bmillion\b", "billion"), (r"\bbillion\b", "million"), (r"(?<=\d)k\b", " million"), (r"\bhours\b", "minutes"), (r"\bGB\b", "MB"), (r"\bmonths\b", "days"), ("万", "亿"), ("亿", "万"), ("个月", "天"), ("%", "毫秒")]  # fmt: skip
    fitting = [(a, b) for a, b in changes if re.search(a, s)]
    if not fitting:
        return ""
    a, b = rng.choice(fitting)
    return re.sub(a, b, s, count=1)


# ---------------------------------------------------------------- tables

TABLE_HEADS = ("Accuracy", "F1", "Recall", "Latency (ms)")


def tables(text: FullText, number: int, rng: random.Random) -> Iterator[Pair]:
    """A table of the paper's own names with figures of chance, and what may be said of it."""
    names = list(
        dict.fromkeys(n for n in NAME.findall(text.text) if 3 <= len(n) <= 16 and "REF" not in n and "FORM" not in n)
    )
    if len(names) < 4:
        return
    rows = names[:4]
    cells = [[f"{rng.uniform(20, 99):.1f}" for _ in TABLE_HEADS] for _ in rows]
    lines = ["| Model | " + " | ".join(TABLE_HEADS) + " |", "|" + " --- |" * (len(TABLE_HEADS) + 1)]
    lines += [f"| {name} | " + " | ".join(row) + " |" for name, row in zip(rows, cells, strict=True)]
    passages = (
        Passage("Table 9: Results of all models on the held-out data, in percent.", Form.CAPTION, "S9.T9"),
        Passage("\n".join(lines), Form.TABLE, "S9.T9"),
    )
    whole = replace(text, sections=(*text.sections, Section("9 More results", 1, "S9", passages=passages)))
    for r in range(4):
        c = rng.randrange(3)
        quotation = rng.choice((lines[r + 2], passages[0].text))
        en, zh = "{n} reaches {v}% {h} on the held-out data.", "{n} 在留出数据上的 {h} 达到 {v}%。"
        for language, frame in (("en", en), ("zh", zh)):

            def pair(
                kind: str,
                true: bool,
                name: str,
                value: str,
                head: str,
                frame: str = frame,
                language: str = language,
                quotation: str = quotation,
            ) -> Pair:
                return Pair(kind, true, number, frame.format(n=name, v=value, h=head), quotation, language, whole)

            yield pair("value of a table", True, rows[r], cells[r][c], TABLE_HEADS[c])
            yield pair("value of another row", False, rows[r], cells[(r + 1) % 4][c], TABLE_HEADS[c])
            yield pair("value of another column", False, rows[r], cells[r][(c + 1) % 3], TABLE_HEADS[c])


# ---------------------------------------------------------------- all pairs


def stems(s: str) -> set[str]:
    return {w[:5] for w in re.findall(r"[a-z]{4,}", s.lower())}


def pairs(texts: list[FullText], asked: list[Asked], written: list[dict[str, Any]], seed: int = 7) -> Iterator[Pair]:
    for number, text in enumerate(texts):
        rng = random.Random(seed + number)
        own = [a for a in asked if a.paper == number]
        marked = dict.fromkeys(e for a in own for e in (*a.spans, *a.evidence))
        sentences = list(
            dict.fromkeys(
                s.strip()
                for e in marked
                for s in SENTENCE.split(e)
                if 45 <= len(s) <= 420 and s[0].isupper() and s.strip()[-1] in ".!)"
            )
        )
        every = [s.strip() for p in text.text.split("\n\n") for s in SENTENCE.split(p) if 45 <= len(s) <= 420]
        numbers = list(dict.fromkeys(FIGURE.findall(text.text)))
        names = list(
            dict.fromkeys(n for n in NAME.findall(text.text) if not re.search("REF|FORM|^(?:Table|Figure|Section)", n))
        )
        bases = [("en", MARKS.sub("", change(q)), q) for q in sentences for change in (reported, shortened)]
        bases += [
            (lang, w[lang], w["quotation"]) for w in written if w["paper"] == text.paper_id for lang in ("en", "zh")
        ]
        found: list[Pair] = []

        def add(
            kind: str,
            true: bool,
            sentence: str,
            quotation: str,
            language: str = "en",
            found: list[Pair] = found,
            number: int = number,
        ) -> None:
            if sentence:
                found.append(Pair(kind, true, number, sentence, quotation, language))

        for q in sentences:
            bare = MARKS.sub("", q)
            for kind, change in TRUE.items():
                said = change(bare)
                if kind != "other form of numbers" or said != bare:
                    add(kind, True, said, q)
            if (framed := chinese_frame(bare)) != bare:
                add("names and figures in Chinese", True, framed, q, "zh")
        for w in written:
            if w["paper"] == text.paper_id:
                add("written by a person, English", True, w["en"], w["quotation"])
                add("written by a person, Chinese", True, w["zh"], w["quotation"], "zh")
        for a in own:
            for answer in a.answers:
                if a.spans and len(answer.split()) >= 6:
                    for said in SENTENCE.split(answer):
                        add("an annotator's answer", True, said, "\n".join(a.spans))
        for language, said, q in bases:
            zh = ", Chinese" if language == "zh" else ""
            far = [
                o
                for o in (every if rng.random() < 0.5 else sentences)
                if len(stems(o) & stems(q)) < 0.25 * len(stems(q)) and o not in text_around(text, q)
            ]
            other = rng.choice(far) if far else ""
            add("another fact's number" + zh, False, other_number(said, numbers, q, rng), q, language)
            if other and FIGURE.search(said) and not set(FIGURE.findall(said)) & set(FIGURE.findall(other)):
                add("a number, another quotation" + zh, False, said, other, language)
            add("denied" + zh, False, denied(said, rng), q, language)
            add("opposite word" + zh, False, opposite(said, rng), q, language)
            add("names exchanged" + zh, False, exchanged(said), q, language)
            add("another name" + zh, False, other_name(said, names, q, rng), q, language)
            add("another unit or magnitude" + zh, False, other_unit(said, rng), q, language)
            if other:
                add("true, another quotation" + zh, False, said, other, language)
            add("unfounded claim" + zh, False, rng.choice(CHINESE_CLAIMS if language == "zh" else CLAIMS), q, language)
            claim = rng.choice(CHINESE_CLAIMS if language == "zh" else CLAIMS)
            joined = (
                f"{said.rstrip('。.')}，而且{claim}"
                if language == "zh"
                else f"{said.rstrip('.')}, and {claim[0].lower()}{claim[1:]}"
            )
            add("unfounded claim added" + zh, False, joined, q, language)
        found += list(tables(text, number, rng))
        by_kind = defaultdict(list)
        for pair in found:
            by_kind[pair.kind, pair.true].append(pair)
        for alike in by_kind.values():
            rng.shuffle(alike)
            yield from alike[:EACH]


def text_around(text: FullText, quotation: str) -> str:
    """The passage of a quotation: what stands there may well support what the quotation does."""
    return "\n".join(p for p in text.text.split("\n\n") if quotation[:60] in p)


def judged(texts: list[FullText], found: list[Pair]) -> list[tuple[Pair, Verdict]]:
    indexes = [SupportIndex(t) for t in texts]
    with_table = {p.paper: SupportIndex(p.text) for p in found if p.text}
    done = []
    for pair in found:
        index = with_table[pair.paper] if pair.text else indexes[pair.paper]
        done.append((pair, support_of(pair.sentence, index.ground([pair.quotation]), pair.language, index)))
    return done


def marked(verdict: Verdict) -> bool:
    return verdict.support is not Support.SUPPORTED and not verdict.slight


# ---------------------------------------------------------------- pairs by hand


def strangers() -> Iterator[tuple[dict[str, Any], Verdict]]:
    """Each pair of `STRANGERS` with the rules' verdict."""
    data = json.loads(STRANGERS.read_text("utf-8"))
    indexes = {paper["id"]: SupportIndex(_invented(paper)) for paper in data["papers"]}
    for pair in data["pairs"]:
        index = indexes[pair["paper"]]
        yield pair, index.support(pair["sentence"], pair["quotation"], pair["language"])


def _invented(paper: dict[str, Any]) -> FullText:
    sections = (Section(title, 1, passages=(Passage(text, Form(form)),)) for title, form, text in paper["passages"])
    return FullText(paper["id"], 1, Basis.HTML, tuple(sections))


def outcome(verdict: Verdict) -> str:
    if verdict.support is not Support.DOUBTFUL:
        return str(verdict.support)
    return "slight" if verdict.slight else "asked" if verdict.ask else "marked"


OUTCOMES = ("supported", "slight", "asked", "marked", "contradicted")
"""Slight ones are asked about too, but not marked where no model can be asked."""


def report_strangers(errs: float) -> None:
    counts: Counter[tuple[object, ...]] = Counter()
    for pair, verdict in strangers():
        for key in ("all", pair["kind"], pair["language"]):
            counts[pair["set"], pair["true"], key, outcome(verdict)] += 1
            counts[pair["set"], pair["true"], key] += 1
        counts[pair["set"], pair["true"], "all", "reworded"] += verdict.reworded
    rows = [
        [
            number,
            "true" if true else "wrong",
            key,
            counts[number, true, key],
            *(counts[number, true, key, o] for o in OUTCOMES),
        ]
        for number, true, key in sorted((k for k in counts if len(k) == 3), key=str)
    ]
    table(["set", "", "kind or language", "n", *OUTCOMES], rows)
    for number in sorted({str(k[0]) for k in counts}):
        share = {
            (true, o): counts[int(number), true, "all", o] / counts[int(number), true, "all"]
            for true in (False, True)
            for o in (*OUTCOMES, "reworded")
        }
        after = {true: sum(share[true, o] for o in ("slight", "asked")) for true in (False, True)}
        unasked = {true: share[true, "marked"] + share[true, "contradicted"] for true in (False, True)}
        print(
            f"set {number}: wrong ones marked or left out by rules {unasked[False] + share[False, 'asked']:.3f}, after asking {unasked[False] + (1 - errs) * after[False]:.3f}; true ones {unasked[True] + share[True, 'asked']:.3f} and {unasked[True] + errs * after[True]:.3f}; asked about {after[True]:.3f}; supported in other words: wrong ones {share[False, 'reworded']:.3f}, true ones {share[True, 'reworded']:.3f}"
        )
        aim(f"support.strangers.{number}.wrong_unmarked_unasked", share[False, "supported"], most=0.1)
        aim(f"support.strangers.{number}.true_marked_unasked", unasked[True], most=0.03)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, help="a directory with papers in the form of qasper_dev_split.json")
    options.add_argument("--errs", type=float, default=0.1, help="share of the judge's words that are wrong")
    options.add_argument(
        "--show", action="append", default=[], help="print failures of this kind, of papers of even number"
    )
    asked_for = options.parse_args()
    texts, asked = load(asked_for.data)
    found = list(pairs(texts, asked, json.loads(WRITTEN.read_text("utf-8"))))
    done = judged(texts, found)
    rng = random.Random(5)
    rows: list[list[object]] = []
    sums: Counter[tuple[object, ...]] = Counter()
    for kind, true in dict.fromkeys((p.kind, p.true) for p in found):
        own = [(p, v) for p, v in done if (p.kind, p.true) == (kind, true)]
        for p, v in own:
            half = "seen" if p.paper % 2 == 0 else "held out"
            asks = v.support is Support.DOUBTFUL and v.ask
            wrong_word = rng.random() < asked_for.errs
            after = (not p.true) != wrong_word if asks else marked(v)
            for name, holds in (
                ("n", True),
                ("rules", marked(v)),
                ("asked", asks),
                ("after", after),
                ("contradicted", v.support is Support.CONTRADICTED),
            ):
                sums[true, half, name] += holds
                sums[kind, true, name] += holds
        n = len(own)
        rows.append(
            [
                kind,
                "true" if true else "wrong",
                n,
                *(sums[kind, true, k] / n for k in ("contradicted", "rules", "asked", "after")),
            ]
        )
        for p, v in own:
            if (
                kind in asked_for.show
                and p.paper % 2 == 0
                and (marked(v) == p.true or (not p.true and v.support is Support.SUPPORTED))
            ):
                print(
                    f"  {v.support} {v.reason} ask={v.ask} slight={v.slight}\n      {p.sentence[:230]!r}\n      {p.quotation[:230]!r}"
                )
    table(
        ["kind", "", "n", "dropped", "marked by rules", "asked", "marked after asking"],
        sorted(rows, key=lambda r: str(r[1])),
    )
    print()
    halves = [["wrong" if not true else "true", half, sums[true, half, "n"], *(sums[true, half, k] / max(sums[true, half, "n"], 1) for k in ("contradicted", "rules", "asked", "after"))] for true in (False, True) for half in ("seen", "held out")]  # fmt: skip
    table(["pairs", "papers", "n", "dropped", "marked by rules", "asked", "marked after asking"], halves)

    def share(true: bool, name: str) -> float:
        return sum(sums[true, h, name] for h in ("seen", "held out")) / sum(
            sums[true, h, "n"] for h in ("seen", "held out")
        )

    report_strangers(asked_for.errs)
    print()
    aim("support.asked_of_true", share(True, "asked"), most=0.2)
    aim("support.rules.wrong_marked", share(False, "rules"), least=0.85)
    aim("support.rules.true_marked", share(True, "rules"), most=0.03)
    aim("support.wrong_marked", share(False, "after"), least=0.95)
    aim("support.true_marked", share(True, "after"), most=0.03, last=True)


if __name__ == "__main__":
    main()
