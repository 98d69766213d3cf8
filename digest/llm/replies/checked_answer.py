"""Checks the model's answer against the papers and builds the Answer from what was verified. Pure.

A citation whose quotation was not found is removed, and a sentence without any other is marked
`(?)`. A sentence is also marked if it has a figure, name, quoted phrase or id that is not in the
papers, or if its quotation does not support it. A sentence that its quotation contradicts is left
out. Links that are not in the papers are removed. A quotation in the prose is always cited."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from digest import checks
from digest.evidence.content_words import words as content_words
from digest.evidence.finder import Finder
from digest.evidence.ground import Ground
from digest.evidence.sentences import sentences
from digest.evidence.support import Support, SupportIndex, Verdict, support_of
from digest.llm.prompts import tasks
from digest.llm.replies.answer_text import QuotationEntry, Quoted, parse_quotations, quoted_spans, split_answer
from digest.llm.replies.marks import ANSWER, Word, insert_before_end, marked, settled
from digest.llm.replies.review import doubted, unknown_ids
from digest.model import MARK, Answer, Doubt, Evidence, Fault, FullText, Paper, Problem, Quote
from digest.patterns import GAP, regex

_CITATION = regex(GAP + r"\[(\d{1,3}(?:\s*[,，、]\s*\d{1,3})*)\]")
_URL = regex(r"<?https?://[^\s<>()\[\]（）“”\"'，。；]+[^\s<>()\[\]（）“”\"'，。；.,;:!?]/?>?")
_LINK = regex(r"!?\[([^\]\n]{0,1000})\]\(([^\s\[]+?)(?:\s+\"[^\"]{0,1000}\")?\)")
_DENIES = regex(
    r"\b(?:not(?! only)|no(?! doubt)|never|neither|nor|without|nothing|none|unclear|unstated|whether|nicht|keine?[rnms]?|ob|pas|aucune?|ningun[oa]?|ningún|nunca|não|nem|non)\b|n['’]t\b|没(?!错)|未(?!来)|不(?!仅|但|错|断|同)|无法|无从|并非|是否|否则?|ない|ません|않|없|아니|\bне\b|\bнет\b",
    re.IGNORECASE,
)
_DECLINES = regex(
    r"(?:\b(?:not|never|neither|nor|no|nothing|nowhere)\b|n['’]t\b)[^.;]{0,40}\b(?:say|said|state|mention|report|specif|give|given|provide|disclos|describ|discuss|list|contain|address|cover|answer|information|detail|found|clear|cite|name|explain)\w*|\b(?:unstated|unspecified|unmentioned|undisclosed|unreported|not stated|silent)\b|\b(?:gives?|offers?|provides?|contains?) no(?:thing)?\b|\bwe are not told\b"
    r"|(?:没有|没|未|并未|不)(?:明确|直接|具体|有)?(?:说明|说|提到|提及|提|写|给出|报告|披露|指出|讨论|交代|涉及|包含|介绍|回答|提供|找到|描述)"
    r"|(?:記載|言及|述べ|書か|示さ|説明|触れ|見つか|報告|公表|公開情報|明記|議論)[^。]{0,8}(?:ない|ません|なかった)|(?:언급|명시|설명|제시|나와|보고|찾을|밝히|다루|내용|정보|기술|논의)[^.]{0,8}(?:않|없)"
    r"|\b(?:I|we) (?:could|can|did|do)(?: not|n['’]t|not) find\b|\bcan(?:not|['’]t| not) be (?:answered|determined|inferred|found|told)\b"
    r"|(?:论文|原文|文中|文章|文本|本文|作者)[^。；]{0,12}(?:找不到|看不出|无从|没有[^。；]{0,6}(?:描述|信息|说明|记载|内容|数据)|无法(?:得知|知道|确定|回答|看出))|无法(?:得知|回答)"
    r"|(?:記述|情報|記載|言及|説明)(?:は|が|も)(?:あり|見つか[らり]|見当たり)?(?:ません|ない|なかった)|(?:論文|本文)[^。]{0,6}に[^。]{0,6}含まれて[^。]{0,2}(?:ません|ない)|(?:論文|本文)(?:から|で)は[^。]{0,20}(?:分か|わか|読み取)[^。]{0,2}(?:ません|ない)|著者[^。]{0,16}(?:示|述べ|明らかに)[^。]{0,4}(?:ない|ません)"
    r"|\bgeb(?:en|t)\b[^.]{0,40}\bnicht an\b|\bfind(?:et|en) sich\b[^.]{0,30}\b(?:nicht|nichts|keine?\w*)\b|\b(?:schweig\w*|ungenannt|unerwähnt)|\b(?:Angaben?|Informationen) [^.]{0,40}\bfehl(?:t|en)\b|\bgeht\b[^.]{0,60}\bnicht hervor\b|\bnicht (?:\w+ )?beantwort"
    r"|\b(?:aucune?|rien)\b[^.]{0,60}\bn['’]e?\s?(?:est|a|sont|y)\b|\bnulle part\b|\babsente?s? (?:de l['’]|du |de ce)|\bno\b[^.]{0,20}(?:\b(?:aclara|detalla)\w*|\b(?:figura|consta) en (?:el|la|este|esta) (?:art|text|trabaj|estudi)\w*)"
    r"|\b(?:nenn(?:t|en)|erwähn(?:t|en)|äußer(?:t|n)|schreib(?:t|en)|sag(?:t|en)|steht|gibt|angegeben|bericht(?:et|en)|mach(?:t|en)|enthält|enthalten|beschreib(?:t|en))\b[^.]{0,60}\b(?:nicht|nichts|keine?\w*)\b|\b(?:nicht|nichts|keine?\w*)\b[^.]{0,40}\b(?:angegeben|erwähnt|genannt|Angaben?)\b"
    r"|\bn(?:['’]|e\s)[^.]{0,20}?(?:précis|indiqu|mentionn|di[st]|donn|fourni|rapport|décri|évoqu|parl|spécifi|détaill|expliqu|abord|trait|figure|apparaî|trouve|révèl|contien|permet)[^.]{0,20}\b(?:pas|rien|aucune?)\b|\bn(?:['’]|e\s)[^.]{0,20}\b(?:pas|rien)\b[^.]{0,20}\b(?:précis|indiqu|mention|inform|dit|donn|fourni|rapport|décri|évoqu|spécifi|détaill|expliqu|abord|trait|clair|connu)\w*|\b(?:no|não|nada)\b[^.]{0,20}\b(?:dice|menciona|indica|especifica|informa|diz|describe|descreve|aparece|consta|traz|trae|dan?|proporciona|fornece|reporta|relata)\w*|\bне\b[^.]{0,20}(?:указ|сообщ|пишут|пишет|говор|упом|привод|сказан|содерж|найд|раскры|описан|обсужд|освещ|приведен|рассматрив)|\bнет (?:никаких )?(?:данных|информации|сведений|упоминани\w|указани\w)|\bотсутству\w+ (?:данные|информаци\w|сведени\w|упоминани\w)",
    re.IGNORECASE,
)
"""Sentences that say what the papers do not say. A judge knows other wordings.

