"""Answers questions about authors, dates, categories, code, version, pages, licence, venue, title
and links from metadata and rules. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from digest.fulltext.links import links
from digest.model import Paper
from digest.patterns import regex
from digest.ports import Source
from digest.render.labels import day_words, label
from digest.render.markdown import escape, link

_LONGEST = 1_500
"""Characters of a question that are read for it."""
_ASKS = {
    "authors": regex(
        r"\bwho (?:wrote|authored|made|is behind|are behind)\b|\bwho (?:is|are)\b.{0,25}\bauthors?\b|\b(?:list|names?)\b.{0,20}\bauthors?\b|^\W*(?:the )?authors?\W*$|\bby whom\b"
        r"|(?:من|مَن) (?:كتب|هم المؤلف|هو المؤلف|ألف)|المؤلف(?:ون|ين)?\W*$"
        r"|(?:作者|著者)(?:们|名)?(?:都|分别)?(?:是|有|は|を)?(?:谁|誰|だれ|哪|什么人|教え|\W*$)|谁(?:写|是作者)|哪些作者|誰が書"
        r"|저자(?:들)?[은는이가]?(?:\s*(?:누구|이름|알려)|\W*$)|누가 (?:썼|쓴|작성)"
        r"|\bwer\b.{0,40}(?:geschrieben|verfasst|autor)|\bqui\b.{0,40}(?:écrit|auteurs?\b)|\bqui[eé]n(?:es)?\b.{0,40}(?:escrib|autor)|\bquem\b.{0,40}(?:escreve|autor)|\bchi\b.{0,40}(?:scritto|autor)|\bкто\b.{0,30}(?:автор|написал)"
        r"|\b(?:autor(?:en|es)?|auteurs?|autori)\W*$",
        re.IGNORECASE,
    ),
    "date": regex(
        r"\bwhen (?:was|did|were)\b.{0,6}\b(?:it|they|this|(?:this |the )?(?:paper|article|work|authors))\b.{0,20}\b(?:publish|submit|post|appear|upload|come out|written|release)|\b(?:publication|submission|release) date\b|\bhow (?:old|recent|new) is (?:it|this|the paper)\b"
        r"|متى (?:نُ?شر|صدر|قُ?دم)"
        r"|(?:什么时候|何时|哪[年天]|几号)(?:发表|提交|发布|投稿|上传|写)|(?:发表|提交|发布|投稿)(?:于|的)?(?:时间|日期|什么时候|何时|哪[年天月日])|いつ(?:発表|投稿|公開|提出|書)|언제.{0,12}(?:발표|제출|공개|게재|나왔)"
        r"|\bwann\b.{0,40}(?:veröffentlicht|eingereicht|erschien)|\bquand\b.{0,40}(?:publié|soumis|paru)|\bcu[aá]ndo\b.{0,30}(?:public|envi)|\bquando\b.{0,40}(?:publica|enviad|submetid|pubblicat)|\bкогда\b.{0,30}(?:опубликован|подан|вышл)",
        re.IGNORECASE,
    ),
    "categories": regex(
        r"\barxiv\b.{0,20}\b(?:categor|class|subject|field|archive|primary)\w*|\b(?:categor(?:y|ies)|subject class\w*)\b.{0,30}\barxiv\b|\bwhich categor(?:y|ies)\b.{0,20}\b(?:it|this|the paper)\b|\bwhat categor(?:y|ies)\b.{0,20}\b(?:it|this|the paper)\b(?:\s+(?:in|have|under)\b)?\W*$|^\W*(?:the )?categor(?:y|ies)\W*$"
        r"|(?:arxiv|论文|文章|这篇)的?(?:类别|分类)|属于(?:哪|什么)(?:个|些)?(?:arxiv)?(?:的)?(?:类别|分类)|^\W*(?:类别|分类|カテゴリー?|분류)\W*$|arxiv.{0,6}(?:カテゴリ|分野|분류|카테고리|kategorie|catégorie|categoría|categoria|категори)",
        re.IGNORECASE,
    ),
    "code": regex(
        r"\b(?:source |any |the |its |their |there )?code\b(?![- ]?(?:switch|mix|book|word|length))(?=.{0,50}\b(?:available|releas|open|public|github|link|where|repo|publish|shared?|online|exist)|\W*$)|\b(?:releas|open-?sourc|publish|shar|publicly)\w*\b.{0,40}\b(?:code|implementation|repositor|weights|checkpoints)|\bgithub\b|\brepositor(?:y|ies)\b|\bopen[- ]?source[d]?\W*$|\bwhere\b.{0,30}\bcode\b(?![- ]?(?:switch|mix))|^\W*(?:is there )?(?:any )?code\b\W*$"
        r"|代码|开源|源码|仓库|(?:ソース)?コード(?=.{0,12}(?:公開|あり|どこ|入手|リンク))|(?:소스\s*)?코드(?=.{0,12}(?:공개|있|어디|링크))|깃허브|오픈\s?소스"
        r"|\b(?:quell)?code\b(?=.{0,40}(?:öffentlich|verfügbar|frei|wo\b|gibt|zu\b|\W*$))|\b(?:le |du |son )code\b|\bcódigo\b(?!s? de (?:barras|idioma))|\bcodice\b|\bисходн\w+|\bкод[а]?\b",
        re.IGNORECASE,
    ),
    "version": regex(
        r"\b(?:which|what) version\b(?:.{0,12}\b(?:it|this|paper)\b)?\W*$|第几版|(?:这|论文|文章)是(?:哪|什么)(?:个|一)?版本?|(?:この|論文の)バージョン(?:は|を)|몇 번째 (?:버전|판)"
        r"|\bwelche version\b.{0,10}\b(?:das|dies|arbeit)|\bquelle version\b.{0,6}\bce\b|\bqu[eé] versi[oó]n\b.{0,6}\bes\b|\bqual versão\b.{0,6}\bé\b|\bche versione\b.{0,4}è|какая (?:это )?версия",
        re.IGNORECASE,
    ),
    "venue": regex(
        r"\bwhere (?:was|is|did|has|were|will)\b.{0,20}\b(?:it|they|this|paper|article|work)\b.{0,12}\b(?:published|presented|appear|accepted|come out)\b|\b(?:which|what) (?:conference|journal|venue|workshop)\b(?!.{0,20}\b(?:data|papers|articles|abstracts|corpus|reviews)\b).{0,25}\W*$|\bpeer[- ]?review(?:ed)?\W*$"
        r"|\bwo\b.{0,25}\b(?:veröffentlicht|erschienen|publiziert)|\boù\b.{0,30}\b(?:publié|paru|présenté)|\bd[oó]nde\b.{0,25}\b(?:public|present)|\bonde\b.{0,25}\b(?:publicad|apresentad)|\bгде\b.{0,25}(?:опубликован|вышл|представлен)"
        r"|(?:发表|刊登|发布)(?:在|于)(?:了)?(?:哪(?![年天月日])|什么(?!时候))|在哪(?:里|儿)?(?:发表|刊登)|(?:哪个|什么|哪家)(?:会议|期刊|杂志)|どこ(?:で|に)(?:発表|掲載|投稿|出版)|どの(?:会議|学会|ジャーナル)|어디(?:에|에서|서)\s*(?:발표|게재|실렸|출판)|어느 (?:학회|저널)",
        re.IGNORECASE,
    ),
    "licence": regex(
        r"^(?!.*(?:\bdata|\bcorp(?:us|ora)\b|\bcode|\bweights|\bmodels?\b|数据|代码|模型|データ|コード|モデル|데이터|코드|모델|daten|donn[ée]es|datos|dados|dati\b|данны)).*(?:\blicen[cs]e\b|许可|版权|授权|ライセンス|라이선스|\blizenz|\blicencia|\blicença|\blicenza|лицензи)",
        re.IGNORECASE,
    ),
}  # fmt: skip

_TERSE = 100
"""Characters of a question that may be made of a fact's words alone."""


