"""Finds papers numbered in words, in the languages of `number_words.json`: `Artikel 5`, `le
quatrième article`, `4本目`, `네 번째 논문`, `последняя статья`; and figures that may name a paper.

Number words, ordinals and the endings of ordinals in digits are CLDR's. What CLDR does not hold is
here: the words for a paper, for `number`, for `last`, and for what else is numbered in a paper.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from digest.checks.facts.figures import han_number
from digest.checks.facts.number_words import number_words, numbers_of, without_accents
from digest.patterns import regex


class _Nouns(NamedTuple):
    """Regular expressions over text without accents and capitals."""

    paper: str
    number: str
    last: str
    other: str
    """What else has a number: tables, figures, sections."""
    both: str = ""
    """What stands between two papers named together."""
    the: str = ""
    """Articles of the singular: `le 5` is a paper."""
    today: str = ""
    """`today`, and its adjective."""
    sums_up: str = ""
    """What asks for an overview."""
    about: str = ""
    """What stands between a word for a paper and its subject."""
    one: str = ""
    """Pronouns for a paper whose subject follows."""
    having: str = ""
    """What else stands between such a pronoun and what its paper is about: `das mit …`."""
    end: str = ""
    """What turns an ordinal round: `second from the end`, `끝에서 두 번째`."""


_NOUNS = {
    "en": _Nouns(r"(?:papers?|articles?|entr(?:y|ies)|items?|works?|picks?|ones?)(?: numbered)?", r"numbers?|nos?\.?|nr\.?|#", "last|final", r"tables?|tabs?\.?|fig(?:ure|s)?s?\.?|sections?|sec\.?|chapters?|appendix|equations?|eqs?\.?|steps?|stages?|top|phases?|rounds?|layers?|levels?|theorems?|lemmas?|algorithms?|experiments?|versions?|rows?|columns?|pages?|references?|scenarios?|tasks?|cases?|questions?|gpt|llama|lines?|version|type|class|tier|rank", "and|or|with|to|vs|versus|than|against", "", r"today(?:['’]?s)?|(?:of )?the day", r"summar\w+|sums? up|overview|recap|tl;?dr|digest|in (?:\w+ )?(?:words|sentences|short|brief)|anything|something|highlights", end=r"(?:from|before|counting from) (?:the )?(?:end|last|bottom)"),
    "de": _Nouns(r"artikels?|papers?|papiere?|arbeit(?:en)?|beitrag|beitrage|beitrags|studien?|aufsatz", r"nummern?|nr\.?", r"(?P<back>vor)?letzte[nrms]?", r"tabellen?|abbildung(?:en)?|abb\.?|abschnitte?s?|kapitels?|gleichung(?:en)?|schritte?|stufen?|algorithmus|satz|phase|anhang|schicht|version|experimente?s?|zeilen?|spalten?|seiten?", "und|oder|mit|zu|als|gegenuber", "das|dem|vom|zum|im|beim", r"heut(?:e|ige\w?)|de[ns] tag(?:es)?", r"fass(?:e|en|t)?|zusammen\w*|uberblick|ubersicht|etwas|neues|interessantes", r"uber|zu|zum|zur", r"(?:der|die|das)(?:jenige)?", having=r"mit|von|aus|fur", end=r"von hinten|vom ende|von unten|letzt\w{1,2}"),
    "fr": _Nouns(r"articles?|papiers?|papers?|travaux|travail|etudes?|publications?", r"numeros?|n[o°]|nº", r"(?P<ante>avant[- ](?=avant)|ante(?=pen))?(?P<back>avant[- ]|pen)?(?:derni(?:er|ere)|ultieme)s?", r"tableaux?|figures?|fig\.?|sections?|chapitres?|equations?|eq\.?|etapes?|algorithmes?|theoremes?|annexes?|phases?|couches?|versions?|experiences?|lignes?|colonnes?|pages?", "et|ou|avec|au|a|que", "le|l'|du|au", r"(?:aujourd['’]hui|du jour|(?:de )?la journee)", r"resum\w+|synthese|apercu|recapitul\w+|quelque chose|quoi de neuf|d['’]interessant", r"sur|concernant|a propos d\w+", r"celui|celle", having=r"avec|d[eu]s?|aux?|qui|ou", end=r"en partant de la fin|en partant du bas|(?:avant|a partir de|depuis|par) la fin"),
    "es": _Nouns(r"articulos?|papers?|trabajos?|estudios?|publicacion(?:es)?|investigacion(?:es)?", r"numeros?|n\.[o°]?|n[o°]|nº|num\.?", r"(?P<ante>ante)?(?P<back>pen)?ultim[oa]s?", r"tablas?|figuras?|fig\.?|seccion(?:es)?|capitulos?|ecuacion(?:es)?|pasos?|etapas?|algoritmos?|teoremas?|apendice|fases?|capas?|version|experimentos?|filas?|columnas?|paginas?", "y|e|o|u|con|al|que", "el|del", r"(?:hoy|del dia|la jornada)", r"resum\w+|panorama|sintesis|algo|novedades", r"sobre|acerca de|de l[oa]s", r"(?:el|aquel|la)", having=r"con|de|del|que|para", end=r"(?:desde|por|contando desde|empezando por) (?:el final|abajo|atras)|por la cola"),
    "pt": _Nouns(r"artigos?|papers?|trabalhos?|estudos?|publicac(?:ao|oes)|pesquisas?", r"numeros?|n\.[o°]?|n[o°]|nº|num\.?", r"(?P<ante>ante)?(?P<back>pen)?ultim[oa]s?", r"tabelas?|figuras?|fig\.?|sec(?:ao|oes)|capitulos?|equac(?:ao|oes)|passos?|etapas?|algoritmos?|teoremas?|apendice|fases?|camadas?|versao|experimentos?|linhas?|colunas?|paginas?", "e|ou|com|ao|que", "o|do", r"(?:hoje|do dia)", r"resum\w+|sintese|panorama|algo|alguma coisa|novidades", r"sobre|acerca d[eoa]s?|d[oa]s", r"(?:o|aquele|a)", having=r"com|de|d[oa]s?|para", end=r"(?:a (?:contar|partir) )?do (?:fim|final)|de (?:tras para|baixo para)(?: a frente| frente| cima)?"),
    "it": _Nouns(r"articol[oi]|papers?|lavor[oi]|studi[o]?|pubblicazion[ei]|ricerc(?:a|he)", r"numer[oi]|n\.[o°]?|n[o°]|nº|num\.?", r"(?P<back>pen)?ultim[oaie]", r"tabell[ae]|figur[ae]|fig\.?|sezion[ei]|capitol[oi]|equazion[ei]|pass[oi]|fas[ei]|algoritm[oi]|teorem[ai]|appendice|strat[oi]|version[ei]|esperiment[oi]|righ[ae]|colonn[ae]|pagin[ae]", "e|ed|o|con|al|che|di", "il|l'|del|sul", r"(?:oggi|del giorno|(?:del)?la giornata)", r"riassu\w+|sintesi|panoramica|qualcosa|novita", r"su|sul|sull[aoe]?|sugli|sui|riguardo a\w*", r"quell[oa]", having=r"con|d\w{1,4}|che|per", end=r"(?:dal|partendo dal) fondo|dalla fine|(?:a )?partire dalla fine"),
    "nl": _Nouns(r"artikel(?:en|s)?|papers?|werk(?:en)?|studies?|publicaties?", r"nummers?|nr\.?", r"(?P<back>voor|op een na )?laatste", r"tabel(?:len)?|figu(?:ur|ren)|afbeelding(?:en)?|secties?|hoofdstuk|vergelijking|stap(?:pen)?|algoritme|fase|bijlage", "en|of|met|dan", "het|de", r"(?:vandaag|van de dag)", r"samenvat\w*|vat|overzicht", r"over", r"(?:die|dat|het)"),
    "sv": _Nouns(r"artikel|artikeln|artiklar(?:na)?|papper(?:et)?|arbetet?|studien?", r"nummer|nr\.?", r"(?P<back>nast )?sista", r"tabell(?:en)?|figur(?:en)?|avsnitt(?:et)?|kapitel|ekvation(?:en)?|steg|algoritm|fas", "och|eller|med", "det|den", r"(?:i dag|idag|dagens)", r"sammanfatt\w*|oversikt", r"om", r"(?:den|det)"),
    "pl": _Nouns(r"artykul\w{0,4}|prac[aeyęę]|papers?|publikacj\w{0,3}", r"numer\w{0,2}|nr\.?", r"(?P<back>przed)?ostatni\w{0,3}", r"tabel\w{0,3}|rysun\w{0,4}|sekcj\w{0,2}|rozdzia\w{0,3}|rownani\w{0,2}|krok\w{0,2}|algorytm\w{0,2}|etap\w{0,2}", "i|oraz|lub|z|ze|niz", "", r"(?:dzis|dzisiaj|dzisiejsz\w+)", r"podsumuj\w*|streszcz\w*|przeglad", r"o|na temat", r"(?:ten|ta|to)"),
    "ru": _Nouns(r"стат(?:ья|ьи|ье|ью|ьеи|еи|ьям|ьях)|работ(?:а|ы|е|у|ои|ам|ах)?|папер\w{0,2}|публикаци\w{1,2}", r"номер\w{0,2}|№", r"(?P<back>пред)?последн(?:яя|еи|юю|ии|ее|его|ем|ие|их)", r"таблиц\w{0,2}|рисун\w{1,4}|рис\.?|раздел\w{0,2}|глав\w{0,2}|уравнени\w{0,2}|формул\w{0,2}|шаг\w{0,2}|этап\w{0,2}|алгоритм\w{0,2}|сло[ияею]\w{0,2}|верси\w{0,2}|эксперимент\w{0,3}|строк\w{0,2}|столб\w{0,4}|страниц\w{0,2}|стр\.", "и|или|с|со|чем", "", r"(?:сегодня\w*|за день|дня)", r"итог\w*|переска\w*|обзор\w*|суммир\w*|резюм\w*|кратко|что-(?:то|нибудь)|нового|интересного", r"про|о|об|обо", r"(?:та|то|тот|ту|та,? которая|котор(?:ая|ую|ыи))", having=r"(?:что |где )?(?:про|о|об)|где|что|с|со|для", end=r"(?:с|от) конца|снизу"),
    "tr": _Nouns(r"makale\w{0,6}|bildiri\w{0,4}|calısma\w{0,6}|calisma\w{0,6}", r"numara(?:lı)?|no\.?", r"son", r"tablo\w{0,4}|sekil\w{0,4}|bolum\w{0,4}|denklem\w{0,4}|adım\w{0,4}|asama\w{0,4}", "ve|veya|ile", "", r"bugun\w*", r"ozet\w*"),
    "ar": _Nouns(r"(?:ال|لل|بال|وال)?(?:ورقة|مقالة?|بحث|دراسة)", r"(?:ال)?رقم", r"(?:ال)?[اأ]خيرة?", r"(?:ال)?(?:جدول|شكل|قسم|معادلة|خطوة|فصل|خوارزمية)", "و|أو|مع|من", "", r"اليوم", r"(?:لخص|ملخص|تلخيص|نظرة عامة)"),
    "zh": _Nouns(r"论文|文章|論文", r"编号|号", "最后一?", r"表格?|图|公式|式|定理|算法|章节?|步骤?|阶段|方程|附录|版本|实验|引理|节|行|列|页|第", today="今[天日]|当[天日]|本日|本期", sums_up="总结|概括|概述|汇总|归纳|综述|梳理|整理|有(?:什么|啥)|值得", end=r"倒数|从(?:后|最后|下)(?:面|往前|往上)*(?:数)?"),
    "ja": _Nouns(r"(?:論文|ペーパー|文献|記事)", r"番号|No\.?", "最後|末尾", r"表|図|式|節|章|ステップ|段階|定理|アルゴリズム|付録|バージョン|実験|手順|フェーズ|行|列|ページ", today="今[日回]|本日|一日", sums_up="まとめ|要約|概要|総括|何か|面白い|おすすめ", about=r"に(?:関|つ)(?:する|いて)の?", end=r"(?:後ろ|最後|下|末尾|うしろ)から(?:数えて)?"),
    "ko": _Nouns(r"(?:논문|페이퍼|글)", r"번호|넘버", "마지막", r"표|그림|식|수식|절|장|섹션|단계|정리|알고리즘|부록|버전|실험|방정식|행|열|페이지", today="오늘|하루", sums_up=r"요약|정리|개요|볼\s?만한|재밌는|재미있는", about=r"에 관한|에 대한|관련", end=r"(?:끝|뒤|밑|아래|마지막)에서"),
}  # fmt: skip
_EAST = ("zh", "ja", "ko")
_COMPOUNDS = {"de": r"letzt\w{1,2}", "it": r"ultim\w"}
"""`drittletzte`, `terzultimo`"""
_SPACED = tuple(language for language in _NOUNS if language not in _EAST)
_NAME = 40
"""Characters before a word for a paper in which its author's name is looked for."""
_WHOSE = regex(r"(?P<name>[a-z-]{2,}?)(?:['’]?s|['’])?[\s的の의]*\Z")
_BY = regex(r"\s+(?:(?:from|\w{1,3})\s+)?(?P<name>[a-z-]{2,})")
"""A word of up to three letters: by, von, de, da, di, от."""
_POSSESSIVE = regex(r"(?P<name>[a-z-]{2,})['’]s\b")
_PAIR = 2
_BOTH = regex(
    r"(?<!\w)(?:both|beide[nrs]?|amb[oa]s|entramb[ie]|оба|обе|обоих|обеих)(?!\w)|两[篇个者]|俩|両方|どちらも|[二2][つ本編]|둘|두\s?(?:논문|편)"
)
_SPAN = 20
_REACH = 80
"""Characters before a figure in which what it counts or joins is looked for."""
_END = r"(?=\s*(?:[?!.,:;،؟？！。，、：；…]|$))"
_CJK = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_FIGURE = rf"(?:(?<![\w.,\-/=<>≤≥~≈$€£+×*^±:])|(?<=[{_CJK}]))\d{{1,2}}(?![a-z0-9_%°×^/=*]|[.,:\-–]\d|-[a-z]|\s*%)"
_PARTICLE = regex(
    r"\s*(?:[的有是呢吗里在用怎为和与跟讲说中のはがをともにで은는이가을를의와과도에랑]|比(?!特)|って|だ|じゃ|なら|より|하고|요|[?!.,:;)？！。，、：；）])"
)
_IDEOGRAM = regex(rf"\s*[{_CJK}]")
_BEFORE = r"(?=\s*(?:[はがをともでに은는이가을를의과와도?!,.？、。！]|$))"
"""What follows a number that stands for its paper in Japanese and Korean."""
SIZED = r"\s+(?:x\b|(?!does|is|was|has)[^\W\d]*s\b|gpu\b|tpu\b|cpu\b|[kmg]b\b)"
_SIZED = regex(SIZED)
"""A plural in -s or a device: `3 baselines`, `4 couches`, `8 GPU`."""
_NAME_BEFORE = regex(r"(?<=.)(?<![A-Za-z])(?:[A-Z][A-Za-z.-]*\s)?[A-Z][A-Za-z.-]*\s?\Z")
_WITH = regex(
    r"\b(?:just|only|with|for|on|and|or|than|like|uses?|using|avec|sur|pour|et|con|para|y|com) \Z", re.IGNORECASE
)
_OTHER_SCRIPT = regex(rf"[{_CJK}\u0400-\u04ff]")
_AMOUNT = regex(r"[=≈<>≤≥~±]\s*$|\b(?:size|top|k|n)\s+(?:of|is|de|von)?\s*$")