That something is not used, compared or released is a claim."""
_REPORTS = (
    "paper papier article artikel artículo artigo arbeit studie étude estudio estudo abschnitt section sección seção "
    "das der die im el la le os los les o a autor autoren autores auteurs schreibt schreiben sagt heißt wörtlich steht "
    "dice dicen escribe escriben afirma afirman diz dizem escreve escrevem afirmam dit disent écrit écrivent indique"
)
"""Words that only introduce a quotation, in languages with Latin letters except English."""
_PLACE = regex(
    r"(?:§|\b(?:abschnitt|kapitel|sección|seção|section|sec\.|sezione|capitolo|chapter|chapitre|capítulo|bölüm|mục|разделе?|главе?|sekcj[ai]|rozdzia[łl]e?))\s*\d{1,2}(?:\.\d{1,2})*\b"
    r"|(?:[第제]\s?\d{1,2}(?:\.\d{1,2}){0,3}|(?<![\d.])\d{1,2}(?:\.\d{1,2}){1,3})\s?(?:小?[节節章]|[절장])|(?<![\d.])\d{1,2}\s?[節章절]",
    re.IGNORECASE,
)
"""Places in a paper, which the link shows. `8장` may be GPUs, and `2节` lessons."""
_HEADING = regex(r"\s?[(（“«„「,:][ “]?([^()（）“”«»„「」\n]{1,80})[)）”»“」]?")
"""Text after a place that may be its heading."""
_QUOTE_TAGS = regex(r"</?(?:quote|q|blockquote|quotation)>", re.IGNORECASE)
_LEAD = regex(r"\A[^,:，：]{1,60}[,:，：]")
_LINE = regex(r"(?<![^\n])[^\w\n]*+\w[^\n]*")
_CELL = regex(r"^\W*[^|｜\n]{1,80}[|｜]\W{0,4}\d{1,4}\W{0,3}[|｜]")
"""The aspect and paper before a cell of a comparison. They claim nothing."""
_CLAUSE = regex(r"[,;:](?=\s)|[，；：。]|\s[–—]\s")
_SPOKEN_OF = 0.75
"""Share of a denial's words which show, in one sentence of the paper, that the paper speaks about
its subject. A sentence about silence shares a third to two thirds."""
_MIN_CONTENT_WORDS = 5
"""Fewer words do not show what an answer is about."""
_MIN_VERBATIM_WORDS = 7
"""Words of a sentence that may be the paper's own."""
_MIN_SHARED = 0.34
"""Least share of an answer's content words that must be in the papers."""


