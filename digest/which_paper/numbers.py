"""Finds papers named by number: `4`, `#4`, `No.4`, `第4篇`, `第四篇`, `４`, `4和5`, `papers 5-7`,
`the third one`, `最后一篇`.

Most numbers in a question name no paper (`2 GPUs`, `top 5`, `Table 3`, `GPT-4`). A bare number
counts only at the question's start or in a comparison."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from digest.checks.facts.figures import han_number
from digest.checks.facts.number_words import without_accents
from digest.checks.language import is_little
from digest.patterns import regex
from digest.which_paper.worded import (
    ASKS,
    FOR,
    PLEAS,
    SIZED,
    TELLS_HAN,
    closed,
    from_the_end,
    numbered_in,
    with_spans,
    worded_in,
)

_N = r"(?:\d{1,3}(?![\d.]*\d)|[一二两三四五六七八九十]{1,3})"
_D = r"\d{1,3}"
_HAN_NUMBER = regex(r"\d+|[一二两三四五六七八九十]+")
_AND = r"\s*(?:,|，|、|和|跟|与|及|还有|以及|对|vs\.?|versus|and|or|&|/|到|至|through|thru|-|–|—|~)\s*"
_LIST = rf"{_D}(?:(?:{_AND})#?{_D}){{0,49}}(?:,?\s*(?:and(?: also)?|和)\s*{_D})?"
"""At most fifty, as many papers as a digest has: each figure tries an endless list anew."""
_END = r"(?![A-Za-z0-9_%％‰°×]|\.\d|\s*(?:%|％|x\b|×|倍))"
_THING = r"(?:ones?|papers?|entr(?:y|ies)|items?|articles?|works?|picks?|number)"

_HAN_LIST = regex(
    rf"第\s*{_N}(?:{_AND}(?:第\s*)?{_N}|\s*第\s*{_N}){{0,49}}\s*(?:篇|号(?:论文|文章)?|个?(?:论文|文章|paper\b))(?:{_AND}(?:第\s*)?{_N}\s*篇)*",
    re.IGNORECASE,
)
_HASH = regex(rf"(?<![A-Za-z0-9_])#\s*(?P<list>{_LIST})(?:{_END}|(?=[A-Za-z]{{3}}))")
_WORDED = regex(
    rf"(?<![A-Za-z])(?:no\.?|number|nummer|num[ée]ro|número|nº|nr\.?|num\.?|papers?|entry|entries|item|items|论文|文章|[编序]号)\s*(?:#|no\.?|number)?\s*(?P<list>{_LIST}){_END}(?!\s*(?:篇|GPU|layer))",
    re.IGNORECASE,
)
_HAO = regex(
    rf"(?<![\d.月])(?P<list>{_LIST})\s*号(?!线|楼|机|节点|卡|服务器|站|车|门|井|桥|炉|位|样本|通道|电极|传感器|摄像头)"
)
_HAN_HAO = regex(
    r"(?<![\d.月])(?P<list>[一二三四五六七八九十]{1,3}号(?:\s*[和跟与、]\s*[一二三四五六七八九十]{1,3}号)+)"
)
_PIAN = regex(rf"(?<![\d.月第])(?P<list>{_LIST})\s*(?:那|这)一?篇")
_HAN_START = regex(
    rf"^\W*(?P<list>[一二三四五六七八九十]{{1,3}}[和跟与、][一二三四五六七八九十]{{1,3}}|第\s*{_N}(?:\s*(?:[和跟与、]\s*)?第\s*{_N}){{1,49}})(?=\s*(?:哪|谁|有|的(?![^，,?？]{{0,2}}[层步节章表图类])|都|比|区|对|分别|呢|[，,?？]|$))"
)
_ROMAN = regex(r"^\W*(?P<roman>I{2,3}|IV|VI{0,3}|IX|XI{0,2})\s*[:：)]")
_BRACKETED = regex(rf"^\W*[【\[(（]\s*(?P<list>{_LIST})\s*[】\])）]")
_HAN_FEW = regex(r"(?P<side>[前头]|后|最后)(?P<n>[两二三四五2-5])篇")
_LAST = regex(
    rf"\b(?:the\s+)?(?P<back>next[- ](?:to[- ])?last|last[- ]but[- ]one|penultimate|last|final)\s+{_THING}\b|^\W*(?:the\s+)?(?P<alone>next[- ](?:to[- ])?last|last[- ]but[- ]one|penultimate)\s*[:：,?？]|\bthe\s+(?:next[- ](?:to[- ])?last|last[- ]but[- ]one|penultimate)\W*$|\bthe (?:one|paper) before (?:the )?last\b",
    re.IGNORECASE,
)
_HAN_LAST = regex(r"最后(?:一|那|的那)篇|末篇|首篇|(?:头|开头的?)[一那]篇|最初(?=と最後|の(?:論文|ペーパー|もの|やつ))")
_START = regex(
    rf"^[\s\"'“”‘’<>@]*(?P<list>{_LIST})(?=\s*(?:$|>>|->|→|[-–—]\s|which\b|[?？:：,，。.;；!！)](?!\d)|的|[也还又](?!有?\d)|里|中(?!等)|有(?!几)|是|用|怎|呢|讲|说|为什么|为何|这篇|那篇|哪个|哪篇|谁|vs\b|都|各|可以|能|比|の|は|が|も|って"
    r"|(?<=\s)(?:is|does|has|uses|how|why|what|code|data|please|any|in\b|did|was|can|briefly|pls|plz|tl;?dr|bitte|kurz|en bref|svp|stp|por favor|porfa|(?:en|em|auf|в|на)\s+(?:\d|un|ein)\w*\s|in breve|per favore|кратко|коротко|вкратце|плз|плиз|пожалуйста)\b))"
)
_AGAINST = regex(
    rf"^\W*(?P<list>{_D}\s*(?:vs\.?|versus|contr[aoe]|gegen|против|対|대)\s*{_D}){_END}(?!{SIZED})", re.IGNORECASE
)
_COMPARED = regex(
    rf"(?:compar\w+\s++(?:(?:it|this|that|paper)\s++)?(?:with|to|and|against)?|between|(?:relat\w+|similar)\s++to|versus|\bvs\.?|对比|比较|相比|difference from|differs? from|against|\w+er than|worse than)\s*+(?:一下\s*+)?(?P<list>{_LIST}){_END}(?=\s*(?:$|[?？,，。.;；!！和与跟](?!\s*\d)|的?(?:区别|不同|差)|and(?!\s*\d)|for|in|on))",
    re.IGNORECASE,
)
_AND_N = regex(
    rf"(?:(?:^|(?<!\d)[\s，,])(?:那|and|what about|how about|(?:switch|move on|go(?: on)?|jump|skip) to|weiter (?:mit|zu)|was ist mit|hoe zit het met|что (?:с|насч[её]т)|(?:ok |okay )?now|那么|[换看说讲]|じゃあ|では|次は|그럼)|^\W*(?:und|et|y|e|и|а|en|i|a|och|ve|و))\s*(?P<list>{_D}){_END}"
    r"(?=\s*(?:$|[?？呢吧,，は은는]|有(?!几)|[用能讲说提]))",
    re.IGNORECASE,
)

_DOES = (
    r"(?:actually|also|really|even|still|not|just|only|basically|simply|about|open|available|better|worse|faster|slower|similar|different|new|novel|public|trained|tested|evaluated"
    r"|compared|based|related|limited|reproducible|released?|releas\w+|shar\w+|publish\w*|us\w+|introduc\w+|propos\w+|present\w*|report\w*|claim\w*|show\w*|work\w*"
    r"|handl\w+|support\w*|need\w*|requir\w+|beat\w*|outperform\w*|compar\w+|evaluat\w+|test\w*|train\w*|run\w*|have|has|provid\w+|giv\w+|do|say\w*|mention\w*|discuss\w*"
    r"|explain\w*|address\w*|solv\w+|improv\w+|generali[sz]\w+|differ\w*|\w{2,}er(?=\s(?:to\s\w+\s)?than)|rely|relies|assum\w+|includ\w+|contain\w*|cit\w+|cover\w*|mean\w*|call\w*|measur\w+|achiev\w+|reach\w*|scale\w*|apply|appli\w+|extend\w*|build\w*|consider\w*|ablat\w+|open-sourc\w+)"
)
_SUBJECT = regex(
    rf"\b(?:does|do|did|is|are|was|has|have|can|could|will|would|should|that|whether|if)\s+(?P<list>{_D}(?:{_AND}{_D})?){_END}(?=\s+(?:both\s+)?{_DOES}\b)",
    re.IGNORECASE,
)
"""`does 3 release code?`: a bare number between the verb's halves names a paper."""
_SINGULAR = regex(
    rf"\b(?:does|did|is|was|has)\s+(?P<list>[2-9]|\d\d){_END}(?=\s+[a-z])(?!{SIZED}|\s+(?:and|bit|of|or|percent|times|to)\b)",
    re.IGNORECASE,
)
"""`has 4 been withdrawn?`: an amount would take the plural."""
_OBJECT = regex(
    rf"(?:^|\b)(?:(?:explain|summari[sz]e|describe|translate|about|in|of|from|el|la|le|das|den|der|die|del|du|vom|zum|il|how\s\w+\s(?:is|was)|wie\s\w+\s(?:ist|war))\s+|^[请求给我想你您帮忙能麻烦可以来再先]{{0,8}}(?:{TELLS_HAN})\s*)(?P<list>{_D}(?:{_AND}{_D})?){_END}(?=(?:\s(?:{PLEAS}))?[吗吧呗呀]?\s*[?.!？。]*\s*$)",
    re.IGNORECASE,
)
"""`what is the dataset of 4?`, `explain 2`, `how slow is 3?`"""