@dataclass(frozen=True)
class Worded:
    named: tuple[tuple[int, int], ...] = ()
    """(place, number): papers with a word for a paper or in an unambiguous form."""
    bare: tuple[int, ...] = ()
    """Papers named by an article and a figure alone: `le 5`."""
    unplaced: tuple[int, ...] = ()
    """Figures that may name a paper or not."""


def aligned(text: str) -> str:
    """The text without accents and capitals, each character at its place."""
    return text.lower() if text.isascii() else "".join(without_accents(c)[:1] or c for c in text)


def worded_in(question: str, count: int) -> Worded:
    """`question` is in compatibility form."""
    plain = without_accents(question)
    found = sorted(_named(plain, count))
    named = [(at, number) for at, _, number in found]
    bare = [(m.start("bare"), m.end(), int(m["bare"])) for language in _NOUNS for m in _bare(language).finditer(plain)]
    taken = {place for at, end, _ in (*found, *bare) for place in range(at, end)}
    unplaced = [u for u in _unplaced(plain, count) if u[0] not in taken and not _versions(question, plain, u[0])]
    if named:
        # `Compara el artículo 3 con el 6`
        named += [u for u in unplaced if _just_before(_joins(), plain, u[0])]
        unplaced = [u for u in unplaced if u not in named]
    elif len(unplaced) == _PAIR and _between().fullmatch(plain[unplaced[0][0] : unplaced[1][0]]):
        named, unplaced = unplaced, []
    return Worded(tuple(sorted(set(named))), tuple(n for _, _, n in bare), tuple(n for _, n in unplaced))