@dataclass(frozen=True)
class GivenPaper:
    """A paper as the model got it."""

    number: int
    paper: Paper
    text: FullText
    finder: Finder
    allow: tuple[str, ...] = ()
    """The paper's own URLs, which may stay links."""

    @cached_property
    def index(self) -> SupportIndex:
        return SupportIndex(self.text, self.paper.title)

    @property
    def source(self) -> str:
        return f"{self.paper.title}\n{self.paper.abstract}\n{self.paper.comment}\n{self.paper.id}\n{self.text.text}"


@dataclass
class AnswerChecker:
    """Checks the sentences of one answer against the papers.

    A figure that only the question holds may be denied or left open, never confirmed: the question
    `is it true that it reaches 99.9 %?` is no evidence for 99.9 %."""

    papers: Sequence[GivenPaper]
    question: str
    language: str
    entries: Sequence[QuotationEntry] = ()
    quotes: list[Quote] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    """Sentences of the answer that a model must settle."""
    unconfirmed: bool = False
    """A sentence is marked because its quotation does not support it."""

    def __post_init__(self) -> None:
        numbers = " ".join(f"{r.number} #{r.number}" for r in self.papers)
        self._source = "\n".join([*(r.source for r in self.papers), numbers])
        self._with_question = f"{self._source}\n{self.question}"
        self._squeezed = re.sub(r"\s+", "", self._with_question).lower()
        self._found = {e.number: self.find_evidence(e) for e in self.entries if e.number}

    def index(self) -> None:
        """Indexes the papers. Otherwise the first sentence with a figure or a name does so."""
        checks.index_source(self._source)

    def find_evidence(self, entry: QuotationEntry) -> tuple[Evidence, str] | None:
        """Searches the paper that the entry names, or all papers if it names none."""
        named = [r for r in self.papers if r.number == entry.paper] if entry.paper is not None else list(self.papers)
        for paper in named or (list(self.papers) if len(self.papers) == 1 else []):
            if evidence := paper.finder.find(entry.text):
                return evidence, paper.paper.id
        self.problems.append(Problem(Fault.QUOTATION, f"quotes.{entry.number}", entry.text[:120]))
        return None

    def check(self, text: str, others: Sequence[int] = (), *, claims: bool = True, opening: bool = False) -> str:
        """Returns a sentence as it is shown: citations renumbered, marked if something is
        unverified.

        `others`: the quotations of a sentence that cites none. `claims`: the sentence may claim
        something about the papers; a polite no does not. `opening`: it is the first sentence."""
        cited: list[int] = []

        def renumbered(group: re.Match[str]) -> str:
            new = [self._number(int(n)) for n in re.split(r"\D+", group[1])]
            cited.extend(new)
            return "".join(f" [{n}]" for n in dict.fromkeys(new) if n)

        body = self._without_foreign_links(_CITATION.sub(renumbered, text))
        if not any(cited):
            body, verbatim = self._cite_verbatim(body)
            cited += verbatim
        if not any(cited) and self._declines(_CITATION.sub("", body)):
            return body
        # An answer with only the nearest passage in its list may say in any words that nothing is
        # said.
        perhaps = opening and self._only_nearest and not any(cited) and self._denies_alone(_CITATION.sub("", body))
        unverified = () if perhaps else self.unverified(body)
        self.unsupported += [d for d in unverified if d not in self.unsupported]
        self.problems += [Problem(Fault.NUMBER, "answer", f"not in the paper: {d}") for d in unverified]
        if unverified or (cited and not any(cited)) or MARK in body:
            return body if MARK in body else marked(body)
        if not claims:
            return body
        return self._supported(body, [n for n in cited if n] or list(others), perhaps_silent=perhaps)

    @property
    def _only_nearest(self) -> bool:
        return bool(self.entries) and not any(e.number for e in self.entries)

    def _declines(self, text: str) -> bool:
        """Returns whether a sentence says only what the papers do not say, without a figure or
        name, or only denies something of the question that is not in the papers."""
        if _DECLINES.search(text):
            return self._denies_alone(text)
        return bool(self._denied(text)) and all(_DENIES.search(c) for c in _CLAUSE.split(text) if c.strip())

    def _denies_alone(self, text: str) -> bool:
        """Returns whether figures and names occur only in clauses that deny."""
        claims = [c for c in _CLAUSE.split(text) if not (_DECLINES.search(c) or _DENIES.search(c))]
        return not any(self.unverified(clause) for clause in claims)

    def _cite_verbatim(self, text: str) -> tuple[str, list[int]]:
        """Adds its number to each quotation in the prose, and returns the numbers."""
        cited: list[int] = []
        numbered = [(q, number) for q in quoted_spans(text) if (number := self._number_of(q.text))]
        for phrase, number in sorted(numbered, key=lambda pair: -pair[0].end):
            cited.append(number)
            text = f"{text[: phrase.end]} [{number}]{text[phrase.end :]}"
        for bare in () if numbered else (text, _LEAD.sub("", text, count=1)):
            words = bare.strip(" \n*_>-\"'“”„«»「」『』")
            if len(words.split()) >= _MIN_VERBATIM_WORDS and (number := self._number_of(words)):
                return insert_before_end(text, f"[{number}]"), [number]
        return text, cited

    def quote_verbatim(self, prose: str) -> None:
        """Registers the quotations of the prose, in its order."""
        for quoted in quoted_spans(prose):
            self._number_of(quoted.text)

    def _verbatim(self, text: str) -> list[Quoted]:
        """Returns what is in quotation marks in the text and also in a paper."""
        return [q for q in quoted_spans(text) if any(p.finder.find(q.text) for p in self.papers)]

    def cleaned(self, prose: str) -> tuple[str, bool]:
        """Returns the prose without chatter, and whether some was kept because of its quotation."""
        kept = checks.clean(prose, self.language)
        at = prose.rfind(kept)
        rest = prose[at + len(kept) :] if at >= 0 else ""
        return (kept + rest, True) if self._verbatim(rest) else (kept, False)

    def own_words(self, prose: str) -> str:
        """Returns the prose without the papers' words in it."""
        for quoted in sorted(self._verbatim(prose), key=lambda q: -q.end):
            prose = f"{prose[: quoted.start]}“”{prose[quoted.end :]}"
        return prose

    def with_whole_quotations(self, prose: str, pieces: Sequence[str]) -> list[str]:
        """Returns the sentences of the prose. Sentences that one quotation spans are joined."""
        within = self._verbatim(prose)
        joined: list[str] = []
        at = 0
        for piece in pieces:
            if any(q.start < at < q.end for q in within):
                joined[-1] += piece
            else:
                joined.append(piece)
            at += len(piece)
        return joined

    def _number_of(self, words: str) -> int:
        """Returns the number of a quotation that is in the papers; 0 for other words."""
        for paper in self.papers:
            if evidence := paper.finder.find(words):
                return self._quoted(evidence, paper.paper.id)
        return 0

    def _supported(self, body: str, cited: Sequence[int], *, perhaps_silent: bool = False) -> str:
        """Returns the sentence, marked if its quotations do not support it; empty if they deny it.

        A sentence that is `perhaps_silent` is asked about, and marked only if the paper speaks
        about its subject."""
        plain = _CELL.sub("", self._without_places(_CITATION.sub("", body))).strip()
        if not re.search(r"\w", plain):
            return body
        quoted = [q for q in self.quotes if q.number in cited]
        about = " ".join([*(f"{p.number} {p.paper.title} {p.paper.id}" for p in self.papers), _REPORTS])
        index = self.papers[0].index if len(self.papers) == 1 else None

        def judged(quoted: Sequence[Quote]) -> tuple[Ground, Verdict]:
            ground = self._ground(plain, quoted)
            return ground, support_of(plain, ground, self.language, index, granted=about)

        ground, verdict = judged(quoted)
        if verdict.support is not Support.SUPPORTED and not (quoted or self.entries) and self.quotes:
            # The sentence may continue a quotation in the prose.
            before = judged(self.quotes)
            ground, verdict = before if before[1].support is Support.SUPPORTED else (ground, verdict)
        if perhaps_silent and (_DENIES.search(plain) or verdict.support is not Support.SUPPORTED):
            spoken_of = verdict.support is Support.CONTRADICTED or self._spoken_of(plain)
            verdict = Verdict(Support.DOUBTFUL, verdict.reason, ask=True, slight=not spoken_of)
        elif (
            not quoted
            and (verdict.support is Support.CONTRADICTED or _DENIES.search(plain))
            and verdict.support is not Support.SUPPORTED
        ):
            # The sentence may say that the papers do not say it.
            verdict = Verdict(Support.DOUBTFUL, verdict.reason, ask=True)
        if verdict.support is Support.SUPPORTED:
            shown, doubt = doubted(body, ANSWER, ground, verdict)
            self.doubts += [doubt] if doubt else []
            return shown
        self.problems.append(Problem(Fault.SUPPORT, "answer", f"{verdict.reason}: {plain[:120]}"))
        if verdict.support is Support.CONTRADICTED:
            return "\n" if body.endswith("\n") else ""
        shown, doubt = doubted(body, ANSWER, ground, verdict)
        self.doubts += [doubt] if doubt else []
        self.unconfirmed = self.unconfirmed or not doubt
        return shown

    def _spoken_of(self, text: str) -> bool:
        """Returns whether a sentence of a paper has most words of one that denies."""
        said = list(content_words(text))
        if not _DENIES.search(text) or len(said) < 2 or all(w.name for w in said):
            return False
        return any(p.index.best_elsewhere(said, Ground("", "")) >= _SPOKEN_OF for p in self.papers)

    def _ground(self, sentence: str, quoted: Sequence[Quote]) -> Ground:
        """Returns the cited quotations in their passages; if none is cited, the nearest ones."""
        grounds = []
        for paper in self.papers:
            own = [q.evidence.quotation for q in quoted if q.paper_id == paper.paper.id]
            if own:
                grounds.append(paper.index.ground(own))
            elif not quoted:
                near = paper.index.nearest(sentence)
                grounds.append(Ground(near.quotation, f"{near.whole}\n{paper.index.opening}", near.around))
        whole, around = ("\n".join(part) for part in ([g.whole for g in grounds], [g.around for g in grounds]))
        quotation = "\n".join(g.quotation for g in grounds)
        return Ground(quotation, whole, around, any(g.table for g in grounds))

    def doubt_of(self, opening: str) -> Doubt:
        """Returns the doubt whether the opening says that the papers do not say."""
        ground = self._ground(opening, ())
        passage = self.opening()
        quotation = ground.quotation.strip() or (passage.quotation if passage else "")
        return Doubt(ANSWER, opening, quotation, ground.around)

    def near(self) -> tuple[Evidence | None, bool]:
        """Returns the passage nearest to the question and False; without one, the opening."""
        found = self.nearest()
        return (found, False) if found else (opening := self.opening(), opening is not None)

    def nearest(self) -> Evidence | None:
        """Returns the passage nearest to the question, if one shares a word with it."""
        near = ((p, said) for p in self.papers for said in p.index.nearest(self.question).quotation.split("\n"))
        return next((evidence for paper, said in near if (evidence := paper.finder.find(said))), None)

    def opening(self) -> Evidence | None:
        paper = self.papers[0]
        section, passage = next(((s, p) for s in paper.text.sections for p in s.passages), (None, None))
        if section is None or passage is None:
            return None
        return paper.finder.find(passage.text[:300]) or Evidence(passage.text, paper.text.url(passage), section.title)

    def unverified(self, text: str) -> tuple[str, ...]:
        """Returns figures, names, ids and quoted phrases that are not in the papers."""
        plain = self._without_places(_CITATION.sub("", text))
        found = [*checks.unsupported(plain, self._source, self.language)]
        if found and _DENIES.search(plain):
            denied = self._denied(plain)
            found = [item for item in found if item not in denied]
        found += unknown_ids(plain, self._source)
        for phrase in (q.text for q in quoted_spans(plain) if q.sure):
            if re.sub(r"\s+", "", phrase).lower() not in self._squeezed and not any(
                r.finder.find(phrase) for r in self.papers
            ):
                found.append(f"“{phrase}”")
        return tuple(dict.fromkeys(found))

    def _without_places(self, text: str) -> str:
        """Returns the text without numbers of sections and the headings after them."""
        for place in reversed([*_PLACE.finditer(text)]):
            heading = _HEADING.match(text, place.end())
            end = heading.end() if heading and heading[1].strip().casefold() in self._headings else place.end()
            text = text[: place.start()] + text[end:]
        return text

    @cached_property
    def _headings(self) -> frozenset[str]:
        titles = (section.title for paper in self.papers for section in paper.text.sections)
        return frozenset(re.sub(r"^[\divxA-Z.]+\s+", "", title).strip().casefold() for title in titles)

    def _denied(self, text: str) -> set[str]:
        """Returns items that only the question holds, in clauses that deny them.

        `it does not reach 99.9 %` is such a clause; `it reaches 99.9 %, not less` is not."""
        clauses = [c for c in _CLAUSE.split(text) if _DENIES.search(c)]
        return {
            item
            for clause in clauses
            for item in checks.unsupported(clause, self._source, self.language)
            if item not in checks.unsupported(clause, self._with_question, self.language)
        }

    def _number(self, old: int) -> int:
        found = self._found.get(old)
        if found is None:
            return 0
        return self._quoted(*found)

    def _quoted(self, evidence: Evidence, paper_id: str) -> int:
        for quote in self.quotes:
            if quote.evidence.quotation == evidence.quotation and quote.paper_id == paper_id:
                return quote.number
        self.quotes.append(Quote(len(self.quotes) + 1, evidence, paper_id))
        return len(self.quotes)

    def cite_all(self) -> list[int]:
        """Returns the numbers of all verified quotations, for an answer whose prose cites none."""
        return [n for n in (self._number(old) for old in self._found) if n]

    def _without_foreign_links(self, text: str) -> str:
        text = _LINK.sub(
            lambda m: m[0] if self._is_in_papers(m[2]) and not m[0].startswith("!") else m[1] + " " + MARK, text
        )
        return _URL.sub(lambda m: m[0] if self._is_in_papers(m[0]) else MARK, text)

    def _is_in_papers(self, url: str) -> bool:
        bare = re.sub(r"^https?://(?:www\.)?|/$", "", url.strip("<>").lower())
        return len(bare) > 3 and re.sub(r"\s+", "", bare) in self._squeezed


