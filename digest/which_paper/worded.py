"""Finds papers numbered in words, in the languages of `number_words.json`: `Artikel 5`, `le
quatrième article`, `4本目`, `네 번째 논문`, `последняя статья`; and figures that may name a paper.

Number words, ordinals and the endings of ordinals in digits are from CLDR. This module lists what
CLDR lacks: the words for a paper, for `number`, for `last`, and for what else is numbered in a
paper."""

from __future__ import annotations

import pickle
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from digest.checks.facts.figures import han_number
from digest.checks.facts.number_words import number_words, numbers_of, without_accents
from digest.checks.language import is_little as function_word
from digest.patterns import regex


class _Nouns(NamedTuple):
    """Regular expressions for text without accents and capitals."""

    paper: str
    number: str
    last: str
    other: str
    """Other things with a number: tables, figures, sections."""
    both: str = ""
    """Words between two papers named together."""
    the: str = ""
    """Articles of the singular: `le 5` is a paper."""
    today: str = ""
    """`today` and its adjective."""
    sums_up: str = ""
    """Words that ask for an overview."""
    about: str = ""
    """Words between a word for a paper and its subject."""
    one: str = ""
    """Pronouns for a paper whose subject follows."""
    having: str = ""
    """Other words between such a pronoun and its paper's subject: `das mit …`."""
    then: str = ""
    """Words that may follow a paper named without a noun, and are no noun: `le deuxième est …`."""
    span: tuple[str, str] = ("(?!)", "(?!)")
    """Words before the ends of a range: `de 1 à 3`."""
    end: str = ""
    """Words that count an ordinal from the end: `second from the end`, `끝에서 두 번째`."""