def from_the_end(question: str, count: int) -> tuple[tuple[tuple[int, int], ...], str]:
    """(place, number) of the papers counted from the end, and the question without them."""
    plain, found = aligned(question), []
    for language in _NOUNS:
        for pattern in _turned(language):
            for match in pattern.finditer(plain):
                number = count + 1 - _ordinal_value(match["number"], language)
                found.append((match.start(), number))
                plain = f"{plain[: match.start()]}{' ' * len(match[0])}{plain[match.end() :]}"
    if not found:
        return (), question
    rest = "".join(" " if blank == " " else c for c, blank in zip(question, plain, strict=True))
    return tuple((at, n) for at, n in found if n >= 1), rest


def means_today(question: str, count: int = 0) -> bool:
    """Whether it asks for the day's papers: `les articles d'aujourd'hui`, `summarize today`; or
    for as many as the digest has, `count` of them: `the ten papers`, `这十篇`."""
    plain = without_accents(question)
    return any(pattern.search(plain) for pattern in _today()) or (
        count > _PAIR and any(_so_many(language, count).search(plain) for language in _NOUNS)
    )


def means_all(question: str, count: int) -> bool:
    """Whether it asks about so many papers: `both`, `los dos`, `둘 다`."""
    plain = without_accents(question)
    said = [w for language in _SPACED for w in number_words()[language]["cardinal"].get(str(count), ())]
    return bool(re.search(rf"(?<!\w)(?:{'|'.join(said)})(?!\w)|(?<![\w.]){count}(?![\w.%])", plain)) or bool(
        count == _PAIR and _BOTH.search(plain)
    )


