"""Finds papers that a question names relative to others: `not that one, I mean …`, `all but 3`,
`the other two`, `this and 7`.

CLDR has no such words. The regular expressions are for text without accents and capitals."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from digest.patterns import regex
from digest.which_paper.worded import (
    FOR,
    INSTEAD,
    PLEAS,
    SAME,
    SIZED,
    aligned,
    alone,
    any_of,
    article,
    cardinals,
    having,
    ordinals,
    then,
)


class _Words(NamedTuple):
    this: str
    """Words for the paper under discussion."""
    no: str
    """Words that reject what follows; in Japanese and Korean, what comes before."""
    besides: str
    """Words that leave out what follows; in Japanese and Korean, what comes before."""
    other: str
    rest: str
    """Words for all other papers."""
    meant: str
    """Words before the paper that is meant instead."""
    nay: str = "(?!)"
    """Words that say by themselves that the answer was about the wrong paper."""


_WORDS = {
    "en": _Words(r"(?:this|that|these|those|it|him|her)(?: (?:one|paper)s?)?", r"not|none of|neither of|(?:do|did)(?:n['’]?t| not) mean", r"(?<=all )but|(?<=everything )but|(?<=every paper )but|(?<=papers )but|except(?:ing)?(?: for)?|apart from|aside from|besides|excluding", r"the other|an?other|a different", r"the (?:others|rest)(?: of (?:them|the papers))?|the (?:other|remaining)(?= \w+s\b| (?:\w+ )?papers)", r"but|rather|i mean|(?:i )?meant|i was (?:asking|talking) about|i wanted", nay=r"no(?:pe)?|nah|sorry|wait|typo|mistyped|my (?:bad|mistake)|wrong (?:one|paper)"),
    "de": _Words(r"(?:dies\w{0,2}|das|den|die|der|es|ihn|jen\w{1,2})(?: (?:da|hier|paper))?", r"nicht|kein\w{1,2} von", r"auss?er|bis auf|abgesehen von|ausgenommen", r"(?:der|die|das|den|dem|eine?[nrsm]?|was) andere[nrsm]?", r"(?:die|den|der) (?:anderen|ubrigen|restlichen)|der rest", r"sondern|(?:ich )?mein(?:e|te)(?: ich)?|mein ich|ich mein|ich (?:wollte|will|rede von|sprach von)", nay=r"nein|ne|nee|tippfehler|vertippt|sorry|entschuldigung|pardon|moment|mein fehler|(?:(?:ich )?hab(?:e)? mich )?(?:vertan|verlesen)|falsche[rs]?(?: paper)?"),
    "fr": _Words(r"(?:celui|celle|ceux|celles)(?:[- ](?:la|ci))?|ca|cela|ceci|lui|cet(?:te)?(?: article| papier)?", r"pas|aucun d\w+", r"sauf|hormis|excepte|(?:mis )?a part|en dehors d\w+", r"(?:l['’]|une? )autre|les (?:\w+ )?autres", r"(?:les|des|aux) autres|le reste", r"mais(?: plutot)?|plutot|je (?:veux|voulais)(?: dire| parler d\w+)?|je parl\w+ d\w+", nay=r"non|pardon|faute de frappe|excusez?(?:-moi)?|desolee?|je me suis trompee?|mauvais (?:papier|article)"),
    "es": _Words(r"es[eao]s?|est[eao]s?|aquel\w{0,3}", r"no(?! d[oa]s? )", r"excepto|salvo|menos|quitando|aparte de", r"(?:(?:el|la|los|las) )?otr[oa]s?", r"(?:los|las) (?:demas|otros|otras)|el resto", r"sino|quiero(?: decir)?|(?:me )?refer\w+ a|me refiero a|habl(?:o|aba) del?|(?:queria|quise)(?: decir)?|digo", nay=r"no|perdon(?:a|ad|e|en)?|disculp(?:a|ad|e|en)|me (?:he )?equivo(?:que|cado)|(?:paper|articulo) equivocado"),
    "pt": _Words(r"(?:ess[ea]|est[ea]|aquel[ea])s?|isso|isto", r"nao|nenhum d\w+", r"exceto|salvo|menos|tirando|a parte", r"(?:(?:[oa]s?|um|uma) )?outr[oa]s?", r"[oa]s (?:demais|outr[oa]s)|o resto", r"mas(?: sim)?|e sim|(?:eu )?quis dizer|quero(?: dizer)?|queria|me ref\w+ a\w*|(?:eu )?(?:es)?tava falando d\w+|falava d\w+", nay=r"nao|foi mal|desculp(?:a|e|em)|perdao|me enganei|errei|(?:paper|artigo) errado"),
    "it": _Words(r"quest[oaie]|quell[oaie]|lui", r"non|nessuno di", r"tranne|eccetto|salvo|meno|a parte", r"(?:(?:un)?['’]?l?['’]\s?|un |gli |le )altr[oaie]", r"(?:gli|le) altr[ie]|il resto", r"ma|bensi|inten\w+|volevo(?: dire)?|parlavo d\w+", nay=r"no|scus(?:a|ate|ami|i)|perdon(?:a|ate)|(?:mi sono |ho )sbagliato|(?:paper|articolo) sbagliato"),
    "ru": _Words(r"эт(?:а|о|у|от|ои|и|их)|т(?:а|у|от|ои)|ее", r"не", r"кроме|за исключением|исключая", r"друг(?:ая|ую|ои|ие|их)", r"остальн(?:ые|ых|ым)|другие", r"а|я(?= про)|(?:я )?(?:имел\w?|имею) в виду|я говор\w+", nay=r"нет|не|ои|опечатка|извините?|прост(?:и|ите)|сорри|не та статья|ошиб(?:ся|лась)"),
    "zh": _Words(r"(?:这|那)(?:[一几]?[篇个些]|几篇)?|它", r"不是|并非|不要", r"除了?|除开|除去", r"(?:另(?:外|一)?|其[他它余]|剩下|余下)的?(?:那|一|[两二三四五六七八九十\d]{1,2})?(?=篇|个(?:[有是的呢]|\W|$))", r"(?:其[他它余]|剩下|余下)的?(?:几篇|论文|文章)?", r"而?是|我?(?:是|要|想)*(?:说|指|问)的?是?", nay=r"不是|不对|[\u4e00-\u9fff]{0,2}错了|抱歉|不好意思|对不起|不"),
    "ja": _Words(r"[こそあ](?:れ|の論文|っち|ちら)", r"(?:じゃ|では)(?:なく|ない)(?:て|方|ほう|やつ)?|(?:じゃ|では)ありません", r"以外|を除(?:いた|いて|く|き)|のほか|を抜いて", r"(?:もう(?:一|1|ひと)[つ本]|別|もう片方)の|もう(?:(?:一|片)方|(?:一|1|ひと)[つ本個])(?=[はもが]|\W*$)|(?:ほか|他|残り)の(?=[二三四五六七八九十\d][つ本](?!目))", r"(?:ほか|他|残り)の(?=論文|ペーパー)|残り(?:全部)?|他は|ほかは", "", nay=r"いや|すみません|ごめん(?:なさい)?|失礼(?:しました)?|違う|違います|間違えま?した|間違えた|ちがう|いいえ"),
    "ko": _Words(r"[이그저](?:거|것|\s?논문|건|게)", r"(?:이|가)?\s?(?:아니라|아니고|아니에요|아닌데|아니|말고(?!\s(?:다른|또)\s(?!(?:\S+\s){0,2}(?:거|것|논문|하나)))(?!.*(?:다|전부|모두|나머지)(?:\s|$)))", r"(?:을|를)?\s?(?:빼고|제외하고|제외한|뺀|말고|(?<![실야해])외에|이외)", r"(?:또 )?다른\s?(?=(?:\S{1,12}\s){0,2}(?:하나|논문(?!들)|거|것(?!들)|걸))|나머지 (?=하나|둘|두|(?:\d|[가-힣]{1,2})\s?(?:개|편))", r"나머지(?=\s?논문)?|다른 (?=논문들|것들)", "", nay=r"아니(?:요|야)?|미안(?:해요?)?|죄송(?:해요|합니다)?|잘못 봤\w{1,3}|오타(?:예요|요)?"),
    "nl": _Words(r"(?:deze|dit)(?: paper)?", r"niet|geen van", r"behalve|uitgezonderd", r"(?:de|het|een) andere", r"de (?:anderen|overige)|de rest", r"maar|(?:ik )?bedoel(?:de)?(?: ik)?|ik had het over|ik wilde", nay=r"nee|sorry|oeps|typefout|pardon|wacht|verkeerde(?: paper)?"),
    "pl": _Words("(?!)", "nie", r"oprocz|poza|z wyjatkiem", "(?!)", r"pozosta\w{1,3}|reszta", r"ale|tylko|(?:chodzilo|chodzi) (?:mi )?o|mialem na mysli|mialam na mysli", nay=r"nie|sorry|sorki|przepraszam|pomylka|pomylil[ae]m sie"),
    "tr": _Words("(?!)", "(?!)", "(?!)", "(?!)", "(?!)", r"(?:demek istedim|kastettim|demek istemistim|diyorum|dedim)", nay=r"yok|hayir|hayır|pardon|yanlıs|yanlis"),
    "ar": _Words("(?!)", r"ليس|ليست", r"[اإ]لا|عدا|باستثناء|ما عدا", "(?!)", r"الباقي|البقية", r"بل|(?:أ|ا)?قصد(?:ت)?|(?:أ|ا)عني|كنت (?:أ|ا)قصد", nay=r"لا|عفوا|آسف|(?:أ|ا)سف"),
}  # fmt: skip


class _Steps(NamedTuple):
    """Words for the paper after or before another one; in East Asian languages whole phrases."""

    next: str
    """Adjectives."""
    previous: str
    one: str = ""
    """Pronouns before `after` and `before`."""
    after: str = ""
    before: str = ""


_CLOSE, _THAT = r"(?:(?:right|just|directly) )?", r"(?: (?:that|it|this)(?: one)?)?(?=\W*$|[,;:?!])"
_QUE = "q(?:ue)?"
_ONE_JA = r"(?:(?:[そこ]の|さっきの)(?:(?:もう)?(?:一|ひと|1)[つ個本])?|(?:もう)?(?:一|ひと|1)[つ個本])"
_STOPS_HERE = r"(?=\W*$|[,;:?!])"
_STEPS = {
    "en": _Steps(r"next|following", r"previous|preceding", r"the (?:one|paper|article)", rf"{_CLOSE}(?:after|below){_THAT}", rf"{_CLOSE}(?:before|above){_THAT}"),
    "de": _Steps(r"(?:nachst|folgend)e[nrms]?", r"(?:vorherig|vorig|vorangehend|vorhergehend)e[nrms]?", r"(?:das|die|der|den|dem)", r"(?:(?:was|das|die|der) )?(?:danach|darunter|dahinter|nachher)", r"(?:(?:was|das|die|der) )?(?:davor|daruber|vorher)"),
    "fr": _Steps(r"suivante?|prochaine?", r"precedente?", r"(?:celui|celle)[ -](?:juste )?", rf"d['’]apres|apres|qui suit|qui (?:vient|est) (?:juste )?apres{_STOPS_HERE}|en dessous|(?:du|au)[ -]dessous", rf"d['’]avant|avant|qui precede|qui (?:vient|est) (?:juste )?avant{_STOPS_HERE}|au-dessus|du dessus"),
    "es": _Steps(r"siguiente|proxim[oa]", r"anterior|previ[oa]", r"(?:el|la|aquel|ese)", rf"de (?:despues|abajo)|{_QUE} sigue|{_QUE} (?:va|viene)(?: (?:justo )?(?:despues|abajo))?{_STOPS_HERE}", rf"{_QUE} (?:va|viene|esta) (?:justo )?(?:antes|arriba){_STOPS_HERE}|de (?:antes|arriba)"),
    "pt": _Steps(r"seguinte|proxim[oa]", r"anterior", r"(?:[oa]|d[oa]|aquel[ea]|esse)", rf"(?:logo )?(?:de(?:pois| depois| baixo)|abaixo)|{_QUE} segue|{_QUE} vem(?: (?:logo )?depois)?{_STOPS_HERE}", rf"(?:logo )?(?:de antes|antes|de cima|acima)|{_QUE} vem (?:logo )?antes{_STOPS_HERE}"),
    "it": _Steps(r"prossim[oa]|seguente|successiv[oa]", r"precedente", r"quell[oa]", rf"(?:subito |di )?(?:dopo|sotto)|che (?:segue|(?:viene|sta) (?:subito )?(?:dopo|sotto)){_STOPS_HERE}", rf"(?:subito |di )?(?:prima|sopra)|che (?:viene|sta) (?:subito )?(?:prima|sopra){_STOPS_HERE}"),
    "ru": _Steps(r"следующ(?:ая|ую|еи)", r"предыдущ(?:ая|ую|еи)", r"(?:(?:та|ту|тои),?|(?=до этого котор))", r"(?:что |которая )?(?:идет )?(?:после|ниже|дальше)", r"(?:что |которая )?(?:идет )?(?:до|перед|выше)"),
    "zh": _Steps(r"[下后]面?(?:的?[那一])?一?篇|(?:后面|下面|之后)的?那?一?个(?=[呢有的是]|\W|$)|下一个(?=的?论文|呢|\W*$)", r"(?:上|前)面?(?:的?[那一])?一?篇|(?:前面|上面)的?那?一?个(?=[呢有的是]|\W|$)|上一个(?=的?论文|呢|\W*$)"),
    "ja": _Steps(rf"(?<![\u4e00-\u9fff])(?:次|{_ONE_JA}(?:後|あと|下|次))(?:の(?:論文|やつ|もの|ペーパー|(?=[はもを]|\W|$))|(?=[はも]?\W*$))|^\W*(?:その)?次は", rf"{_ONE_JA}[前上](?:の(?:論文|やつ|もの|ペーパー|(?=[はもを]|\W|$))|(?=[はも]?\W*$))|前の(?:論文|やつ)"),
    "ko": _Steps(r"(?<![가-힣])다음\s?(?:거|것|건|꺼|논문|편)(?!들)", r"(?<![가-힣])(?:그\s?)?(?:바로\s?)?(?:이전|앞에?|바로\s?위)\s?(?:거|것|건|꺼|논문|편)(?!들)"),
}  # fmt: skip
_BEHIND = ("ja", "ko")
_EAST = ("zh", *_BEHIND)
"""Languages in which what is rejected or left out comes before the word for that."""
_WHAT = r"(?P<what>[^,.;:?!]{1,60})"
_FROM = rf"\s+{_WHAT}"
_STEP_FROM = tuple(
    regex(pattern)
    for pattern in (
        rf"(?<!\w)(?:the|and) (?:one|paper|article) (?:(?:that|which)?['’]?\s?(?:comes|is|s) )?{_CLOSE}(?:(?P<after>after|below|following)|before|above|preceding){_FROM}",
        rf"(?<!\w)(?:das|die|der|den|dem)(?: paper| artikel)? (?:direkt |gleich )?(?:(?P<after>nach|hinter)|vor) (?!(?:uns|mir|ihm|ihr|allem)(?!\w)){_WHAT}",
        rf"(?<!\w)(?:celui|celle|l['’]article|le pap(?:i)?er)(?: qui (?:vient|est))?(?: juste)? (?:(?P<after>apres)|avant){_FROM}",
        rf"(?<!\w)(?:el|la)(?: paper| articulo)?(?: {_QUE} (?:va|viene|esta))?(?: justo)? (?:(?P<after>despues|siguiente)|antes|anterior|previo) (?=de|al? ){_WHAT}",
        rf"(?<!\w)[oa](?: paper| artigo)?(?: {_QUE} (?:vem|esta|fica))?(?: logo)? (?:(?P<after>depois|seguinte)|antes|anterior) (?=d[oae]|ao?){_WHAT}",
        rf"(?<!\w)(?:quell[oa]|il paper|l['’]articolo)(?: che (?:viene|sta))?(?: subito)? (?:(?P<after>dopo|successiv[oa])|prima|precedente){_FROM}",
        rf"(?<!\w)(?:та|ту|то|тои|стать[яюи]|работ[ауы]),?(?: что| которая)?(?: идет| стоит)? (?:сразу |прямо )?(?:(?P<after>после)|перед|до){_FROM}",
        r"(?P<what>[^，。,?？\s]{1,20}?)的?(?<!最)(?:(?P<after>后面|之后|后|下面|下)|前面|之前|前|上面|上)的?(?:那|一)?一?[篇个]",
        r"(?P<what>[^、。,?\s]{1,20}?)の(?:すぐ|一つ|1つ|ひとつ)?(?:(?P<after>後|あと|次|下)|前|上)の(?:論文|やつ|もの|ペーパー)",
        r"(?P<what>[^,?]{1,20}?)\s?(?:바로\s)?(?:(?P<after>다음|뒤|아래)|앞|이전|위)에?\s?(?:있는 )?(?:거|것|건|꺼|논문)",
    )
)
_STOP = r"[,;.:!?،؛؟。，、！？；：—–]"
_SIDE = regex(r"の(?:ほう|方(?![法向針式]))|쪽(?:이|은|요|\W|$)")
_COUNTED = regex(r"(?:\d\s?[个種种개명]|\d\s+(?:of|von|sur|des?|d[aiu]|из)\s+(?:the\s+|los\s+|den\s+)?\d)")
"""Counts things, which the others are then."""
_OH = r"oh|ah|oops|ups|hm+|ach|ok(?:ay)?|ay|ой|あ|아|哦|啊"
_FAR = r"d(?:as|ie|er|en|em)\b|quell|aquel|cel|that\b|those|es\b|ihn|т|ее"
_WITH = r"with|to|than|into|from|mit|zu[mr]?|als|avec|aux?|con|al|com|ao|col|со?|чем|на|от"
_KNOWN = r"kenn|(?<!\w)(?:know|read|seen?|vu|lus?|lei|li|lett[oaei])(?!\w)|connai|conoc|conozc|conhec|conosc|leid|lido|visto|gelesen|знаю|чита|le(?:u|ram)(?!\w)|erkl|explain|explic|spieg|объясн|skimm|uberflog|parcouru|смотрел|看过|看了|看完|读过|读了|知道|読[んみ]|知って|읽었|알아"
"""Says that the papers are known already."""
_MORE = r"\s*(?:[啦吧哦呀啊了]|sorry|sry|よ|そうじゃなくて)?\s*"
_LIKEWISE = regex(
    rf"^\W*(?:(?:and|und|et|y|e|и|а|now|ok(?:ay)?)\W+)?(?:(?:the|die|das|la|le|el|lo|o|a)\s+)?(?:{SAME})(?:\s+[^\W\d_]+)?\s+(?:{FOR}|{_WITH})\s+(?P<what>[^\d,.;:?!]{{3,40}}?)(?:\s+(?:{PLEAS}))?\W*$"
)
_UNIVERSAL = r"all|everything|alle[sn]?|tous|toutes|tout|tod[oa]s?|tutt[oiea]|все|всё|(?:the )?(?:others?|rest)"
_NUMBER = r"(?:#\s*)?\d{1,2}"
_LEAD = r"\W*(?:(?:ok(?:ay)?|and|so|what about|how about|und|was ist mit|et|y|e|и|а|а что|那么?|じゃあ|では|그럼|그리고)\s*)?"
_TAIL = r"\s*(?:呢|は|は?どう(?:ですか)?|는요|은요|는|은)?\W*"


class Rejected(NamedTuple):
    said: str
    """The words for what is not meant."""
    before: str
    after: str
    contrasted: bool = False
    """A word such as `I meant` says that something else is meant."""

    @property
    def rest(self) -> str:
        """Returns the question without the rejection."""
        return f"{self.before} {self.after}".strip()


def denied(question: str) -> Rejected | None:
    """Removes `no, ` from a question that may go on with another paper."""
    return _without(question, "nay", _nay)


def correction(question: str) -> Rejected | None:
    """Removes `not that one` from a question: `I mean Solheim's` stays."""
    return _without(question, "no", _rejecting)


def denial(question: str) -> Rejected | None:
    """Removes `no, I meant` before a number. Only an answer can be denied."""
    return _without(question, "nay", _denying) or _without(question, "meant", _saying)


def excluded(question: str) -> Rejected | None:
    """Removes what may be a paper that is not meant: `not SplatFlow, I meant …`."""
    return _without(question, "no", _excluding)


def step(question: str) -> int | None:
    """Returns 1 for `and the one after that?`, -1 for the one before, 0 for what may be either."""
    plain = aligned(question)
    found = [way for language in _STEPS for way, pattern in _stepping(language) if pattern.search(plain)]
    return next((way for way in found if way), 0) if found else None


def without_steps(question: str) -> str:
    """Returns the question without phrases like `the one after that`."""
    plain = aligned(question)
    spans = [m.span() for lang in _STEPS for way, p in _stepping(lang) if way for m in p.finditer(plain)]
    return "".join(" " if any(a <= at < b for a, b in spans) else c for at, c in enumerate(question))


def step_from(question: str) -> tuple[int, str] | None:
    """Returns 1 or -1, and from what to count: `the one right before the survey`,
    `综述后面那篇`."""
    plain = aligned(question)
    for pattern in _STEP_FROM:
        if match := pattern.search(plain):
            return (1 if match["after"] else -1), question[slice(*match.span("what"))]
    return None


def left_out(question: str) -> Rejected | None:
    """Removes `but 3` from `all but 3`."""
    return _without(question, "besides", _leaving_out)


def of_papers(but: Rejected) -> bool:
    """Returns whether papers are left over: `all papers but 3`, but not `all layers but 3`."""
    return bool(re.search(rf"(?:^|{_STOP}|(?<!\w)(?:{_UNIVERSAL}|{any_of('paper')}))\s*$", aligned(but.before)))


def leaves_this_out(but: Rejected) -> bool:
    """Matches `everything but this one`, `除了这篇`; `apart from this` may be about the paper."""
    every = bool(but.before.strip()) and of_papers(but)
    every = every or bool(re.match(any_of("paper", _BEHIND), aligned(but.after).lstrip("의 ")))
    return any(every or match["paper"] is not None for match in _matches(but.said, "this", _but_this))


def means_the_rest(question: str) -> bool:
    """Matches `and the rest?`, `haben die anderen Arbeiten Code?`; not `of 31 … the rest?`"""
    return any(not _COUNTED.search(question, 0, m.start()) for m in _matches(question, "rest", _the_rest))


def speaks_of_others(question: str) -> bool:
    """Returns whether it has a word for another one, or for one of two: `水蒸気のほう`."""
    return bool(_SIDE.search(question)) or any(
        _word(language, "other").search(aligned(question)) for language in _WORDS
    )


def means_another(question: str) -> bool:
    """Returns whether it means another: `the other one`, `los otros dos de mutation testing`"""
    return any(not _COUNTED.search(question, 0, m.start()) for m in _matches(question, "other", _another))


def likewise(question: str) -> str:
    """Returns what is to be asked about in the same way: `same question for the proteins`."""
    match = _LIKEWISE.search(aligned(question))
    return question[slice(*match.span("what"))] if match else ""


def another_one(question: str) -> str:
    """Returns what is said about another paper: `l'autre mpc`, `no, the other legged one`."""
    return next((question[slice(*m.span("what"))] for m in _matches(question, "other", _another_one)), "")


def is_known(question: str) -> bool:
    """Returns whether it is about reading: `someone read 8 already?`"""
    return bool(re.search(_KNOWN, aligned(question)))


def before_the_rest(question: str) -> tuple[int, ...]:
    """Returns the papers before `the others`: `3 und 9 kenn ich schon, die anderen bitte …`."""
    match = next(_matches(question, "rest", _known_and_rest), None)
    return tuple(map(int, re.findall(r"\d+", match["known"]))) if match else ()


def beside_what(question: str) -> bool:
    """Returns whether it joins the paper under discussion with another, or asks to compare them:
    `este y el de Ortiz`, `vergleiche das mal mit der 7`."""
    return any(_matches(question, "this", _compared))


def related(question: str) -> bool:
    """Returns whether it relates the paper under discussion to one it names: `based on …?`"""
    return any(_matches(question, "this", _related))


def this_paper(question: str) -> bool:
    """Returns whether it is `dieses Paper` or `cet article`; `die Arbeit über …` may be another."""
    return any(_matches(question, "this", _this_paper))


def names_this(question: str) -> bool:
    """Returns whether a question about another paper ends so: `does 6 mention this one?`"""
    return any(_matches(question, "this", _this_at_the_end))


def beside_this(question: str) -> tuple[int, ...]:
    """Returns the numbers joined with the paper under discussion: `this and 7`, `7とこれ`."""
    return tuple(dict.fromkeys(int(m["number"]) for m in _matches(question, "this", _joined)))


_Patterns = Callable[[str], tuple[re.Pattern[str], ...]]


def _matches(question: str, field: str, made: _Patterns) -> Iterator[re.Match[str]]:
    """Yields matches of each language with a word in the question, so few are compiled."""
    plain = aligned(question)
    for language in _WORDS:
        if _word(language, field).search(plain):
            yield from (match for pattern in made(language) for match in pattern.finditer(plain))


@cache
def _word(language: str, field: str) -> re.Pattern[str]:
    return re.compile(getattr(_WORDS[language], field))


def _without(question: str, field: str, made: _Patterns) -> Rejected | None:
    match = next(_matches(question, field, made), None)
    if match is None:
        return None
    start, end = match.span("all")
    groups = match.groupdict()
    said = slice(*match.span("said")) if groups.get("said") else slice(start, end)
    contrasted = bool(groups.get("meant") or groups.get("then"))
    after = question[end:]
    if groups.get("last") is not None or (field == "no" and not re.search(r"\w", after)):
        after = f"{question[:start]}{after}"  # `the eighth, not the fifth`
    return Rejected(question[said], question[:start], after, contrasted)


_NUMBER_ENDS = r"\s*(?:篇|号|番|번|本目)?(?:の?論文)?(?:のこと|のほう)?\s*(?:です|だ|だよ|요|이요|이에요|예요|(?:말|얘기|이야기)[가-힣]{1,4})?[\s.!?。！？]*$"


def _number_alone(language: str) -> str:
    """A number with nothing after it."""
    return rf"(?={_number_first(language)}{_NUMBER_ENDS})"


def _number_first(language: str) -> str:
    """`the 8`, `#8`, `nr. 8`"""
    the = rf"(?:(?:{article(language)}|d(?:ie|er|en)|a)\s+)?(?:(?:{any_of('number')})\s*)?"
    number = r"\d{1,2}" if language in _EAST else rf"(?:\d{{1,2}}|{cardinals(language)})"
    return rf"{the}第?#?{number}"


@cache
def _denying(language: str) -> tuple[re.Pattern[str], ...]:
    """`no, I meant 5`"""
    words = _WORDS[language]
    meant = rf"(?:{words.meant or '(?!)'})(?:\s+a)?\s*"
    not_no, apart = ("", r"\s*") if language in _BEHIND else (rf"(?!(?:{words.no})\s)", r"\s+")
    oh = rf"(?:(?:{_OH})(?!\w)\W*)?" if language not in _EAST else rf"(?:(?:{_OH})\W*)?"
    # `no, 5`, but otherwise only with words: `no code, I meant 5`
    gap = "" if language == "zh" else rf"(?:{_STOP}|\s)"
    said = rf"{_MORE}(?:{_STOP}\s*(?:{meant})?|(?:\s*\w+)?{gap}\s*{meant})"
    meant = (
        f"(?P<meant>{words.meant or '(?!)'})(?!\\w)" if language not in _EAST else f"(?P<meant>{words.meant or '(?!)'})"
    )
    return (
        re.compile(rf"(?P<all>^\W*{oh}(?:{words.nay}){said}){_number_alone(language)}"),
        # `nee 8`; but not `не 8`
        re.compile(rf"(?P<all>^\W*{oh}{not_no}(?:{words.nay}){apart}){_number_alone(language)}"),
        re.compile(rf"(?P<all>{_nays(language)}{meant})(?=.*\w)"),
    )


@cache
def _saying(language: str) -> tuple[re.Pattern[str], ...]:
    """`I meant 8`; in Chinese `是 8` alone may say what it is."""
    if not (meant := _WORDS[language].meant):
        return ()
    said = "" if language != "zh" else r"(?<![是])|(?<=\w是)"
    # `8 meinte ich`
    number = rf"^\W*(?:(?:{_WORDS[language].nay}|{_OH})\W+)*(?={_number_first(language)}\s)[^.,;]{{0,24}}?\w{{1,16}}"
    return (
        re.compile(rf"(?P<all>^\W*(?:{_OH})?\W*(?:{meant})(?:{said})\s*){_number_alone(language)}"),
        re.compile(rf"{number}(?P<last>(?P<all>\s+(?:{meant})(?:{said})))\W*$"),
    )


@cache
def _nay(language: str) -> tuple[re.Pattern[str], ...]:
    return (re.compile(rf"(?P<all>{_nays(language)})(?=\w)"),)


def _nays(language: str) -> str:
    """`no, `, `oh wait wrong one, `"""
    nay = _WORDS[language].nay
    return rf"^\W*(?:(?:{_OH}|{nay})(?:{_STOP}\s*|\s+))*(?:{nay}){_STOP}\s*"


@cache
def _rejecting(language: str) -> tuple[re.Pattern[str], ...]:
    words = _WORDS[language]
    this, paper, the = words.this, any_of("paper"), rf"(?:(?:{article(language)}|{words.this})\s*)?"
    the_ = the
    if language == "es":
        the = the.removesuffix("?")  # `no 3` is number three
    numbered = (
        rf"第\s*[\d一二三四五六七八九十]+\s*篇|{the}(?:(?:{paper}|{any_of('number')})\s*)?{_NUMBER}"
        rf"\s*(?:篇|号|번|番|本目|つ目)?(?:の?論文)?|{the}{ordinals(language)}(?:\s(?:{paper}))?"
    )
    said = rf"(?:{this}|{numbered})"
    if language in _BEHIND:
        return (
            re.compile(
                rf"(?:^(?:(?:{words.nay})\s*)?|{_STOP})\s*(?P<all>{said}\s*(?:{words.no})(?:です|よ|요)?{_STOP}?)"
            ),
        )
    edge, no = ("", r"\s*") if language == "zh" else (r"(?<!\w)", r"\s+")
    meant = rf"(?:{words.meant})" + ("" if language == "zh" else r"(?!\w)")
    # A sign or a word precedes what is meant: `not this one, …`, `不是第3篇是第5篇`.
    end = rf"{_MORE}(?:{_STOP}\s*(?:{meant})?|{meant})(?=.*\w)"
    # Also `ese no, el 5`.
    orders = (
        rf"{edge}(?:{words.no}){no}(?:(?:es|e|est|is|era|war|was|это|说|指)(?:\s+|(?<=[说指])))?{said}(?:\s+(?:{words.no})(?=\W))?",
        rf"(?:^|{_STOP})\s*{said}\s+(?:(?:war|ist|era|was|is)\s+)?(?:no|nao|non|nicht|pas|not)(?:\s+(?:era|es|gemeint))?",
    )
    # Nothing else is said: `no me refiero a ese`, `nee, das meine ich nicht`.
    nay, saying = rf"^\W*(?:(?:{words.nay})\W+)*", rf"(?:(?:{meant}|es|era|is|war|это)\s*)?"
    alone = rf"(?P<all>{nay}(?:(?:{words.no}){no}{saying}(?:{this})|(?:{this}){no}{saying}(?:{words.no}))){_MORE}\W*$"
    # `the eighth, not the fifth`, `I meant 8 not 7. Which camera?`
    wrong = rf"(?P<last>(?P<all>(?:{words.no}){no}{said}))(?=\W*$|{_STOP})"
    at_the_end, meant_first = (
        rf"{_STOP}\s*(?:(?:and|und|et|y|e|и|а)\s+)?{wrong}",
        rf"(?:{meant})\s+(?:(?!{_STOP}).){{1,40}}\s{wrong}",
    )
    # `9 not 4`, `é o 6 não o 9`
    two = rf"(?<![\w.,])#?\d{{1,2}}\s+(?P<last>(?P<all>(?:{words.no}){no}{the_}#?\d{{1,2}}))(?=\W*$|{_STOP})"
    in_order = (rf"(?P<all>{order}{end})" for order in orders)
    return tuple(map(re.compile, (two, meant_first, *in_order, at_the_end, alone)))


@cache
def _excluding(language: str) -> tuple[re.Pattern[str], ...]:
    words, said = _WORDS[language], rf"(?P<said>(?:(?!{_STOP}).){{2,40}}?)"
    if language in _BEHIND:
        said = rf"(?P<said>(?:(?!{_STOP}).){{1,24}}?)"
        return (re.compile(rf"(?:^|{_STOP})\s*(?P<all>{said}\s*(?:{words.no}){_STOP}?(?=.*\w))"),)
    edge, gap = ("", r"\s*") if language == "zh" else (r"(?<!\w)", r"\s+")
    meant = rf"(?P<meant>{words.meant})" + ("" if language == "zh" else r"(?!\w)")
    then = edge + meant.replace("<meant>", "<then>")
    no = rf"{edge}(?:{words.no}){gap}(?:(?:{words.meant})\s+)?{said}{_MORE}"
    first = rf"^\W*(?:(?:{words.nay}|{_OH})\W+)*"
    return (
        re.compile(rf"(?P<all>{no}(?:{_STOP}\s*{meant}|{then})(?=.*\w))"),
        re.compile(rf"(?P<all>{first}{no}{_STOP}(?=.*\w))"),
    )


@cache
def _stepping(language: str) -> tuple[tuple[int, re.Pattern[str]], ...]:
    """Returns patterns for 1 or -1, and for 0: `the next …`, which may be a paper or not."""
    steps, paper = _STEPS[language], any_of("paper", (language,))
    if language in _EAST:
        return (1, re.compile(steps.next)), (-1, re.compile(steps.previous))
    the = rf"(?:(?:{article(language)}|d(?:ie|er|en)|be?im|zum|de[lr]?|la|n[oa]|pr[oa])\s+)" if language != "ru" else ""
    # `¿y el siguiente de qué va?`
    asks = r"(?=\s+(?:(?:fala|parle|parla|habla|va|trata|tratta)\s+)?d[ei]\s(?:que|quoi|cosa|che)(?!\w)|\s+aus\W*$)"
    found = [
        (way, re.compile(pattern))
        for way, adjective, adverb in ((1, steps.next, steps.after), (-1, steps.previous, steps.before))
        for pattern in (
            rf"(?<!\w){the}(?:{adjective})(?:\s+(?:{paper})(?!\w)|{alone(language)}|{asks})",
            rf"(?<!\w)(?:{paper})\s+(?:{adjective})(?!\w)",
            rf"(?<!\w)(?:{steps.one})\s+(?:{adjective})(?:{alone(language)})",
            rf"^\W*(?:(?:{_OH}|and|und|et|e|y|а)\W+)?(?:{adjective})(?:\s+(?:{PLEAS}))?\W*$",
            rf"(?<!\w)(?:{steps.one}|{paper})\s*(?:{adverb})(?!\w)",
        )
    ]
    found.append((1, re.compile(rf"^\W*(?:(?:{_OH}|and|und|et|e|y)\W+)?(?:{steps.next})\s+(?:{paper})(?!\w)")))
    may_be = rf"(?<!\w){the}(?:{steps.next}|{steps.previous})\s+(?!(?:{any_of('other')})(?!\w))\w"
    return (*found, (0, re.compile(may_be)))


@cache
def _leaving_out(language: str) -> tuple[re.Pattern[str], ...]:
    words = _WORDS[language]
    if language in _BEHIND:
        # `3番以外の層` are layers.
        besides = rf"(?:{words.besides})(?!の(?!{any_of('paper', ('ja',))}|もの|やつ|全))の?"
        return (re.compile(rf"(?:^|{_STOP})\s*(?P<all>(?:(?!{_STOP}).){{1,24}}?\s*{besides})"),)
    if language == "zh":
        return (
            re.compile(
                rf"(?P<all>(?:{words.besides})(?:(?!{_STOP}).){{1,24}}?(?:[以之]?外|(?={_STOP}|其|都|还|剩|$)))"
            ),
        )
    return (re.compile(rf"(?P<all>(?<!\w)(?:{words.besides})\s+(?:(?!{_STOP}).){{1,40}})"),)


@cache
def _but_this(language: str) -> tuple[re.Pattern[str], ...]:
    words = _WORDS[language]
    this = rf"(?:{words.this})(?P<paper>(?<=one)|(?<=篇)|(?<=paper)|(?<=論文)|(?<=논문)|\s*(?:{any_of('paper')}))?"
    if language in _BEHIND:
        return (re.compile(rf"^{this}\s*(?:{words.besides})"),)
    besides = re.sub(r"\(\?<=[^)]*\)", "", words.besides)  # the words before were matched
    return (re.compile(rf"^(?:{besides})\s*{this}(?!\w)"),)


@cache
def _the_rest(language: str) -> tuple[re.Pattern[str], ...]:
    rest, paper = _WORDS[language].rest, any_of("paper")
    edge, some = ("", r"\s*") if language in _EAST else (r"(?<!\w)", rf"\s+(?:(?:\d+|{cardinals(language)})\s+)?")
    return re.compile(rf"^{_LEAD}(?:{rest})(?:{_TAIL}$|\s*[?？])"), re.compile(rf"{edge}(?:{rest}){some}(?:{paper})")


@cache
def _known_and_rest(language: str) -> tuple[re.Pattern[str], ...]:
    known_already = rf"(?=(?:(?!{_STOP}\s).){{0,80}}(?:{_KNOWN}))"
    lead = rf"(?:(?:[\w'’]+\s+){{0,2}}?(?:{_KNOWN})\w*\s+(?:\w+\s+)?)?"
    one = rf"(?:(?:{any_of('the')}|{any_of('number')})\s*)?第?#?\d{{1,2}}(?![a-z0-9_%]|[.,]\d|{SIZED})"
    joins = rf"(?:\s*(?:[,、&和与跟と과와]|이?랑)\s*|\s+(?:{any_of('both')})\s+)"
    # `2 of them, the others …`
    known = rf"(?>{one}(?:(?>{joins}{one})){{0,49}}+)(?!\s+(?:of|von|des?|di|из)\s)"
    edge = "" if language in _EAST else r"(?!\w)"
    rest = rf"[^.!?。！？;；]{{0,60}}?{_STOP}{_LEAD}(?:{_WORDS[language].rest}){edge}"
    return (re.compile(rf"^\W{{0,8}}{known_already}{lead}(?P<known>{known}){rest}"),)


@cache
def _another(language: str) -> tuple[re.Pattern[str], ...]:
    other = _WORDS[language].other
    if language in _EAST:
        return (re.compile(other),)
    about, number = any_of("about"), rf"(?:\d+|{cardinals(language)})"
    some = rf"(?:{number}\s+)?"
    # Also `the other mutation testing paper`.
    so_many = rf"{number}(?:\s*(?:$|{_STOP})|\s+(?:{then(language)})(?!\w))"
    return (
        re.compile(rf"(?<!\w)(?:{other})\s+{so_many}"),
        # `les neuf autres`
        re.compile(rf"(?<!\w)(?:{other})(?<=s)\s+(?:{then(language)})(?!\w)" if language == "fr" else r"(?!)"),
        re.compile(
            rf"(?<!\w)(?:{other})\s*(?:(?:{some}(?:(?:{about}|de|of)\s|(?:[^\s,.;:?!]+\s+){{0,4}}(?:{any_of('paper')})(?!\w)))|{some}\W*$|{some}{_STOP})"
        ),
    )


@cache
def _another_one(language: str) -> tuple[re.Pattern[str], ...]:
    words = _WORDS[language]
    gap = r"\s*" if language in _EAST else r"\s+"
    begins = rf"(?:^|{_STOP})(?:{_LEAD})?(?:(?:{words.nay})\W+)?(?:(?:{words.no}){gap})?(?:(?:{words.this})\W+)?"
    return (re.compile(rf"{begins}(?:{words.other})\s*(?P<what>[^,.;:?!，。？！、]{{2,40}})(?:{_STOP}|$)"),)


@cache
def _compared(language: str) -> tuple[re.Pattern[str], ...]:
    this = rf"(?:{_WORDS[language].this})"
    if language in _BEHIND:
        return (re.compile(rf"{this}.{{0,8}}(?:比較|比べ|비교)"),)
    if language == "zh":
        return ()
    both, numbered = any_of("both"), rf"(?!\w|\s*(?:(?:{any_of('number')})\s*)?\d)"
    return (
        re.compile(rf"(?<!\w)(?:vergleich\w*|compar\w*|confront\w*|сравн\w*)(?:-|\s+){this}{numbered}"),
        re.compile(rf"(?:^|{_STOP})\s*(?:{_LEAD})?{this}\s+(?!(?:{having(language)})\s)(?:{both})\s"),
    )


@cache
def _related(language: str) -> tuple[re.Pattern[str], ...]:
    if language in _EAST:
        compared = r"これ(?:と|より)|これ[は、]?.{1,20}と(?:何|どう|比|違|同|組|一緒|合わせ)|이거?(?:랑|하고|보다|는?\s.{1,20}(?:랑|와|과|에)\s)|이것?(?:과|보다)|(?:[这這][个個篇]?|它)[^，。]{0,6}[和跟与比]"
        return (re.compile(compared),)
    # `quello che … con` is another one, and so is `das mit …`
    to = f"{_WITH}|a" if language in ("es", "it", "pt") else _WITH
    near = rf"(?!{_FAR})(?:{_WORDS[language].this})|(?:(?<=man )|(?<=ich )|(?<=wir )|(?<=ist ))das|c['’]est"
    return (re.compile(rf"(?<!\w)(?:{near})\s+(?:[\w'’]+\s+){{0,6}}?(?:{to})\s"),)


@cache
def _this_paper(language: str) -> tuple[re.Pattern[str], ...]:
    edge, gap = ("", r"\s*") if language in _EAST else (r"(?<!\w)", r"\s+")
    return (re.compile(rf"{edge}(?!d(?:as|ie|er|en)\b)(?:{_WORDS[language].this}|この|이){gap}(?:{any_of('paper')})"),)


@cache
def _this_at_the_end(language: str) -> tuple[re.Pattern[str], ...]:
    if language in _EAST:
        return ()
    this, paper = _WORDS[language].this, any_of("paper", (language,))
    return (
        re.compile(
            rf"\d\s+\w.*(?<!\w)(?!d(?:as|ie|er|en)\b)(?:{this})\s+(?:{paper})\W*$|\d\s+\w.*\bthis (?:one|paper)\W*$|\d\s+\w.*\b(?:for|to|with|by|in) this\W*$"
        ),
    )


@cache
def _joined(language: str) -> tuple[re.Pattern[str], ...]:
    this, number = (
        _WORDS[language].this,
        rf"(?:{any_of('number')})?\s*#?(?P<number>\d{{1,2}})(?![\w.%]|{SIZED}|\s+(?:{INSTEAD})\s+\d)",
    )
    if language in _EAST:
        joins, number = r"\s*(?:[和与跟比とや과와]|이?랑|하고)\s*", r"第?#?(?P<number>\d{1,2})(?![\d.%a-z])"
        unit = r"\s*(?:篇|号|番|번|本目)?"
        return re.compile(rf"(?:{this}){joins}{number}(?!\s*[个張张枚台倍層层])"), re.compile(
            rf"{number}{unit}{joins}(?:{this})"
        )
    the, both = rf"(?:(?:{any_of('the')})\s*)?", rf"\s+(?:{any_of('both')})\s+"
    # `gibt es zu 5 …`
    return re.compile(rf"(?<!\w)(?:{this})(?!\s+zu\s){both}{the}{number}"), re.compile(
        rf"(?<!\w){number}{both}(?:{this})(?!\w)"
    )
