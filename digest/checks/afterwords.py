"""Recognises what a translator says about a translation, after the text or around a title."""

from __future__ import annotations

import re
from collections.abc import Iterator

from digest.checks import phrases
from digest.model import Fault

_LABEL = (
    r"(?:译注|译者注|译者按|翻译说明|备注|说明|注意|请注意|注解|注|訳注|注記|補足|역주|참고|주|※"
    r"|n\.\s?b\.|n\.\s?d\.\s?t\.|notes?|remarks?|hinweise?|anmerkung(?:en)?|remarques?|notas?|observaç(?:ão|ões)|nota|примечани[ея]|прим\.|opmerking|uwaga|catatan|lưu ý)"
)
_NOTE = re.compile(
    rf"\A[\s*_>#（(【\[〔]*(?:(?:translat(?:or['’]?s?|ion)|übersetzer|traduct(?:eur|or|ion)|traduttore|tradutor)[\s-]*)?{_LABEL}(?:\s+(?:\w+\s){{0,2}}?\w*(?:ranslat|bersetz|raduc|raduct|radut|radutt|перев)\w*\.?)?\s*(?:[:：】\]〕]|(?<=\.)\s|(?=[\u3040-\u9fff]))",
    re.IGNORECASE,
)
"""A line or a bracket that opens as a note."""
_OF_TRANSLATOR = re.compile(
    r"[\s*_>#※（(【\[〔]*(?:译(?:者)?[注按]|翻译(?:说明|备注|注)|翻?訳注|역주|번역 ?(?:주|참고|메모)"
    r"|n\.\s?(?:d|del)\.?\s?t\.|anm\w*\.?\s(?:d\.|des|der)\s?übers|прим\w*\.?\s*перев"
    r"|(?:translator|translation)['’]?s?\s\w+\s*[:：]|\w+\s(?:on|of|to) the translation\s*[:：]"
    r"|(?:not[ea]|remarque|commentaire|hinweis|anmerkung|observação|opmerking|uwaga|catatan)\s(?:d\w*\s)?(?:tradu|übersetz|vertal|tłumacz|penerjemah|zur übersetz)\w*)",
    re.IGNORECASE,
)
_WORDING = re.compile(
    r"译|原文|语序|句式|长句|行文|(?:术语|专有名词|缩写|人名|名称)[^。；]{0,16}(?:保留|不译|沿用|统一|照|英文)"
    r"|訳し|訳出|翻訳|原語|英語(?:表記|のまま)|(?:用語|固有名詞)[^。]{0,12}(?:統一|残し|まま)|번역|원문|(?:용어|고유 ?명사)[^.]{0,14}(?:그대로|영어로|통일)"
    r"|\btranslat|\brender(?:ed|ing)|\bwording|\bphras|\bparaphras|\bterminolog|\b(?:technical|domain) terms?|\bproper names\b|\blong sentences\b|\breadability"
    r"|\bin (?:the original|their original)\b|\bsource text\b|\bequivalent\b"
    r"|übersetz|fachbegriff|fachwört|eigennamen|wiedergegeben|\btradu[cizt]|\btradot|\btermes techniques|\btérminos técnicos|\btermos técnicos|\btermini tecnici|\bnoms propres|\bnombres propios|\bnomes próprios|\bnomi propri"
    r"|перев[оеё]|термин|имена собственные|vertaal|tłumacz|çevir",
    re.IGNORECASE,
)
_ITSELF = re.compile(
    r"\A[\s*_>#※（(【\[〔]*(?:以上|上述|上面|上文|此译|该译|本译|这一译|译文(?!质量)|本段(?:采用|译)|上記|この訳|위의?\s|이 번역"
    r"|(?:this|the above|above) is (?:a|an|the) (?:\w+ )?(?:translation|rendering)|(?:this|the)\s+(?:above|(?:\w+\s)?(?:translation|rendering|rendition|wording|phrasing|version))|(?:(?:die|der) )?(?:obige|diese|vorstehende|vorliegende) (?:übersetzung|wiedergabe)|(?:cette|la) (?:présente )?traduction|(?:esta|la) traducción|(?:esta|a) tradução|(?:questa|la) traduzione|(?:этот|данный|приведённый) перевод)",
    re.IGNORECASE,
)
_UNTRANSLATED = re.compile(
    r"(?:not|never) (?:been )?translated|left (?:in|un)|未(?:作)?翻译|不译|保留英文|nicht übersetzt|non traduit|sin traducir|no se traduc|não (?:foram )?traduz|non (?:sono )?(?:stati )?tradott|не перевод|번역하지|訳していません",
    re.IGNORECASE,
)
_TRAILING_BRACKET = re.compile(r"[\s*_]*[（(【\[〔][^（）()\[\]【】〔〕\n]{3,240}[)）】\]〕][\s*_.。]*\Z")
_ABOUT_TITLE = re.compile(
    r"(?:该|这个|这一|此|本)(?:论文)?(?:标题|题目|译名|译法)|原题|原标题|标题(?:突出|强调|体现|概括|点明|表明)|译法|译名|(?:翻译|译|意译|直译)(?:为|成|作)|(?:この|本)?(?:タイトル|題名|題)(?:は|を|が)|と訳(?:す|せ|し)|이 제목|로 번역|번역(?:할|될|하)"
    r"|\b(?:this|the) (?:paper['’]?s )?title\b|\bof the (?:\w+ )?title\b|\b(?:english|chinese|natural|suitable|fitting|concise) title\b|\brendering of\b|\b(?:der|dieser) titel\b|\b(?:ce|le) titre\b|\b(?:este|el) título\b|\b(?:este|o) título\b|\b(?:questo|il) titolo\b|\bзаголов\w+|\bназвание\b"
    r"|\btranslat(?:ed as|ion (?:is|would|could|of))\b|übersetzt|traducirse|se traduce|traduit par|traduz-se|переводится",
    re.IGNORECASE,
)
_LITERALLY = re.compile(
    r"[（(]\s*(?:直译|意译|字面(?:意思|翻译)?|原题|直訳|意訳|直역|의역|직역|literal(?:ly)?|lit\.|wörtlich|littéralement|literalmente|letteralmente|букв(?:ально|\.))(?:(?<=\.)\s[^（）()]*)?(?:\s*[:：][^（）()]*)?\s*[)）]",
    re.IGNORECASE,
)
_OF_TITLE = re.compile(
    r"[（(\[【][^（）()\[\]]*(?:原文|意译|直译|译[自为名]|原题|原标题|原名|原題|直訳|意訳|邦題|원제|번역|original title|originaltitel|titre original|título original|titolo originale|оригинал"
    r"|(?:free|literal|loose|own|unofficial|direct|approximate|working) (?:translation|rendering)|(?:freie|wörtliche) übersetzung|traduction (?:libre|littérale)|traducción (?:libre|literal)|translated from)[^（）()\[\]]*[)）\]】]",
    re.IGNORECASE,
)
_NOTE_BRACKET = re.compile(
    rf"[（(\[【]\s*(?:{_LABEL}|alternativ\w*)\s*[:：][^（）()\[\]【】]*[)）\]】]|\s(?:注|译注)[:：]", re.IGNORECASE
)
_REMARK = re.compile(r"[，,；;]\s*(?:此处|这里|其中)[^“\"]{0,6}[“\"‘'][^”\"’']+[”\"’']")
_TITLE_LABEL = re.compile(r"\A[\s*_#]*(?:论文)?([^\W\d_]{2,12})\s*[:：]\s*\S", re.IGNORECASE)
_LONG_LABEL = re.compile(
    r"\A\W*(?:(?:an?|the|english|chinese|german|french|spanish|japanese|original|translated|suggested|possible|proposed|alternative|paper|deutscher|titre|título)\s){0,3}(?:title|translation|titel|titre|título|titolo|заголовок|название|제목|タイトル)\s*[:：]\s*\S"
    r"|\A\W*(?:建议|推荐|参考|也?可|直接|中文|英文|论文|此|这个|该)*(?:标题|题目)?(?:可以|可)?(?:翻译|译名|译法|译文|译[为作成]|标题|题目|中文|英文)(?:[为是作成])?\s*[:：】]\s*\S",
    re.IGNORECASE,
)
_ITS_TITLE = re.compile(
    r"(?:该|这个|这一|此|本)(?:篇)?(?:论文)?的?(?:标题|题目|翻译|译名|译法|译文)|这是一个[^，。]{0,8}(?:标题|翻译)|标题的(?:意思|含义|中文)|对原文|中文翻译[是为]"
    r"|\b(?:this|the above) (?:title|translation)\b|\btitle translates\b|\b(?:dieser titel|ce titre|este título|questo titolo|этот заголовок)\b|このタイトル|이 제목",
    re.IGNORECASE,
)
"""No title speaks of itself."""
_BOUNDARY = re.compile(r"。|[—–]\s|\s-\s|——|\n|(?<=\w\w\w)\.(?=\s)|\A[“\"「『《]|[”\"」』》]\W*\Z")
_SLASHED = re.compile(r"\s[/／]\s.*\s[/／]\s")
_ALTERNATIVES = re.compile(
    r"[；;，,]\s*(?:(?:或|又|亦可?|也可|可)译|或者?[^，。]{0,8}[:：])|[”\"」』》]\s*(?:或(?:者)?|or|oder|ou|o|или|または|あるいは|또는|혹은|／|/)\s*[“\"「『《]",
    re.IGNORECASE,
)