def names_today(question: str) -> bool:
    """Whether it says `today` or a word like it."""
    plain = without_accents(question)
    return any(re.search(rf"{edge}(?:{words}){edge}", plain) for edge, words in _todays())


def authors(question: str) -> Iterator[str]:
    """Words that stand where a paper's author does: `Tanaka's paper`, `die Arbeit von Almeida`."""
    plain = without_accents(question)
    for noun in _papers().finditer(plain):
        if before := _WHOSE.search(plain, max(0, noun.start() - _NAME), noun.start()):
            yield before["name"]
        if after := _BY.match(plain, noun.end()):
            yield after["name"]
    yield from (m["name"] for m in _POSSESSIVE.finditer(plain))


def descriptions(question: str) -> Iterator[str]:
    """What papers are said to be about: `l'article sur les feux`, `die Waldbrand-Arbeit`."""
    plain = without_accents(question)
    for language in _NOUNS:
        yield from (m["what"].strip() for pattern in _about(language) for m in pattern.finditer(plain))


def _named(plain: str, count: int) -> Iterator[tuple[int, int, int]]:
    """(start, end, number)"""
    for language in _NOUNS:
        for pattern in _patterns(language):
            for match in pattern.finditer(plain):
                groups = match.groupdict()
                if "number" not in groups:
                    yield from ((match.start(), match.end(), n) for n in _from_an_end(groups, count, language))
                    continue
                at, listed = match.start("number"), match["number"]
                yield from ((at + i, match.end(), n) for i, n in enumerate(_values(listed, language)))


