"""Selects a paper's own sentences for each part: by section, by the field's turns of phrase, and by
the words shared with title and abstract. Pure.

It knows English papers best. In other languages it uses only sections and figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import sentencex

from digest import checks
from digest.checks.facts.names import squeezed
from digest.model import Form, FullText, Paper
from digest.patterns import regex
from digest.retrieval.terms import terms
from digest.which_paper.titles import looks_a_name, own_names

SHORT_WORDS = 85
SHORT_CHARACTERS = 210
"""The limit of a short form, a little below the one that is checked."""

_ROLES = (
    ("abstract", r"abstract$"),
    ("conclusion", r"conclu|discussion|limitation|future|summary|final remarks"),
    ("related", r"related|background|preliminar|prior work"),
    ("experiments", r"experiment|result|evaluation|ablation|benchmark|comparison|analysis"),
    ("practical", r"implementation|training detail|setup|set-up|dataset|data\b|code|reproduc|hyper|appendix"),
    ("method", r"method|approach|model|architecture|framework|system|algorithm|design|formulation|overview|pipeline|network"),
    ("motivation", r"introduction|motivation"),
)  # fmt: skip


def _cue(*words: str) -> re.Pattern[str]:
    return regex(r"\b(?:" + "|".join(words) + ")", re.IGNORECASE)


_MAKES = r"(?:propos|introduc|present|develop|buil|design|creat|construct)"
_STUDIES = r"(?:stud(?:y|ie)|explor|investigat|describ|address|tackl|target|prov|deriv|collect|examin|analy[sz]|revisit|argu|focus)"
_FIRST = r"we (?:(?:also|first|then|thus|therefore|instead|only|mainly|here) )*"
_ENDS = r"(?:e|ed|t|d)?\b(?! (?:can|could|may|might|will|is|are|was|were|has|have|here|in|for|above|below)\b|[,.;)])"
_HERE = r"\b(?:this|the present|our) (?:position |short )?(?:paper|work|article|study|letter|report|survey)\b"
_MAKE = regex(rf"\b{_FIRST}{_MAKES}{_ENDS}|{_HERE} {_MAKES}e?s\b", re.IGNORECASE)
_STUDY = regex(rf"\b{_FIRST}{_STUDIES}{_ENDS}|{_HERE} (?:aims to |seeks to )?{_STUDIES}(?:e?s)?\b|^in this (?:position |short )?(?:paper|work|article|study|letter|report|survey)\b", re.IGNORECASE)  # fmt: skip
_PROPOSE = regex(f"{_MAKE.pattern}|{_STUDY.pattern}", re.IGNORECASE)
"""What the paper contributes: `we propose a`, but not `the approaches we propose can`."""
_IN_THIS = regex(
    r"^(?:in|with|here,?|throughout)\b.{0,12}\b(?:paper|work|article|study|letter|report|survey)\b", re.IGNORECASE
)
_ASIDE = regex(
    r"(?:we )?(?:to|while|although|though|however|despite|in addition|additionally|finally|lastly|moreover|furthermore|further|also|first(?:ly)?|second(?:ly)?|third(?:ly)?)\b",
    re.IGNORECASE,
)
_RESULT = _cue("outperform", "achiev", "improve", "surpass", "state[- ]of[- ]the[- ]art", "accuracy", "reduc", "faster", "scores?", "gain", "better than", "results? (?:show|demonstrate|indicate)", "we find", "we observe")  # fmt: skip
_PLANS = regex(
    r"^(?:[^,]{1,160}, )?(?:we|this (?:paper|work|study)|our (?:work|study|paper)) (?:(?:also|then|further|first|next|only|will|plan to|aim to|hope to|would like to) )*(?:(?:compar|evaluat|train|us|utili[sz]|select|adopt|argu|believ|hop|expect|suspect|hypothesi[sz]|consider|plan|plann|aim|conduct|perform|provid|follow|assess|measur|test|examin)(?:e?d|e)?|ran|run)\b"
    r"|\b(?:is|are) (?:also )?(?:used|listed|included|reported|plotted|summari[sz]ed)\b|\bmotivated by\b",
    re.IGNORECASE,
)
"""What was done, is thought or is listed, …"""
_TOLD = regex(
    r"\band (?:(?:we|also|can|then) )*(?:find|found|show|observe|demonstrate|reveal|confirm|obtain|achieve|outperform|reach)(?:e?d)?\b|, (?:showing|finding|demonstrating|revealing|outperforming|achieving)\b",
    re.IGNORECASE,
)
"""… unless it says what the outcome was."""
_CUES = {
    "motivation": _cue("however", "challeng", "remain", "lack", "existing", "motivat", "suffer", "difficult", "limited", "fail", "problem", "unfortunately"),
    "method": _cue("we (?:propose|introduce|use|employ|train|design|define|formulate)", "our (?:method|model|approach|framework|system)", "consists? of", "composed", "first,", "then", "encoder", "loss", "objective"),
    "novelty": _cue("unlike", "in contrast", "differ(?:s|ences?|ing)?\\b", "novel", "first (?:to|time)", "instead of", "rather than", "(?:previous|prior|existing|earlier) (?:work|approach|method|stud|model|technique)\\w*", "key (?:idea|insight|difference)"),
    "experiments": _RESULT,
    "practical": _cue("code", "available", "gpu", "train(?:ed)? [^.]{0,30}?(?:on|for|with|using)", "implement", "hours", "epochs", "batch", "learning rate", "dataset", "parameters", "release", "open[- ]source"),
    "conclusion": _cue("conclu", "in summary", "limitation", "future work", "we (?:have )?(?:presented|proposed|introduced|shown)", "does not", "cannot", "leave", "remain"),
    "contribution": _PROPOSE,
    "innovation": _cue("by ", "via", "based on", "using", "novel", "key", "through", "instead", "unlike"),
    "impact": _cue("outperform", "achiev", "demonstrat", "enabl", "pave", "potential", "significan", "improve", "show that", "advance", "first"),
    "applications": _cue("applicat", "appli", "real[- ]world", "such as", "useful", "can be used", "downstream", "tasks?", "practical"),
    "limitations": _cue("limit", "however", "only", "although", "despite", "future", "cannot", "fail", "remain", "still"),
}  # fmt: skip
_LIMITS = _cue("limitations?\\b", "drawback", "weakness", "shortcoming", "fails?\\b", "failed", "cannot", "does not", "only applies", "assum(?:e|ption)", "future work", "remains? (?:open|challenging|unclear|to be)", "restricted to", "at the cost of", "(?:is|are|be) (?:highly |strongly )?dependent on", "rudimentary", "not straightforward")  # fmt: skip
_FUTURE = _cue("future (?:work|research|stud|direction)", "further research", "we (?:also )?(?:plan|intend|hope|aim|will|would like)(?: to)?\\b", "avenues?\\b", "could be extended", "possible extension", "remains? to be")  # fmt: skip
_HOMES = {
    "motivation": {"motivation": 3, "abstract": 1},
    "method": {"method": 3, "abstract": 1},
    "novelty": {"related": 2, "motivation": 2, "method": 1},
    "experiments": {"experiments": 3, "abstract": 1},
    "practical": {"practical": 3, "experiments": 1, "method": 1, "abstract": 1},
    "conclusion": {"conclusion": 4},
}
_NEEDS_CUE = frozenset({"novelty", "practical", "limitations", "applications", "impact", "innovation", "contribution"})
"""Parts that need a sentence with a fitting turn of phrase."""

_THIS_WORK = r"(?:paper|work|article|study|survey|review|thesis|report|manuscript|letter|tutorial|project)\b"
_OPENS = r"(?:however|moreover|furthermore|therefore|thus|hence|also|in addition|additionally|finally|instead|in fact|even though|similarly|specifically|consequently|then|next|indeed|nevertheless|and|but|yet|because|since|as|while|when|although|if|for|with|by|in|to|from|of|on|both|all|despite|unlike)"
_POINTS_BACK = regex(
    rf"^(?:{_OPENS}\b,?\s+){{0,2}}(?:(?:this|these|that|those|such)\b(?!\s+{_THIS_WORK}|\s+as\b)|(?:it|its|they|their|them|he|she|here)\b|the (?:former|latter|above|same|resulting|latter's)\b)"
    rf"|\b(?:this|these|those)\b(?!\s+{_THIS_WORK})|\bsuch (?:an?|(?!as\b)[a-z]+s)\b|\bdo(?:es|ing)? so\b|\b(?:as (?:mentioned|described|discussed|shown|noted)|mentioned|described|discussed|shown|seen|listed|given) (?:above|below|earlier|before|previously|here)\b|\bas follows\b|\bthe following\b|:$"
    r"|^(?:unlike|like|similar to|in contrast to|compared (?:to|with)|in addition to) [^,]{1,80}, (?:it|its|they|their)\b|^even though,",
    re.IGNORECASE,
)
"""Words that only the surrounding sentences explain."""
_LEANS = regex(
    r"^(?:thus|hence|therefore|consequently|accordingly|as (?:such|a result|a consequence)|likewise|conversely|otherwise|nevertheless|nonetheless|(?:once )?again|on the (?:other|one) hand|for (?:example|instance)|in turn|another|others?|then|(?:similarly|(?:in|by) (?:contrast|comparison|this (?:way|case)))(?!\s+(?:to|with)\b)|instead(?!\s+of\b))\b|^(?:next|besides|rather|secondly?|third(?:ly)?|fourth(?:ly)?)(?:,| \()"
    r"|\b(?:row|column|line|item)s?\s+\d|\bin the (?:next|following|previous|[A-Z]\w+) sections?\b|\b(?:rest|remainder) of (?:the|this) (?:paper|article|section)\b"
    r"|^as (?:(?:is|are|was|can|may) )*(?:be )?(?:shown|seen|expected|noted|stated|observed)\b|^below\b|\brefer (?:the )?(?:interested )?readers?\b|\bomitted\b.{0,40}\b(?:space|brevity|clarity)\b|\bwe (?:now |next |first )?(?:start|begin) (?:with|by)\b|\bwe now (?:describe|turn|present|discuss|introduce)\b"
    r"|^the (?:gap|difference|drop|effect|trend|situation|reason|case|increase|decrease|improvement|latter|(?:first|second|third|last|other) (?:one|case|option|approach|step|part|term|row|column)s?)s? (?:is|are|was|were|only|can|could|may|might|has|have|becomes?|holds?|shows?|suggests?)\b"
    r"|^(?:however|but|yet|moreover|furthermore|also),? (?:with|in|on|for|under|at|by|after|without) [^,]{1,80}, (?:it|they)\b(?! (?:is|was|has been|seems|appears|remains) \w+(?: \w+)? (?:that|to)\b)|^(?:with|in|on|for|under|at|by|after|without) [^,]{1,80}, (?:it|they)\b(?! (?:is|was|has been|seems|appears|remains) \w+(?: \w+)? (?:that|to)\b)"
    r"|^(?:the authors|we) (?:would like to )?(?:thank|acknowledge)\b|\b(?:at|in|from|on|by|via)\s*\.$|^(?:[A-Z][\w-]*+\s?){1,2}:\s",
    re.IGNORECASE,
)
"""A sentence that continues another, a label, thanks, the paper's own plan, or a lost link."""
_POINTS_AWAY = regex(
    r"\b(?:Fig(?:ure|s?\.)?s?|Tab(?:le|\.)s?|Eqs?\.?|Equations?|Sect?(?:ion|\.)s?|§|Appendix|Appendices|Algorithms?|Alg\.|Listing|Lemma|Theorem)\s*~?\(?(?:\d|[A-Z]\b|[IVX]+\b|FIGREF|TABREF|SECREF|EQREF)|\b(?:FIGREF|TABREF|SECREF|EQREF)\d",
    re.IGNORECASE,
)
_HEADED = regex(
    r"^(?=[A-Z#])(?:(?!(?:is|are|was|were|be|we|the|an?|and|or|that|with|has|have|can|by|using|in|not|for)\b)[^\s,;:()]+ ){1,5}?"
    r"(?=(?:Assume|Because|However|It|Our|Since|The|There|These|They|This|To|We) [a-z(]|(?:Although|Due|Following|For|Given|If|On|When|While) (?:[a-z(]|\S+(?: and \S+)?,? (?:we|our|the|it|this|each|all)\b))"
)
"""A heading that runs into its sentence (`Encoders Although in principle …`), as PDFs have it."""
_BRACKETS = regex(r"\([^()]*\)")
_CITED = regex(
    r"\[\s*(?:…|\d+(?:\s*[,;–-]\s*\d+)*)\s*\]|\bet al\b|\bBIBREF\d|\(\s*[A-Z][^()]{1,60}\b(?:19|20)\d\d[a-z]?\s*\)|\((?:19|20)\d\d[a-z]?\)"
)
_REPORTED = regex(r"\b(?!(?:we|results?|experiments?|tables?|figures?|also|then|study|paper)\b)[a-z]\w+\s+report(?:s|ed)?\s+(?:an?|the|that|their|its|\d)\b", re.IGNORECASE)  # fmt: skip
_OF_THE_FIELD = regex(
    r"\b(?:has|have) (?:\w+ly |also |often |long )?been (?:used|shown|proposed|introduced|studied|explored|suggested|developed|demonstrated|established|known|reported)\b"
    r"|^(?:[^,]{1,60}, )?(?:the )?(?:most|many|several|some|few|prior|previous|earlier|existing|recent|other) (?:[\w-]+ ){0,6}(?:works?|stud(?:y|ies)|methods?|models?|approach(?:es)?|systems?|algorithms?|techniques?|papers?|authors?)\b|^(?:more )?recently,",
    re.IGNORECASE,
)
"""What is told about others without a name."""
_FOLLOWS = regex(
    r"\bfollow(?:s|ing|ed)?\b.{0,20}\b(?:prior|previous|earlier|existing|work|literature|et al)\b|\bas in (?:prior|previous)\b",
    re.IGNORECASE,
)
_GENERAL = regex(
    r"\bwe (?:have|'ve|’ve) (?:witnessed|seen)\b|\b(?:around|among|between|help(?:s|ed)?|allow(?:s|ed)?) us\b|\bour (?:daily|everyday|lives|society|world|current|understanding)\b",
    re.IGNORECASE,
)
"""`we` that means all people."""
_OWN_VOICE = regex(r"\b(?:we|our|ours|us)\b|\b(?:this|present|proposed) (?:paper|work|article|study|approach|method|model|framework)\b", re.IGNORECASE)  # fmt: skip
_LEAST_SMALL = 0.35
"""Share of a sentence's words without a capital, at least. German has half."""
_LEAD = 80
"""Characters at the beginning that tell a sentence's subject."""