_BARE = (_START, _AGAINST, _SUBJECT, _SINGULAR, _COMPARED, _AND_N, _OBJECT)
_NAMING = (_HAN_LIST, _HASH, _WORDED, _HAO, _PIAN, _BRACKETED, _HAN_START, _HAN_HAO, _ROMAN, _HAN_FEW, _LAST, _HAN_LAST)
_COUNTS_NOTHING = regex(
    r"(?<![\w.])(?P<number>\d{1,2})(?:['’]s(?![^\W\d_])|(?:의|은|는|에서|について|の|\s+(?:का|के|की))(?=\s*\w)|(?P<last>\s*[\W_]*$)|(?P<stranded>\s+(?:under|about|on|in|at|from|with|for)\W*$)|(?P<little>,?\s+(?P<word>[^\W\d_]+)))",
    re.IGNORECASE,
)
"""After the figure comes nothing that it may count: `who wrote 3?`, `1's dataset`, `train 3 on`"""
_PARTICIPLE = regex(r"(?:ge\w{3,}(?:t|en)|\w+iert|\w+licht)\W*$")
"""`wer hat 9 geschrieben?`"""
_SHARES = regex(r"[oi]f|out|in|to|or|and|von|aus|bis|oder|und|d[aei]s?|et|ou|y|o|e|a|sur|из|от|до|или|и|en")
"""What may come between two amounts."""
_ASKED_OF = regex(rf"^\W*(?:{ASKS})(?!\w)[^,:]*$|(?<!\w)(?:{FOR}|of|in|von|у|в)\s+\S+$", re.IGNORECASE)
"""Questions with a figure, but not `is the depth 4?`"""