def _from_an_end(groups: Mapping[str, str | None], count: int, language: str) -> Iterable[int]:
    """The first or the last papers, the last one, or the one before it."""
    some = next((_values(g, language)[0] for side in ("first", "last") if (g := groups.get(side))), 0)
    if groups.get("first"):
        return range(1, min(some, count) + 1)
    return (
        range(max(count - some, 0) + 1, count + 1)
        if some
        else (count - bool(groups.get("back")) - bool(groups.get("ante")),)
    )


def _values(listed: str, language: str) -> Sequence[int]:
    found = [int(n) for n in re.findall(r"\d+", listed)]
    if not found:
        return [numbers_of(language)[re.sub(r"\s", "", listed)]]
    span = re.fullmatch(r"\d+\s*[-–—~]\s*\d+", listed)
    return range(found[0], found[1] + 1) if span and found[0] < found[1] <= found[0] + _SPAN else found


def _unplaced(plain: str, count: int) -> Iterator[tuple[int, int]]:
    counts_things = False
    for match in _figures().finditer(plain):
        # `Table 4 and 5`, `3 seeds or 5`
        if not (counts_things and _just_before(_joins(), plain, match.start())):
            counts_things = _counts(match, plain)
        number = _values(match[0], "en" if match[0].isascii() else "zh")[0]
        if not counts_things and 1 <= number <= count:
            yield match.start(), number
    for language in _NOUNS:
        yield from (
            (m.start("number"), n)
            for m in _ordinals(language).finditer(plain)
            if 1 < (n := _values(m["number"], language)[0]) <= count
        )


def _counts(figure: re.Match[str], plain: str) -> bool:
    """Whether the figure is an amount, or numbers something else than a paper."""
    start, end = figure.span()
    if any(_just_before(p, plain, start) for p in (_other(), _AMOUNT)) or _SIZED.match(plain, end):
        return True
    if figure[0].startswith("第"):
        return bool(_other_east().match(plain, end))
    return bool(_IDEOGRAM.match(plain, end) and not _PARTICLE.match(plain, end))


def _versions(question: str, plain: str, at: int) -> bool:
    """Whether the figure belongs to a name: `Raspberry Pi 4`, `Llama 3でしか`."""
    if len(question) != len(plain):
        return False
    name = _NAME_BEFORE.search(question, max(0, at - _NAME), at)
    if not name:
        return False
    before = question[max(0, name.start() - _NAME) : name.start()]
    # In German any noun has a capital.
    return " " in name[0].strip() or bool(_OTHER_SCRIPT.search(question) or _WITH.search(before))