_LETTER = "[0-9A-Za-zÀ-ԯ]"
"""Of a script with spaces: in `GPU를` a word ends before a particle."""


def any_word(spaced: str, unspaced: str) -> re.Pattern[str]:
    """Finds any of the words; those of scripts without spaces are found within others, too."""
    whole, within = ("|".join(sorted(map(re.escape, w.split()), key=len, reverse=True)) for w in (spaced, unspaced))
    return regex(rf"(?<!{_LETTER})(?:{whole})(?!{_LETTER})|{within}", re.IGNORECASE)


ASKING = any_word(
    "what what's which where where's how many much is are was were be been has have had does do did can could may it it's its this that these the a an in of on from under at to by there any i we me please tell show give find get see know paper article preprint arxiv "
    "der die das den dem des ein eine einen ist sind war wird wurde hat haben es dies diese dieser dieses im auf zu von bei für welche welcher welches welchem was wo wie viele gibt dazu man ich finde kann arbeit artikel papier "
    "le la les l un une du de d ce cet cette c est sont a t il elle y on où quel quelle quels quelles combien que en dans sur sous je peut trouver publication "
    "el los las una del son está están tiene hay dónde cuál cuáles qué cuántas cuántos este esta esto artículo trabajo se lo su por "
    "o os as um uma do da dos no na em é são tem há onde qual quais quantas quantos essa esse isso artigo trabalho foi "
    "это эта этой эту этот этого в на к у из где какая какой какую каком каких какие ли есть имеет сколько статья статьи статье статью работа работы работе работу она он",
    "这 那 篇 个 论 文 章 本 的 是 有 了 吗 呢 吧 呀 什么 哪些 哪 里 儿 几 多少 在 它 被 请问 属于 一共 总共 过 第 到 番 号 この その 論文 記事 は が の を に で と か です ます ました あり ある 何 なに どの どれ どこ "
    "이 그 논문 번 들 은 는 가 을 를 의 에 있 나요 인가요 예요 이에요 야 어디 몇 무엇 뭐 어느 어 해 했",
)
"""Words that ask for nothing by themselves."""
_FACTS = {
    "authors": any_word(
        "who who's whom author authors wer wem verfasser verfasserin autor autoren autorin qui auteur auteurs quién quiénes quien autora autores quem autoras кто автор авторы авторов чья чей chi autori",
        "谁 誰 作者 哪些人 だれ 著者 執筆者 筆者 누구 누가 저자",
    ),
    "date": any_word(
        "when date year wann datum jahr quand date datée année cuándo fecha año quando ano когда дата года год",
        "什么时候 何时 哪天 哪年 几号 日期 いつ 日付 언제 날짜 년도",
    ),
    "categories": any_word(
        "category categories kategorie kategorien catégorie catégories categoría categorías categoria categorias категория категории",
        "分类 类别 カテゴリー カテゴリ 카테고리 분류",
    ),
    "venue": any_word(
        "venue conference conferences journal workshop proceedings accepted accept peer peer-reviewed peer-review review reviewed refereed presented konferenz tagung zeitschrift begutachtet angenommen conférence revue journal accepté conferencia revista congreso aceptado conferência periódico aceito конференция конференции конференцию журнал журнале принята рецензируемая",
        "会议 期刊 顶会 录用 接收 同行评审 会議 学会 ジャーナル 学術誌 査読 採択 학회 저널 학술지 게재 심사",
    ),
    "page": any_word(
        "title cite citation bibtex reference doi id identifier url link links pdf titel zitieren zitiere citer citar titre título título titolo enlace enlaces lien liens название ссылка заголовок",
        "引用 인용 标题 题目 题名 链接 编号 网址 タイトル 題名 リンク 番号 제목 링크 번호",
    ),
    "code": any_word(
        "code repo repository github gitlab weights checkpoint checkpoints quellcode dépôt código repositorio repositório код репозиторий website homepage webpage site demo webseite projektseite",
        "代码 开源 源码 仓库 コード リポジトリ 코드 깃허브 저장소 오픈소스",
    ),
    "affiliation": any_word(
        "affiliation affiliations university universities institute institution institutions institutional lab labs laboratory company companies employer email emails e-mail mail contact country "
        "affiliiert universität universitäten uni institut institute hochschule firma kontakt université universités établissement laboratoire entreprise courriel adresse afiliación afiliaciones universidad universidades institución instituciones correo contacto empresa afiliação afiliações universidade instituição universidades contato contacto "
        "аффилиация университет университета института институт учреждение организация почта",
        "单位 机构 大学 学校 院校 公司 邮箱 联系方式 所属 機関 会社 連絡先 メール 소속 기관 대학 대학교 회사 이메일 연락처",
    ),
    "withdrawn": any_word(
        "withdrawn withdraw retracted retract retraction withdrawal zurückgezogen retirado retirada retiré retirée rétracté rétractation retractado retratado отозвана отозвали",
        "撤稿 撤回 取り下げ 철회",
    ),
    "cited": any_word(
        "citations cited h-index downloads stars zitate zitiert citations cité citas citado citações цитирований цитируемость h-индекс",
        "被引 引用量 引用数 引用次数 被引用 被引用数 인용수 인용 피인용",
    ),
    "version": any_word("version versions v1 v2 v3 fassung revised revision versión versão версия версии", "版 更新 修订 バージョン 改訂 버전 번째"),
    "pages": any_word("page pages long seite seiten longueur página páginas страница страницы страниц", "页 ページ 페이지 쪽"),
}  # fmt: skip
"""Words of which a terse question for the fact has one."""
_BESIDE = any_word(
    "written wrote write authored people behind made first team day published publish submitted submission released release uploaded posted appear appeared came come out source implementation open public publicly available download link or updated been put last latest newer newest most recent recently new old name somewhere anywhere already yet project full and or both und et y e и "
    "geschrieben verfasst stammt kommen viennent vient vienen vêm veröffentlicht eingereicht erschienen öffentlich verfügbar frei lang überarbeitet écrit signé signent publié publiée soumis soumise sorti sortie paru parue disponible ouvert "
    "escribió escrito firman firma publicó publicado envió enviado salió publican público abierto fuente largo escreveu saiu submetido aberto fonte написал написали вышла опубликована подана выложена исходный открыт выложен доступен ссылка",
    "怎么 如何 怎样 写 做 第一 发表 提交 发布 投稿 上传 地址 链接 公开 本 過 arxiv 書いた 書きました 公開 されて いますか された されました 提出 入手 リンク ソース 쓴 썼 사람 나왔 제출 공개 발표 되 소스 링크 판",
)  # fmt: skip
"""Words that such a question may have too."""
_NOT_HELD = ("affiliation", "withdrawn", "cited")
"""Facts that are asked in the words for others, too: `which university are the authors from?`"""
_SEVERAL = regex(r"\w\W+\w|[^\W\d_a-zA-Z]{4}")
"""One word alone (`date`, `code`) may be about the content."""
_VENUE = regex(
    r"accept|publish|appear|conference|proceedings|workshop|journal|camera|\bin press\b|\b[A-Z][A-Za-z]{2,}[ '’-]{0,2}(?:19|20)?\d\d\b"
)
"""A comment that names one."""
_COUNTS_PAGES = regex(r"\d\W{0,2}(?:pages?\b|pp\b|p\.)", re.IGNORECASE)


