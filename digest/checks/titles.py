"""Finds what a translator says around a title, or in place of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from digest.checks.language import size
from digest.checks.talk import TITLE, talks
from digest.model import Fault
from digest.patterns import regex

_IS_TALK, _UNLIKE, _LEADS = 0.6, 1.2, 0.5
_LEAST = 0.6
"""Share of the words of a subtitle that a bracket which renders it must have."""
_LONGEST, _MIN_BRACKET = 2.5, 3.0
_LONGEST_TITLE = 1_000
"""Characters. No title has more."""
_SURELY_TALK = 2.0
_OF_TITLES = regex(
    r"标题|题目|题名|译|タイトル|題名|見出し|訳|제목|표제|번역|헤드라인|\b(?:sub)?titl|\bheadlin|\bheading|\bcaption|translat|\brender"
    r"|\b(?:unter)?titel|überschrift|schlagzeile|übersetz|\btitr|traduc|traduir|traduit|\btitul|\btítul|\btitol|manchete|заголов|назван|перев[оеё]",
    re.IGNORECASE,
)
"""A title about titles or their translation."""
_MARKED = regex(r"[(（\[【“”«»「『\"]")
"""Marks in a title that the judge of talk ignores."""
_BRACKET = regex(r"[(（\[【][^()（）\[\]【】]*[)）\]】]\W*\Z")
_ARROW = regex(r"[→⇒➔]|[-=]>")
_LABEL = regex(r"\A[^:：\n]{2,40}[:：](?=\s*\S)")
_KATAKANA = regex(r"[\u30a1-\u30fa\u30fc]{3,}")
"""Words that are as long as in their original language."""
_COLON = regex(r"[:：]")
_DIVIDED = regex(r"[:：?？—–-]")
_NOTE_LABEL = (
    r"(?:译注|译者注|译者按|翻译说明|备注|说明|注意|请注意|注解|注|訳注|注記|補足|역주|참고|주|※"
    r"|n\.\s?b\.|n\.\s?d\.\s?t\.|notes?|remarks?|hinweise?|anmerkung(?:en)?|remarques?|notas?|observaç(?:ão|ões)|nota|примечани[ея]|прим\.|opmerking|uwaga|catatan|lưu ý)"
)
_ABOUT_TITLE = regex(
    r"(?:该|这个|这一|此|本)(?:论文)?(?:标题|题目|译名|译法)|原题|原标题|标题(?:突出|强调|体现|概括|点明|表明)|译法|译名|(?:翻译|译|意译|直译)(?:为|成|作)|(?:この|本)?(?:タイトル|題名|題)(?:は|を|が)|と訳(?:す|せ|し)|이 제목|로 번역|번역(?:할|될|하)"
    r"|\b(?:this|the) (?:paper['’]?s )?title\b|\bof the (?:\w+ )?title\b|\b(?:english|chinese|natural|suitable|fitting|concise) title\b|\brendering of\b|\b(?:der|dieser) titel\b|\b(?:ce|le) titre\b|\b(?:este|el) título\b|\b(?:este|o) título\b|\b(?:questo|il) titolo\b|\bзаголов\w+|\bназвание\b"
    r"|\btranslat(?:ed as|ion (?:is|would|could|of))\b|übersetzt|traducirse|se traduce|traduit par|traduz-se|переводится",
    re.IGNORECASE,
)
_LITERALLY = regex(
    r"[（(]\s*(?:直译|意译|字面(?:意思|翻译)?|原题|直訳|意訳|直역|의역|직역|literal(?:ly)?|lit\.|wörtlich|littéralement|literalmente|letteralmente|букв(?:ально|\.))(?:(?<=\.)\s[^（）()]*)?(?:\s*[:：][^（）()]*)?\s*[)）]",
    re.IGNORECASE,
)
_NOTE_BRACKET = regex(
    rf"[（(\[【]\s*(?:{_NOTE_LABEL}|alternativ\w*)\s*[:：][^（）()\[\]【】]*[)）\]】]|\s(?:注|译注)[:：]", re.IGNORECASE
)
_REMARK = regex(r"[，,；;]\s*(?:此处|这里|其中)[^“\"]{0,6}[“\"‘'][^”\"’']+[”\"’']")
_LONG_LABEL = regex(
    r"\A\W*(?:(?:an?|the|english|chinese|german|french|spanish|japanese|original|translated|suggested|possible|proposed|alternative|paper|deutscher|titre|título)\s){0,3}(?:title|translation|titel|titre|título|titolo|заголовок|название|제목|タイトル)\s*[:：]\s*\S"
    r"|\A\W*(?:建议|推荐|参考|也?可|直接|中文|英文|论文|此|这个|该)*(?:标题|题目)?(?:可以|可)?(?:翻译|译名|译法|译文|译[为作成]|标题|题目|中文|英文)(?:[为是作成])?\s*[:：】]\s*\S",
    re.IGNORECASE,
)
_ITS_TITLE = regex(
    r"(?:该|这个|这一|此|本)(?:篇)?(?:论文)?的?(?:标题|题目|翻译|译名|译法|译文)|这是一个[^，。]{0,8}(?:标题|翻译)|标题的(?:意思|含义|中文)|对原文|中文翻译[是为]"
    r"|\b(?:this|the above) (?:title|translation)\b|\btitle translates\b|\b(?:dieser titel|ce titre|este título|questo titolo|этот заголовок)\b|このタイトル|이 제목",
    re.IGNORECASE,
)
"""No title is about itself."""
_BOUNDARY = regex(r"。|[—–]\s|\s-\s|——|\n|(?<=\w\w\w)\.(?=\s)|\A[“\"「『《]|[”\"」』》]\W*\Z")
_EITHER = regex(r"\s[/／]\s|[,，、]?\s?(?:\b(?:or|oder|ou|или)\b|或者?|または|あるいは|또는|혹은)\s?", re.IGNORECASE)
_NEXT = regex(r"(?<=\w\w\w)\.\s+(?=\S)|。\s*(?=\S)")
_SLASHED = regex(r"\s[/／]\s.*\s[/／]\s")
_ANOTHER = regex(r"[,，;；/／–—][^:：,，;；]{2,30}[:：]\s*\S")
"""`…, or more freely: …`, if the title that is rendered has no colon."""
_ALTERNATIVES = regex(
    r"[；;，,]\s*(?:(?:或|又|亦可?|也可|可)译|或者?[^，。]{0,8}[:：])|[”\"」』》]\s*(?:或(?:者)?|or|oder|ou|o|или|または|あるいは|또는|혹은|／|/)\s*[“\"「『《]",
    re.IGNORECASE,
)


def _speaks_of_itself(title: str, source: str) -> bool:
    """Returns whether it is about itself, unless the title that it renders is about titles, too."""
    if _OF_TITLES.search(source):
        return False
    least = _IS_TALK if _OF_TITLES.search(title) or _MARKED.search(title) else _SURELY_TALK
    score = talks(title, TITLE)
    return score > least and score - talks(source, TITLE) > _UNLIKE


def _with_subtitle(title: str, source: str) -> str:
    """Returns the title with its subtitle after a colon, if a bracket holds what was after one."""
    bracket, (head, *subtitle) = _BRACKET.search(title), _COLON.split(source, maxsplit=1)
    if not bracket or not subtitle or _COLON.search(title) or _OF_TITLES.search(bracket[0]):
        return title
    alike = _LEAST < size(bracket[0]) / max(size(subtitle[0]), 1) < 1 / _LEAST
    alike = alike and _LEAST < size(title[: bracket.start()]) / max(size(head), 1) < 1 / _LEAST
    return f"{title[: bracket.start()].rstrip()}: {bracket[0].strip('()（）[]【】 ')}" if alike else title


def _unlike(title: str, source: str) -> str:
    """Returns how it differs from the title that it renders, as no translation does."""
    marks, title = _MARKED.search(source), _with_subtitle(title, source)
    if not marks and _speaks_of_itself(title, source):
        return "speaks about the title"
    if size(_KATAKANA.sub("カカ", title)) > _LONGEST * size(source) + 1:
        return "far longer than the title"
    bracket = _BRACKET.search(title)
    if bracket and not marks and (size(bracket[0]) >= _MIN_BRACKET or _speaks_of_wording(bracket[0], source)):
        return "a remark on the title"
    if _ARROW.search(title) and not _ARROW.search(source):
        return "leads to a title"
    colons = len(_COLON.findall(source))
    divided = len(_COLON.findall(title)) <= colons if colons else _DIVIDED.search(source)
    goes_on = _NEXT.search(title) and not _NEXT.search(source)
    if goes_on or (not divided and (_ANOTHER.search(title) or _two_titles(title, source))):
        return "goes on after the title"
    label = None if divided else _LABEL.match(title)
    led = label and (talks(label[0]) > _LEADS or _LONG_LABEL.match(title))
    return "begins with a label" if led else ""


def _two_titles(title: str, source: str) -> bool:
    """Returns whether `or`, which the rendered title lacks, joins two parts of half its length."""
    halves = _EITHER.split(title)
    return len(halves) == 2 and not _EITHER.search(source) and min(map(size, halves)) >= 0.5 * size(source)


def _speaks_of_wording(bracket: str, source: str) -> bool:
    return bool(_WORDING_OF_TITLE.search(bracket)) and not _WORDING_OF_TITLE.search(source)


def title_remarks(text: str, source: str = "") -> Iterator[tuple[Fault, str]]:
    """Yields faults of a title with a comment: several lines, a sentence about it, a note, other
    renderings.

    `source`: the title that it renders, which excuses its own words."""
    bare = text.strip()
    if len(bare) > _LONGEST_TITLE:
        yield Fault.CHATTER, f"far longer than a title: {bare[-60:]!r}"
        return
    if source and (reason := _unlike(bare, source)):
        yield Fault.CHATTER, f"{reason}: {bare[-60:]!r}"
        return
    if source and "\n" not in bare and (_OF_TITLES.search(source) or talks(bare) - talks(source) < _UNLIKE):
        return
    outside = re.sub(r"[“\"「『《][^”\"」』》]*[”\"」』》]", "“”", bare)
    if _LONG_LABEL.match(bare):
        yield Fault.PREAMBLE, f"begins with a label: {bare[:30]!r}"
    elif len([line for line in bare.split("\n") if line.strip()]) > 1:
        yield Fault.CHATTER, "more lines than one title has"
    elif _LITERALLY.search(bare) or _NOTE_BRACKET.search(bare) or _REMARK.search(bare):
        yield Fault.CHATTER, f"a note on the title: {bare[-60:]!r}"
    elif _ITS_TITLE.search(outside) or _ALTERNATIVES.search(bare) or _SLASHED.search(bare):
        yield Fault.CHATTER, f"speaks about the title: {bare[-60:]!r}"
    elif remark := _title_remark(bare):
        yield Fault.CHATTER, f"speaks about the title: {remark[-60:]!r}"
    elif _BOUNDARY.search(bare) and (_ABOUT_TITLE.search(outside) or re.search(r"。\s*\S", outside)):
        yield Fault.CHATTER, f"goes on after the title: {bare[-60:]!r}"


_TAIL = regex(
    r"[（(\[【](?P<in>[^（）()\[\]【】]+)[)）\]】]\W*\Z|\s?(?:—+|–|\s-)\s(?P<after>[^—–]+)\Z|——(?P<han>[^—]+)\Z"
)
_WORDING_OF_TITLE = regex(
    r"\b(?:translat|render|literal|verbatim)|\boriginal\b|译|原题|原文|原標題|訳|原題|번역|원제|übersetz|wörtlich|traduct|traduc|traduz|tradui|littéral|literalmente|original\w*",
    re.IGNORECASE,
)
_TITLE_WORD = regex(
    r"\A\W*(?:the|this|der|dieser|le|ce|el|este|o|il|该|此|本|这个|この|이)\s?(?:\w+\s)?(?:title|titel|titre|título|titolo|标题|题目|タイトル|題名|제목)(?!\w{3})",
    re.IGNORECASE,
)
_TITLE_IS = regex(
    r"(?:title|titel|titre|título|标题|题目|タイトル|제목)\W*(?:means?|reads|is|bedeutet|lautet|signifie|significa|est|es|é|意为|意思是|应为|是|为)\W*\Z|\b(?:is|as) the title\W*\Z"
    r"|\b(?:vorschlag|proposition|propuesta|proposta)\b.{0,12}(?:titel|titre|título)\W*\Z|\A(?:中文|英文|标题|题目)[可宜应]?(?:作|译|译作|译为|为)\W*\Z",
    re.IGNORECASE,
)
_STANDS_FOR = regex(
    r"[”\"’'」]\s?(?:在此|此处|这里|here)\s?(?:指|对应|译|意为|means|refers|renders|stands)", re.IGNORECASE
)
_AFTER_TITLE = regex(r"\A[《“「『][^》”」』]{4,}[》”」』](?:[，,；;]|——).*(?:标题|题目|译|原文|表达|習慣|习惯)")
_EAST = regex(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_QUALITY = regex(
    r"\b(?:accura\w*|concis\w*|brev\w*|faithful\w*|literal\w*|natural|fluen\w*|meaning|original\w*|render\w*|translat\w*|wording|idiomatic)\b",
    re.IGNORECASE,
)
_OFFERS = regex(
    r"\A(?:I|We|Ich|Wir|Je|Nous|Yo|Eu|我)\b[^“\"«„《「]{2,40}[“\"«„《「][^”\"»“》」]{8,}[”\"»“》」](?:\s\w+){0,2}\W*\Z"
)


def _title_remark(title: str) -> str:  # noqa: PLR0911  # one return a form
    """Returns words about a title's wording: in a tail, before a colon, after a quotation."""
    if tail := _TAIL.search(title):
        said, head = tail["in"] or tail["after"] or tail["han"], title[: tail.start()]
        named = re.findall(r"[“\"‘'「]([^”\"’'」]{2,})[”\"’'」]", said)
        if any(name.lower() in head.lower() for name in named):
            return said
        if _EAST.search(head) and tail["in"] and len(re.findall(r"[A-Za-z]{2,}", said)) >= 4:
            return said
        if _WORDING_OF_TITLE.search(said) and not _WORDING_OF_TITLE.search(head):
            return said
    head = re.split("[:：]", title)[0]
    if head != title and ((_TITLE_WORD.match(head) and _WORDING_OF_TITLE.search(head)) or _TITLE_IS.search(head)):
        return head
    if _STANDS_FOR.search(title) or _AFTER_TITLE.match(title):
        return title
    quoted = re.match(r"[“\"][^”\"]{12,}[”\"]\s+(?P<said>[a-z][^:“\"]+)\Z", title)
    if quoted and _QUALITY.search(quoted["said"]):
        return quoted["said"]
    return title if _OFFERS.match(title) else ""