def _just_before(pattern: re.Pattern[str], plain: str, at: int) -> bool:
    """Whether what ends at this place, as `pattern` ends, begins within reach of it."""
    return pattern.search(plain, max(0, at - _REACH), at) is not None


def _patterns_spaced(language: str) -> Iterator[str]:
    nouns, ordinal, noun = _NOUNS[language], _ordinal(language), _noun(language)
    cardinal = rf"(?:\d{{1,3}}(?![\w%]|[.,]\d)|(?:{_words(language, 'cardinal', 2)})(?!\w))"
    both = rf"\s*(?:[-–—~,&]|(?<!\w)(?:{nouns.both})(?!\w))\s*"
    listed = rf"\d{{1,3}}(?:{both}\d{{1,3}}){{1,49}}(?![\w%]|[.,]\d)"
    number = rf"(?<!\w)(?:{nouns.number})(?:(?<=\W)|(?!\w))"
    last = rf"(?<![\w-])(?:{nouns.last})(?!\w)"
    yield rf"(?:{noun}\s*(?:{number})?|{number})\s*(?P<number>{listed}|{cardinal})"
    yield rf"(?<!\w)(?P<number>{ordinal})\s+{noun}"
    yield rf"{noun}\s+(?P<number>{ordinal})"
    yield rf"{last}\s+{noun}"
    yield rf"{noun}\s+{last}{_END}"
    the = _the(language, "|(?:die|der|den|la|a)(?=\\s)")  # `la tercera`, `die letzte`
    yield rf"{the}(?P<number>{ordinal})(?:{_END}|(?={both}(?:{nouns.the or '(?!)'})\s*(?:{ordinal}|{last})))"
    if language not in ("en", "tr"):  # `son` is a word of Spanish and French too
        yield rf"{the}{last}{_END}"
    yield rf"(?<!\w)(?P<number>{ordinal})(?={both}(?:\w{{1,3}}\s+)?(?:{ordinal}|{last})\s+{noun})"
    first = rf"(?<!\w)(?:{'|'.join(number_words()[language]['ordinal'].get('1', ['(?!)']))}\w?)(?!\w)"
    for side, words in (("first", first), ("last", last)):
        some = rf"(?P<{side}>{cardinal})"
        yield rf"{words}\s+{some}(?:\s+{noun}|{_END})"
        yield rf"{some}\s+{words}(?:\s+{noun}|{_END})"


def article(language: str) -> str:
    return _NOUNS[language].the or ("the" if language == "en" else "(?!)")


def having(language: str) -> str:
    return _NOUNS[language].having or "(?!)"


def ordinals(language: str) -> str:
    """The ordinals of a language, and its word for the last one."""
    words = f"第\\d+|{_words(language, 'ordinal')}" if language in _EAST else _ordinal(language)
    # Groups of this name stand in other expressions.
    return rf"(?:{words}|{re.sub('[?]P<[a-z]+>', '?:', _NOUNS[language].last)})"


def _ordinal(language: str) -> str:
    endings = "|".join(map(re.escape, number_words()[language]["suffix"])) or r"(?!)"
    return rf"(?:(?:{_words(language, 'ordinal')})(?!\w)|\d{{1,3}}(?:{endings})(?!\w))"


def _noun(language: str) -> str:
    return rf"(?<!\w)(?:{_NOUNS[language].paper})(?!\w)"


def _the(language: str, also: str = "") -> str:
    """What stands before a number for its paper."""
    if the := _NOUNS[language].the:
        return rf"(?<!\w)(?:{the}{also})\s*"
    return r"(?:(?<=\w )|^)" if language != "en" else r"(?<!\w)(?<!\bon )the\s+"


