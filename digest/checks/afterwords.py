"""Recognises what a translator says about a translation, after the text or around a title."""

from __future__ import annotations

import re
from collections.abc import Iterator

from digest.checks import phrases, remarks
from digest.checks.first_person import first_person
from digest.checks.language import is_little
from digest.checks.roles import roles_of
from digest.model import Fault
from digest.patterns import regex

_LABEL = (
    r"(?:译注|译者注|译者按|翻译说明|备注|说明|注意|请注意|注解|注|訳注|注記|補足|역주|참고|주|※"
    r"|n\.\s?b\.|n\.\s?d\.\s?t\.|notes?|remarks?|hinweise?|anmerkung(?:en)?|remarques?|notas?|observaç(?:ão|ões)|nota|примечани[ея]|прим\.|opmerking|uwaga|catatan|lưu ý)"
)
_NOTE = regex(
    rf"\A[\s*_>#（(【\[〔]*(?:(?:translat(?:or['’]?s?|ion)|übersetzer|traduct(?:eur|or|ion)|traduttore|tradutor)[\s-]*)?{_LABEL}(?:\s+(?:\w+\s){{0,2}}?\w*(?:ranslat|bersetz|raduc|raduct|radut|radutt|перев)\w*\.?)?\s*(?:[:：】\]〕]|(?<=\.)\s|(?=[\u3040-\u9fff]))",
    re.IGNORECASE,
)
"""A line or a bracket that opens as a note."""
_OF_TRANSLATOR = regex(
    r"[\s*_>#※（(【\[〔]*(?:译(?:者)?[注按]|翻译(?:说明|备注|注)|翻?訳注|역주|번역 ?(?:주|참고|메모)"
    r"|n\.\s?(?:d|del)\.?\s?t\.|anm\w*\.?\s(?:d\.|des|der)\s?übers|прим\w*\.?\s*перев"
    r"|(?:translator|translation)['’]?s?\s\w+\s*[:：]|\w+\s(?:on|of|to) the translation\s*[:：]"
    r"|(?:not[ea]|remarque|commentaire|hinweis|anmerkung|observação|opmerking|uwaga|catatan)\s(?:d\w*\s)?(?:tradu|übersetz|vertal|tłumacz|penerjemah|zur übersetz)\w*)",
    re.IGNORECASE,
)
_WORDING = regex(
    r"译|原文|语序|句式|长句|行文|(?:术语|专有名词|缩写|人名|名称)[^。；]{0,16}(?:保留|不译|沿用|统一|照|英文)"
    r"|訳し|訳出|翻訳|原語|英語(?:表記|のまま)|(?:用語|固有名詞)[^。]{0,12}(?:統一|残し|まま)|번역|원문|(?:용어|고유 ?명사)[^.]{0,14}(?:그대로|영어로|통일)"
    r"|\btranslat|\brender(?:ed|ing)|\bwording|\bphras|\bparaphras|\bterminolog|\b(?:technical|domain) terms?|\bproper names\b|\blong sentences\b|\breadability"
    r"|\bin (?:the original|their original)\b|\bsource text\b|\bequivalent\b"
    r"|übersetz|fachbegriff|fachwört|eigennamen|wiedergegeben|\btradu[cizt]|\btradot|\btermes techniques|\btérminos técnicos|\btermos técnicos|\btermini tecnici|\bnoms propres|\bnombres propios|\bnomes próprios|\bnomi propri"
    r"|перев[оеё]|термин|имена собственные|vertaal|tłumacz|çevir",
    re.IGNORECASE,
)
_ITSELF = regex(
    r"\A[\s*_>#※（(【\[〔]*(?:以上|上述|上面|上文|此译|该译|本译|这一译|译文(?!质量)|本段(?:采用|译)|上記|この訳|위의?\s|이 번역"
    r"|(?:this|the above|above) is (?:a|an|the) (?:\w+ )?(?:translation|rendering)|(?:this|the)\s+(?:above|(?:\w+\s)?(?:translation|rendering|rendition|(?:wording|phrasing|version)(?! of)))|(?:(?:die|der) )?(?:obige|diese|vorstehende|vorliegende) (?:übersetzung|wiedergabe)|(?:cette|la) (?:présente )?traduction|(?:esta|la) traducción|(?:esta|a) tradução|(?:questa|la) traduzione|(?:этот|данный|приведённый) перевод)",
    re.IGNORECASE,
)
_UNTRANSLATED = regex(
    r"(?:not|never) (?:been )?translated|left (?:in|un)|未(?:作)?翻译|不译|保留英文|nicht übersetzt|non traduit|sin traducir|no se traduc|não (?:foram )?traduz|non (?:sono )?(?:stati )?tradott|не перевод|번역하지|訳していません",
    re.IGNORECASE,
)
_TRAILING_BRACKET = regex(r"(?<![\s*_])[\s*_]*[（(【\[〔][^（）()\[\]【】〔〕\n]{3,240}[)）】\]〕][\s*_.。]*\Z")
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
_OF_TITLE = regex(
    r"[（(\[【][^（）()\[\]]*(?:原文|意译|直译|译[自为名]|原题|原标题|原名|原題|直訳|意訳|邦題|원제|번역|original title|originaltitel|titre original|título original|titolo originale|оригинал"
    r"|(?:free|literal|loose|own|unofficial|direct|approximate|working) (?:translation|rendering)|(?:freie|wörtliche) übersetzung|traduction (?:libre|littérale)|traducción (?:libre|literal)|translated from)[^（）()\[\]]*[)）\]】]",
    re.IGNORECASE,
)
_NOTE_BRACKET = regex(
    rf"[（(\[【]\s*(?:{_LABEL}|alternativ\w*)\s*[:：][^（）()\[\]【】]*[)）\]】]|\s(?:注|译注)[:：]", re.IGNORECASE
)
_REMARK = regex(r"[，,；;]\s*(?:此处|这里|其中)[^“\"]{0,6}[“\"‘'][^”\"’']+[”\"’']")
_TITLE_LABEL = regex(r"\A[\s*_#]*(?:论文)?([^\W\d_]{2,12})\s*[:：]\s*\S", re.IGNORECASE)
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
"""No title speaks of itself."""
_BOUNDARY = regex(r"。|[—–]\s|\s-\s|——|\n|(?<=\w\w\w)\.(?=\s)|\A[“\"「『《]|[”\"」』》]\W*\Z")
_SLASHED = regex(r"\s[/／]\s.*\s[/／]\s")
_ALTERNATIVES = regex(
    r"[；;，,]\s*(?:(?:或|又|亦可?|也可|可)译|或者?[^，。]{0,8}[:：])|[”\"」』》]\s*(?:或(?:者)?|or|oder|ou|o|или|または|あるいは|또는|혹은|／|/)\s*[“\"「『《]",
    re.IGNORECASE,
)