_NOUNS = {
    "en": _Nouns(r"(?:papers?|articles?|entr(?:y|ies)|items?|works?|picks?|ones?)(?: numbered)?", r"numbers?|nos?\.?|nr\.?|#", "last|final|bottom", r"tables?|tabs?\.?|fig(?:ure|s)?s?\.?|sections?|sec\.?|chapters?|appendix|equations?|eqs?\.?|steps?|stages?|top|phases?|rounds?|layers?|levels?|theorems?|lemmas?|algorithms?|experiments?|versions?|rows?|columns?|pages?|references?|scenarios?|tasks?|cases?|questions?|gpt|llama|lines?|version|type|class|tier|rank|pp?\.|pgs?\.?", "and|or|with|to|vs|versus|than|against", "", r"today(?:['’]?s)?|(?:of )?the day", r"summar\w+|sums? up|overview|recap|overall|in general|tl;?dr|digest|in (?:\w+ )?(?:words|sentences|short|brief)|anything|something|highlights", end=r"(?:from|before|counting from) (?:the )?(?:end|last|bottom)", then=r"ha(?:s|ve)|is|are|do(?:es)?|did|w(?:as|ere)|can|how|what|which|who|where|why|any|please", span=(r"from", r"to|through|thru|till")),
    "de": _Nouns(r"artikels?|papers?|papiere?|arbeit(?:en)?|beitrag|beitrage|beitrags|studien?|aufsatz", r"nummern?|nr\.?", r"(?P<back>vor)?letzte[nrms]?", r"tabellen?|abbildung(?:en)?|abb\.?|abschnitte?s?|kapitels?|gleichung(?:en)?|schritte?|stufen?|algorithmus|satz|phase|anhang|schicht|version|experimente?s?|zeilen?|spalten?|seiten?|s\.", "und|oder|mit|zu|als|gegenuber", "das|dem|vom|zum|zur|im|beim", r"heut(?:e|ige\w?)?|de[ns] tag(?:es)?", r"fass(?:e|en|t)?|zusammen\w*|uberblick|ubersicht|insgesamt|im allgemeinen|etwas|neues|interessantes", r"uber|zu|zum|zur", r"(?:der|die|das)(?:jenige)?", having=r"mit|ohne|von|aus|fur", end=r"von hinten|vom ende|von unten|letzt\w{1,2}", then=r"hat|haben|ist|sind|kann|konnen|wie|was|welche\w?|wer|wo|warum|bitte|auch|schon|je|jeweils|lauft|laufen|braucht", span=(r"vo[nm]|der|die", r"bis(?: zum?r?)?")),
    "fr": _Nouns(r"articles?|papiers?|papers?|travaux|travail|etudes?|publications?", r"numeros?|n[o°]|nº", r"(?:tout )?(?P<ante>avant[- ](?=avant)|ante(?=pen))?(?P<back>avant[- ]|pen)?(?:derni(?:er|ere)|ultieme)s?", r"tableaux?|figures?|fig\.?|sections?|chapitres?|equations?|eq\.?|etapes?|algorithmes?|theoremes?|annexes?|phases?|couches?|versions?|experiences?|lignes?|colonnes?|pages?", "et|ou|avec|au|a|que", "le|la|l'|du|au", r"(?:aujourd['’]hui|du jour|(?:de )?la journee)", r"resum\w+|synthese|apercu|recapitul\w+|en general|en gros|quelque chose|quoi de neuf|d['’]interessant", r"sur|concernant|a propos d\w+", r"celui|celle", having=r"avec|sans|d[eu]s?|aux?|qui|ou", end=r"en partant de la fin|en partant du bas|(?:avant|a partir de|depuis|par) la fin", then=r"a|ont|est|sont|c['’]est|ca|ils?|elles?|on|marche(?:nt)?|fonctionne(?:nt)?|tourne(?:nt)?|que|qu['’]\w*|quel(?:le)?s?|comment|combien|pourquoi|peu(?:t|vent)|fait|utilise(?:nt)?", span=(r"de|du", r"a|au|jusqu['’]a|jusqu['’]au")),
    "es": _Nouns(r"articulos?|papers?|trabajos?|estudios?|publicacion(?:es)?|investigacion(?:es)?", r"numeros?|n\.[o°]?|n[o°]|nº|num\.?", r"(?P<ante>ante)?(?P<back>pen)?ultim[oa]s?", r"tablas?|figuras?|fig\.?|seccion(?:es)?|capitulos?|ecuacion(?:es)?|pasos?|etapas?|algoritmos?|teoremas?|apendice|fases?|capas?|version|experimentos?|filas?|columnas?|paginas?|pags?\.?", "y|e|o|u|con|al|que", "el|la|del|al", r"(?:hoy|del dia|la jornada)", r"resum\w+|panorama|sintesis|en general|algo|novedades", r"sobre|acerca de|de l[oa]s", r"(?:el|aquel|la)", having=r"con|sin|de|del|que|para", end=r"(?:desde|por|contando desde|empezando por) (?:el final|abajo|atras)|por la cola", then=r"ha|han|es|son|esta|estan|tienen?|usan?|que|como|cuant[oa]s?|cual(?:es)?|donde|quien\w*|pueden?|funcionan?|hacen?|corren?|va|no", span=(r"del?|desde", r"al?|hasta")),
    "pt": _Nouns(r"artigos?|papers?|trabalhos?|estudos?|publicac(?:ao|oes)|pesquisas?", r"numeros?|n\.[o°]?|n[o°]|nº|num\.?", r"(?P<ante>ante)?(?P<back>pen)?ultim[oa]s?", r"tabelas?|figuras?|fig\.?|sec(?:ao|oes)|capitulos?|equac(?:ao|oes)|passos?|etapas?|algoritmos?|teoremas?|apendice|fases?|camadas?|versao|experimentos?|linhas?|colunas?|paginas?|pags?\.?", "e|ou|com|ao|que", "o|do|ao", r"(?:hoje|hj|do dia)", r"resum\w+|sintese|panorama|(?:em|no) geral|algo|alguma coisa|novidades", r"sobre|acerca d[eoa]s?|d[oa]s", r"(?:o|aquele|a)", having=r"com|sem|de|d[oa]s?|para", end=r"(?:a (?:contar|partir) )?do (?:fim|final)|de (?:tras para|baixo para)(?: a frente| frente| cima)?", then=r"tem|e(?!\s+(?:segund|terceir|quart|quint)\w)|sao|esta|estao|usam?|que|como|quant[oaie]s?|qua(?:l|is)|onde|quem|podem?|funcionam?|faz|fazem|rodam?|vai|nao", span=(r"d[eoa]", r"ao?|ate")),
    "it": _Nouns(r"articol[oi]|papers?|lavor[oi]|studi[o]?|pubblicazion[ei]|ricerc(?:a|he)", r"numer[oi]|n\.[o°]?|n[o°]|nº|num\.?", r"(?P<back>pen)?ultim[oaie]", r"tabell[ae]|figur[ae]|fig\.?|sezion[ei]|capitol[oi]|equazion[ei]|pass[oi]|fas[ei]|algoritm[oi]|teorem[ai]|appendice|strat[oi]|version[ei]|esperiment[oi]|righ[ae]|colonn[ae]|pagin[ae]|pag\.?", "e|ed|o|con|al|che|di", "il|la|l'|d[ae]l|nel|al|della|dalla|nella|alla|sulla?", r"(?:oggi|del giorno|(?:del)?la giornata)", r"riassu\w+|sintesi|panoramica|in generale|qualcosa|novita", r"su|sul|sull[aoe]?|sugli|sui|riguardo a\w*", r"quell[oa]", having=r"con|senza|d\w{1,4}|che|per", end=r"(?:dal|partendo dal) fondo|dalla fine|(?:a )?partire dalla fine", then=r"ha|e(?!\s+(?:second|terz|quart|quint)\w)|hanno|sono|usano?|che|come|quant[oaie]s?|qual[ei]?|dove|chi|puo|possono|funzionano?|fa|fanno|girano?|va|non", span=(r"d[ae]l?|dalla", r"al?|alla|fino al?")),
    "nl": _Nouns(r"artikel(?:en|s)?|papers?|werk(?:en)?|studies?|publicaties?", r"nummers?|nr\.?", r"(?P<back>voor|op een na )?laatste", r"tabel(?:len)?|figu(?:ur|ren)|afbeelding(?:en)?|secties?|hoofdstuk|vergelijking|stap(?:pen)?|algoritme|fase|bijlage", "en|of|met|dan", "het|de", r"(?:vandaag|van de dag)", r"samenvat\w*|vat|overzicht", r"over", r"(?:die|dat|het)", then=r"heeft|hebben|is|zijn|kan|kunnen|hoe|wat|welke|wie|waar|waarom|graag|gebruik(?:t|en)|draait|werkt"),
    "sv": _Nouns(r"artikel|artikeln|artiklar(?:na)?|papper(?:et)?|arbetet?|studien?", r"nummer|nr\.?", r"(?P<back>nast )?sista", r"tabell(?:en)?|figur(?:en)?|avsnitt(?:et)?|kapitel|ekvation(?:en)?|steg|algoritm|fas", "och|eller|med", "det|den", r"(?:i dag|idag|dagens)", r"sammanfatt\w*|oversikt", r"om", r"(?:den|det)"),
    "pl": _Nouns(r"artykul\w{0,4}|prac[aeyęę]|papers?|publikacj\w{0,3}", r"numer\w{0,2}|nr\.?", r"(?P<back>przed)?ostatni\w{0,3}", r"tabel\w{0,3}|rysun\w{0,4}|sekcj\w{0,2}|rozdzia\w{0,3}|rownani\w{0,2}|krok\w{0,2}|algorytm\w{0,2}|etap\w{0,2}", "i|oraz|lub|z|ze|niz", "", r"(?:dzis|dzisiaj|dzisiejsz\w+)", r"podsumuj\w*|streszcz\w*|przeglad", r"o|na temat", r"(?:ten|ta|to)", then=r"ma|maja|jest|sa|ile|jak|co|kto|gdzie|czy|uzywa\w*|dziala"),
    "ru": _Nouns(r"стат(?:ья|ьи|ье|ью|ьеи|еи|ьям|ьях)|работ(?:а|ы|е|у|ои|ам|ах)?|папер\w{0,2}|публикаци\w{1,2}", r"номер\w{0,2}|№", r"(?P<back>пред)?последн(?:яя|еи|юю|ии|ее|его|ем|ие|их)", r"табл\.?|таблиц\w{0,2}|рисун\w{1,4}|рис\.?|раздел\w{0,2}|глав\w{0,2}|уравнени\w{0,2}|формул\w{0,2}|шаг\w{0,2}|этап\w{0,2}|алгоритм\w{0,2}|сло[ияею]\w{0,2}|верси\w{0,2}|эксперимент\w{0,3}|строк\w{0,2}|столб\w{0,4}|страниц\w{0,2}|стр\.", "и|или|с|со|чем", "", r"(?:сегодня\w*|за день|дня)", r"итог\w*|переска\w*|в (?:целом|общем)|обзор\w*|суммир\w*|резюм\w*|кратко|что-(?:то|нибудь)|нового|интересного", r"про|о|об|обо", r"(?:та|то|тот|ту|та,? которая|котор(?:ая|ую|ыи))", having=r"(?:что |где )?(?:про|о|об)|где|что|с|со|без|для", end=r"(?:с|от) конца|снизу", then=r"есть|где|как(?:[аую]я|ую|ои|ое|ие|их|им)?|что|сколько|кто|можно|умеет|работает", span=(r"с|со|от", r"по|до")),
    "tr": _Nouns(r"makale\w{0,6}|bildiri\w{0,4}|calısma\w{0,6}|calisma\w{0,6}", r"numara(?:lı)?|no\.?", r"son", r"tablo\w{0,4}|sekil\w{0,4}|bolum\w{0,4}|denklem\w{0,4}|adım\w{0,4}|asama\w{0,4}", "ve|veya|ile", "", r"bugun\w*", r"ozet\w*"),
    "ar": _Nouns(r"(?:ال|لل|بال|وال)?(?:ورقة|مقالة?|بحث|دراسة)", r"(?:ال)?رقم", r"(?:ال)?[اأ]خيرة?|[اآأ]خر", r"(?:ال)?(?:جدول|شكل|قسم|معادلة|خطوة|فصل|خوارزمية)", "و|أو|مع|من", "", r"اليوم", r"(?:لخص|ملخص|تلخيص|نظرة عامة)"),
    "zh": _Nouns(r"论文|文章|論文", r"[编序]号|号", "最后一?", r"表格?|图|公式|式|定理|算法|章节?|步骤?|阶段|方程|附录|版本|实验|引理|节|行|列|页|第", today="今[天日]|当[天日]|本日|本期", sums_up="总体|大体|总的|总结|概括|概述|汇总|归纳|综述|梳理|整理|有(?:什么|啥)|值得", end=r"倒数|从(?:后|最后|下)(?:面|往前|往上)*(?:数)?"),
    "ja": _Nouns(r"(?:論文|ペーパー|文献|記事)", r"番号|No\.?", "最後|末尾", r"表|図|式|節|章|ステップ|段階|定理|アルゴリズム|付録|バージョン|実験|手順|フェーズ|行|列|ページ", today="今[日回]|本日|一日", sums_up="全体|全般|ざっと|まとめ|要約|概要|総括|何か|面白い|おすすめ", about=r"に(?:関|つ)(?:する|いて)の?", end=r"(?:後ろ|最後|下|末尾|うしろ)から(?:数えて)?"),
    "ko": _Nouns(r"(?:논문|페이퍼|글(?!자))", r"번호|넘버", "마지막", r"표|그림|식|수식|절|장|섹션|단계|정리|알고리즘|부록|버전|실험|방정식|행|열|페이지", today="오늘|하루", sums_up=r"전반|대체로|전체|요약|정리|개요|볼\s?만한|재밌는|재미있는", about=r"에 관한|에 대한|관련", end=r"(?:끝|뒤|밑|아래|마지막)에서"),
}  # fmt: skip
_EAST = ("zh", "ja", "ko")
_COMPOUNDS = {"de": r"letzt\w{1,2}", "it": r"ultim\w"}
"""`drittletzte`, `terzultimo`"""
_ADJECTIVES = {
    "de": (r"[a-z]{5,}e", "(?!)"),
    "ru": (r"[а-я]{4,}(?:ая|ую|ои)", "(?!)"),
    **dict.fromkeys(("es", "fr", "pt", "it"), ("(?!)", r"[a-z]{6,}")),
}
"""Words that may say what a paper is about, before and after the word for it."""
_CONTRACTED = {"es": "del|al|lo", "de": "vom|beim|zum|im", "pt": "d[oa]|n[oa]|a[oa]?"}
"""Prepositions joined with the article, which is the pronoun: `fig 2 del de vidrio`."""
_SPACED = tuple(language for language in _NOUNS if language not in _EAST)
_NAME = 40
"""Characters before a word for a paper that may hold its author's name."""
_WHOSE = regex(r"(?P<name>[a-z-]{2,}?)(?:['’]?s|['’])?[\s的の의]*\Z")
_BY = regex(r"\s+(?:(?:from|\w{1,3})\s+)?(?P<name>[a-z-]{2,})")
"""A word of up to three letters: by, von, de, da, di, от."""
_POSSESSIVE = regex(r"(?P<name>[a-z-]{2,})['’]s\b")
_PAIR = 2
_TENS = 10
_LISTED = regex(r"\d+\s*[,、]\s*")
_UNIT_APART = regex(r"(?<=\d)\s(?=(?:番|[本件つ]目))")
_TWO_CAPITALS = regex(r"[A-Z][a-z]*-?[A-Z]")
_NO_PLURAL = dict.fromkeys(("es", "fr", "pt"), r"(?=\s+(?!(?:d[aeou]s?|en|na|no)\s)[a-z]{2,}(?<![sx])(?!\w))") | {
    "ru": r"(?=\s+(?!(?:в|на|из|по)\s)[а-я]{2,}(?<![аяиыивйх])(?!\w))"
}
"""Words after `los dos primeros` that are no plural, which would be its noun: `suenan`."""
_TO = regex(r"a[lo]\s")
_HOUR_IS_NEAR = regex(r"(?:per|entro|verso|dopo|sono)\s\Z")
"""`per le 10` is an hour in Italian; `le 10` is a paper in French."""
_TWO_FIGURES = regex(r"\d\D{1,16}\d")
_NEXT_WORD = regex(r"\s+(?:de\s+)?(?:la\s+)?(?P<word>[^\W\d_]{3,}(?:\s+(?:cento?|cien\w*|fav\w+))?)")
_COUNTED = regex(r"(?:per|por|pour)\s+c[ei]|prozent|percent|grad\w|graus|gb\b|mb\b|k\b|\w+(?:[cs]ion|[sz]ione|cao)\b")
_BOTH = regex(
    r"(?<!\w)(?:both|beide[nrs]?|amb[oa]s|entramb[ie]|оба|обе|обоих|обеих)(?!\w)|两[篇个者]|俩|両方|どちらも|[二2][つ本編]|둘|두\s?(?:논문|편)"
)
_BOTH_EAST = regex(
    r"两(?:篇|者|个(?:论文|文章|(?=都|哪|谁|有|的?区别)))|俩(?=都|哪|谁|有|的|篇)|両方(?!の(?!論文))|どちらも|どっち|どちらの?(?:論文|が|を)|[二2](?:本|つ)とも|둘\s?(?:다|중|의|은|이)|두\s?(?:논문|편)"
)
_DIFFERS = r"(?:unterscheid|differ|difer|отлича|разли)\w*"
_FORMER_OR_LATTER = regex(
    r"(?P<former>(?<!\w)(?:the former|erstere[rnms]?|eerstgenoemde)(?!\w)|前者|(?<![가-힣])전자(?=[는가의를도]))"
    r"|(?<!\w)(?:the latter|letztere[rnms]?|laatstgenoemde)(?!\w)|[后後]者|(?<![가-힣])후자(?=[는가의를도])"
)
_APART = regex(_DIFFERS)
"""Asks how papers differ."""
_CLITICS = r"mi|ti|ci|vi|si|lo|li|ne|me|te|se|nos|les|lhe|je|tu|il|on|y|ai|eu|vc|vcs|ele|ai|aqui|ja|ya|ich|er|man|wir|ihr|mir|mich|da|denn|мне|я|мы|он[аи]?|вы|бы|же|ли|pf|stp|svp|plz|pls|pfv|плз|плиз"
"""Pronouns, particles and pleas, none of which is a noun."""
PLEAS = r"bitte|please|pls|plz|svp|stp|s['’]il (?:te|vous) plait|por favor|porfa|pfv|per favore|пожалуи?и?й?ста|плиз|плз|пж|thx|thanks|ty|danke|merci|gracias|obrigad[oa]|grazie|спасибо|спс"
TELLS_HAN = r"看一?下|看看|[讲说]讲|[讲说]一?下|说说|聊聊|介绍一?下|解释一?下|总结一?下|翻译一?下|了解一?下"
_TELLS = r"explain|describe|go through|walk (?:me|us) through|tell (?:me|us) about|erklar\w{0,4}|beschreib\w{0,2}|expliqu\w+|decri\w+|presente\w{0,2}|explic\w+|describ\w+|cuentame|contame|hablame|descrev\w+|fal\w+|spiega\w*|descriv\w+|parla\w*|объясни\w*|опиши\w*|расскажи\w*"
"""Asks for an account of papers."""
_RESOURCE = r"code|repo\w*|github|demo|data(?:set)?|daten|video|slides|link|codigo|codice|datos|dados|код|данные|демо|видео|слайды|ссылка|репо\w*"
_DETERMINERS = "|(?:die|der|den|la|a|n[oa])(?=\\s)"
"""Words other than articles before an ordinal without a noun: `la tercera`, `die letzte`."""
_HAN_ORDINAL = regex(
    r"(?P<number>第[一二三四五六七八九十]|第\d{1,2})个(?![表图公式定章节步阶方附版实引行列页层数模问参])"
)
_NO_PAPER = r"tim\w*|mal|vez|vece|volta|fois|раз|termos?|terms?|term\w{1,3}|член\w{0,2}|authors?|aut(?:or|eur|ore)\w{0,3}|автор\w{0,2}|tokens?|токен\w{0,2}|frames?|epoch\w*|epoc\w*|эпох\w*|years?|jahr\w*|an(?:ne|n|i|o)\w{0,2}|год\w{0,2}|wochen?|weeks?|seman\w*|settiman\w*|недел\w*|days?|tage?|jours?|dias?|giorn\w*|день|words?|states?|halves|half|halfte|part\w{0,2}|teil\w{0,2}|част\w{0,2}|punkt\w{0,2}|points?|punt\w{0,2}|pont\w{0,2}|пункт\w{0,2}|of|von|de[lrs]?|d[aiou]|из"
"""Other things that are first, second, next."""
_SHORTEST_PART = 3
"""Letters of a part of the day that may be another word: Swedish `em` is Portuguese for `in`."""
_SHARE = regex(
    r"(?<!\d)(?:(?<!porownaj )\d+\s+z|\d+\s+(?:out\s+)?(?:of|von|van|sur|des?|d[aiu]|из))\s+(?:the\s+|l[eo]s\s+|den\s+|os\s+)?\d+"
)
"""`3 of the 30 cities`"""
_SPAN = 20
_REACH = 80
"""Characters before a figure in which what it counts or joins is looked for."""
_END = r"(?=\s*(?:[?!.,:;،؟？！。，、：；…]|[-–—]\s(?!\d)|$))"
_ENDS = regex(_END)
_RESOURCE_OF = regex(
    rf"(?<!\w)(?:{_RESOURCE})\s+(?:to|for|zu|fur|von|к|для|от|pour|para|per|del?|di|du|do)\s+(\d{{1,2}}){_END}"
)
"""`gibts code zu 3?`"""
ASKS = r"(?:what|how|who|where)s?|which|who|where|why|wie|wieviele?|was|welche\w?|wer|wo|warum|comment|combien|pourquoi|quel(?:le)?s?|cual(?:es)?|como|cuant\w+|donde|quien\w*|quant\w+|qual|quais|onde|quem|come|quale|quali|dove|chi|как\w{0,3}|сколько|кто|где|почему"
"""Question words: a figure before one counts nothing, `а в 5 сколько часов?`"""
_ASKED_OF = regex(rf"\s+(?:{ASKS})(?!\w)")
_TURNS_TO = regex(
    r"^\W*(?:about|in|for|re|regarding|concerning|zu|zum|zur|bei|fur|sur|pour|sobre|para|su|per|про|по|к|关于)\s*(\d{1,2})\s*[:：,，]"
)
"""`zu 7: welche Kamera?`"""
INSTEAD = r"or|oder|ou|o|или|of|statt|anstatt|instead of|rather than|au lieu d[eu]|en (?:vez|lugar) de|em vez de|invece d[ie]|anziche|вместо"
"""What stands between two amounts of the same things: `2 statt 8 gpus`."""
_EACH = r"each|jeweils|chacune?|cada|ciascun[oa]|кажд\w+"
SAME = r"same|ditto|gleiche\w?|dasselbe|dieselbe|meme|mism[oa]|mesm[oa]|stess[oa]|т(?:от|а|о|у) же|то же самое"
FOR = r"for|about|on|fur|bei|zu|pour|sur|para|sobre|per|su|по|для|про|о"
_SAME_FOR = regex(
    rf"(?<!\w)(?:(?:{SAME})(?:\s+[^\W\d_]+){{0,2}}\s+(?:{FOR})|ditto)\s+(?P<bare>\d{{1,2}})(?:\s+(?:{PLEAS}))?{_END}"
    rf"|(?:同样|一样|相同)的?问题[^\d，。]{{0,4}}(?P<han>\d{{1,2}}){_END}"
)
"""`same question for 7`"""
_REGARDING = r"\s*番?(?:について|に関して|에 (?:대해|관해))"
_CJK = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_FIGURE = rf"(?:(?<![\w.,\-/=<>≤≥~≈$€£+×*^±:@])|(?<=[{_CJK}]))\d{{1,2}}(?![a-z0-9_%°×^/=*]|[.,:\-–]\d|-[a-z]|\s*%)"
_PARTICLE = regex(
    r"편(?=[\s은는이을의과와랑?,!]|$)|\s*(?:[的有是呢吗啦哦呀里在用怎为和与跟讲说中放のはがをともにで은는이가을를의와과도에랑]|以外(?!の(?!論文|もの|やつ))|どっち|どちら|それぞれ|コード|データ|代码|数据|코드|데이터|[吧嘛]|比(?!特)|差(?!不|分)|都|帮|对比|区别|読み?比べ|比べ|比較|哪|谁|各|分别|차이|って|だ|じゃ|なら|より|하고|요|[?!.,:;)？！。，、：；）])"
)
_IDEOGRAM = regex(rf"\s*[{_CJK}]")
_BEFORE = r"(?=\s*(?:[요はがをともでに은는이가을를의과와도?!,.？、。！]|$))"
"""What follows a number that means its paper, in Japanese and Korean."""
_NO_NOUN = "|".join(
    [*(n.then for n in _NOUNS.values() if n.then), PLEAS, r"(?:what|how|who|where)s|resum\w+|riassunt\w+|summar\w+"]
)
"""What may follow a paper's number and is no noun: `el 3 cuántos …`, `4, 6 e 9 resumidos`."""
_IN_IT = regex(
    rf"^\W*(?:(?:ok|and|also|so|but|und|et|y|e|и|а)\W+)?(?:in|on|for|bei|zu|dans|sur|en|em|su|в|по|про)\s+(\d{{1,2}})\s+(?:they|the|we|it|there|{_NO_NOUN}|{_CLITICS})(?!\w)(?!\s+\d)"
    rf"|(?<!\w)(?:on|about|zu|bei|sur|sobre|su|про|по)\s(\d{{1,2}})\s*:\s"
)
"""`in 6 they use …`, `one more thing on 3: …`"""
SIZED = rf"\s+(?:(?:seule?|single|einzige\w?|sol[ao]|unic[ao])\s)?(?:x\b|(?:rtx|gtx|kart|карт)[^\W\d]*\b|(?:people|leute|persone|personen|человек)\b|[a-z]{{1,4}}\d\w*\b|(?!(?:{_NO_NOUN})(?!\w))[^\W\d]*s\b|gpu\b|tpu\b|cpu\b|[kmg]b\b)"
_SIZED = regex(SIZED)
"""A plural in -s or a device: `3 baselines`, `4 couches`, `8 GPU`."""
_THINGS_ASKED = regex(
    rf"(?<!\w)(?:which|welche|quel(?:le)?s|cuales|quais|quali|какие)\s+(?!(?:{'|'.join(n.paper for n in _NOUNS.values() if n.both and n.the)}|papers?|ones?)(?!\w))[^\W\d]+\?\s*(?:#?\d{{1,3}}\W{{1,3}}(?:[^\W\d]{{1,3}}\s)?){{0,4}}\Z"
)
"""`which heads? 3 and 9?`"""
_NAME_FIRST = regex(r"\A\W*[A-Z][A-Za-z.-]{3,}\s?\Z")
_NAME_BEFORE = regex(r"(?<=.)(?<![A-Za-z])(?:[A-Z][A-Za-z.-]*\s)?[A-Z][A-Za-z.-]*\s?\Z")
_WITH = regex(
    r"\b(?:just|only|with|for|on|and|or|than|like|uses?|using|avec|sur|pour|et|con|para|y|com) \Z", re.IGNORECASE
)
_OTHER_SCRIPT = regex(rf"[{_CJK}\u0400-\u04ff]")
_ONLY = regex(
    r"(?<!\w)(?:only|just|merely|nur|bloss|lediglich|solo|soltanto|solamente|seulement|juste|apenas|somente|только|лишь|всего)\s+\Z"
)
_A_NOUN = regex(rf"\s+(?!(?:{_NO_NOUN}|{_CLITICS}|{ASKS})(?!\w))[^\W\d_]{{3,}}")
"""What may be a noun after a figure that `only` makes an amount: `nur 3 Länder`."""
_AMOUNT = regex(
    r"(?<!\blook )(?<!\blooking )(?<!\w)at\s+$|[=≈<>≤≥~±]\s*$|\b(?:size|batch(?:es)?|top|топ|k|n)\s+(?:of|is|de|von)?\s*$"
)