def _patterns_east(language: str) -> Iterator[str]:
    paper, number, last = (f"(?:{words})" for words in _NOUNS[language][:3])
    # `논문 두 문장으로` asks for two sentences.
    counted = r"(?!\s+[가-힣])" if language == "ko" else ""
    spoken = rf"(?:\d{{1,3}}|(?:{_words(language, 'cardinal')}){counted})"
    ordinal = rf"(?:{_words(language, 'ordinal')}|第\d{{1,3}})"
    yield rf"{paper}\s*(?:{number})?\s*(?P<number>{spoken})(?![\d%]|\.\d)"
    yield rf"{last}(?:一篇)?[的のに]?(?:那|这)?(?:一?篇|\s*{paper}|\s(?:거|것|꺼)(?![가-힣]{{2}}))"
    yield rf"(?P<number>{ordinal})[のの]?\s*{paper}"
    if language == "zh":
        yield rf"(?P<number>{spoken})号的?{paper}"
    elif language == "ja":
        yield r"(?P<number>\d{1,3}番?[とや]\d{1,3})番"
        # `1番` may be `most`.
        yield r"(?<![\d第])(?P<number>(?:[2-9]|[1-9]\d)番)(?![目線地号館街組台])"
        yield rf"(?P<number>\d{{1,3}})の{paper}"
        yield rf"(?P<number>{spoken}|[\d一二三四五六七八九十]つ)(?:(?:番目?|目|つ目|個目)(?:の?(?:{paper}|もの|やつ)|{_BEFORE})|[本件報編]目)"
    else:
        # Elsewhere `3번` may be three times.
        yield r"^\W*(?P<number>\d{1,2}번)(?!\s*(?:째|이나|씩|만|정도|반복|실행|돌))"
        yield r"(?P<number>\d{1,3}번?(?:과|와|이?랑|하고)\s*\d{1,3})번"
        yield rf"(?P<number>{ordinal}|\d{{1,3}}\s*번째?)\s*(?:{paper}|거|것|꺼|{_BEFORE})"


def _words(language: str, kind: str, least: int = 1) -> str:
    words = [w for n, ws in number_words()[language][kind].items() if int(n) >= least for w in ws]
    return "|".join(re.sub(r"\\?\s", r"\\s*", re.escape(w)) for w in sorted(words, key=len, reverse=True)) or r"(?!)"


@cache
def _turned(language: str) -> tuple[re.Pattern[str], ...]:
    end, paper = _NOUNS[language].end, _NOUNS[language].paper
    if not end:
        return ()
    if language in _EAST:
        digits = {
            "zh": r"第[\d一二三四五六七八九十]+",
            "ja": r"\d+番目|[一二三四五六七八九十]番目|\d+つ目",
            "ko": r"\d+\s?번째",
        }[language]
        ordinal = rf"(?P<number>{digits}|{_words(language, 'ordinal')})"
        return (re.compile(rf"(?:{end})\s*(?:의\s*)?{ordinal}(?:番?目)?[のの]?\s*(?:[篇个]|{paper}|거|것|やつ)?"),)
    ordinal = rf"(?P<number>{_ordinal(language)})"
    last = rf"(?:to[\s-])?(?:{_NOUNS[language].last})(?:\s+{_noun(language)}|{_END})"
    turned = [
        rf"(?<!\w){ordinal}[\s-]{last}",
        rf"(?<!\w){ordinal}(?:\s+{_noun(language)})?[\s-](?:{end})(?!\w)(?:[\s-]+{_noun(language)})?",
    ]
    if language in _COMPOUNDS:
        stems = "|".join(w[:-1] for w in numbers_of(language, "ordinal") if w.endswith(("te", "o")))
        turned.append(rf"(?<!\w)(?P<number>{stems}){_COMPOUNDS[language]}(?!\w)(?:\s+{_noun(language)})?")
    return tuple(map(re.compile, turned))


def _ordinal_value(said: str, language: str) -> int:
    if digits := re.search(r"\d+", said):
        return int(digits[0])
    if language in ("zh", "ja"):
        return int(han_number(re.sub(r"[第番目]", "", said)))
    known = numbers_of(language, "ordinal")
    word = re.sub(r"\s", "", said)
    return known.get(word) or known.get(f"{word}e") or known[f"{word}o"]


@cache
def _so_many(language: str, count: int) -> re.Pattern[str]:
    """`ten papers`, but not `the 10 best papers of 2020`, nor `paper 10`."""
    said = "|".join([str(count), *number_words()[language]["cardinal"].get(str(count), ())])
    if language in _EAST:
        return re.compile(rf"(?<![\d.第])(?:{said})\s*(?:[篇本件편]|개의?\s*{_NOUNS[language].paper})(?!目)")
    return re.compile(rf"(?<![\w.])(?:{said})\s+{_noun(language)}")


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    made = _patterns_east(language) if language in _EAST else _patterns_spaced(language)
    return tuple(map(re.compile, made))


def cardinals(language: str) -> str:
    return _words(language, "cardinal", 2)


@cache
def _papers() -> re.Pattern[str]:
    return re.compile(rf"(?:(?<!\w)(?:{any_of('paper', _SPACED)})(?!\w))|(?:{any_of('paper', _EAST)})")


@cache
def _bare(language: str) -> re.Pattern[str]:
    the = _NOUNS[language].the or "(?!)"
    return re.compile(rf"(?<!\w)(?:{the})\s*(?P<bare>\d{{1,3}})(?!\w|\s*%|[.,]\d|{_SIZED.pattern})")