_TRANSLATED = regex(
    r"\b(?:translat|render|paraphras)|\bversion of the\b|\b(?:english|original) version\b|译|訳し|訳した|翻訳|全訳|訳文|意訳|번역|옮[겼긴]|의역|übersetz|\btradu[cçizt]|\btradot|перев[оеё]",
    re.IGNORECASE,
)
_SOURCE = regex(
    r"\b(?:original|source text|(?:against|from) the source|english|chinese|german|french|spanish|japanese|korean|portuguese)\b|原文|英文|中文|原語|英語|원문|영어|englisch\w*|original\w*|anglais|inglés|inglês|оригинал\w*|английск\w*",
    re.IGNORECASE,
)
_WORDED = regex(
    r"\b(?:terms?|terminology|names|sentences?|wording|word order|phrasing|counterparts?|equivalents?|idioms?|proper nouns|ambiguit\w+|style|tone)\b|术语|专有名词|措辞|歧义|固有名詞|고유 ?명사|语序|长句|句子|人名|习语|用語|長い文|용어|긴 문장"
    r"|\w*begriffe?n?\b|fachw[oö]rt\w*|entsprechung\w*|redewendung\w*|eigennamen|noms propres|nombres propios|nomes próprios|sätze|wortstellung|termes|équivalents?|tournures|phrases|términos|equivalentes?|giros|frases|nombres|termos|expressões|nomes|термин\w*|предложени\w*",
    re.IGNORECASE,
)
_HANDLED = regex(
    r"\b(?:kept|left|split|unchanged|preserv\w*|adjust\w*|adapted|condensed|untouched|simplif\w*|consistently|paraphrased|retained|shortened|faithful\w*|as close|closely|readab\w*|concise\w*)\b|保留|调整|拆分|拆成|精简|压缩|统一|改动|增删|便于|未作|简化|そのまま|그대로|为准|通顺|习惯|残し|分割し[たて]|意訳|損なわ|남겨|나누어|그대로"
    r"|belassen|übernommen|angepasst|unverändert\w*|geteilt|beibehalten|umgestellt|gekürzt|lesbarkeit|so eng wie|laissé\w*|scind\w*|adapt[éa]\w*|conserv\w*|faciliter la lecture|dejado|dividid\w*|facilitar a? ?l?a? ?lec?i?tura|modifi\w*|alterad[oa]s|mantid\w*|mantien\w*|sigue de cerca|segue de perto|оставлен\w*|сохран\w*|разбит\w*",
    re.IGNORECASE,
)
_OF_RESEARCH = regex(
    r"\b(?:authors?|papers?|models?|methods?|data\w*|benchmarks?|baselines?|results?|systems?|experiments?|prompts?|annotat\w*|scores?|tasks?|corp(?:us|ora)|train\w*|evaluat\w*|tests?|inputs?|outputs?|(?:en|de)cod\w*|users?|participants?)\b"
    r"|作者|论文|模型|方法|数据|基准|基线|结果|系统|实验|提示|任务|语料|测试|输入|输出|解码|编码|著者|論文|モデル|手法|データ|ベンチマーク|結果|저자|논문|모델|방법|데이터|벤치마크|결과"
    r"|autor\w*|arbeit|modell\w*|verfahren|daten\w*|ergebnis\w*|auteurs?|article|modèles?|méthodes?|données|résultats?|modelos?|métodos?|datos|resultados?|artículo|artigo|dados|conjuntos?|автор\w*|модел\w*|данн\w*|метод\w*",
    re.IGNORECASE,
)
_TO_READER = regex(
    r"\b(?:please|you|your)\b|您|请(?!求|示)|ください|いただいた|주신|주세요|\b(?:bitte|veuillez|por favor)\b",
    re.IGNORECASE,
)
_HERE_IS = regex(
    r"\A\W*(?:(?:this|that|here|above) (?:is|are)|这就是|以上|以上が|이상은|das ist|hier ist|voilà|voici|esta (?:es|é)|aquí está|aqui está)",
    re.IGNORECASE,
)
_SPEAKS_OF_ITSELF = (_TRANSLATED, _SOURCE, _WORDED, _HANDLED, _TO_READER)