@dataclass(frozen=True)
class Numbers:
    """Numbers in the order of naming."""

    named: tuple[int, ...] = ()
    """Numbers with a word for a paper, or in an unambiguous form."""
    bare: tuple[int, ...] = ()
    """Bare numbers, within the range of the digest."""
    beyond: tuple[int, ...] = ()
    """Numbers named as papers that the digest does not have."""
    unplaced: tuple[int, ...] = ()
    """Figures that may name a paper or not."""
    likely: tuple[int, ...] = ()
    """Papers by an ordinal that may have another noun."""


_CORRECTED = regex(
    r"\W*(?:[^\W\d_]+\s*[,.]\s*)?#?(?P<then>\d{1,2})\s+(?:then|dann|alors|entonces|ent[aã]o|allora|dan|тогда)\W*\Z|"
    r"(?:[^\d,，、.?？]{5,24}|[\u3041-\u9fff\uac00-\ud7af\s]{2,24})[,，、]\s*(?:(?:the|el|le|das|den|der|die|il|o)\s+)?#?(?P<n>\d{1,2})[\s.!?。！？]*\Z",
    re.IGNORECASE,
)
"""`sorry, the 9`, `извини, 9`, `fine, 9 then`: whatever came before, only the number is asked
about."""


def turns_to_number(question: str) -> bool:
    """Returns whether its first words are a connective and a paper's bare number (`那 6 有…`, `and
    5?`), or it only ends with the number (`sorry, the 9`)."""
    return bool(_AND_N.match(question) or _CORRECTED.match(question))