def about_translation(piece: str) -> bool:
    """Whether a last line, or a bracket at the end, speaks about the text as a translation.

    It speaks of wording and so holds no figures, but in quotation marks.
    """
    bare = phrases.QUOTED.sub("“”", piece)
    if re.search(r"\d", bare):
        return False
    if _OF_TRANSLATOR.match(bare):
        return True
    if not _WORDING.search(bare):
        return False
    if _NOTE.search(bare) or _ITSELF.search(bare):
        return True
    return bool(_TRAILING_BRACKET.fullmatch(piece) and _UNTRANSLATED.search(bare))


def last_remark(text: str) -> str:
    """The last line or the bracket at the end that speaks about the translation; else empty."""
    body, newline, line = text.rstrip().rpartition("\n")
    if newline and body.strip() and len(line) <= 500 and about_translation(line):
        return line
    bracket = _TRAILING_BRACKET.search(text)
    if bracket and text[: bracket.start()].strip() and about_translation(bracket[0]):
        return bracket[0]
    return ""


def title_remarks(text: str) -> Iterator[tuple[Fault, str]]:
    """A title with a comment: several lines, a sentence about it, a note, other renderings."""
    bare = text.strip()
    label = _TITLE_LABEL.match(bare)
    outside = re.sub(r"[“\"「『《][^”\"」』》]*[”\"」』》]", "“”", bare)
    if (label and label[1].lower() in phrases.FIELD_LABELS) or _LONG_LABEL.match(bare):
        yield Fault.PREAMBLE, f"begins with a label: {bare[:30]!r}"
    elif len([line for line in bare.split("\n") if line.strip()]) > 1:
        yield Fault.CHATTER, "more lines than one title has"
    elif _LITERALLY.search(bare) or _OF_TITLE.search(bare) or _NOTE_BRACKET.search(bare) or _REMARK.search(bare):
        yield Fault.CHATTER, f"a note on the title: {bare[-60:]!r}"
    elif _ITS_TITLE.search(outside) or _ALTERNATIVES.search(bare) or _SLASHED.search(bare):
        yield Fault.CHATTER, f"speaks about the title: {bare[-60:]!r}"
    elif _BOUNDARY.search(bare) and (_ABOUT_TITLE.search(outside) or re.search(r"。\s*\S", outside)):
        yield Fault.CHATTER, f"goes on after the title: {bare[-60:]!r}"