def asked_facts(question: str) -> tuple[str, ...]:
    """Names of the facts that the question asks for: keys of `_ASKS` and `_FACTS`."""
    for name in _NOT_HELD:
        if asks_only(_FACTS[name], question, (_BESIDE, _FACTS["authors"])):
            return (name,)
    worded = tuple(name for name, pattern in _ASKS.items() if pattern.search(question[:_LONGEST]))
    if worded or not _SEVERAL.search(question):
        return worded
    return tuple(name for name, words in _FACTS.items() if asks_only(words, question, (_BESIDE,)))[:1]


def asks_only(words: re.Pattern[str], question: str, beside: Iterable[re.Pattern[str]]) -> bool:
    """Whether a short question has one of these words and none of another matter."""
    if len(question) > _TERSE:
        return False
    rest, found = words.subn(" ", question)
    for known in (*beside, ASKING):
        rest = known.sub(" ", rest)
    return bool(found) and not re.search(r"\w", rest)


def facts(names: Sequence[str], source: Source, language: str) -> str:
    """The facts of a paper as one paragraph."""
    return " ".join(f for n in names for f in _fact(n, source, language))


def by_paper(sources: Sequence[Source], said: Sequence[str]) -> str:
    """What is said of each paper; of several, with number and title."""
    if len(sources) == 1:
        return said[0]
    return "\n\n".join(
        f"**{escape(f'{s.number} · {s.paper.title}' if s.number else s.paper.title)}** {fact}"
        for s, fact in zip(sources, said, strict=True)
    )


