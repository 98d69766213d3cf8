"""Finds text that only machines see, and visible text that gives orders to language models. Pure.

Papers *about* such attacks use the same words. So a visible order counts only outside quotation
marks, code and examples, in a sentence that does not discuss it, in a paper on another subject.
Invisible text always counts if it reads as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import AnyStr

from digest.model import Form, FullText, Hidden, Section
from digest.patterns import regex

_THINGS = r"(?:instructions?|prompts?|directions?|directives?|guidelines?|commands?|system prompts?)"
_BEFORE = r"(?:previous|prior|preceding|earlier|above|foregoing|former|existing|original|system)"
_MODELS = r"(?:AI )?(?:large )?(?:language models?|LLMs?(?: (?:reviewers?|assistants?|agents?))?|AI(?: (?:models?|systems?|agents?|reviewers?|assistants?|tools?))?|chat ?bots?|ChatGPT|GPT(?:-\w+)?|Claude|Gemini|artificial intelligence)"
_MUST = r"(?:must|should|shall|need to|have to|are (?:required|instructed|asked|obliged) to|will|please|do not|don't|never|always)"

_OVERRIDE = regex(
    rf"\b(?:ignore|disregard|forget|override|bypass)\b(?: (?:all|any|every|the|your|my|of|these|those|and)){{0,4}} {_BEFORE}(?: (?:and|or|/|given|{_BEFORE})){{0,2}} {_THINGS}",
    re.IGNORECASE,
)
_PRAISE = regex(
    r"\b(?:(?:only )?(?:give|write|provide|produce|generate|output|submit|return)(?: (?:a|an|only|the|this paper|this (?:work|manuscript|submission)|me|us)){0,4}"
    r" (?:very |strongly |highly )?(?:positive|favou?rable|glowing|enthusiastic) (?:reviews?|evaluations?|assessments?|feedback|ratings?|recommendations?|comments?)"
    r"|do not (?:highlight|mention|point out|list)(?: (?:any|its|the|of|this paper's)){0,3} (?:negatives?|weakness(?:es)?|flaws?|limitations?|shortcomings?)"
    r"|recommend (?:accepting|(?:a |an |strong |clear )*accept(?:ance)?)(?: (?:of|for))?(?: (?:this|the) (?:paper|manuscript|submission|work|article))"
    r"|(?:rate|score|accept) (?:this|the) (?:paper|manuscript|submission|work)(?: (?:as|with|at))? ?(?:a |an )?(?:the )?(?:highest|high(?:ly)?|10|strong(?:ly)?|accept|for its|without|immediately))",
    re.IGNORECASE,
)
_ADDRESS = regex(
    rf"(?:\bif you are (?:an? |the |any )?{_MODELS}\b.{{0,160}}?\b(?:you {_MUST}|please|do not|ignore|write|say|give|include|answer|respond|output|mention|recommend)"
    rf"|\bas an? {_MODELS},? you {_MUST}"
    rf"|\b(?:attention|note|message|instructions?|important)\b:? ?(?:to|for) (?:all |any |the )?{_MODELS}\s*[:,.!—–-].{{0,200}}?"
    r"\b(?:you must|please|ignore|disregard|write|say|give|recommend|rate|praise|accept|do not (?:mention|highlight)))",
    re.IGNORECASE,
)
_CHINESE = regex(
    r"(?:忽略|无视|忘记|忽视|不要理会|抛开)(?:你)?(?:之前|以前|以上|上述|先前|前面|此前|上面|原有|所有|一切|全部|任何)(?:的|所有|一切|全部|任何|之前|以上)*(?:指令|指示|提示词?|命令|要求|规则|说明)"
    r"|(?:请|务必|必须|只能|只|仅)(?:务必|只|仅)?(?:给出|提供|输出|写出?|作出|给予)(?:一[个份篇])?(?:非常|完全)?(?:正面|积极|肯定|好评|高分)的?(?:评价|评审|意见|审稿|评论|评分|反馈)?"
    r"|不要(?:提及|指出|列出|强调)(?:任何|本文的?|其)*(?:缺点|不足|弱点|负面|局限)"
    r"|(?:如果|若|假如)(?:你|您)是(?:一个|一名|任何)?(?:大?(?:语言)?模型|AI|人工智能|LLM|ChatGPT|机器人|智能助手).{0,60}(?:请|必须|应该|应当|务必|不要|只)"
    r"|作为(?:一个|一名)?(?:大?语言模型|AI|人工智能|LLM)[^，,。]{0,10}[，,]?(?:你|您)(?:必须|应该|应当|需要|务必|只能)"
)
_IMPERATIVE = regex(
    r"(?:\A|[,:;!—–-]|\b(?:please|now|just|simply|kindly|you (?:must|should|shall|will|have to|need to|are to)))\s*\Z",
    re.IGNORECASE,
)
_IMPERATIVE_ZH = regex(r"(?:\A|[，,：:；;。！!]|请|务必|必须|现在|立即|直接)\s*\Z")
_ALERT = regex(
    rf"\A\W*(?:important|attention|note|warning|notice|urgent|system|instructions?|message|dear|for|to|reviewers?|{_MODELS}|重要|注意|提示|警告)\b[^:]{{0,60}}:\W*+(?:(?:please|now|kindly)\W*)?\Z",
    re.IGNORECASE,
)
_TRIGGERS = (
    (_OVERRIDE, ("ignore", "disregard", "forget", "overrid", "bypass")),
    (_PRAISE, ("positive ", "favorable ", "favourable ", "glowing ", "enthusiastic ", "do not ", "recommend ", "rate th", "score th", "accept th")),
    (_ADDRESS, ("if you are ", "as an ai", "as an llm", "as a language", "as a large", "as a chat", " to all ", "to ai", "to llm", "to la", "for ai", "for llm", "for la", "to any ", "reviewers", "assistants")),
    (_CHINESE, ("忽略", "无视", "忘记", "忽视", "理会", "抛开", "正面", "积极", "肯定", "好评", "高分", "不要", "你是", "您是", "作为")),
)  # fmt: skip
"""By kind: words of which every order has one. Searching for them first is fast."""

_HAN = regex("[\u4e00-\u9fff]")
_QUOTED = regex(
    r"“[^”]{0,600}”|\"[^\"]{0,600}\"|‘[^’]{4,600}’|``.{0,600}?''|`[^`]{0,600}`|「[^」]{0,600}」|『[^』]{0,600}』|«[^»]{0,600}»|(?<=[\s(])'[^']{4,400}'(?=[\s.,;:)])"
)
_REPORT_WORDS = (
    r"attacks?|attackers?|adversar\w+|inject\w*|jailbreak\w*|e\.g\.|for example|for instance|such as|payloads?|templates?|malicious|"
    r"instruct(?:s|ed|ing)|ask(?:s|ed|ing)|tell(?:s|ing)|told|phrases?|strings?|annotators?|participants?|users?"
)
_REPORT_BEFORE = regex(
    rf"\b(?:{_REPORT_WORDS}|prompts?|prompted|prompting)\b|攻击|注入|例如|比如|诸如|提示词|越狱", re.IGNORECASE
)
"""Words in the sentence before that announce an example of a prompt or an attack."""
_REPORT = regex(rf"\b(?:{_REPORT_WORDS})\b|攻击|注入|例如|比如|诸如|提示词|越狱|标注者|用户", re.IGNORECASE)
"""Words in the rest of the sentence that report an order."""
_REPORT_LEAD = regex(
    r"\b(?:prompt\w*|i\.e\.|examples?|we|our|they|authors?|hidden|embedded|manipulat\w+|called|named|titled|like|contain\w*|reads|says|stating|states)\b|我们|作者",
    re.IGNORECASE,
)
"""Words before the order in its sentence that report it."""
_ABOUT = regex(
    r"prompt[- ]injection|jailbreak|adversarial (?:prompt|suffix|instruction)|instruction hierarchy|hidden (?:prompt|instruction)|red[- ]team|"
    r"prompt (?:hacking|leak|attack)|(?:manipulat\w{1,20}|attack\w{0,20}) (?:on |of |against )?(?:LLM|AI|peer)[- ]?\w{0,20} ?review|提示(?:词)?注入|越狱攻击",
    re.IGNORECASE,
)
_PROMPTS = regex(
    r"prompt|template|instruction|examples?\b|questionnaire|guideline|system message|提示|模板|示例", re.IGNORECASE
)
_INTRODUCES = regex(r"(?:[:：]|\b(?:following|below|as follows)\b[^.]{0,40})\s*\Z", re.IGNORECASE)
_SENTENCE = regex(r"[^.!?。！？\n]+(?:[.!?。！？]+[\"'”’)\]]*|\n|\Z)")
_UNSPACED = "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
"""Scripts without spaces between words: Thai, Lao, Tibetan, Burmese, Khmer, kana, Han."""
_WORD = regex(rf"[^\W\d_{_UNSPACED}\u0900-\u0dff]{{2,}}|[\u0900-\u0dff]{{2,}}|[{_UNSPACED}]")

_TAGS = regex("(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0020-\U000e007e]{3,}")  # after a flag they name its country
_ZERO_WIDTH = regex("[\u200b\u200c\u200d\u2060-\u2064\ufeff]{8,}|(?:[\ufe00-\ufe0f]|[\U000e0100-\U000e01ef]){8,}")
_OVERRIDDEN = regex("[\u202d\u202e]([^\u202c\n]{4,400})")
_ANY_INVISIBLE = regex("[\u200b-\u200d\u2060-\u2064\ufeff\u202a-\u202e\ufe00-\ufe0f\U000e0020-\U000e01ef]")
_NEEDLESS = regex(
    "[\u200b\u2060-\u2064\ufeff\u202a-\u202e\U000e0020-\U000e01ef]|(?<![\u0590-\u0fff\U0001f000-\U0001faff\ufe0f])[\u200c\u200d]+"
)
MAX_FOUND = 20
MAX_QUOTED = 2_000
MIN_MENTIONS = 3
"""A paper with so many mentions is about such attacks."""


def first_order(text: str) -> str:
    """Returns the words of the first order to a model, whoever gives it; empty if there is none."""
    found = _find(text)
    return "" if found is None else text[found[0] : found[1]]


def _find(text: str) -> tuple[int, int, re.Pattern[str]] | None:
    coded = text.encode("ascii", "replace").lower()  # this has the same length and is faster to search
    for pattern, words in _TRIGGERS if _HAN.search(text) else _TRIGGERS[:-1]:
        for word in words:
            for at in _places(coded, word.encode()) if word.isascii() else _places(text, word):
                start = max(0, at - 120)
                if found := pattern.search(text[start : at + 400]):
                    return start + found.start(), start + found.end(), pattern
    return None


def _places(text: AnyStr, word: AnyStr) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def reads_as_text(text: str) -> bool:
    """Returns whether it has four words, or eight characters without spaces: labels have fewer."""
    words = _WORD.findall(text)
    unspaced = sum(1 for w in words if len(w) == 1)
    return len(words) - unspaced >= 4 or unspaced >= 8


def decode_invisible(text: str) -> list[str]:
    """Returns the text of invisible characters: tags, direction overrides, zero-width runs."""
    if not _ANY_INVISIBLE.search(text):
        return []
    found = ["".join(chr(ord(c) - 0xE0000) for c in m[0]) for m in _TAGS.finditer(text)]
    found += [m[1] for m in _OVERRIDDEN.finditer(text) if not re.search("[\u0590-\u08ff]", m[1])]
    found += [
        f"{len(m[0])} invisible characters after “{text[max(0, m.start() - 40) : m.start()].strip()}”"
        for m in _ZERO_WIDTH.finditer(text)
    ]
    return found


def screened(text: FullText) -> FullText:
    """Returns the text without invisible characters and visible orders, which move to `hidden`."""
    found = list(text.hidden)
    sections = tuple(_without_invisible(section, found) for section in text.sections)
    sections, orders = visible_orders(sections)
    return replace(text, sections=sections, hidden=(*found, *orders)[:MAX_FOUND])


def _without_invisible(section: Section, found: list[Hidden]) -> Section:
    passages = []
    for passage in section.passages:
        if _may_hide(passage.text) and _ANY_INVISIBLE.search(passage.text):
            place = f"p. {passage.page}" if passage.page else section.title
            found.extend(
                Hidden(hidden[:MAX_QUOTED], "invisible-characters", place) for hidden in decode_invisible(passage.text)
            )
            passages.append(replace(passage, text=visible(passage.text)))
        else:
            passages.append(passage)
    return replace(section, passages=tuple(passages), title=visible(section.title))


def _may_hide(text: str) -> bool:
    """Tests quickly: format characters are unprintable; selectors and tags share first bytes."""
    if text.isascii():
        return False
    if not text.isprintable():
        return True
    coded = text.encode()
    return b"\xf3\xa0" in coded or b"\xef\xb8" in coded


def visible(text: str) -> str:
    """Returns the text without invisible characters. Joiners stay where a script needs them."""
    return _NEEDLESS.sub("", _OVERRIDDEN.sub("", text))


def visible_orders(sections: Iterable[Section]) -> tuple[tuple[Section, ...], tuple[Hidden, ...]]:
    """Returns the sections without sentences that give orders to models, and those sentences."""
    held = tuple(sections)
    texts = ["\n".join(p.text for p in s.passages) for s in held]
    if not first_order("\n".join(texts)) or not any(map(first_order, texts)):  # one search is faster than one a section
        return held, ()
    if sum(len(_ABOUT.findall(p.text)) for s in held for p in s.passages) >= MIN_MENTIONS:
        return held, ()
    found: list[Hidden] = []
    kept = tuple(_without_orders(section, found) for section in held)
    return kept, tuple(found)


def _without_orders(section: Section, found: list[Hidden]) -> Section:
    if _PROMPTS.search(section.title):
        return section
    passages = []
    before = ""
    for passage in section.passages:
        text = passage.text
        if passage.form in (Form.TEXT, Form.FOOTNOTE, Form.LIST, Form.CAPTION) and not _INTRODUCES.search(before):
            place = f"p. {passage.page}" if passage.page else section.title
            for sentence in list(_order_sentences(text)):
                found.append(Hidden(sentence.strip(), "instruction", place))
                text = text.replace(sentence, "")
        before = passage.text if passage.form is not Form.LIST or not before else before
        if text.strip():
            passages.append(replace(passage, text=text.strip()))
    return replace(section, passages=tuple(passages))


def _order_sentences(text: str) -> Iterator[str]:
    if not first_order(text):
        return
    bare = _QUOTED.sub(lambda m: "\0" * len(m[0]), text)
    before = ""
    for match in _SENTENCE.finditer(bare):
        sentence = match[0]
        found = _find(sentence)
        if found and _is_order(sentence, *found, before):
            yield text[match.start() : match.end()]
        before = sentence


def _is_order(sentence: str, start: int, end: int, pattern: re.Pattern[str], before: str) -> bool:
    """Returns whether the order addresses the reader, and is neither reported nor quoted."""
    lead, words, rest = sentence[:start].strip(" \t([*•\n"), sentence[start:end], sentence[end:]
    if "\0" in words or _REPORT.search(lead + " " + rest) or _REPORT_LEAD.search(lead):
        return False
    if _REPORT_BEFORE.search(before) or _INTRODUCES.search(before) or (":" in lead and not _ALERT.search(lead)):
        return False
    if pattern is _ADDRESS:
        return True
    return (_IMPERATIVE_ZH if pattern is _CHINESE else _IMPERATIVE).search(lead) is not None
