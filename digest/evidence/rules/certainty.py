"""Compares how certain a sentence is, under which condition it holds, and which cause it gives, in
the languages that are checked. Pure.

Nearly all quotations are English; a sentence may be in any of the languages. No data set lists
these words across languages. A missing one adds a doubt or misses one."""

from __future__ import annotations

# ruff: noqa: E501  # patterns of words read as lists
import re
from collections.abc import Iterator

from digest.checks.facts.claims import places_of_figure
from digest.checks.facts.directions import negations
from digest.checks.facts.figures import figures
from digest.evidence.content_words import vocabulary_of, words
from digest.evidence.rules.amounts import ONLY
from digest.evidence.rules.case import Case, Doubt
from digest.patterns import regex

HEDGE = regex(
    r"\b(?:may|might|could(?! (?:\w+ )?be \w+ed\b)|possibly|possible(?! to\b)|possibility|perhaps|probabl[ey]|presumabl[ey]|likely|suggest(?:s|ed|ing)?|appears?|seems?|speculat\w*|suspect(?:s|ed)?|conjectur\w*|hypothes\w*|whether|unclear|unknown|remains? open|open question|no evidence|cannot (?:establish|conclude|rule out|exclude|say)|not (?:yet )?(?:clear|known|certain|significant))\b"
    r"|可能|或许|也许|似乎|是否|未必|不一定|不清楚|尚不|尚未|未解|推测|怀疑|暗示|有望|かもしれ|可能性|だろう|思われ|示唆|らしい|おそらく|とは限ら|かどうか|不明|수도? 있|가능성|아마|듯|보인다|시사|추정|여부|불확실|불분명"
    r"|\b(?:könn\w*|möglich\w*|womöglich|vielleicht|vermutlich|wahrscheinlich|dürfte\w*|schein\w*|ob|unklar|deute[nt]|peu(?:t|vent)(?:-être)?|pourrai\w*|possible\w*(?! to\b)|probable\w*|sembl\w*|suggèr\w*|ne sait pas|pued[ea]n?|podr\w+|quizás?|tal vez|posible\w*|parec\w*|sugier\w*|pod(?:e|em|eria|eriam)|talvez|possível|possivelmente|provável|provavelmente|suger\w*|мо(?:жет|гут|жно)|возможно|вероятно|видимо|кажется|предпол\w*|ли|неясно|неизвестно)\b",
    re.IGNORECASE,
)
OPEN = regex(r"\b(?:unclear|unknown|remains? (?:an )?open|whether|no evidence)\b", re.IGNORECASE)
"""In a quotation: what nobody knows."""
UNSOLVED = regex(
    r"\b(?:un(?:solved|resolved|answered|settled)|open|offen\w*|ungelöst\w*|ungeklärt\w*|ouvert\w*|non résolu\w*|abiert\w*|sin resolver|(?:em )?abert\w*|открыт\w*)\b|悬而未决|未决|未解|开放|未解決|미해결|풀리지 않|열려",
    re.IGNORECASE,
)
"""The same in a sentence."""
PROOF = regex(
    r"\b(?:prov(?:es?|ed|en|ing)|proofs?|demonstrat\w*|confirm\w*|establish(?:es|ed)?|certainly|definitely|guarantee\w*|undoubtedly)\b|证明|证实|确认|必然|必定|证据确凿|毫无疑问|証明|実証|確認|必ず|確実に|증명|입증|확인|확실"
    r"|\b(?:bew[ie]+s\w*|bestätig\w*|nachgewiesen|zweifellos|prouv\w*|démontr\w*|confirm\w*|demuestr\w*|demostr\w*|comprob\w*|comprov\w*|prov(?:a|am|ou|aram|ado|ada)|доказ\w*|подтвер\w*)\b",
    re.IGNORECASE,
)
DEPENDS = regex(
    r"\b(?:depend\w*|abhäng\w*|dépend\w*|завис\w*)\b|取决于|因\w{1,6}而异|依存|によ(?:る|って異)|달라|달렸",
    re.IGNORECASE,
)
"""In a sentence: either may be true."""
CONDITION = regex(r"\b(?:if|whenever|once|until(?! (?:\w+ )?\d))\b", re.IGNORECASE)
EXCEPTION = regex(
    r"\b(?:unless|except(?:ing)?|apart from|other than|as long as|so long as|provided(?: that)?|only (?:if|when|where|after)|on condition)\b",
    re.IGNORECASE,
)
"""In a quotation, which is English."""
LIMITED = regex(
    r"\b(?:if|unless|except\w*|apart from|other than|as long as|so long as|provided|when\w*|where|once|until|only|just|under|in cases?|for|with|without|on|at|outside|before|after|during)\b"
    r"|如果|若|只要|只有|只在|只对|仅|除非|除|当|时|的情况下|条件|以外|之外|直到|一旦|前提|れば|たら|なら|場合|とき|時|限り|除[いくき]|以外|のみ|だけ|では|条件|すると|ると、|으?면\b|때|경우|한해|제외|한\b|이외|외에|조건|에서는"
    r"|\b(?:wenn|falls|sofern|solange|außer|ausgenommen|nur|bei|sobald|ohne|bis auf|mit|si|s['’]ils?|lorsqu\w*|quand|sauf|tant qu\w*|pourvu|à condition|seulement|en cas|hormis|hors|excepté|avec|pour|cuando|salvo|excepto|mientras|siempre que|a menos|s[oó]lo|solamente|en caso|con|para|quando|exceto|enquanto|desde que|apenas|somente|só|se|caso|com|если|когда|кроме|пока|при|только|лишь|исключением|для|с)\b",
    re.IGNORECASE,
)
"""In a sentence: a condition of any kind."""
WHATEVER = regex(
    r"\b(?:regardless|whatever|no matter|irrespective|unconditional\w*|in any case|under any|at any|for any|even (?:if|when|though)|arbitrar\w*|always|never|throughout)\b"
    r"|无论|不论|問わず|かかわらず|不管|任何|任意|即使|即便|哪怕|无条件|总是|始终|全年|从不|いかなる|どんな|無条件|たとえ|ても|決して|常に|어떤|무조건|관계없이|상관없이|아무리|있어도|하더라도|언제나|항상|결코"
    r"|\b(?:unabhängig davon|egal|bedingungslos|selbst wenn|auch wenn|jederzeit|immer|niemals|quel(?:le)?s? que|même si|inconditionnel\w*|indépendamment|toujours|jamais|sin importar|aunque|incluso si|incondicional\w*|independientemente|siempre|jamás|nunca|independentemente|mesmo (?:se|que)|sempre|независимо|даже если|безусловн\w*|всегда|никогда|любы[хем]\w*)\b",
    re.IGNORECASE,
)
IN_ANY_CASE = regex(rf"{WHATEVER.pattern}|\b(?:even|any|all|every|each(?! other))\b", re.IGNORECASE)
"""In a quotation: the same, `even with`, and words for everything."""
CAUSE = regex(
    r"\b(?:because|caus(?:e[sd]?|ing|al(?:ly)?)|due to|owing to|leads? to|led to|results? in|resulted in|thanks to|mak(?:es?|ing)|made(?! (?:up )?of\b)|driven by|explains?|explained by)\b|因为|由于|导致|引起|造成|致使|(?<!即)使(?!用|得用)|决定|归因|ため|により|によって|原因|引き起こ|もたら|때문|인해|원인|초래|인과|일으"
    r"|\b(?:weil|verursach\w*|führ\w* zu|wegen|bewirk\w*|aufgrund|parce qu\w*|caus\w*|à cause|entraîn\w*|provoqu\w*|porque|debido|devido|provoc\w*|потому|из-за|вызва\w*|вызыва\w*|причин\w*|приводит)\b",
    re.IGNORECASE,
)
TOGETHER = regex(
    r"\b(?:correlat\w*|associat(?:ed|es) with|associations? between|covar\w*|co-var\w*|linked (?:to|with)|go(?:es)? along|went along|coincid\w*|together with|relat(?:ed|ion|ionship) (?:to|with|between))\b",
    re.IGNORECASE,
)
"""In a quotation: two things occur together, without a cause."""
TOGETHER_SAID = regex(
    r"\b(?:correl\w*|korrel\w*|associat\w*|assozi\w*|asoci\w*|covar\w*|went along|go(?:es)? along|zusammenh\w*|einher\w*|corrél\w*|relation\w*|relacion\w*|lié\w*|связа\w*|коррел\w*)\b|相关|关联|伴随|同时|越[^，。]{1,12}越|相関|関連|関係|상관|연관|관련|함께",
    re.IGNORECASE,
)
BECAUSE_OF = regex(
    r"\b(?:because(?: of)?|caused (?:\w+ )?by|due to|owing to|thanks to|driven by|explained by)\b(?P<cause>[^.;,]{3,120})|(?:因为|由于|归因于)(?P<han>[^，。；]{2,40})",
    re.IGNORECASE,
)


