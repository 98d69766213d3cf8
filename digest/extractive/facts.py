"""Answers questions about authors, dates, categories, code, version and licence from metadata and
rules. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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
        r"|(?:作者|著者)(?:们|名)?(?:都|分别)?(?:是|有|は|を)?(?:谁|誰|だれ|哪|什么人|教え|\W*$)|谁(?:写|是作者)|哪些作者|誰が書"
        r"|저자(?:들)?[은는이가]?(?:\s*(?:누구|이름|알려)|\W*$)|누가 (?:썼|쓴|작성)"
        r"|\bwer\b.{0,40}(?:geschrieben|verfasst|autor)|\bqui\b.{0,40}(?:écrit|auteurs?\b)|\bqui[eé]n(?:es)?\b.{0,40}(?:escrib|autor)|\bquem\b.{0,40}(?:escreve|autor)|\bchi\b.{0,40}(?:scritto|autor)|\bкто\b.{0,30}(?:автор|написал)"
        r"|\b(?:autor(?:en|es)?|auteurs?|autori)\W*$",
        re.IGNORECASE,
    ),
    "date": regex(
        r"\bwhen (?:was|did|were)\b.{0,6}\b(?:it|they|this|(?:this |the )?(?:paper|article|work|authors))\b.{0,20}\b(?:publish|submit|post|appear|upload|come out|written|release)|\b(?:publication|submission|release) date\b|\bhow (?:old|recent|new) is (?:it|this|the paper)\b"
        r"|(?:什么时候|何时|哪[年天]|几号)(?:发表|提交|发布|投稿|上传|写)|(?:发表|提交|发布|投稿)(?:于|的)?(?:时间|日期|什么时候|何时|哪)|いつ(?:発表|投稿|公開|提出|書)|언제.{0,12}(?:발표|제출|공개|게재|나왔)"
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
    "licence": regex(
        r"^(?!.*(?:\bdata|\bcorp(?:us|ora)\b|\bcode|\bweights|\bmodels?\b|数据|代码|模型|データ|コード|モデル|데이터|코드|모델|daten|donn[ée]es|datos|dados|dati\b|данны)).*(?:\blicen[cs]e\b|许可|版权|授权|ライセンス|라이선스|\blizenz|\blicencia|\blicença|\blicenza|лицензи)",
        re.IGNORECASE,
    ),
}  # fmt: skip


def asked_facts(question: str) -> tuple[str, ...]:
    """Which of `authors`, `date`, `categories`, `code`, `version`, `licence` it asks for."""
    return tuple(name for name, pattern in _ASKS.items() if pattern.search(question[:_LONGEST]))


def facts(names: Sequence[str], sources: Sequence[Source], language: str) -> str:
    """The facts of each paper as one paragraph; several papers with number and title."""
    said = [" ".join(f for n in names for f in _fact(n, s, language)) for s in sources]
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
    elif name == "version":
        yield label("fact.version", language, version=paper.version, date=_day(paper.updated.date(), paper, language))
    elif name == "licence":
        yield label("fact.licence", language, page=link("arXiv", paper.abs_url))


def _day(day: date, paper: Paper, language: str) -> str:
    return day_words(day, language, "yMMM" if paper.month_only else "yMMMd")


def _date(paper: Paper, language: str) -> str:
    first, updated = paper.published.date(), paper.updated.date()
    written = _day(first, paper, language)
    if paper.version == 1 or first == updated:
        return label("fact.date.once", language, date=written)
    version = f"v{paper.version}"
    return label("fact.date", language, date=written, version=version, updated=day_words(updated, language, "yMMMd"))