@dataclass(frozen=True)
class Worded:
    named: tuple[tuple[int, int], ...] = ()
    """Pairs (place, number): papers with a word for a paper, or in an unambiguous form."""
    bare: tuple[int, ...] = ()
    """Papers named only by an article and a figure: `le 5`."""
    unplaced: tuple[int, ...] = ()
    """Figures that may name a paper or not."""
    likely: tuple[int, ...] = ()
    """Papers by an ordinal before any word (`o penúltimo parece legal`) if nothing else is
    named."""


@lru_cache(maxsize=32)
def aligned(text: str) -> str:
    """Returns the text without accents and capitals, with each character in its place."""
    return text.lower() if text.isascii() else "".join(without_accents(c)[:1] or c for c in text)


def worded_in(question: str, count: int) -> Worded:
    """Returns the numbers. `question` is in compatibility form."""
    plain = without_accents(question)
    for language in _SPACED:
        plain = _sharing_a_noun(language).sub(lambda m: " " * len(m[0]), plain)
    runs = list(_runs(plain, count))
    for run in runs:
        plain = plain[: run.start] + " " * (run.end - run.start) + plain[run.end :]
    found = sorted([*_named(plain, count), *(at for run in runs if run.named for at in run.papers)])
    named = [(at, number) for at, _, number in found]
    bare = sorted(
        {
            *_bare_figures(plain),
            *((m.start(1), m.end(1), int(m[1])) for p in (_RESOURCE_OF, _TURNS_TO) for m in p.finditer(plain)),
            *((m.start(g), m.end(g), int(m[g])) for m in _IN_IT.finditer(plain) for g in (1, 2) if m[g]),
            *_of_the_same(plain),
        }
    )
    taken = {place for at, end, _ in (*found, *bare) for place in range(at, end)}
    unplaced = [u for u in _without_versions(_unplaced(plain, count), question, plain) if u[0] not in taken]
    unplaced = sorted([*unplaced, *((at, n) for run in runs if not run.named for at, _, n in run.papers if n <= count)])
    asked = [(at, at + len(str(n)), n) for at, n in unplaced if _ASKED_OF.match(plain, at + len(str(n)))]
    bare, unplaced = sorted([*bare, *asked]), [u for u in unplaced if not any(u[0] == at for at, *_ in asked)]
    if named:
        # `Compara el artículo 3 con el 6`
        named += [u for u in unplaced if _just_before(_joins(), plain, u[0])]
        unplaced = [u for u in unplaced if u not in named]
    elif _joined(plain, joined := sorted([*unplaced, *((at, n) for at, _, n in bare)])) and (
        # `le 5 et 3 autres`
        not bare or joined[-1] not in unplaced or _ENDS.match(plain, joined[-1][0] + len(str(joined[-1][1])))
    ):
        named, unplaced, bare = joined, [], []
    joined_too = (n for run in runs if run.likely for _, _, n in run.papers if n <= count)
    likely = () if named or bare else tuple(dict.fromkeys([*joined_too, *_likely(plain, count)]))
    return Worded(tuple(sorted(set(named))), tuple(n for _, _, n in bare), tuple(n for _, n in unplaced), likely)