PLANNED = regex(
    r"\b(?:future (?:work|research|stud\w+|version\w*|release\w*)|in (?:the )?(?:near )?future|(?:plan|intend|hope)(?:s|ed)? to|(?:leave|leaving|left)\b[^.;]{1,60}\b(?:to|for) (?:future|later|another)|next (?:year|month|step|version|release)|yet to be|(?:has|have) yet to"
    r"|will (?:be |also |soon |then ){0,2}(?:releas|publish|ma[dk]e|open|extend|explor|investigat|stud|monitor|add|collect|test|evaluat|address|appl|report|compar|includ|repeat|measur|continu)\w*|upon (?:acceptance|publication))\b",
    re.IGNORECASE,
)
"""In a quotation: what is still to be done."""
PLANNED_SAID = regex(
    r"\b(?:will|would|shall|future|plan\w*|intend\w*|hope|aim\w*|later|next|yet|upcoming|to come|leave|left|open|remain\w*|upon|once|from now|are to|is to|to be)\b"
    r"|将|未来|今后|计划|打算|后续|下一|日后|以后|留待|留给|尚|拟|准备|明年|有待|今後|将来|予定|計画|来年|まだ|これから|つもり|課題|次の|残|향후|앞으로|계획|예정|미래|내년|아직|추후|다음|것이다|과제|남겨|남아"
    r"|\b(?:w[ei]rd\w*|würd\w*|künftig\w*|zukunft\w*|zukünftig\w*|geplant\w*|plan\w*|woll\w+|nächst\w*|noch|später\w*|soll\w*|beabsichtig\w*|vorgesehen|offen\w*|futur\w*|prév\w+|prochain\w*|plus tard|compt\w+|ultérieur\w*|à venir|rest\w+|encore|envisag\w*|\w{2,}r(?:a|ont)|prev\w+|próxim\w*|\w{2,}r(?:á|án|ão)|pretend\w*|pendiente|más adelante|aún|todavía|deja\w*|va[in]? a|vão|vai|ainda|deix\w+|posterior\w*|буд\w*|план\w*|намер\w*|следующ\w*|дальнейш\w*|предсто\w*|ещё|пока)\b",
    re.IGNORECASE,
)
_LEFT_FOR_LATER = regex(
    r"\bfuture work\b|未来(?:的)?(?:工作|研究)|今後の(?:課題|研究)|향후 (?:연구|과제)|\b(?:zukünftige[nr]? arbeit\w*|travaux futurs|trabajos? futuros?|trabalhos? futuros?)\b",
    re.IGNORECASE,
)
ADVICE = regex(
    r"\b(?:should(?! (?:not )?(?:have|be (?:noted|able)))|ought to|had better|(?:are|is|be) (?:well )?advised|advisable)\b|应该|应当|务必|べき|ましょう|해야 (?:한다|합니다)|하라\b|\b(?:sollt?en?|ratsam|devrai\w*|il faut|il convient|deber[ií]a\w*|conviene|hay que|deveria\w*|convém|следует)\b",
    re.IGNORECASE,
)
ADVICE_GIVEN = regex(
    r"\b(?:should|ought|must|need\w*|ha(?:ve|s) to|recommend\w*|advis\w*|advoca\w*|suggest\w*|requir\w*|necess\w*|essential|important|crucial|vital|care|caution\w*|urg\w+|call(?:s|ed)? for|propos\w*|prefer\w*|encourag\w*|discourag\w*|supposed|expect\w*|best|worth\w*|beneficial|useful|bound to|polic\w+|guideline\w*)\b",
    re.IGNORECASE,
)


