"""Lists words that reverse a sentence, in the languages that are checked: negations, opposites and
comparatives.

No data set gives antonyms across these languages, so only words of reports are listed. A missing
word costs a question to the model, not a false mark."""

from __future__ import annotations

# ruff: noqa: E501  # patterns of words read as lists
import re
from dataclasses import dataclass
from functools import lru_cache

from digest.patterns import regex

NEGATION = regex(
    r"\b(?:not(?! only| (?:more|less|fewer) than| the other way)|no(?! doubt| (?:longer|more|less|fewer) than)|nor|never|none|neither|without|cannot|unable|hardly|rarely|barely|scarcely|seldom|nothing|nobody|no one|lacks?|lacking|absence|fails?|failed|failing|breaks? down|broke down|impossible|unlikely|refuses?|(?:advis|warn|caution|argu|decid|recommend|vot)\w* against|discourag\w+|instead of|rather than|far from|too (?=\w+ to\b))\b|\bfew(?!er|-)\b(?<!a few)(?<!as few)|n['’]t\b|¬"
    r"|\b(?:nichts?|kein(?:e[rnms]?|erlei)?|niemand|rien|nada|nadie|ninguém|ohne|nie(?:mals)?|weder|pas|aucune?|jamais|sans|ni|sin|nunca|ningun[oa]?|ningún|tampoco|déconseill\w+|desaconsej\w+|desaconselh\w+|sconsigli\w+|(?:ab|wider)(?:ge)?rät|abgeraten|raten\b[^.;]{1,80}\bab|não|sem|nem|nenhuma?|jamais)\b|\bno(?= (?:se|es|son|fue|ha|han|hay|puede|mejora|requiere|necesita|logra)\b)"
    r"|没(?!错)|(?<!显)未(?!来|知|见过|满|満)|(?<![绝无])不(?![仅但过断同错少管论足久变妨单光只止如到超])|(?<!三)无(?!监督|偏|人[机驾]|论|参考|损|线|界|疑)|无法|无从|并非|避免|缺乏|缺少|难以|拒绝|失败|去掉|去除|移除|なし|ない(?!し)|なかっ|ません|ず(?:に|、)|않|없|아니|못하|\b(?:не|нет|без|ничего|никто|никогда|нельзя|невозможно)\b",
    re.IGNORECASE,
)
"""Lexical words such as 不同 (different) or 无监督 (unsupervised) negate nothing."""
NEGATIVE_STARTS = ("un", "in", "im", "non", "dis", "ir", "il", "mis", "de", "anti", "under", "in-", "non-", "un-")


@lru_cache(maxsize=128)  # several sentences are compared with one passage
def negations(text: str) -> tuple[re.Match[str], ...]:
    return tuple(NEGATION.finditer(text))


@dataclass(frozen=True)
class Axis:
    """Two opposite directions, each a pattern."""

    name: str
    up: re.Pattern[str]
    down: re.Pattern[str]


def _axis(name: str, up: str, down: str) -> Axis:
    return Axis(name, regex(up, re.IGNORECASE), regex(down, re.IGNORECASE))