def _joined(plain: str, figures: Sequence[tuple[int, int]]) -> bool:
    """Returns whether they are papers joined or compared: `3 and 9`, `1, 5 & 8`, `чем 7 от 1`."""
    places = [at for at, _ in figures]
    if len(places) < _PAIR or _from_to().match(plain, _word_before(plain, places[0])):
        return False
    *listed, last = (plain[at:upper] for at, upper in pairwise(places))
    between = _between_apart() if _APART.search(plain) else _between()
    return bool(between.fullmatch(last)) and all(_LISTED.fullmatch(figure) for figure in listed)


def one_of(question: str, count: int) -> int:
    """Which of `count` papers spoken of is meant, 1 for the first: `the second of the two`, `the
    latter`, `两篇里的第一篇`; 0 if none is."""
    plain = aligned(question)
    if count == _PAIR and (match := _FORMER_OR_LATTER.search(plain)):
        return 1 if match["former"] else _PAIR
    for language in _NOUNS:
        for match in _one_of(language, count).finditer(plain):
            said = match["number"]
            place = _values(said, language)[0] if said else count
            return place if place <= count else 0
    return 0


def means_both(question: str) -> bool:
    """Whether it speaks of two papers that it does not name: `both`, `which of the two`, `둘 다`;
    but not `both arms` nor `both text and images`, which may be one paper's."""
    if one_of(question, _PAIR) or of_them(question, _PAIR):
        return True
    plain = aligned(question)
    if _BOTH_EAST.search(plain):
        return True
    return any(pattern.search(plain) for language in _SPACED if (pattern := _both_alone(language)))


@cache
def _both_alone(language: str) -> re.Pattern[str]:
    """`both` with no noun of its own: a paper, a verb, a preposition or nothing follows."""
    nouns = _NOUNS[language]
    two = "|".join(number_words()[language]["cardinal"].get(str(_PAIR), ["(?!)"]))
    both = {"en": "both", "de": "beide[nr]?", "es": "amb[oa]s", "pt": "amb[oa]s", "it": "entramb[ie]", "ru": "об[ае]|обеи?х|обоих", "nl": "(?:alle)?bei(?:de)?", "fr": "(?!)"}.get(language, "(?!)")  # fmt: skip
    the = {"en": "the", "de": "die", "fr": "les|tous les|toutes les", "es": "l[oa]s", "pt": "[oa]s", "it": "i|le|tutti e|tutte e", "nl": "de"}.get(language, "(?!)")  # fmt: skip
    verb = {"en": "[a-z]+(?<!s)", "fr": "[a-z]+(?<![sx])", "es": "[a-z]+(?<!s)", "pt": "[a-z]+(?<!s)", "it": "[a-z]+o", "ru": "[а-я]+т"}.get(language, "(?!)")  # fmt: skip
    of_a_place = r"in|on|at|with|from|for|en|con|sur|avec|dans|em|com|su|per|на|в|с|mit|bei|op|met"
    return re.compile(
        rf"(?<!\w)(?:{both}|(?:{the})\s+(?:{two}))(?:\s+(?:{nouns.paper})(?!\w)|{alone(language)}|\s+(?:{of_a_place}|{verb})(?!\w))(?!\s+(?:{nouns.both})\s)"
        rf"|(?<!\w)(?:allebei|alle beide)(?!\w)|(?<=haben )beide\s+(?:{_RESOURCE})(?!\w)"
    )


def of_them(question: str, count: int) -> bool:
    """Whether it asks about so many papers spoken of: `which of the two`, `which of them`."""
    plain = aligned(question)
    return any(re.search(rf"(?<!\w){_of_so_many(language, count)}", plain) for language in _SPACED)


@cache
def _of_so_many(language: str, count: int) -> str:
    so_many = "|".join([str(count), *number_words()[language]["cardinal"].get(str(count), ())])
    both = "both|beiden|ambos|ambas|entrambi|entrambe|обеих|обоих" if count == _PAIR else "(?!)"
    them = r"them|ihnen|denen|eux|elles|ell[oa]s|el[ea]s|loro|них|hen"
    of = r"(?:of|von|aus|der|de[ls]?|dell[ei]|d[aeiou]s?|dei|из|van|z)"
    these = r"(?:(?:the|these|those|den|diesen|les|ces|l[oa]s|est[oa]s|es[oa]s|[oa]s|l[ei]|i|questi|этих|de)\s+)?"
    things = rf"(?!\s+(?!(?:{_NOUNS[language].paper})(?!\w)|(?:{_NOUNS[language].then or '(?!)'})(?!\w))[^\W\d]+[snei](?!\w))"
    return rf"{of}\s*{these}(?:{so_many}|{both}|{them})(?!\w){things}"


@cache
def _one_of(language: str, count: int) -> re.Pattern[str]:
    nouns = _NOUNS[language]
    so_many = "|".join([str(count), *number_words()[language]["cardinal"].get(str(count), ())])
    last = re.sub("[?]P<[a-z]+>", "?:", nouns.last)
    if language in _EAST:
        so_many += "|[两二2俩]" if count == _PAIR else ""
        ordinal = rf"(?:第?(?P<number>{_words(language, 'ordinal')}|第\d|\d(?=つ目|本目|番目|번째))|{last})"
        counted = rf"(?:{so_many})\s*(?:{nouns.paper}|[つ本個篇个]|개|편)?"
        return re.compile(rf"{counted}\s*(?:里面?|之?中|当中|のうち|の中|중에?서?)[のの的]?\s*{ordinal}")
    return re.compile(
        rf"(?<!\w)(?:(?P<number>{_ordinal(language)})|(?:{last}))(?:\s+(?:{nouns.paper}|one))?\s+{_of_so_many(language, count)}"
    )


def begins_with_number(question: str) -> bool:
    """Returns whether its first words are a paper's number: `il 4 …`, `1番のほうは…`."""
    return bool(_numbered_first().match(without_accents(question)))


def from_the_end(question: str, count: int) -> tuple[tuple[tuple[int, int], ...], str]:
    """Returns (place, number) of papers counted from the end, and the question without them."""
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


def closed(question: str) -> str:
    """Returns the question without spaces between a figure and its counter: `2 番の論文`."""
    return _UNIT_APART.sub("", question)


def with_spans(question: str) -> str:
    """Returns the question with ranges of papers as `#5-7`, if they begin it or have a word for
    papers: `de 5 à 7, …`, `5〜7を…`, `5번부터 7번까지`, `papers six through eight`."""
    plain = aligned(question)
    figures = [("en", pattern) for pattern in _spans()] if _TWO_FIGURES.search(plain) else []
    for language, pattern in (*figures, *_spans_in_words()):
        if not (match := pattern.search(plain)):
            continue
        first, last = (_values(match[end], language)[0] for end in "ab")
        if first < last <= first + _SPAN:
            start, end = match.span("all")
            return f"{question[:start]}#{first}-{last} {question[end:]}"
    return question


def means_today(question: str, count: int = 0) -> bool:
    """Returns whether it asks for the day's papers (`les articles d'aujourd'hui`, `summarize
    today`), or for all `count` of the digest (`the ten papers`, `这十篇`)."""
    plain = without_accents(question)
    return any(pattern.search(plain) for pattern in _today()) or (
        count > _PAIR and any(_so_many(language, count).search(plain) for language in _NOUNS)
    )


def means_all(question: str, count: int) -> bool:
    """Returns whether it asks about so many papers: `both`, `los dos`, `둘 다`."""
    plain = without_accents(question)
    said = [w for language in _SPACED for w in number_words()[language]["cardinal"].get(str(count), ())]
    return bool(re.search(rf"(?<!\w)(?:{'|'.join(said)})(?!\w)|(?<![\w.]){count}(?![\w.%])", plain)) or bool(
        (count == _PAIR and _BOTH.search(plain)) or _so_many_east(count).search(plain)
    )


def names_today(question: str) -> bool:
    """Returns whether it says `today` or a similar word."""
    plain = without_accents(question)
    return any(re.search(rf"{edge}(?:{words}){edge}", plain) for edge, words in _todays())


def authors(question: str) -> Iterator[str]:
    """Yields words in the place of a paper's author: `Tanaka's paper`, `die Arbeit von Almeida`."""
    plain = without_accents(question)
    for noun in _papers().finditer(plain):
        if before := _WHOSE.search(plain, max(0, noun.start() - _NAME), noun.start()):
            yield before["name"]
        if after := _BY.match(plain, noun.end()):
            yield after["name"]
    yield from (m["name"] for m in _POSSESSIVE.finditer(plain))


def descriptions_within(question: str, *, joined: bool) -> Iterator[str]:
    """Yields descriptions after a pronoun within the question: `fig 2 del de vidrio`. If `joined`,
    only those after words such as `or` and `versus`."""
    plain, made = without_accents(question), _beside if joined else _within
    yield from (m["what"].strip() for language in _SPACED for m in made(language).finditer(plain))


def descriptions(question: str) -> Iterator[str]:
    """Yields descriptions of papers: `l'article sur les feux`, `die Waldbrand-Arbeit`."""
    plain = without_accents(question)
    for language in _NOUNS:
        yield from (m["what"].strip() for pattern in _about(language) for m in pattern.finditer(plain))


def numbered_in(question: str) -> list[tuple[int, int]]:
    """Returns where papers are numbered in words, with the word for a paper."""
    plain = aligned(question)
    found = [m.span() for pattern in _in_the_list().values() for m in pattern.finditer(plain)]
    found += [m.span() for language in _NOUNS for p in _patterns(language) for m in p.finditer(plain)]
    found += [(run.start, run.end) for run in _runs(plain, 0) if run.papers and run.named]
    # `resume el séptimo en una frase`
    return found or [m.span() for lang in _SPACED for p in _ordinals(lang) for m in _before_nouns(p, plain)]