# ---------------------------------------------------------------- the rules


def certainty(case: Case) -> Iterator[Doubt]:
    """Doubts `proves that` if the quotation has `may` or `whether`."""
    hedge = HEDGE.search(case.quoted)
    unsolved = OPEN.search(case.quoted) and UNSOLVED.search(case.sentence)
    if hedge and not unsolved and not HEDGE.search(case.sentence):
        proved = PROOF.search(case.sentence)
        if proved and not PROOF.search(case.quoted):
            yield Doubt(f"the quotation says “{hedge[0]}”, not “{proved[0]}”", 3)
        elif (not negations(case.sentence) or negations(case.quoted)) and not DEPENDS.search(case.sentence):
            yield Doubt(f"the quotation says “{hedge[0]}”", 2 if OPEN.search(case.quoted) else 1)


def conditions(case: Case) -> Iterator[Doubt]:
    """Doubts a sentence without the quotation's `unless`, `as long as` or `if`."""
    quoted = case.quoted
    any_case = WHATEVER.search(case.sentence)
    exception, condition = EXCEPTION.search(quoted), CONDITION.search(quoted)
    limited = LIMITED.search(case.sentence)
    waived = quoted and not negations(case.whole)
    anyhow, only = WHATEVER.search(quoted), ONLY.search(case.sentence)
    if anyhow and only and not ONLY.search(case.whole) and not any_case:
        yield Doubt(f"the quotation says it “{anyhow[0]}”, not “{only[0]}”", 2)
        return
    if any_case and IN_ANY_CASE.search(case.whole):
        return
    if any_case and (waived or exception or condition or _LIMIT.search(quoted)):
        yield Doubt(f"the quotation does not say “{any_case[0]}”", 2)
    elif exception and not limited:
        yield Doubt(f"the quotation says it only “{exception[0]}”", 1 if case.foreign and case.latin else 2)
    elif condition and not limited:
        yield Doubt(f"the quotation says it only “{condition[0]}”", 1)