_FOOTNOTE = regex(r"(?<=[a-z)\]])([.!?][”\"’)]?)\d{1,2}\s+(?=[A-Z][a-z]* |[A-Z][a-z]+,)")
_SHORTENED = regex(
    r"(?:^|[\s(\[])(?:Eqs?|Figs?|Tabs?|Sects?|Secs?|Chs?|Alg|App|Refs?|Nos?|Thm|Lem|Prop|Def|vs|cf|e\.g|i\.e|et al|resp|approx|Dr|Prof|St)\.$"
)
_FIGURES = regex(r"(?<![\w.,^_{])\d+(?:[.,]\d+)*%?(?![\w}-])|(?<![\w.,])\.\d+")
_HAN = regex(r"[\u3400-\u9fff]")
_REFERENCE = regex(
    r"\b(?:Fig(?:ure|\.)|Tab(?:le|\.)|Eq(?:uation|\.)|Sec(?:tion|\.)|Appendix|Algorithm)\b|\[\d+(?:,\s*\d+)*\]|et al\."
)


@dataclass(frozen=True)
class Sentence:
    text: str
    role: str
    """The role of its section: one of `_ROLES`, or empty."""
    at: int
    """Its index in the paper."""
    early: bool

    @property
    def abstract(self) -> bool:
        return self.role == "abstract"