AXES = (
    _axis(
        "more",
        r"\b(?:increas\w*|rais(?:e|es|ed|ing)|ris(?:e|es|en|ing)|rose|grow(?:s|th|n|ing)?|grew|higher|highest|high|(?<!or )more(?! than one)|larger|largest|greater|greatest|gains?|gained|boost\w*|exceed\w*|above|longer|longest|maxim\w+|enlarg\w*|expand\w*|amplif\w*|many|upward\w*)\b"
        r"|高出|上调|[升增][至到]|比[^，。；]{1,24}?多(?=[\u4e00-\u9fff]{0,4}\s?\d)|提升|提高|增加|增长|上升|升高|增大|扩大|更[高多大长]|较[高多大]|高于|多于|大于|最[高多大]|増加|増え|増や|上が[るりっ]|向上|上昇|高[いく]|大き[いな]|多く(?!の)|上回|長く|延び|延[長び]|증가|늘어|늘리|향상|상승|높|erhöh\w*|\b(?:ge)?st(?:ei|ie)g\w*|\b(?:ge)?wachs\w*|wuchs\w*|zunehm\w*|zugenommen|höher\w*|(?<!data )augment\w*|accro\w*|supérieur\w*|aument\w*|increment\w*|mayor(?:es)?\b|maior(?:es)?\b|mont(?:e|ent|é)\b|cre(?:c|sc)\w+|sub(?:e|en|ió|ieron|iu|iram)\b|sob(?:e|em)\b|오르|올라|(?:вы)?раст[её]т|повы[шс]\w*|прирост\w*|увелич\w*",
        r"\b(?:decreas\w*|reduc\w*|lower\w*|lowest|low|drop(?:s|ped|ping)?|fall(?:s|en|ing)?|fell|declin\w*|decay(?:s|ed)|less|fewer|smaller|smallest|diminish\w*|shrink\w*|below|shorter|shortest|minim\w+|(?<!at )least|cuts?|shorten\w*|few|downward\w*|loss(?:es)? of|costs?(?= \d[\d.]* (?:points|%|percent)))\b"
        r"|降低|下调|[降减][至到]|比[^，。；]{1,24}?少(?=[\u4e00-\u9fff]{0,4}\s?\d)|减少|下降|减小|缩短|缩减|缩小|更[低少小短]|较[低少小]|低于|少于|小于|最[低少小]|減少|減[るりっら]|下が[るりっ]|低下|低[いく]|小さ[いくな]|少な[いく]|下回|短く|短縮|縮[まめ]|감소|줄어|줄이|저하|낮|verringer\w*|reduzier\w*|sink\w*|niedriger\w*|senk\w*|\bsank\w*|gesunken|\bfiel(?:en)?\b|abgenommen|schrumpf\w*|rédui\w*|diminu\w*|inférieur\w*|redu[cj]\w*|disminu\w*|descend\w*|menor(?:es)?\b|reduz\w*|baiss\w*|chut\w*|cae[n]?\b|cay(?:ó|eron)\b|cai\b|caem\b|caiu\b|caíram\b|baj(?:an?|ó|aron)\b|baix(?:a|ou|aram)\b|fäll[t]?\b|떨어|падает|сниж\w*|сниз\w*|уменьш\w*",
    ),
    _axis(
        "better",
        r"(?<!no )\b(?:improv\w*|better|best|outperform(?!ed by)\w*|surpass(?!ed by)\w*|superior\w*|beats?(?!en)|ahead of|benefi\w*|helps?|helpful|success\w*|succeed\w*|stronger|strongest|effective\w*|robust\w*|reliab\w*|well)\b"
        r"|优于|胜过|超过|超越|更好|更优|更强|改善|改进|最[好优佳强]|领先|有效|成功|受益|優れ|上回|능가|良[いく]|改善|鲁棒|稳健|頑健|강건|우수|뛰어나|능가|앞서|robust[eao]\w*|schläg\w*|geschlagen|devanc\w*|개선|verbesser\w*|besser\w*|übertr[eio]\w*|amélior\w*|meilleur\w*|surpass\w*|dépass\w*|mejor\w*|super[ae]\w*|melhor\w*|улучш\w*|лучше|превосход\w*",
        r"\b(?:degrad\w*|worse\w*|worst|underperform\w*|inferior\w*|hurts?|harm\w*|weaker|weakest|poor(?:er|ly|est)?|deteriorat\w*|ineffective\w*|outperformed by|surpassed by|beaten by|damag\w*|impair\w*|unreliab\w*|badly|suffer\w*)\b"
        r"|不如|劣于|逊于|弱于|更差|较差|更弱|恶化|变差|落后|最差|损害|退化|无效|劣[るっ]|下回|뒤[처지]|moins (?:bon|bien|performant)\w*|悪[いく]|悪化|열등|악화|나쁘|verschlechter\w*|schlechter\w*|unterl[ie]g\w*|dégrad\w*|pire\w*|empeor\w*|peor(?:es)?\b|pior\w*|ухудш\w*|хуже|уступа\w*",
    ),
    _axis(
        "fast",
        r"\b(?:shorten|reduc|cut|decreas|lower)\w*\s[^,;.]{0,24}\b(?:times?|latency|runtimes?)\b|\b(?:fast(?:er|est)?|quick\w*|speed(?:s|ed|ing)?[ -]?up\w*|speedup\w*|accelerat\w*|rapid\w*)\b|更快|加速|较快|最快|快于|schneller|(?<!moins )rapide\w*|(?<!moins )vite\b|accél\w*|aceler\w*|ускор\w*|빨라|加快|速[いく]|빠[르른]|más rápid\w*|mais rápid\w*|быстрее",
        r"\b(?:lengthen|increas|rais|prolong)\w*\s[^,;.]{0,24}\b(?:times?|latency|runtimes?)\b|\b(?:slow\w*|decelerat\w*)\b|更慢|减慢|变慢|较慢|最慢|慢于|langsamer|遅[いく]|느[리린려]|moins (?:vite|rapide\w*)|ralent\w*|desaceler\w*|замедл\w*|verlangsam\w*|plus lent\w*|más lent\w*|mais lent\w*|медленнее",
    ),
    _axis(
        "before",
        r"\b(?:before|prior to|preced\w*|earlier|earliest)\b|之前|以前|早于|先于",
        r"\b(?:after|follow(?:s|ed)|later|latest)\b|之后|以后|晚于",
    ),
    _axis("first", r"\b(?:first|initial\w*)\b|第一|首先|最初", r"\b(?:last|final\w*|second)\b|最后|最终|第二"),
    _axis(
        "easy",
        r"\b(?:eas(?:y|ier|iest|ily)|simpl\w+|trivial\w*)\b|更?容易|更?简单|易于",
        r"\b(?:hard(?:er|est)?|difficult\w*|complex\w*|challenging|complicated)\b|更难|困难|复杂|难以|很难",
    ),
    _axis(
        "estimate",
        r"\bover-?(?:estimat|stat|rat|predict|shoot)\w*|高估|过大评估|過大評価|과대\s?평가|\b(?:überschätz\w*|surestim\w*|sobre-?estim\w*|superestim\w*|sovrastim\w*|завыш\w*|переоцен\w*)",
        r"\bunder-?(?:estimat|stat|rat|predict|shoot)\w*|低估|過小評価|과소\s?평가|\b(?:unterschätz\w*|sous-?estim\w*|subestim\w*|infravalor\w*|sottostim\w*|заниж\w*|недооцен\w*)",
    ),
    _axis("positive", r"\bpositiv\w*\b|正相关|正面|正向|积极", r"\bnegativ\w*\b|负相关|负面|负向|消极"),
    _axis(
        "same",
        r"\b(?:same|similar\w*|identical\w*|equal\w*|comparable|consistent\w*|agree\w*)\b|相同|相似|一致|类似|相当|同じ|同一|같|동일|\b(?:gleich(?:e[rnms]?)?|identi\w+|igual(?:es)?|même|одинаков\w*)\b",
        r"\b(?:differ\w*|dissimilar\w*|unequal\w*|distinct\w*|inconsistent\w*|disagree\w*|contradict\w*)\b|不同|相异|不一致|差异|異な|다르|다른|\b(?:unterschied\w*|verschieden\w*|différ\w*|difer\w*|diferent\w*|различ\w*|неодинаков\w*|разн\w+)\b",
    ),
    _axis(
        "all",
        r"\b(?:all|every|each|always|entire\w*|both|any|fully|completely|universally|in every case|invariably)\b|所有|全部|每[个一项种]|总是|始终|任何|完全",
        r"\b(?:some|several|partly|partially|sometimes|occasionally|certain|neither|half|a few|a fraction)\b|部分|一些|某些|有时|个别|少数",
    ),
    _axis("most", r"\b(?:(?<!at )most|mostly|majority|often|usually|frequent\w*|common\w*)\b|大多|多数|经常|通常|常见|频繁", r"\b(?:(?<!at )least|minority|rare\w*|seldom|infrequent\w*|uncommon\w*)\b|少数|罕见|很少|极少"),
    _axis("include", r"\b(?:includ\w*|contain\w*|add(?:s|ed|ing)?|keep\w*|kept|retain\w*|with(?!out|in|draw))\b|包含|包括|加入|添加|保留", r"\b(?:exclud\w*|remov\w*|omit\w*|dropping|discard\w*|delet\w*|without|ignor\w*)\b|排除|去掉|去除|移除|删除|丢弃|忽略"),
    _axis("strong", r"\b(?:strong\w*|substantial\w*|significant\w*|large(?:ly)?|considerabl\w*|great(?:ly)?|much|clear(?:ly)?)\b|显著|明显|大幅|明らか|大きく|大幅|뚜렷|크게|현저|\b(?:deutlich\w*|erheblich\w*|nettement|significativ\w*|considerabl\w*|stärk\w*|fuert\w*|forte\w*|заметн\w*|значительн\w*)\b|强[烈于]|很大", r"\b(?:weak\w*|slight\w*|marginal\w*|insignificant\w*|negligib\w*|little|small|minor|moderate\w*|modest\w*|hardly|barely)\b|within (?:the )?(?:noise|error bars)|\b(?:schw[aä]ch\w*|faibl\w*|débil\w*|frac[oa]s?)\b|轻微|微弱|略微|不显著|不明显|有限|很小|微小"),
    _axis(
        "twice",
        r"\b(?:doubl\w*|twice|twofold|two-fold)\b|翻倍|加倍|翻番|倍増|2倍|両倍|두 배|2배|\b(?:verdoppel\w*|duplic\w*|dobr\w*|удво\w*)\b",
        r"\b(?:halv\w*|half)\b|减半|一半|半分|半減|절반|반으로|\b(?:halbier\w*|moitié|mitad|metade)\b",
    ),
    _axis(
        "present",
        r"\b(?:appear(?:s|ed)?|emerg\w*|remain\w*|persist\w*)\b|出现|显现|仍然|現れ|生じ|나타|유지|\b(?:apare\w*|apparaî\w*|erschein\w*)\b",
        r"\b(?:vanish\w*|disappear\w*)\b|消失|不复存在|消え|사라|없어|\b(?:verschw[ia]nd\w*|dispara\w*|desapar\w*|исчез\w*)\b",
    ),
    _axis(
        "extreme",
        r"\b(?:peak(?:s|ed)?|maxim\w+|highest|top)\b|最大|最高|峰值|顶峰|达到高峰|ピーク|頂点|최대|최고|정점|\b(?:höchst\w*|höhepunkt\w*|pic|máxim\w*|auge|pico|максим\w*)\b",
        r"\b(?:minim(?!iz|is)\w+|lowest|trough\w*|bottom)\b|最小|最低|谷底|極小|최소|최저|\b(?:niedrigst\w*|tiefst\w*|mínim\w*|миним\w*)\b",
    ),
    _axis("public", r"\b(?:public\w*|open\w*|releas\w*|available)\b|公开|开源|发布", r"\b(?:private\w*|closed|proprietary|unreleased|unavailable|withheld)\b|私有|闭源|未公开|不公开"),
    _axis("accept", r"\b(?:accept\w*|support\w*|confirm\w*|prove\w*|allow\w*|permit\w*|enabl\w*)\b|接受|支持|证实|允许", r"\b(?:reject\w*|refut\w*|oppos\w*|disprov\w*|prevent\w*|prohibit\w*|forbid\w*|block\w*)\b|拒绝|反驳|阻止|禁止"),
    _axis("train", r"\b(?:train(?:s|ed|ing)?)\b|训练", r"\b(?:test(?:s|ed|ing)?|evaluation)\b|测试"),
    _axis("long", r"\blong(?:er|est)?\b|长期|长于", r"\b(?:short(?:er|est)?|brief\w*)\b|短期|短于"),
    _axis("encoder", r"\bencod\w*\b|编码", r"\bdecod\w*\b|解码"),
    _axis("source", r"\bsources?\b|源语言|源域", r"\btargets?\b|目标语言|目标域"),
    _axis("global", r"\bglobal\w*\b|全局", r"\blocal\w*\b|局部"),
    _axis("static", r"\b(?:static\w*|stable|stability|fixed|frozen|constant)\b|静态|稳定|固定|冻结", r"\b(?:dynamic\w*|unstable|instability|chang\w*|variable|varying|trainable)\b|动态|不稳定|变化"),
    _axis("single", r"\b(?:single|mono\w+|one|individual\w*)\b|单一|单[个语]", r"\b(?:multiple|multi\w*|several|joint\w*)\b|多[个种语]"),
    _axis("dense", r"\b(?:dense\w*|deep(?:er)?|wide\w*|broad\w*|rich\w*)\b|稠密|丰富", r"\b(?:sparse\w*|shallow\w*|narrow\w*|poor)\b|稀疏|浅层|狭窄"),
    _axis("precision", r"\bprecision\b|精确率|查准率", r"\brecall\b|召回率|查全率"),
    _axis("human", r"\b(?:manual\w*|human\w*|by hand)\b|人工|手工", r"\b(?:automat\w*|machine\w*)\b|自动"),
    _axis("cheap", r"\b(?:cheap\w*|inexpensive|affordable)\b|便宜|廉价", r"\b(?:expensive\w*|costly)\b|昂贵"),
    _axis("men", r"\b(?:male|men|man|masculine)\b|男性", r"\b(?:female|women|woman|feminine)\b|女性"),
    _axis("input", r"\binputs?\b|输入", r"\boutputs?\b|输出"),
)  # fmt: skip
"""A word may be on several axes."""

AWAY = regex(
    r"\b(?:without|unless|left out|leav\w+ out|dropping|(?:remov|ablat|exclud|omit|disabl|delet)\w*)\b", re.IGNORECASE
)
"""Words with which a paper says what happens when something is removed."""

COMPARATORS = regex(
    r"\b(?:(?:outperform\w*|surpass\w*|exceed\w*|beat(?:s|en)?)(?:\s+by(?=\s+(?:the|a|an|our|its|[A-Z])))?|(?:better|higher|lower|larger|smaller|faster|slower|worse|greater|fewer|less|more|longer|shorter|stronger|weaker|easier|harder|superior|inferior)\b[^.;:]{0,60}?\b(?:than|to))\b"
    r"|优于|胜过|超过|超越|高于|低于|多于|少于|大于|小于|快于|慢于|不如|劣于|逊于|领先于?|落后于?",
    re.IGNORECASE,
)
"""Words between the two sides of a comparison."""