_OF_BARE_ONES = (Fault.QUOTATION, Fault.OTHER_PAPER, Fault.SUPPORT)
"""Faults that an answer has because it has no quotation."""


@dataclass(frozen=True)
class CheckedAnswer:
    """An answer whose doubts a model may still settle."""

    checker: AnswerChecker
    pieces: Sequence[str]
    """Its sentences as they are shown until someone confirms them."""
    doubts: Mapping[int, Doubt]
    """Doubts by the index of their piece."""
    answer: Answer
    """The answer without its final text."""
    bare: bool = False
    """It gives no quotation, not even an invented one. A judge may find that its opening says that
    the papers do not say."""

    @property
    def to_ask(self) -> list[Doubt]:
        flaws = {p.fault for p in unusable(self.answer)} - ({Fault.OTHER_PAPER} if self.bare else set())
        return [] if flaws else list(self.doubts.values())

    def settled(self, words: Mapping[Doubt, Word] | None = None) -> Answer:
        said = [
            settled(self.doubts[i], (words or {}).get(self.doubts[i])) if i in self.doubts else piece
            for i, piece in enumerate(self.pieces)
        ]
        answer = self.answer
        silent = self.bare and (words or {}).get(self.doubts[0]) is Word.SILENT
        if silent:
            near, opening = self.checker.near()
            kept = tuple(p for p in answer.problems if p.fault not in _OF_BARE_ONES)
            answer = replace(answer, found=False, nearest=near, opening=opening, problems=kept)
        elif self.bare:
            said[0] = marked(self.doubts[0].sentence)
        refuted = any(not one for i, one in enumerate(said) if i in self.doubts)
        unconfirmed = (self.checker.unconfirmed and not silent) or any(MARK in said[i] for i in self.doubts)
        text = "".join(said).strip()
        lost = () if text or not refuted else (_nothing_left(),)
        allow = [url for paper in self.checker.papers for url in paper.allow]
        return replace(
            answer, text=checks.safe_markdown(text, allow), unconfirmed=unconfirmed, problems=(*answer.problems, *lost)
        )