@lru_cache(maxsize=4096)
def term_set(text: str) -> frozenset[str]:
    return frozenset(terms(text))


def split(text: str) -> list[str]:
    """Returns its sentences, without headings. The mark of a footnote ends one (`SpaCy.2 In DPR`);
    an abbreviation does not (`as in Eq. (1)`)."""
    found: list[str] = []
    for piece in sentencex.segment("en", _FOOTNOTE.sub(r"\1\n\n", text)):
        plain = _HEADED.sub("", " ".join(piece.split()))
        if found and _SHORTENED.search(found[-1][-12:]):  # long enough for an abbreviation and what precedes it
            found[-1] = f"{found[-1]} {plain}".strip()
        elif plain:
            found.append(plain)
    return found


def titled(title: str, words: Iterable[str]) -> bool:
    return bool(_cue(*words).search(title))


def role_of(title: str) -> str:
    return next((role for role, pattern in _ROLES if re.search(pattern, title, re.IGNORECASE)), "")


def sentences_of(text: FullText) -> list[Sentence]:
    """Returns sentences that can be quoted alone. The first section is the abstract."""
    found: list[Sentence] = []
    role = ""
    for index, section in enumerate(text.sections):
        # A subsection without a telling title has the role of its parent.
        own = "abstract" if index == 0 else role_of(section.title)
        role = own or (role if section.level > 1 else "")
        begun = len(found)
        for passage in section.passages:
            if passage.form not in (Form.TEXT, Form.LIST):
                continue
            for piece in split(passage.text):
                if _quotable(piece):
                    found.append(Sentence(piece, role, len(found), len(found) - begun < 4))
    return found