def circumstances(case: Case) -> Iterator[Doubt]:
    """Doubts a sentence without `With fewer than ten passages, …` or `among residents …`."""
    if case.foreign:
        return
    for limit in _CIRCUMSTANCE.finditer(case.quoted):
        said = words(limit["of"] or limit["among"])
        mine = vocabulary_of(case.sentence)
        figured = figures(limit[0])
        told = len(said) > 1 or figured
        if told and not any(map(mine.holds, said)) and not any(places_of_figure(f, case.sentence) for f in figured):
            yield Doubt(f"the quotation says it “{limit[0].strip(' ,')}”", 1)
            return


_CIRCUMSTANCE = regex(
    r"\A(?:With|When|At|Under|For|After|In|On)\s(?P<of>[^,.;]{3,80}),|\b(?:among|limited to|restricted to|at a(?=[^,.;]{3,30}\d))\s(?P<among>[^,.;]{3,60})",
    re.IGNORECASE,
)


def causes(case: Case) -> Iterator[Doubt]:
    """Doubts a cause if the quotation has none, or another."""
    cause, together = CAUSE.search(case.sentence), TOGETHER.search(case.quoted)
    hedged = HEDGE.search(case.sentence)
    if cause and together and not hedged and not TOGETHER_SAID.search(case.sentence):
        level = 1 if CAUSE.search(case.quoted) else 2
        yield Doubt(f"the quotation says “{together[0]}”, not “{cause[0]}”", level)
        return
    if cause and not hedged and _NO_CAUSE.search(case.quoted) and not negations(case.sentence):
        yield Doubt("the quotation says that no cause is shown", 3)
    made = cause and cause[0].lower() == "made"
    if cause and not made and not hedged and not CAUSE.search(case.whole) and not negations(case.sentence):
        yield Doubt(f"the quotation does not say “{cause[0]}”", 1)
    for given in () if hedged or (case.foreign and case.latin) else BECAUSE_OF.finditer(case.sentence):
        said = words(given["cause"] or given["han"])
        if said and not any(case.mine.holds(w) for w in said):
            yield Doubt(f"the quotation gives no such cause as “{(given['cause'] or given['han']).strip()}”", 2)
            return


_NO_CAUSE = regex(
    r"\b(?:not?|never|cannot|without|n['’]t)\s(?:\w+\s){0,4}(?:caus\w+|imply|implies|implying)\b", re.IGNORECASE
)


def plans(case: Case) -> Iterator[Doubt]:
    """Doubts as done what the quotation leaves to later work, and the other way round."""
    planned = PLANNED.search(case.quoted)
    if planned and not PLANNED_SAID.search(case.sentence) and not case.negations and not HEDGE.search(case.sentence):
        yield Doubt(f"the quotation says “{planned[0]}”", 2)
    said = _LEFT_FOR_LATER.search(case.sentence)
    if said and not PLANNED_SAID.search(case.whole):
        yield Doubt(f"the quotation does not say “{said[0]}”", 2)


def advice(case: Case) -> Iterator[Doubt]:
    """Doubts `users should …` if the quotation only reports."""
    advised = ADVICE.search(case.sentence)
    if advised and not ADVICE_GIVEN.search(case.whole):
        yield Doubt(f"the quotation does not say “{advised[0]}”", 2)


_LIMIT = regex(
    r"\b(?:above|below|beyond|up to|within|under|over|at (?:least|most)|more than|less than|fewer than|between)\s+(?:\w+\s+){0,2}\d",
    re.IGNORECASE,
)