def counts_nothing(question: str, *, under_discussion: bool) -> tuple[int, ...]:
    """Returns the figure in a place where it names something. If a paper is under discussion, it
    may be an amount of that paper, except in questions with a question word."""
    for match in _COUNTS_NOTHING.finditer(question):
        if match["little"] is not None:
            word = without_accents(match["word"])
            little = is_little(word) and not _SHARES.fullmatch(word)
            sure = not under_discussion and (little or _PARTICIPLE.match(question, match.start("word")))
        else:
            # `what licence is the data of 4 under`
            sure = match["last"] is None or not under_discussion or _ASKED_OF.search(without_accents(question))
        if sure:
            return (int(match["number"]),)
    return ()


_OF_ITS_PARTS = regex(
    r"\b(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last)\s+(?:one\s+)?(?:in|of)\s+(?:the|its|their)\s+"
    rf"(?!(?:[\w-]+\s){{0,2}}(?:papers?|articles?|works?|ones?|list|digest|day|batch|feed|selection|set|lot|bunch|pair|end|top|bottom|two|three|four|five|six|seven|eight|nine|ten|\d+|{FOR})\b)[a-z]+",
    re.IGNORECASE,
)
"""`the first one in the taxonomy` is no paper."""


def numbers_in(question: str, count: int) -> Numbers:
    """Returns the numbers. `question` is in compatibility form (full-width made half-width)."""
    question = _OF_ITS_PARTS.sub(lambda m: " " * len(m[0]), question)
    ends, question = from_the_end(with_spans(question), count)
    worded = worded_in(question, count)
    found = sorted([*_named(question, count), *worded.named, *ends])
    if (last := _CORRECTED.match(question)) and not found:
        group = "n" if last["n"] else "then"
        found = [(last.start(group), int(last[group]))]
    named = list(dict.fromkeys(n for _, n in found))
    bare: list[int] = [n for n in worded.bare if n not in named]
    for pattern in _BARE:
        match = pattern.search(question)
        if match:
            bare += [n for n in _expand(match["list"]) if n not in named]
    if any(not 1 <= n <= count for n in bare):
        bare = []
    return Numbers(
        tuple(n for n in named if 1 <= n <= count),
        tuple(dict.fromkeys(bare)),
        tuple(n for n in named if not 1 <= n <= count),
        tuple(n for n in worded.unplaced if n not in named and n not in bare),
        () if named or bare else worded.likely,
    )


def unnumbered(question: str) -> str:
    """Returns the question without paper numbers: `the last one: code?`, `3番の論文は？`."""
    question = from_the_end(closed(question), 0)[1]
    spans = [m.span() for pattern in _NAMING for m in pattern.finditer(question)]
    spans += [m.span("list") for pattern in _BARE if (m := pattern.search(question))]
    spans += numbered_in(question)
    return "".join(" " if any(a <= at < b for a, b in spans) else c for at, c in enumerate(question))


def _named(question: str, count: int) -> Iterator[tuple[int, int]]:
    """Yields pairs (place, number)."""
    for match in _HAN_LIST.finditer(question):
        yield from ((match.start(), int(han_number(n))) for n in _HAN_NUMBER.findall(match[0]))
    for pattern in (_HASH, _WORDED, _HAO, _PIAN, _BRACKETED):
        for match in pattern.finditer(question):
            yield from ((match.start(), n) for n in _expand(match["list"]))
    for match in (*_HAN_START.finditer(question), *_HAN_HAO.finditer(question)):
        yield from ((match.start(), int(han_number(n))) for n in _HAN_NUMBER.findall(match["list"]))
    for match in _ROMAN.finditer(question):
        yield match.start(), _ROMANS.index(match["roman"]) + 1
    yield from _from_the_ends(question, count)


def _from_the_ends(question: str, count: int) -> Iterator[tuple[int, int]]:
    for match in _HAN_FEW.finditer(question):
        some = min(count, int(han_number(match["n"])))
        first = 1 if match["side"] in ("前", "头") else count - some + 1
        yield from ((match.start(), n) for n in range(first, first + some))
    for match in _LAST.finditer(question):
        yield match.start(), count if (match["back"] or "").lower() in ("last", "final") else count - 1
    for match in _HAN_LAST.finditer(question):
        yield match.start(), 1 if match[0][0] in "首头开" or match[0] == "最初" else count


_ROMANS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


def _expand(listed: str) -> Iterator[int]:
    """Expands `5-7` to three papers, `5, 7` to two."""
    values = [int(n) for n in re.findall(r"\d+", listed)]
    span = re.fullmatch(r"\s*\d+\s*(?:-|–|—|~|到|至|through|thru)\s*\d+\s*", listed)
    if span and values[0] < values[1] <= values[0] + 20:
        yield from range(values[0], values[1] + 1)
    else:
        yield from values