def any_of(field: str, languages: Iterable[str] = _NOUNS) -> str:
    """An expression for the words of these languages."""
    return "|".join(value for language in languages if (value := getattr(_NOUNS[language], field)))


@cache
def _ordinals(language: str) -> re.Pattern[str]:
    """An ordinal before a word that may be its noun or its verb: `le neuvième utilise`."""
    if language in _EAST:
        return re.compile(r"(?!)(?P<number>)")
    before = _the(language) if language == "en" or _NOUNS[language].the else r"^\W*(?:\w\s+)?"
    return re.compile(rf"{before}(?P<number>{_ordinal(language)})\s*(?!{_NOUNS[language].other})(?<=\s)\w")


@cache
def _about(language: str) -> tuple[re.Pattern[str], ...]:
    nouns, what = _NOUNS[language], r"(?P<what>[^,.!?;:]{3,60})"
    if not nouns.about:
        return ()
    if language in _EAST:
        own = rf"(?:{nouns.other})の?(?:{nouns.paper}|やつ)"
        other = rf"(?!{nouns.today}|{nouns.last}|{nouns.number}|\d|{_words(language, 'ordinal')}|{own})"
        subject = rf"{other}(?P<what>[^\s、。?？,.]{{2,20}}?)(?:{nouns.about})\s*{nouns.paper}"
        named = {"ja": rf"[\u30a0-\u9fff]{{2,}})の?(?:{nouns.paper}|やつ)", "ko": rf"[가-힣 ]{{2,14}}?)\s{nouns.paper}"}
        return re.compile(subject), re.compile(rf"^\W*{other}(?P<what>{named[language]}")
    about = rf"\s+(?:{nouns.about})(?!\w)\s*{what}"
    found = [f"{_noun(language)}{about}", rf"(?<!\w)(?P<what>[^\W\d_]{{4,}})-{_noun(language)}"]
    one = rf"^\W*(?:\w{{1,3}}\s)?(?:{nouns.one})"
    found.append(f"{one}{about}")
    if nouns.having:
        # `das mit Tabelle 3` is no paper about tables.
        own = rf"(?!\s*(?:\w{{2,3}}\s)?(?:(?:{any_of('other')})(?!\w)|\d))"
        found.append(rf"{one},?\s+(?:{nouns.having})(?!\w){own}\s*{what}")
    return tuple(map(re.compile, found))


@cache
def _other() -> re.Pattern[str]:
    spaced = any_of("other", (k for k in _NOUNS if k not in _EAST))
    return re.compile(
        rf"(?:(?<!\w)(?:{spaced})|(?:{any_of('other', _EAST)}))\s*(?:(?:{any_of('number')})\s*)?[(（]?\s*$"
    )


@cache
def _other_east() -> re.Pattern[str]:
    return re.compile(rf"个\s*(?:{any_of('other', _EAST)})")


@cache
def _figures() -> re.Pattern[str]:
    """`4`; the English words for it; `第四` of something that is not said."""
    words, ordinals = _words("en", "cardinal", 2), _words("zh", "ordinal")
    return re.compile(
        rf"{_FIGURE}|(?<![\w-])(?:{words})(?![\w-])|(?:{ordinals})(?=个)|[二三四五六七八九十](?=\s*[?!？！。呢]*$)"
    )


@cache
def _joins() -> re.Pattern[str]:
    """What joins a figure to a paper named before it."""
    return re.compile(rf"(?:(?<!\w)(?:{any_of('both')})\s+|[,、&和与跟とや과와])\s*(?:(?:{any_of('the')})\s*)?$")


@cache
def _between() -> re.Pattern[str]:
    return re.compile(rf"(?<!\d)\d+(?:\s*(?:[、&和与跟比とや과와]|이?랑|하고)\s*|\s+(?:{any_of('both')})\s+)")


def _todays() -> Iterator[tuple[str, str]]:
    yield from (("", any_of("today", _EAST)), (r"\b", any_of("today", _SPACED)))


@cache
def _today() -> tuple[re.Pattern[str], ...]:
    found = []
    for language, nouns in _NOUNS.items():
        edge, gap = ("", ".{0,8}") if language in _EAST else (r"\b", r"\W+(?:\w+\W+){0,3}")
        today, sums = rf"{edge}(?:{nouns.today}){edge}", rf"{edge}(?:{nouns.sums_up}|{nouns.paper}){edge}"
        found.append(re.compile(rf"{today}{gap}{sums}|{sums}{gap}{today}"))
    return tuple(found)