def _quotable(text: str) -> bool:
    count = len(text.split())
    wide = len(_HAN.findall(text))
    if not (7 <= count <= 60 or 12 <= wide <= 160) or text[-1] not in ".!?。！？":
        return False
    letters = sum(c.isalpha() for c in text)
    if sum(word[0].islower() for word in text.split()) < _LEAST_SMALL * count and not wide:
        return False  # a table's head, or names
    return (text[0].isupper() or wide > 0 or text[0] in '“"') and letters >= 0.6 * len(text) and text.count("$") <= 2


def stands_alone(text: str) -> bool:
    """Returns whether it can be understood without the sentences, tables and figures around it."""
    away = _POINTS_AWAY.search(_BRACKETS.sub(" ", text))
    return not (away or _POINTS_BACK.search(text) or _LEANS.search(text))


def about_others(text: str, own: frozenset[str]) -> bool:
    """Returns whether another work's name or citation leads it, or it tells what others do."""
    words = re.findall(r"[^\s,;:()]+", re.sub(r"^(?:The|A|An|Both|Recently,?|Later,?)\s+", "", text))
    if words and looks_a_name(words[0]) and not _is_own(words[0], own):
        return True
    reported = _REPORTED.search(text[:_LEAD])
    if reported and not _of_own(text[: reported.end()], own):
        return True
    if _OF_THE_FIELD.search(text) and not _of_own(text, own):
        return True
    cited = _CITED.search(text)
    return bool(cited and cited.start() < _LEAD and not _of_own(text[: cited.start()], own))