_ANY_TRANSLATION = regex(r"\A\W*(?:the|die|la|a) (?!above|obige|vor|présente)", re.IGNORECASE)
"""`The translation …` may be any."""


def _is_note_on_wording(bare: str, body: str) -> bool:
    """Speaks in two ways of a text's wording, and of nothing that the text is about."""
    if _OF_RESEARCH.search(bare) or "research" in roles_of(bare):
        return False
    ways = sum(bool(pattern.search(bare)) for pattern in _SPEAKS_OF_ITSELF) + bool(first_person(bare))
    if _TRANSLATED.search(bare) and (_TRAILING_BRACKET.fullmatch(bare) or _HERE_IS.match(bare)):
        ways += 2
    return ways >= (2 if _HANDLED.search(bare) or first_person(bare) or bare[0] in "(（" else 3) + _shares_words(
        bare, body
    )


def _shares_words(bare: str, body: str) -> bool:
    """Whether a word of the line, but for those on wording, is the text's."""
    for pattern in _SPEAKS_OF_ITSELF:
        bare = pattern.sub(" ", bare)
    words = (w for w in re.findall(r"[^\W\d_]{4,}", bare.lower()) if w.isalpha() and not is_little(w))
    pairs = (run[i : i + 2] for run in re.findall(r"[\u4e00-\u9fff\uac00-\ud7af]+", bare) for i in range(len(run) - 1))
    return any(w[:6] in body.lower() for w in (*words, *pairs))


def about_translation(piece: str, body: str = "") -> bool:
    """Whether a last line, or a bracket at the end, speaks about the text as a translation.

    It speaks of wording and so holds no figures, but in quotation marks.
    """
    bare = phrases.QUOTED.sub("“”", piece)
    if re.search(r"\d", bare):
        return False
    if _OF_TRANSLATOR.match(bare):
        return True
    if _is_note_on_wording(bare, body):
        return True
    if not _WORDING.search(bare):
        return False
    if _NOTE.search(bare) or (_ITSELF.search(bare) and not _ANY_TRANSLATION.match(bare)):
        return True
    return bool(_TRAILING_BRACKET.fullmatch(piece) and _UNTRANSLATED.search(bare))


def _after(piece: str, body: str) -> bool:
    return about_translation(piece, body) or remarks.closing(piece, body)


def last_remark(text: str) -> str:
    """The last line or the bracket at the end that speaks about the translation; else empty."""
    body, newline, line = text.rstrip().rpartition("\n")
    if newline and body.strip() and len(line) <= 500 and _after(line, body):
        return line
    bracket = _TRAILING_BRACKET.search(text)
    if bracket and text[: bracket.start()].strip() and _after(bracket[0], text[: bracket.start()]):
        return bracket[0]
    return ""


def title_remarks(text: str, source: str = "") -> Iterator[tuple[Fault, str]]:
    """A title with a comment: several lines, a sentence about it, a note, other renderings.

    `source`: the title that it renders, which excuses its own words.
    """
    bare = text.strip()
    if reason := remarks.of_title(bare, source):
        yield Fault.CHATTER, f"{reason}: {bare[-60:]!r}"
        return
    if source and roles_of(source) & {"title", "translated", "wording"}:
        return
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
_OFFERS = regex(r"\A(?:I|We|Ich|Wir|Je|Nous|Yo|Eu|我)\b[^“\"«„《「]{2,40}[“\"«„《「][^”\"»“》」]{8,}[”\"»“》」]\W*\Z")


def _title_remark(title: str) -> str:  # noqa: PLR0911  # one return a form
    """Words that speak of a title's wording: in a tail, before a colon, after a quotation."""
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