def _nothing_left() -> Problem:
    return Problem(Fault.EMPTY, "answer", "its quotations contradict all of it")


def check_answer(
    raw: str,
    papers: Sequence[GivenPaper],
    question: str,
    language: str,
    by: str,
    *,
    selected: bool,
    unmatched: bool = False,
    cut: bool = False,
) -> CheckedAnswer:
    """Returns the checked answer. `cut`: the text ended at the token limit, so its last sentence is
    dropped. See `unusable`."""
    prose, quotations = split_answer(_QUOTE_TAGS.sub('"', raw))
    entries = parse_quotations(quotations or "")
    checker = AnswerChecker(papers, question, language, entries)
    prose, talks = checker.cleaned(prose)
    given = checker.with_whole_quotations(prose, sentences(prose, language))
    if not entries and not _CITATION.search(prose):
        checker.quote_verbatim(prose)  # before all sentences, because one may introduce a quotation
    if cut and quotations is None:
        given = given[:-1]
    # A list that the prose does not cite supports all of it.
    listed = checker.cite_all() if not _CITATION.search(prose) else []
    declined = quotations is not None and not re.search(r"\w", quotations)
    silent = bool(entries) and not any(e.text for e in entries)
    pieces: list[str] = []
    doubts: dict[int, Doubt] = {}
    for piece in given:
        before = len(checker.doubts)
        pieces.append(
            checker.check(piece, listed, claims=not declined, opening=not "".join(pieces).strip())
            if piece.strip()
            else piece
        )
        if len(checker.doubts) > before:
            doubts[len(pieces) - 1] = checker.doubts[-1]
    pieces, doubts = _with_list(pieces, doubts, listed)
    text = "".join(pieces).strip()
    not_found = [e for e in entries if not e.number]
    nearest = [e for e in not_found if e.text]
    opens_so = bool(given) and bool(_DECLINES.search(given[0]))
    declines = bool(not_found) or (opens_so and not declined)
    found = bool(checker.quotes) or not declines
    near, opening = None, False
    if not found:
        given_one = next((at for e in nearest if (at := checker.find_evidence(e))), None)
        near, opening = (given_one[0], False) if given_one else checker.near()
    unquoted = found and not checker.quotes and not declined and bool(text)
    bare = unquoted and not (entries or cut or checker.unsupported)
    if unquoted:
        # No quotation supports the answer, and it does not say so itself.
        checker.problems.append(Problem(Fault.QUOTATION, "answer", "no quotation carries it"))
        checker.problems += _off_topic(text, papers, language)
        first = next(i for i, piece in enumerate(pieces) if piece.strip())
        rest = "".join(pieces[first + 1 :])
        said = pieces[first].replace(f" {MARK}", "")
        doubts = {0: checker.doubt_of(said)} if bare else {}
        pieces = [marked(said), _LINE.sub(lambda line: line[0] if MARK in line[0] else marked(line[0]), rest)]
    elif prose.strip() and not text:
        checker.problems.append(_nothing_left())
    answer = Answer(
        text="",
        quotes=tuple(checker.quotes),
        paper_ids=tuple(r.paper.id for r in papers),
        language=language,
        by=by,
        found=found,
        nearest=near,
        opening=opening,
        unsupported=tuple(checker.unsupported),
        problems=(
            *_whole_problems(checker.own_words(prose), papers, language, declined=declined or silent, talks=talks),
            *checker.problems,
        ),
        selected=selected,
        unmatched=unmatched,
    )
    return CheckedAnswer(checker, pieces, doubts, answer, bare)