def _of_own(text: str, own: frozenset[str]) -> bool:
    """Returns whether it is about the paper's own work."""
    return bool(_OWN_VOICE.search(text)) or any(_is_own(w, own) for w in re.findall(r"[^\s,;:()]+", text))


def _is_own(word: str, own: frozenset[str]) -> bool:
    return squeezed(word.lower()) in own or squeezed(word.lower().removesuffix("'s").removesuffix("’s")) in own


def core_sentence(sentences: Sequence[Sentence], paper: Paper) -> Sentence | None:
    """Returns the best sentence that says what is proposed, in the title's words: the abstract's,
    else one of introduction or conclusion, else another of the abstract."""
    wanted = term_set(paper.title)

    def worth(s: Sentence) -> float:
        aside = _ASIDE.match(s.text) is not None
        brings = 3 if _MAKE.search(s.text) else 2 if _STUDY.search(s.text) else 0
        here = _IN_THIS.search(s.text) is not None
        return brings + here + len(wanted & term_set(s.text)) / 2 - len(s.text) / 400 - 2 * aside

    abstract = [s for s in sentences if s.abstract]
    around = [s for s in sentences if s.role in ("motivation", "conclusion")]
    alone = [s for s in abstract if stands_alone(s.text)]
    tiers = (
        [s for s in alone if _PROPOSE.search(s.text)],
        [s for s in around if _PROPOSE.search(s.text) and stands_alone(s.text) and not _CITED.search(s.text)],
        [s for s in alone if _OWN_VOICE.search(s.text)],
        [s for s in abstract if _PROPOSE.search(s.text)],
        alone or abstract,
    )
    return max(next(filter(None, tiers), ()), key=worth, default=None)