def _named(plain: str, count: int) -> Iterator[tuple[int, int, int]]:
    """Yields (start, end, number)."""
    places = {1: 1, -1: count, 0: count // 2 + 1 if count % 2 else 0}
    for place, pattern in _in_the_list().items():
        yield from ((m.start(), m.end(), n) for m in pattern.finditer(plain) if (n := places[place]))
    for language in _NOUNS:
        for pattern in _patterns(language):
            for match in pattern.finditer(plain):
                groups = match.groupdict()
                if not groups.get("number"):
                    yield from ((match.start(), match.end(), n) for n in _from_an_end(groups, count, language))
                    continue
                at, listed = match.start("number"), match["number"]
                yield from ((at + i, match.end(), n) for i, n in enumerate(_values(listed, language)))


@cache
def _sharing_a_noun(language: str) -> re.Pattern[str]:
    """`the first option or the second`, of which none is a paper."""
    nouns, ordinal = _NOUNS[language], _ordinal(language)
    joins = rf"(?:{nouns.both})\s+(?:(?:{article(language)}|d(?:er|ie|en|as)|la)\s*)?"
    noun = rf"(?!(?:{nouns.paper}|{nouns.then or '(?!)'}|{nouns.both}|{_CLITICS})(?!\w))[^\W\d]{{3,}}"
    return re.compile(rf"(?<!\w){ordinal}\s+{noun}\s+{joins}{ordinal}(?=\W*$)")


class _Run(NamedTuple):
    """Ordinals joined without a noun: `the third and fifth`, `das dritte oder das fünfte`."""

    start: int
    end: int
    papers: Sequence[tuple[int, int, int]]
    """(start, end, number)"""
    named: bool
    """False if what follows may be their noun: `the second or fourth release`."""
    likely: bool


def _runs(plain: str, count: int) -> Iterator[_Run]:
    """Yields all runs except those of something else: `the first and second stages`."""
    for language in _SPACED:
        for match in _run(language).finditer(plain):
            at, end = match.span()
            papers = [
                (one.start(), one.end(), n)
                for one in _ordinal_or_last(language).finditer(plain, at, end)
                for n in (
                    _values(one["number"], language)
                    if one["number"]
                    else _from_an_end(one.groupdict(), count, language)
                )
            ]
            things = _SIZED.match(plain, end)
            # `le troisième et le sixième parlent` have no noun either.
            named = match["alone"] is not None or (match["bare"] is None and match["the"] and not things)
            if match["alone"] is None and (
                (match["word"] is not None and not named) or _no_paper().match(plain, end + 1)
            ):
                papers = []  # `uses first and second moments`
            yield _Run(at, end, papers, bool(named), not named and not things)


@cache
def _run(language: str) -> re.Pattern[str]:
    nouns, one = _NOUNS[language], ordinals(language)
    the = rf"(?:{nouns.the or ('the' if language == 'en' else '(?!)')}|d(?:er|ie|en)|la)\s*"
    before = (
        rf"(?:(?P<the>{the})|(?P<word>^\W*(?:\w+\s+)?))" if article(language) != "(?!)" else "(?P<the>)(?P<word>(?!))?"
    )
    attached = "|و" if language == "ar" else ""
    joins = rf"\s*(?:[,&/]|,?\s*(?<!\w)(?:(?:{nouns.both})(?!\w){attached}))\s*"
    return re.compile(
        rf"(?<!\w){before}{one}(?:{joins}(?:{the}|(?P<bare>)){one}){{1,49}}(?P<alone>{alone(language)}|\s+{_noun(language)})?"
    )


@cache
def _ordinal_or_last(language: str) -> re.Pattern[str]:
    return re.compile(rf"(?P<number>{_ordinal(language)})|(?:{_NOUNS[language].last})(?!\w)")


def _from_an_end(groups: Mapping[str, str | None], count: int, language: str) -> Iterable[int]:
    """Returns the first or the last papers, the last one, or the one before it."""
    first, last = (groups.get(side) or groups.get(f"{side}_") for side in ("first", "last"))
    some = next((_values(g, language)[0] for g in (first, last) if g), 0)
    if first:
        return range(1, min(some, count) + 1)
    return (
        range(max(count - some, 0) + 1, count + 1)
        if some
        else (count - bool(groups.get("back")) - bool(groups.get("ante")),)
    )


def _values(listed: str, language: str) -> Sequence[int]:
    found = [int(n) for n in re.findall(r"\d+", listed)]
    if not found and _BOTH.fullmatch(listed):
        return [_PAIR]
    if not found:
        bare = re.sub(r"\s", "", listed)
        return [numbers_of(language).get(bare) or int(han_number(bare))]
    span = re.fullmatch(r"\d+\s*[-–—~]\s*\d+", listed)
    return range(found[0], found[1] + 1) if span and found[0] < found[1] <= found[0] + _SPAN else found


def _unplaced(plain: str, count: int) -> Iterator[tuple[int, int]]:
    counts_things = False
    shares = [m.span() for m in _SHARE.finditer(plain)]
    figures = [m for m in _figures().finditer(plain) if not any(a <= m.start() < b for a, b in shares)]
    for at, match in enumerate(figures):
        # `Table 4 and 5`, `3 seeds or 5`
        if not (counts_things and _just_before(_joins(), plain, match.start())):
            counts_things = _counts(match, plain)
        if not counts_things and (upper := next(iter(figures[at + 1 : at + 2]), None)):
            # `from 2 to 4 vegetables`
            counts_things = bool(_until().fullmatch(plain, match.end(), upper.start())) and _counts(upper, plain)
        language = "en" if match[0].isascii() else "ko" if match[0][0] >= "\uac00" else "zh"
        number = _values(match[0], language)[0]
        if not counts_things and 1 <= number <= count:
            yield match.start(), number
    for language in _SPACED:
        yield from (
            (m.start("number"), n)
            for m in _before_nouns(_ordinals(language)[0], plain)
            if 1 < (n := _values(m["number"], language)[0]) <= count
        )


def _likely(plain: str, count: int) -> Iterator[int]:
    for language in _SPACED:
        for pattern in _ordinals(language):
            for match in _before_nouns(pattern, plain):
                groups = match.groupdict()
                found = (
                    _values(groups["number"], language)
                    if groups.get("number")
                    else _from_an_end(groups, count, language)
                )
                yield from (n for n in found if 1 <= n <= count)
    for match in _HAN_ORDINAL.finditer(plain):
        yield from (n for n in [int(han_number(match["number"]))] if n <= count)


def _before_nouns(ordinal: re.Pattern[str], plain: str) -> Iterator[re.Match[str]]:
    """Yields matches, without those before a word that is no paper.

    These words are tested separately, because they took 1.7 MB in each of 46 patterns."""
    return (m for m in ordinal.finditer(plain) if not _no_paper().match(plain, m.end()))


@cache
def _no_paper() -> re.Pattern[str]:
    other = any_of("other", _SPACED)
    return re.compile(rf"(?:{other}|{_NO_PAPER})(?!\w)|in\s+(?:{other})")


def _counts(figure: re.Match[str], plain: str) -> bool:
    """Returns whether the figure is an amount, or numbers something other than a paper."""
    start, end = figure.span()
    if any(_just_before(p, plain, start) for p in (_other(), _AMOUNT, _THINGS_ASKED)) or _SIZED.match(plain, end):
        return True
    if _of_the_day().match(plain, end) or (_just_before(_ONLY, plain, start) and _A_NOUN.match(plain, end)):
        return True
    if (after := _NEXT_WORD.match(plain, end)) and after["word"] in _units():
        return True
    if _unit_symbols().match(plain, end):
        return True
    if figure[0].startswith("第"):
        return bool(_other_east().match(plain, end))
    # `7論文` may be seven papers or the seventh.
    return bool(_IDEOGRAM.match(plain, end)) and not (_PARTICLE.match(plain, end) or _papers_east().match(plain, end))


def _without_versions(figures: Iterable[tuple[int, int]], question: str, plain: str) -> Iterator[tuple[int, int]]:
    """Yields figures without those of names and those joined to them: `BI-RADS 4 und 5`."""
    version = False
    for at, number in figures:
        version = _versions(question, plain, at) or (version and _just_before(_joins(), plain, at))
        if not version:
            yield at, number


def _versions(question: str, plain: str, at: int) -> bool:
    """Returns whether the figure belongs to a name: `Raspberry Pi 4`, `Llama 3でしか`."""
    if len(question) != len(plain):
        return False
    name = _NAME_BEFORE.search(question, max(0, at - _NAME), at)
    if not name and _OTHER_SCRIPT.search(question) and _NAME_FIRST.match(question[:at]):
        return True  # `Snapdragon 8以外は?`
    if not name:
        return False
    before = question[max(0, name.start() - _NAME) : name.start()]
    # In German, any noun has a capital.
    return " " in name[0].strip() or bool(
        _TWO_CAPITALS.search(name[0]) or _OTHER_SCRIPT.search(question) or _WITH.search(before)
    )


def _just_before(pattern: re.Pattern[str], plain: str, at: int) -> bool:
    """Returns whether a match of `pattern` that ends here begins within reach."""
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
    if language == "tr":
        yield rf"(?<![\w.])(?P<number>\d{{1,3}})\s+(?:{nouns.number}|nolu)\s+{noun}"
    yield rf"^\W*(?P<number>{_words(language, 'cardinal', 2)})(?:\s+(?:{PLEAS}))?\W*$"
    if language != "en":  # `the cable paper first?`
        yield rf"{noun}\s+(?P<number>{ordinal})"
    yield rf"{last}\s+{noun}"
    yield rf"{noun}\s+{last}{_END}"
    the = _the(language, _DETERMINERS)
    by_itself = alone(language)
    day = rf"(?!(?<=\bna\s)(?:{'|'.join(_short_weekdays('pt'))})(?!\w))"  # `na segunda` is Monday
    yield rf"{the}{day}(?P<number>{ordinal})(?:{by_itself}|(?={both}(?:{nouns.the or '(?!)'})\s*(?:{ordinal}|{last})))"
    if nouns.the:  # `del primero y el último quiero …`
        yield rf"(?<!\w){ordinal}{both}(?:{nouns.the})\s*{last}(?!\s+(?:{nouns.other}|{_NO_PAPER})(?!\w))"
    if language == "es":
        yield rf"{the}(?P<number>(?:prim|terc)ero)(?=\s)"  # `el primer modelo` before a noun
    if language not in ("en", "tr"):  # `son` is also a word of Spanish and French
        yield rf"{the}{last}{by_itself}"
    yield rf"(?<!\w)(?P<number>{ordinal})(?={both}(?:\w{{1,3}}\s+)?(?:{ordinal}|{last})\s+{noun})"
    # `3rd and 5th: …`, `first and last, …`
    yield rf"^\W*{last}(?=\s*:)"
    some = ordinals(language)
    yield rf"^\W*(?P<number>{ordinal})(?=(?:{both}{some})?\s*:|{both}{some}\s*,)"
    yield rf"^\W*{ordinal}{both}(?:(?P<number>{ordinal})|{last})(?=\s*[:,])"
    first = rf"(?<!\w)(?:{'|'.join(number_words()[language]['ordinal'].get('1', ['(?!)']))})\w?(?!\w)"
    for side, words in (("first", first), ("last", last)):
        some = rf"(?P<{side}>{cardinal}|beiden(?!\w))"
        follows = rf"(?:\s+{noun}|{by_itself}|{_NO_PLURAL.get(language, '(?!)')}|(?=\s+(?:en|in|je|por|per|em|в|кратко|chacun|bitte|svp)(?!\w)(?!\s+(?:{nouns.other})(?!\w))))"
        yield rf"{words}\s+{some}{follows}"
        yield rf"{some}\s+{words}{follows}"


def article(language: str) -> str:
    return _NOUNS[language].the or ("the" if language == "en" else "(?!)")


@cache
def any_article() -> str:
    """Articles before a number for its paper, in all languages."""
    return rf"(?:the|d(?:ie|er|en)|la|{any_of('the')})"


def having(language: str) -> str:
    return _NOUNS[language].having or "(?!)"


def alone(language: str) -> str:
    """Returns what follows an adjective or number without a noun: the end, a word of `then`, a
    clitic as in `il quarto l'ho letto`, and in Russian a word that does not agree like a noun."""
    then = rf"\s+(?:(?:{_NOUNS[language].then or '(?!)'}|{_CLITICS})(?!\w)|(?:[cdjlmnst]|qu)['’])"
    if language == "ru":
        then += r"|(?<=[яю])\s+(?!(?:в|во|на|из|по|и|или|с)\s)[а-я]+(?<![аяьую])(?!\w)"
    return rf"(?:{_END}|(?={then}))"


def then(language: str) -> str:
    return _NOUNS[language].then or "(?!)"


def ordinals(language: str) -> str:
    """Returns the ordinals of a language, and its word for the last one."""
    words = f"第\\d+|{_words(language, 'ordinal')}" if language in _EAST else _ordinal(language)
    # Other expressions also have groups of this name.
    return rf"(?:{words}|{re.sub('[?]P<[a-z]+>', '?:', _NOUNS[language].last)})"


def _ordinal(language: str) -> str:
    endings = "|".join(map(re.escape, number_words()[language]["suffix"])) or r"(?!)"
    if language == "ru":  # also `4-ая`, `4й`, of which CLDR has `4-я` and `4-й`
        said = {w for words in number_words()["ru"]["ordinal"].values() for w in words}
        endings += "|-?(?:" + "|".join(sorted({w[-n:] for w in said for n in (1, 2)} - {"х", "ых"}, reverse=True)) + ")"
    return rf"(?:(?:{_words(language, 'ordinal')})(?!\w)|\d{{1,3}}(?:{endings})(?!\w))"


def is_little(word: str) -> bool:
    """Returns whether a word, without accents and capitals, says nothing about a paper's subject: a
    function word, a pronoun, a word for a paper or for what is numbered in it."""
    return function_word(word) or bool(_little().fullmatch(word))


def asks_from(word: str) -> bool:
    """Returns whether a question may go on with the word: `les baleines il tourne …`."""
    return len(word) > 1 and bool(_asking().fullmatch(word))


@cache
def _asking() -> re.Pattern[str]:
    return re.compile(f"{any_of('then')}|{_CLITICS}")


@cache
def _little() -> re.Pattern[str]:
    fields = (field for field in _Nouns._fields if field not in ("last", "span", "end", "sums_up"))
    return re.compile("|".join([*filter(None, map(any_of, fields)), _CLITICS]))


def _noun(language: str) -> str:
    return rf"(?<!\w)(?:{_NOUNS[language].paper})(?!\w)"


def _the(language: str, also: str = "") -> str:
    """Returns what precedes a number that means its paper."""
    if the := _NOUNS[language].the:
        return rf"(?<!\w)(?:{the}{also})\s*"
    return r"(?:(?<=\w )|^)" if language != "en" else r"(?<!\w)(?<!\bon )the\s+"


_IN_THE_LIST = {
    0: r"中间(?:的)?那?一?篇|(?<!\w)middle (?:one|paper|article)(?!\w)|(?<!\w)the (?:one|paper) in the middle|(?<!\w)das (?:paper )?in der mitte|(?<!\w)(?:celui|l['’]article) du milieu|(?<!\w)el (?:paper |articulo )?(?:del|de en) medio|(?<!\w)o (?:artigo |paper )?do meio|(?<!\w)quell[oa] (?:di|in|nel) mezzo|та,? что посередине|真ん中の(?:論文|やつ|もの|(?=[はもを]))|가운데\s?(?:있는 )?(?:거|것|건|논문)",
    1: r"(?<!\w)the (?:(?:one|paper) (?:at|on) the (?:very )?top|topmost(?: one| paper))|(?<!\w)(?:das|die|der|den|dem) (?:paper )?ganz oben|(?<!\w)(?:das|die|der|den|dem|vom|im) oberste[nrms]?(?: paper| artikel| arbeit|(?= bitte|\W*$))|(?<!\w)cel(?:ui|le) (?:qui est )?(?:tout|le plus) en haut|(?<!\w)(?:el|la|lo) de (?:mas )?arriba del todo|(?<!\w)[oa] (?:la )?(?:do topo|de cima de tod[ao]s?)|(?<!\w)quell[oa] (?:piu )?in (?:cima|alto)|самая верхняя|самую верхнюю|最(?:上|顶)(?:面|边)?的?那?一?[篇个]|(?:一番|いちばん|最)上の(?:論文|やつ|もの|(?=[はもを]))|(?:맨|제일|가장) 위에?\s?(?:있는 )?(?:거|것|건|논문)",
    -1: r"(?<!\w)the (?:(?:one|paper) (?:at|on) the (?:very )?bottom|bottom(?: one| paper))|(?<!\w)(?:das|die|der|den|dem) (?:paper )?ganz unten|(?<!\w)(?:das|die|der|den|dem|vom|im) unterste[nrms]?(?: paper| artikel| arbeit|(?= bitte|\W*$))|(?<!\w)cel(?:ui|le) (?:qui est )?(?:tout|le plus) en bas|(?<!\w)(?:el|la|lo) de (?:mas )?abajo del todo|(?<!\w)[oa] (?:la )?(?:do fim|de baixo de tod[ao]s?)|(?<!\w)quell[oa] (?:piu )?in (?:fondo|basso)|самая нижняя|самую нижнюю|最(?:下|底)(?:面|边)?的?那?一?[篇个]|(?:一番|いちばん|最)下の(?:論文|やつ|もの|(?=[はもを]))|(?:맨|제일|가장) (?:아래|밑)에?\s?(?:있는 )?(?:거|것|건|논문)",
}  # fmt: skip
"""Where in the list the paper is: `das ganz unten`."""


def _patterns_east(language: str) -> Iterator[str]:
    paper, number, last = (f"(?:{words})" for words in _NOUNS[language][:3])
    # `논문 두 문장으로` asks for two sentences.
    counted = r"(?=\s*(?:[번편은는가을를의과와도,?!]|$))" if language == "ko" else ""
    spoken = rf"(?:\d{{1,3}}|(?:{_words(language, 'cardinal')}){counted})"
    ordinal = rf"(?:{_words(language, 'ordinal')}|第\d{{1,3}})"
    # `논문이요` contains no `two`.
    apart = r"(?:(?<=\s)|(?=\d))" if language == "ko" else ""
    yield rf"{paper}\s*(?:{number})?\s*{apart}(?P<number>{spoken})(?![\d%]|\.\d)"
    yield rf"{last}(?:一篇)?[的のに]?(?:那|这)?(?:一?篇|\s*{paper}|やつ|\s(?:거|것|꺼)(?![가-힣]{{2}}))"
    some = rf"(?:\d{{1,2}}|{_words(language, 'cardinal', 2)}|[二两三四五六七八九十])"
    few = rf"\s*(?:[つ本件篇편個个개]|권)(?:{_BEFORE}|(?=\s*(?:[呢都有만]|논문|の?論文|だけ|다|각|모두|중|만|비교|요약|코드)))"
    yield rf"(?:{last}|(?:一番|いちばん)?下|(?<![가-힣])(?:맨\s)?(?:밑|아래|뒤)에?)[の的]?\s*(?P<last>{some}){few}"
    if language != "zh":
        yield rf"(?:最初|はじめ|처음|첫|(?:一番|いちばん)?上|(?<![가-힣])(?:맨\s)?(?:위|앞)에?)の?\s*(?P<first>{some}){few}"
    yield rf"(?P<number>{ordinal})[のの]?\s*{paper}"
    # `1번 2번 중에`, `第1第2哪个`
    one, times = r"(?:第\d{1,2}[号篇]?|\d{1,2}[号番번])", rf"(?:반복|실행|정도|씩|만|{any_of('other', _EAST)})"
    yield rf"(?<![\d第])(?P<number>{one}[\s、,]*{one})(?![\d째目線]|\s*{times})"
    if language == "zh":
        yield rf"(?P<number>{spoken})号的?{paper}"
    elif language == "ja":
        yield r"(?P<number>\d{1,3}番?[とや]\d{1,3})番"
        # `1番` may be `most`.
        yield r"(?<![\d第])(?P<number>(?:[2-9]|[1-9]\d)番)(?![目線地号館街組台])"
        yield r"(?<![\d第])(?P<number>1番)(?=の(?:ほう|方|やつ))"
        yield rf"(?P<number>\d{{1,3}})の{paper}"
        yield rf"(?P<number>{spoken}|[\d一二三四五六七八九十]つ)(?:(?:番目?|目|つ目|個目)(?:の?(?:{paper}|もの|やつ)|{_BEFORE})|[本件報編]目)"
    else:
        # In other places, `3번` may be three times.
        yield r"^\W*(?P<number>\d{1,2}번)(?!\s*(?:째|이나|씩|만|정도|반복|실행|돌))"
        # `3번 말했다` said it three times.
        yield r"(?<!\d)(?P<number>\d{1,2}번)\s*(?:말이|말씀|얘기|이야기)"
        yield r"(?P<number>\d{1,3}번?(?:과|와|이?랑|하고)\s*\d{1,3})번"
        yield rf"(?P<number>{ordinal}|\d{{1,3}}\s*번째?)\s*(?:{paper}|거|것|꺼|{_BEFORE})"


def _words(language: str, kind: str, least: int = 1) -> str:
    words = [w for n, ws in number_words()[language][kind].items() if int(n) >= least for w in ws]
    return "|".join(re.sub(r"\\?\s", r"\\s*", re.escape(w)) for w in sorted(words, key=len, reverse=True)) or r"(?!)"


def _word_before(plain: str, at: int) -> int:
    return plain.rstrip().rfind(" ", 0, max(at - 1, 0)) + 1


@cache
def _from_to() -> re.Pattern[str]:
    """`from 5 to 3`, of an amount."""
    ends = "|".join(rf"(?:{since})\s+\d+\s+(?:{until}|zu)" for since, until in (n.span for n in _NOUNS.values()))
    return re.compile(rf"(?:{ends})\s+\d")


@cache
def _until() -> re.Pattern[str]:
    return re.compile(
        rf"\s{{1,3}}(?:{'|'.join(n.span[1] for n in _NOUNS.values())}|{INSTEAD})\s{{1,3}}|\s{{0,3}}(?:到|至|から|에서|[〜~–—-])\s{{0,3}}"
    )


@cache
def _numbered_first() -> re.Pattern[str]:
    spaced = (
        rf"(?:(?:{any_of('the')})\s*|(?:{any_of('paper', _SPACED)}|{any_of('number')})\s*#?)\d{{1,2}}(?![\w%]|[.,]\d)"
    )
    east = r"第?\d{1,2}\s*(?:[篇号番번]|本目)"
    return re.compile(rf"\W{{0,8}}(?:(?:{any_of('both')})\s+)?(?:{spaced}|{east})")


@cache
def _spans() -> tuple[re.Pattern[str], ...]:
    unit, paper = r"\s*(?:篇|号|番目?|번째?|本目)?", any_of("paper")
    one = "|".join(word for language in _SPACED for word in number_words()[language]["cardinal"].get("1", ()))
    follows = rf"(?=\s*(?:$|[?!.,:;、。，！？；]|[をはのが에를을은는요의的呢都各만吧각]|한\s?[줄문]|[一1]\s?[句行言文]|(?:{any_of('then')}|{PLEAS}|{one}|{_EACH}|en|in|em|je|por|per)(?!\w)|(?:{paper})(?!\w)|分别|每|讲|帮|请|麻烦|给我|이랑|(?:{any_of('sums_up')})))"
    east = rf"(?P<all>第?(?P<a>\d{{1,2}}){unit}\s*(?:から|부터|에서|到|至|[-~〜–—])\s*第?(?P<b>\d{{1,2}}){unit}\s*(?:まで|까지)?(?:の?論文)?)"
    asks = rf"(?:[^\W\d]+\s+){{0,2}}?(?:{any_of('sums_up', _SPACED)}|{_TELLS})"
    lead = rf"^\W*(?:(?:e|y|et|und|and|ok|从|由|[请求给我你帮能麻烦]{{0,6}}(?:{TELLS_HAN})|请|{any_of('sums_up', _EAST)}|{asks})\W*(?:\w{{1,4}}\s+)?)?"
    found = [
        rf"{lead}{east}{follows}",
        r"(?P<all>第\s*(?P<a>\d{1,2})\s*[篇号]?\s*[到至~〜-]\s*第?\s*(?P<b>\d{1,2})\s*[篇号])",
    ]
    for nouns in _NOUNS.values():
        since, until = nouns.span
        if until != "(?!)":
            the = rf"(?:(?:{nouns.the or '(?!)'}|a|l[eo]s|die|den)\s+)?(?:(?:{nouns.number})\s*)?"
            between = rf"(?P<a>\d{{1,2}})\s+(?:{until})\s+{the}(?P<b>\d{{1,2}})(?![\w%]|[.,]\d)"
            found.append(rf"{lead}(?P<all>(?:(?:{since})\s+)?{the}{between}){follows}")
            found.append(rf"(?<!\w)(?:{nouns.paper})\s+(?P<all>(?:(?:{since})\s+)?{the}{between})")
            found.append(
                rf"(?<!\w)(?P<all>(?:(?:{since})\s+)?{the}{between})(?=(?:\s+[^\W\d]+){{0,4}}\s+(?:{_EACH})(?!\w))"
            )
    return tuple(map(re.compile, found))


@cache
def _spans_in_words() -> tuple[tuple[str, re.Pattern[str]], ...]:
    han = "[一二三四五六七八九十]{1,3}"
    found = [
        ("zh", rf"(?P<all>第(?P<a>{han})[篇号]?[到至]第?(?P<b>{han})[篇号])"),
        ("ja", rf"(?P<all>(?P<a>{han})番目?から(?P<b>{han})番目?まで)"),
        *((k, rf"(?P<all>(?P<a>{o})(?:から|부터)\s*(?P<b>{o})(?:まで|까지))") for k in ("ja", "ko") for o in [_words(k, "ordinal")]),
    ]  # fmt: skip
    for language, nouns in _NOUNS.items():
        since, until = nouns.span
        if until == "(?!)":
            continue
        number = _words(language, "cardinal")
        before = rf"(?<!\w)(?:{nouns.paper})\s+(?:(?:{since})\s+)?"
        found.append(
            (language, rf"{before}(?P<all>(?P<a>{number})(?:\s+(?:{until})\s+|\s?[-–—]\s?)(?P<b>{number}))(?!\w)")
        )
        # `compare the third to the fifth` is about two.
        the, ordinal = rf"(?:(?:{nouns.the or 'the'}|d(?:er|ie|en)|la)\s+)?", _ordinal(language)
        begins = [(rf"(?:{since})\s+{the}", until), *([(r"the\s+", "through|thru|till")] if language == "en" else [])]
        found += [
            (language, rf"(?<!\w)(?P<all>{begin}(?P<a>{ordinal})\s+(?:{to})\s+{the}(?P<b>{ordinal}))")
            for begin, to in begins
        ]
    return tuple((language, re.compile(pattern)) for language, pattern in found)


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
    last = rf"(?:to[\s-](?:last|bottom)(?!\w)|(?:{_NOUNS[language].last})(?:\s+{_noun(language)}|{_END}))"
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
    """`ten papers`, `these ten`, but not `the 10 best papers of 2020`, nor `paper 10`."""
    said = "|".join([str(count), *number_words()[language]["cardinal"].get(str(count), ())])
    if language in _EAST:
        return re.compile(rf"(?<![\d.第])(?:{said})\s*(?:[篇本件편]|개의?\s*{_NOUNS[language].paper})(?!目)")
    asked = r"(?:which|welche|(?:les)?quels?|cuales|quais|quali|какие)\s+(?:(?:of|von|de|di|из)\s+)?"
    one = "|".join(number_words()[language]["cardinal"].get("1", ["(?!)"]))
    these = r"these|all|diese[nr]?|alle[nr]?|ces|l[eo]s|estos|est[eo]s|esses|questi|gli|i|эти[хм]?|все[хм]?"
    return re.compile(
        rf"(?<![\w.])(?:(?:{said})\s+{_noun(language)}|{asked}(?:d?ess[ae]s|d?estes|diesen|{these})\s+(?:{said})(?!\w)|(?:{these})\s+(?:{said})(?:{alone(language)}|\s+(?:which|wh?at|should|(?:in|en|em|auf|su)\s+(?:{one}|\d+))\b))"
    )


@cache
def _so_many_east(count: int) -> re.Pattern[str]:
    said = [w for language in _EAST for w in number_words()[language]["cardinal"].get(str(count), ())]
    return re.compile(rf"(?<![\d.第十])(?:{'|'.join([str(count), *said])})\s*[篇本件편つ个개]")


@cache
def _patterns(language: str) -> tuple[re.Pattern[str], ...]:
    made = _patterns_east(language) if language in _EAST else _patterns_spaced(language)
    return tuple(map(re.compile, made))


def cardinals(language: str) -> str:
    return _words(language, "cardinal", 2)


@cache
def _in_the_list() -> Mapping[int, re.Pattern[str]]:
    return {place: re.compile(said) for place, said in _IN_THE_LIST.items()}


@cache
def _papers() -> re.Pattern[str]:
    return re.compile(rf"(?:(?<!\w)(?:{any_of('paper', _SPACED)})(?!\w))|(?:{any_of('paper', _EAST)})")


@cache
def _papers_east() -> re.Pattern[str]:
    return re.compile(rf"\s?(?:{any_of('paper', _EAST)})")


@cache
def _bare(language: str) -> re.Pattern[str]:
    the, then = _NOUNS[language].the or "(?!)", _NOUNS[language].then or "(?!)"
    if language == "nl":
        the = "het"  # `de 3` is also French, Spanish and Portuguese
    if language == "sv":
        the = "det"  # `den 5` is German too
    figure = rf"(?P<bare>\d{{1,3}})(?!\w|\s*%|[.,:]\d|-\w|{_SIZED.pattern})"
    if language == "de":
        # `der 5 Modelle` is a plural, and so is any dative in -n or -s: `zu 5 Modellen`.
        one = r"(?:d(?:er|ie|en)\s+(?=\d+(?:{end}|\s+(?:{then}|ge\w+[nt])(?!\w)))|(?:(?<=gibts )|(?<=gibt's )|(?<=gibt es )|(?<=vergleich )|(?<=gegensatz )|(?<=frage )|(?<=fragen ))zu\s+(?=\d+(?:{end}|\s+(?:schon|denn|k?ein(?:e[nmrs]?)?|(?!prozent)\w*[^\W_ns])(?!\w))))"
        the = rf"(?:(?:{the})\s*|{one.format(end=_END, then=then)})"
    elif language == "pt":
        the = (
            rf"(?:(?<!\d )(?:{the})\s*|(?:^|[,.;:!?]\s|^\W*(?:e|mas)\s)\W*a\s+(?=\d+(?:\s*[?,:]|\s+(?:{then})(?!\w))))"
        )
    else:
        the = rf"(?<!\d )(?:{the})\s*"
    return re.compile(rf"(?<!\w){the}{figure}")


def _cldr(language: str) -> Mapping[str, Mapping[str, Any]]:
    """Reads Babel's data of a language and releases it: a `Locale` keeps a megabyte for each
    language, and lists no units."""
    from babel.localedata import resolve_locale_filename  # noqa: PLC0415  # slow to load

    with Path(resolve_locale_filename(language)).open("rb") as file:
        data: Mapping[str, Mapping[str, Any]] = pickle.load(file)  # noqa: S301  # a file of the library
        return data


def _names(language: str, of: str) -> Iterator[str]:
    """Yields all forms of its `months` or `day_periods`. A reference to another form is no dict."""
    forms = (form for named in _cldr(language)[of].values() if isinstance(named, dict) for form in named.values())
    return (name for form in forms if isinstance(form, dict) for name in form.values())


def days_ago() -> Iterator[str]:
    """Yields `{0} days ago` in all languages."""
    for language in _NOUNS:
        yield from _cldr(language)["date_fields"]["day"]["past"].values()


def weekdays() -> Iterator[tuple[int, str]]:
    """Yields names of the days, Monday is 0; short names only in Chinese: `周一`."""
    for language in _NOUNS:
        named = _cldr(language)["days"]["format"]
        yield from named["wide"].items()
        yield from named["abbreviated"].items() if language == "zh" else ()


def months() -> Iterator[tuple[int, str]]:
    for language in _SPACED:
        yield from _cldr(language)["months"]["format"]["wide"].items()


@cache
def _months(language: str) -> frozenset[str]:
    return frozenset(without_accents(name).strip(".") for name in _names(language, "months"))


def _short_weekdays(language: str) -> set[str]:
    """Returns days as people shorten them: `segunda` for `segunda-feira`."""
    wide = _cldr(language)["days"]["format"]["wide"].values()
    return {without_accents(name).partition("-")[0] for name in wide if "-" in name}


@cache
def _units() -> frozenset[str]:
    """Returns words of units of measure: `minuti`, `Stunden`, `недель`."""
    named = [item for language in _SPACED for item in _cldr(language)["unit_patterns"].items()]
    forms = (
        form for unit, forms in named if unit.startswith(("duration", "digital", "length")) for form in forms.values()
    )
    said = (without_accents(w) for form in forms for w in form.values() if isinstance(w, str))
    return frozenset(word for w in said for word in re.findall(r"[^\W\d_]{3,}", w))


@cache
def _unit_symbols() -> re.Pattern[str]:
    """` m`, ` ms`, ` kWh`: CLDR's short forms, but for those that are words."""
    forms = (forms.get("short", {}).get("other") for forms in _cldr("en")["unit_patterns"].values())
    said = {without_accents(form.replace("{0}", "").strip()) for form in forms if isinstance(form, str)}
    symbols = {s for s in said if re.fullmatch(r"[a-zμ]{2,3}|[mgwvk]", s) and not is_little(s)}
    return re.compile(rf"\s(?:{'|'.join(sorted(symbols))})(?![\w/'’])")


@cache
def _of_the_day() -> re.Pattern[str]:
    """Matches what makes a figure an hour: ` Uhr`, ` in the morning`, ` утра`, ` pm`."""
    named = (name for language in _SPACED for name in _names(language, "day_periods"))
    said = {"uhr", "pm"} | {without_accents(n).replace("\u202f", " ") for n in named if len(n) > _SHORTEST_PART}
    parts = "|".join(sorted(map(re.escape, said), key=len, reverse=True))
    return re.compile(rf"\s?(?:(?:{parts})(?!\w)|am{_END})")


def _bare_figures(plain: str) -> Iterator[tuple[int, int, int]]:
    """Yields (start, end, number). `el 3 de mayo` is a day, `il 5 per cento` a share, and `la 5
    edición` no paper."""
    for language in _NOUNS:
        for match in _bare(language).finditer(plain):
            if _TO.match(match[0]) and not _ENDS.match(plain, match.end()):
                continue  # `al 3 piano`
            if match[0].startswith("le ") and _HOUR_IS_NEAR.search(plain, 0, match.start()):
                continue
            after = _NEXT_WORD.match(plain, match.end())
            if not _of_the_day().match(plain, match.end()) and (
                not after
                or not (
                    _COUNTED.match(after["word"])
                    or _other_word().match(after["word"])
                    or after["word"] in _months(language)
                )
            ):
                yield match.start("bare"), match.end(), int(match["bare"])


def _of_the_same(plain: str) -> Iterator[tuple[int, int, int]]:
    """Yields (start, end, number)."""
    for match in _SAME_FOR.finditer(plain):
        group = "bare" if match["bare"] else "han"
        yield match.start(group), match.end(group), int(match[group])
    for match in _regarded().finditer(plain):
        if not _just_before(_other(), plain, match.start()):
            yield match.start(), match.end(), int(match[0])


@cache
def _regarded() -> re.Pattern[str]:
    """`7について`"""
    return re.compile(rf"{_FIGURE}(?={_REGARDING})")


def any_of(field: str, languages: Iterable[str] = _NOUNS) -> str:
    """Returns an expression for the words of these languages."""
    return "|".join(value for language in languages if (value := getattr(_NOUNS[language], field)))


@cache
def _ordinals(language: str) -> tuple[re.Pattern[str], ...]:
    """Matches an ordinal, the last, the first few or the last few before a word that may be their
    noun or their verb: `le neuvième utilise`, `die ersten beiden klingen`."""
    nouns, ordinal = _NOUNS[language], _ordinal(language)
    before = _the(language) if language == "en" or nouns.the else r"^\W*(?:\w\s+)?"
    word = r"\s+(?=[^\W\d_])"
    last, some = (
        rf"(?:{nouns.last})(?!\w)",
        rf"(?:\d{{1,2}}(?!\w)|(?:{_words(language, 'cardinal', 2)}|beiden|both)(?!\w))",
    )
    first = rf"(?:{'|'.join(number_words()[language]['ordinal'].get('1', ['(?!)']))})\w?(?!\w)"
    few = "|".join(
        f"{words}\\s+(?P<{side}>{some})|(?P<{side}_>{some})\\s+{words}"
        for side, words in (("first", first), ("last", re.sub("[?]P<[a-z]+>", "?:", last)))
    )
    found = [rf"{before}(?P<number>{ordinal}){word}", rf"{_the(language, _DETERMINERS)}(?P<number>{ordinal}){word}"]
    if language not in ("en", "tr"):
        found.append(rf"{_the(language, _DETERMINERS)}{last}{word}")
    found.append(rf"(?<!\w)(?:{few}){word}")
    return tuple(map(re.compile, found))


@cache
def _about(language: str) -> tuple[re.Pattern[str], ...]:
    nouns, what = _NOUNS[language], r"(?P<what>[^,.!?;:]{3,60})"
    if not nouns.about:
        return ()
    if language in _EAST:
        own = rf"(?:{nouns.other})の?(?:{nouns.paper}|やつ)"
        other = rf"(?!{nouns.today}|{nouns.last}|{nouns.number}|\d{{1,2}}(?!\d)|{_words(language, 'ordinal')}|{own})"
        subject = rf"{other}(?P<what>[^\s、。?？,.]{{2,20}}?)(?:{nouns.about})\s*{nouns.paper}"
        named = {
            "ja": rf"(?:[\u30a0-\u9fff]{{2,}}|[\u3040-\u9fff]{{6,16}}(?=のやつ)))の?(?:{nouns.paper}|やつ)",
            "ko": rf"(?:[가-힣\d ]{{2,18}}?|[a-z][a-z-]{{3,}}))\s{nouns.paper}(?!보다)",
        }
        return re.compile(subject), re.compile(rf"^\W{{0,8}}{other}(?P<what>{named[language]}")
    about = rf"\s+(?:{nouns.about})(?!\w)\s*{what}"
    found = [f"{_noun(language)}{about}", rf"(?<!\w)(?P<what>[^\W\d_]{{4,}})-{_noun(language)}"]
    if language in _ADJECTIVES:
        # `el paper teórico, qué …`, `das theoretische Paper`
        before, after = _ADJECTIVES[language]
        ends = rf"(?:{_END}|\s*[—–]|\s+(?:{nouns.then})(?!\w))"
        found.append(rf"(?<!\w)(?P<what>{before})\s+{_noun(language)}")
        found.append(rf"{_noun(language)}\s+(?P<what>{after})(?={ends})")
    one = rf"^\W*(?:\w{{1,3}}\s)?(?:{nouns.one})"
    found.append(f"{one}{about}")
    if nouns.having:
        # `das mit Tabelle 3` is no paper about tables.
        own = rf"(?!\s*(?:\w{{2,3}}\s)?(?:(?:{any_of('other')})(?!\w)|\d))"
        found.append(rf"{one},?\s+(?:{nouns.having})(?!\w){own}\s*{what}")
    return tuple(map(re.compile, found))


@cache
def _within(language: str) -> re.Pattern[str]:
    one = rf"(?<=\w )(?:{_NOUNS[language].one or '(?!)'})|(?:{_NOUNS[language].paper})(?!\w)"
    pronoun = rf"(?:{_CONTRACTED.get(language, '(?!)')}|{one})\s?,?\s?"
    return re.compile(rf"(?<!\w){pronoun}{_about_what(language)}")


@cache
def _beside(language: str) -> re.Pattern[str]:
    nouns = _NOUNS[language]
    return re.compile(
        rf"(?<!\w)(?:vs\.?|versus|contr[aoe]|gegen|против|{nouns.both})\s(?:{nouns.one})\s?,?\s?{_about_what(language)}"
    )


def _about_what(language: str) -> str:
    nouns = _NOUNS[language]
    if not nouns.having:
        return "(?!)"
    return rf"(?:{nouns.having}|{nouns.about})(?!\w)\s?(?P<what>[^,.!?;:–—]{{3,60}})"


@cache
def _other() -> re.Pattern[str]:
    spaced = any_of("other", (k for k in _NOUNS if k not in _EAST))
    return re.compile(
        rf"(?:(?<!\w)(?:{spaced})|(?:{any_of('other', _EAST)}))\s*(?:(?:{any_of('number')})\s*)?[(（]?\s*$"
    )


@cache
def _other_word() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of('other', _SPACED)})(?!\w)")