def _fact(name: str, source: Source, language: str) -> Iterator[str]:
    paper = source.paper
    if name == "authors" and paper.authors:
        yield label("fact.authors", language, names=escape(", ".join(paper.authors)))
    elif name == "date":
        yield _date(paper, language)
    elif name == "categories" and paper.categories:
        yield label("fact.categories", language, categories=escape(", ".join(paper.categories)))
    elif name == "code":
        own = [
            link(label(found.kind, language), found.url) if found.known else f"`{found.url}`"
            for found in links(paper, source.text)
        ]
        yield label("fact.links", language, links=", ".join(own)) if own else label("fact.no links", language)
    else:
        yield from _edition(name, source, language)


def _edition(name: str, source: Source, language: str) -> Iterator[str]:
    paper = source.paper
    if name in ("version", "withdrawn"):
        yield label("fact.version", language, version=paper.version, date=_day(paper.updated.date(), paper, language))
    elif name == "pages":
        if source.text.pages:
            yield label("fact.pages", language, n=source.text.pages)
        if _COUNTS_PAGES.search(paper.comment):
            yield label("fact.comment", language, comment=escape(paper.comment))
    elif name == "venue":
        yield from _venue(paper, language)
    elif name == "page":
        places = [link(f"arXiv:{paper.versioned}", paper.abs_url), link("PDF", paper.pdf_url)]
        places.append(link("DOI", f"https://doi.org/{paper.doi or f'10.48550/arXiv.{paper.id}'}"))  # arXiv's own
        yield f"“{escape(paper.title)}”: {', '.join(places)}"
    if name == "withdrawn":
        yield label("withdrawn" if paper.withdrawn else "fact.not withdrawn", language)
    elif name in ("affiliation", "cited"):
        yield label(f"fact.no {name}", language, pdf=link("PDF", paper.pdf_url))
    elif name == "licence":
        yield label("fact.licence", language, page=link("arXiv", paper.abs_url))


def _venue(paper: Paper, language: str) -> Iterator[str]:
    told = bool(_VENUE.search(paper.comment))
    if paper.journal_ref:
        yield label("fact.journal", language, journal=escape(paper.journal_ref))
    if told:
        yield label("fact.comment", language, comment=escape(paper.comment))
    if not (told or paper.journal_ref):
        yield label("fact.no venue", language)


def _day(day: date, paper: Paper, language: str) -> str:
    return day_words(day, language, "yMMM" if paper.month_only else "yMMMd")


def _date(paper: Paper, language: str) -> str:
    first, updated = paper.published.date(), paper.updated.date()
    written = _day(first, paper, language)
    if paper.version == 1 or first == updated:
        return label("fact.date.once", language, date=written)
    version = f"v{paper.version}"
    return label("fact.date", language, date=written, version=version, updated=day_words(updated, language, "yMMMd"))