def _with_list(
    pieces: list[str], doubts: dict[int, Doubt], listed: Sequence[int]
) -> tuple[list[str], dict[int, Doubt]]:
    """Adds quotations that no sentence cites to the last sentence."""
    uncited = [n for n in listed if not any(f"[{n}]" in piece for piece in pieces)]
    last = next((i for i in range(len(pieces) - 1, -1, -1) if pieces[i].strip()), None)
    if not uncited or last is None:
        return pieces, doubts
    numbers = " ".join(f"[{n}]" for n in uncited)
    pieces = [insert_before_end(p, numbers) if i == last else p for i, p in enumerate(pieces)]
    doubts = {
        i: replace(d, sentence=insert_before_end(d.sentence, numbers)) if i == last else d for i, d in doubts.items()
    }
    return pieces, doubts


MARKED_FAULTS = frozenset(
    {Fault.QUOTATION, Fault.NUMBER, Fault.NAME, Fault.UNKNOWN_ID, Fault.TRUNCATED, Fault.TOO_LONG, Fault.SUPPORT}
)
"""Faults of a usable answer: its sentences are marked, or it was shortened."""


def unusable(answer: Answer) -> tuple[Problem, ...]:
    """Returns the problems that make it no answer; empty for a usable one."""
    return tuple(p for p in answer.problems if p.fault not in MARKED_FAULTS)