@cache
def _other_east() -> re.Pattern[str]:
    return re.compile(rf"个\s*(?:{any_of('other', _EAST)})")


@cache
def _figures() -> re.Pattern[str]:
    """Matches `4`, the English words for it, `第四` without its noun, and `四` before papers."""
    words, ordinals = _words("en", "cardinal", 2), _words("zh", "ordinal")
    # The first word for each is Sino-Korean: `칠 논문`; `이 논문` is this one.
    spoken = "|".join(said[0] for n, said in number_words()["ko"]["cardinal"].items() if _PAIR < int(n) <= _TENS)
    return re.compile(
        rf"{_FIGURE}|(?<![가-힣])(?:{spoken})(?=\s{_NOUNS['ko'].paper})|(?<![\w-])(?:{words})(?![\w-])|(?:{ordinals})(?=个)|[二三四五六七八九十](?=\s*(?:[?!？！。呢]*$|{any_of('paper', _EAST)}))"
    )


@cache
def _joins() -> re.Pattern[str]:
    """Matches what joins a figure to a paper named before it."""
    return re.compile(rf"(?:(?<!\w)(?:{any_of('both')})\s+|[,、&和与跟とや과와])\s*(?:(?:{any_of('the')})\s*)?$")


@cache
def _between() -> re.Pattern[str]:
    """Matches what comes between two papers named together."""
    return re.compile(_joining(""))


@cache
def _between_apart() -> re.Pattern[str]:
    """The same in a question about their difference: `die 7 von der 10`."""
    return re.compile(_joining(rf"|(?:(?:se\s+)?{_DIFFERS}\s+)?(?:von|from|d[aeiou]l?|от)"))


def _joining(also: str) -> str:
    east, spaced = r"\s*편?(?:[、&和与跟比とや과와]|이?랑|하고)\s*", rf"\s+(?:{any_of('both')}{also})\s+"
    return rf"(?<!\d)\d+(?:{east}|{spaced})(?:(?:{any_of('the')}|d(?:ie|er|en)\s|la\s)\s*)?"


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