def result_sentences(sentences: Sequence[Sentence], paper: Paper) -> list[Sentence]:
    """Returns sentences of abstract or conclusion with a figure and a cue, best first."""
    own = own_names(paper)
    # An abstract begins with what was known before.
    opened = next((s.at for s in sentences if s.abstract and _OWN_VOICE.search(_GENERAL.sub(" ", s.text))), 0)

    def worth(s: Sentence) -> float:
        figures = len(_FIGURES.findall(_REFERENCE.sub(" ", _CITED.sub(" ", s.text))))
        at_home = {"abstract": 3.0, "conclusion": 1.5, "experiments": 1.0}.get(s.role, 0.0)
        return (
            2 * bool(figures) + min(figures, 3) * 0.3 + 2 * bool(_RESULT.search(s.text)) + at_home - len(s.text) / 500
        )

    telling = {
        s.text: s
        for s in reversed(sentences)
        if _RESULT.search(s.text)
        and s.role in ("abstract", "conclusion", "experiments", "motivation")
        and s.text[-1] not in "?？"
        and not s.text.startswith(("However", "But", "Yet"))
        and (_TOLD.search(s.text) or not _PLANS.search(s.text))
        and not (s.abstract and s.at < opened)
        and stands_alone(s.text)
        and not about_others(s.text, own)
        and (_of_own(s.text, own) or not (_CITED.search(s.text) or s.role == "motivation"))
        and (s.abstract or _FIGURES.search(_REFERENCE.sub(" ", _CITED.sub(" ", s.text))))
    }
    return sorted(telling.values(), key=lambda s: (-worth(s), s.at))


def limit_sentences(sentences: Sequence[Sentence], paper: Paper) -> list[Sentence]:
    """Returns what the paper says that it cannot do, in the order of the text."""
    return _concluding(_LIMITS, sentences, paper)


def future_sentences(sentences: Sequence[Sentence], paper: Paper) -> list[Sentence]:
    """Returns what the paper leaves for the future, in the order of the text."""
    return _concluding(_FUTURE, sentences, paper)


def _concluding(cue: re.Pattern[str], sentences: Sequence[Sentence], paper: Paper) -> list[Sentence]:
    own = own_names(paper)
    return [
        s
        for s in sentences
        if s.role == "conclusion" and cue.search(s.text) and stands_alone(s.text) and not about_others(s.text, own)
    ]


def portions(names: Sequence[str], sentences: Sequence[Sentence], paper: Paper) -> dict[str, list[Sentence]]:
    """Assigns each sentence to its best part or to none; best first. No part is padded."""
    about, own = term_set(f"{paper.title} {paper.abstract}"), own_names(paper)
    found: dict[str, list[tuple[float, Sentence]]] = {name: [] for name in names}
    said: set[str] = set()
    for sentence in sentences:
        if not stands_alone(sentence.text):
            continue
        fitting = set(names) & set(_CUES)
        if about_others(sentence.text, own):
            fitting &= {"motivation"}
        if not _of_own(sentence.text, own) or _FOLLOWS.search(sentence.text):
            fitting -= {"novelty"}
        worths = [(_worth(name, sentence, about), name) for name in sorted(fitting)]
        worth, name = max(worths, default=(0.0, ""))
        if worth > 1.0 and sentence.text not in said:
            said.add(sentence.text)
            found[name].append((worth, sentence))
    return {n: [s for _, s in sorted(items, key=lambda it: (-it[0], it[1].at))] for n, items in found.items()}


def _worth(name: str, s: Sentence, about: frozenset[str]) -> float:
    home = _HOMES.get(name, {"abstract": 1}).get(s.role, 0)
    cues = min(3, len(_CUES[name].findall(s.text)))
    if not home or s.text[-1] in "?？" or (not cues and (home < 2 or name in _NEEDS_CUE)):
        return 0.0
    overlap = min(len(about & term_set(s.text)) / 6, 1.5)
    return home + 1.5 * cues + overlap + 0.4 * s.early - 0.8 * len(_REFERENCE.findall(s.text))


def clipped(sentences: Sequence[str]) -> str:
    """Returns as many whole sentences as fit into a short form, at least one."""
    kept: list[str] = []
    for sentence in sentences:
        whole = " ".join([*kept, sentence])
        if kept and checks.too_long(whole, checks.language_of(whole)):
            break
        kept.append(sentence)
    return " ".join(kept)