def _off_topic(text: str, papers: Sequence[GivenPaper], language: str) -> list[Problem]:
    """Returns a problem if an answer without quotations shares hardly a word with the papers."""
    shared = checks.shared_words(text, "\n".join(r.source for r in papers), language)
    if shared is None or shared.of < _MIN_CONTENT_WORDS or shared.found >= _MIN_SHARED * shared.of:
        return []
    return [Problem(Fault.OTHER_PAPER, "answer", "hardly any of its words are the papers'")]


def _whole_problems(
    prose: str, papers: Sequence[GivenPaper], language: str, *, declined: bool, talks: bool
) -> list[Problem]:
    """Returns the problems of the whole. `declined`: its list is empty, as the prompt asks of a
    polite no. `talks`: chatter in it introduces a quotation."""
    instructions = tuple(h.text for r in papers for h in r.text.hidden)
    source = "\n".join(r.source for r in papers)
    problems = checks.problems_of(
        _CITATION.sub("", prose),
        where="answer",
        language=language,
        source=source,
        kind="answer",
        prompt=tasks.ANSWER,
        instructions=instructions,
    )
    fine = {*((Fault.REFUSAL, Fault.ASKS_FOR_INPUT) if declined else ()), *((Fault.CHATTER,) if talks else ())}
    return [p for p in problems if p.fault not in fine]
