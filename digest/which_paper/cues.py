"""Lists the words by which a question means the whole digest, compares, or points back. They decide
only if no paper is named."""

from __future__ import annotations

import re

from digest.patterns import GAP, regex

_OF_ITS = r"(?! of (?:the|its|their) (?!(?:[\w-]+ ){0,3}(?:papers?|articles?|works?|ones?|preprints?|above|two|three|four|five|six|seven|eight|nine|ten)\b))"
"""`which of the services`: the papers are `which of these`."""
DAY = regex(
    rf"\bwhich{_OF_ITS} of\b|"
    r"\bwhich (?:papers?|ones?|works)\b(?! (?:was|is) (?:it|the one|that)\b)(?! (?:do|does|did) (?:it|they|this|the (?:authors?|survey|review|paper))\b)|\bany(?:thing| papers?)\b[^?]*\btoday\b|\bany papers?\b|\bpapers? (?:today|of the day)\b|\bany of (?:them|these|those|the papers|today)|\bdo any\b(?! of (?:the|its|their) \d)|\ball (?:the |of (?:the |them|these|those)|ten |\d+ )?(?:papers)?\b(?=\s*(?:papers|of|:|$))|\ball (?:of them|of these|papers|the papers)\b"
    r"|\btoday(?:'s|’s)?\b(?=\s*(?:papers?|digest|list|selection|picks|:|,|any|what|which))|\bwhat(?:'s| is) new\b|\b(?:these|those|the) papers\b|\beach (?:paper|of)\b|\bof all\W*$|\bof the day\b|\bthe (?:whole )?digest\b"
    r"|\b(?:(?:gesamten?|ganzen?|des|den|der|le|tout le|du|el|todo el|del|[ond]?o|todo o|il|tutto il) )digest\b|дайджест(?:а|е|у|ом)?\b|ダイジェスト|다이제스트"
    r"|\b(?:qua(?:l|is) d(?:[ao]|ess[ae]|est[ae])s|cu[aá]l(?:es)? de (?:l[ao]s|est[ao]s|es[ao]s)|(?:les?|la)?quel(?:le)?s? (?:des|de ces)|welche[rs]? (?:der|dieser|von (?:den|diesen))|qual[ei] (?:dei|degli|delle|di quest[ei])) (?:papers?|art[ií]\w+|articles|Artikel|Arbeiten|trab\w+)|(?:какие|какая) из (?:статей|них|этих)|\bresum\w+ (?:o|el) d[ií]a\b|\brésume\w* la journée\b|\briassum\w+ la giornata\b|どの論文|(?:어느|어떤) 논문"
    r"|^(?:今天|今日|这期|本期|里面|其中)|推荐|(?:^|今天|今日|有)(?:的)?哪些(?=论文|文章|工作|有|用|开源|是|做|公开|提供|支持|在|比|值得|研究|发布)|哪(?:几|一)?篇|有(?:没有)?(?:哪篇|几篇|一篇)|这(?:些|几)(?:篇)?(?:论文|文章|工作)|这几篇|所有(?:的)?(?:论文|文章)|每(?:一)?篇|全部论文|今天的(?:论文|文章)|几篇(?:开源|有|用)"
    r"|\balg[uú][mn][ao]? d(?:ess|est|e est)[aeo]s?\b|\b(?:qualcuno|qualcosa|uno) (?:di|tra|fra) questi\b|\birgend(?:ein\w{0,2}|was) davon\b|\b(?:l['’]un|quelque chose) (?:de ces|d['’]entre|parmi)|\b(?:что|какая)-нибудь из (?:этого|этих|списка)",
    re.IGNORECASE,
)
LIST = regex(
    r"\b(?:(?:this|the|today['’]s) (?:whole |entire )?|(?:dieser?|der|die|heutigen?) (?:ganzen? )?|(?:la|cette) |(?:la|esta|[dn]?essa|[dn]?esta|[dn]?a|questa|[dn]ella) )list[ea]?\b(?! (?:of|von|d[aeiou]\w{0,3}|mit|with)\b)|\bсписк[аеу]\b(?! из)|(?:今日|今回|こ)のリスト|(?:이번|오늘|이) (?:리스트|목록)|(?:这[个份]?|今天的?)(?:列表|清单|名单)",
    re.IGNORECASE,
)
"""Words for the digest as a list: the whole of it is meant if no paper fits."""
SOME = regex(
    r"\bgibt['’]?s (?:heute? )?(?:et)?was (?:zu|[uü]ber)\b|\bhay (?:hoy )?algo (?:de|sobre)\b|\by a[- ]?t?[- ]?(?:il )?quelque chose sur\b|\bc['’][eè] qualcosa su\w*\b|\btem (?:hoje )?algo sobre\b|\bесть (?:ли )?что(?:-нибудь|-то)? (?:про|об?)\b|\blesquel(?:le)?s\b|\bcu[aá]les (?:van|tratan|hablan|usan|tienen|son (?:de|sobre))\b|\bquais (?:s[aã]o d\w|falam|usam|t[eê]m)\b|\bquali (?:parlano|usano|hanno|sono su)|\bwhich (?:would|should|do) you\b|\bdavon\b|\bdans le lot\b|\balgum d?eles\b|どれとどれ|어떤 것들|\bany of it\b|\b(?:how many|some|most|many|several|a few|one|none|half) of (?:them|these|those)\b|[そこ]のうち|"
    r"\b(?:was|welche[rs]?|eine[srn]?) davon\b|\b(?:algun[oa]s?|alguém|algum[as]?|cu[aá](?:l(?:es)?|nt[oa]s)|qua(?:l|is|nt[oa]s)) (?:d|d[ae]s?(?:t|s)?|de )?(?:ell[oa]s|el[ea]s|est[aeo]s|ess?[aeo]s|d?e?st[ea]s)\b|\bd[ei]ss?[ea]s (?:\w+ )?qua(?:l|is)\b|\b(?:d['’]entre|parmi) (?:eux|elles|ceux)|\b(?:qual(?:cuno|e|i)|quant[ei]|nessuno) (?:di|tra|fra) (?:loro|quest[ie])|\bиз (?:них|этих|этого)\b|[この]の中(?:で|に|から)|これらの|(?:이|그) ?중(?:에서?|에|(?=\s))|(?:这|那)(?:里面|其中|当中)|有哪些[?？。]?$",
    re.IGNORECASE,
)
"""Words for some of several: papers of the digest, if none is under discussion."""
WHICH_ONE = regex(
    r"\bwhich (?:one|paper)\b(?! of)|\bwho\b|\bwelche[srn]?\b|\bwer\b|\ble(?:quel|laquelle)\b|\bqui\b|\bcu[aá]l\b|\bqui[eé]n\b|\bqual(?:e)?\b|\bquem\b|\bchi\b|\bкакая\b|\bкто\b|\bгде\b|哪一?篇|どの論文|どれ|(?:어느|어떤) (?:논문|거)(?!들)|뭐였|누가",
    re.IGNORECASE,
)
COMPARES = regex(
    r"^(?:那么?)?[和跟与比]\s?\S|比(?:谁|哪|起来)|(?:它|这篇|这个|\bit|\bthis(?: paper)?|\bthat)\s*(?:和|与|跟|and)|相比|比较|对比|区别|不同|异同|差别|差异|哪个更|谁更|\bcompar|\bversus\b|\bvs\b|\bdiff[eé]ren|\bdiferen[cç]|\bunterschied|\bunterscheide|отлича|разниц|сравн|차이|\bdiffers?\b|\bthan\b|\bbetter\b|\bagainst\b|\bin common\b|共同点|\bvergleich zu|\bpar rapport [aà]u?x?\b|\brispetto (?:al?|alla)\b|\bem rela[cç][aã]o [aà]o?\b|\bcon respecto al?\b|と比べ|に比べ|\d번?보다|と違|비교",
    re.IGNORECASE,
)
DIFFERENCE = regex(
    r"(?:\bdiff[eé]ren|\bdiferen[cç]|\bunterschied|\bunterscheide|\bvs\b|\bversus\b|\bcompar|отлича|разниц|сравн|区别|差别|差异)\D{0,24}\d{1,2}\s*(?:$|[?!.,？！。，])",
    re.IGNORECASE,
)
"""Asks for a comparison with a bare number: it is a paper, besides the one replied to."""
COMPARED_TO = regex(r"(?:\bvergleich|\bcompar|сравн)\w{0,8} (?:\w{1,3} ){0,2}\d{1,2}(?!\w)", re.IGNORECASE)
"""`im Vergleich zu 4 …`, also in the middle of a question."""
COMPARISON_WANTED = regex(
    r"^\W*(?:(?:please|kindly|can|could|would|will|you|now|i(?:['’]d| would) like (?:you )?to|i want (?:you )?to|let['’]s|bitte|por favor|s['’]il (?:te|vous) pla[iî]t)\s+)*"
    r"(?:(?:compare|vergleichen? sie|vergleiche?|comparez|comparer|compara|comparad|comparar|comparem|confronta(?:re|te)?|paragona(?:re|te)?|сравни(?:те|ть)?)\b(?!-)|(?:an?\s+)?(?:comparison|table)\s+(?=of\b|between\b))"
    r"|^\W*(?:kannst du|können sie|könntest du|könnten sie)\b(?=.*\bvergleichen\W*$)"
    r"|^\W*(?:请|請|麻烦|帮我|帮忙|能否|能不能|可以)+(?:你)?(?:比较|对比|比較|對比)(?:一下)?"
    r"|^\W*(?:比较|对比|比較|對比|対比|비교)(?:一下|(?=\s*(?:[#\d:：A-Za-z]|第|论文|論文|文章|这|這|那|它|前|后|所有|全部|今天|两|三)))"
    r"|(?:做|作|进行)?(?:个)?(?:比较|对比|比較|對比)一下[。.!！\s]*$|^\W*(?:请)?(?:把|将)(?=.*(?:比较|对比)(?:一下)?[。.!！\s]*$)"
    r"|を?(?:比較|対比)(?:して(?:ください|下さい|ほしい)?|せよ|してくれ(?:ますか)?|お願いします)?[。.!！?？\s]*$"
    r"|[을를]?\s*비교\s*(?:좀\s*)?(?:해|하)\s*(?:줘|주세요|주십시오|줄래|라|보자|봐|봐\s*줘)?(?:요)?[.!?\s]*$",
    re.IGNORECASE,
)
"""Asks for a comparison of papers. `Compared to 3, …`, `Comparable …`, `比较快` and `비교적`
(rather) ask for none."""
_PAPERS = r"(?:papers?\s*)?(?:#|no\.\s*|第)?\d[\w./:#-]*"
ASPECTS_BEFORE = regex(rf"^\s*(?:the\s+)?(?P<said>.*?\S)\s+(?:of|in|between|for)\s+(?={_PAPERS})", re.IGNORECASE)
ASPECTS_AFTER = regex(
    r"(?:\b(?:by|on|regarding|concerning|in terms of|with (?:regard|respect) to)\b|[:：]|按照?|从|就|的|(?<=[\d文])の|(?<=\d)의)"
    r"\s*(?P<said>[^:：]+?)\W*$",
    re.IGNORECASE,
)
ASPECT_BORDERS = regex(GAP + r"(?:[,，、;；/]|\band\b|\bund\b|\by\b|\bet\b|[和与及])\s*", re.IGNORECASE)
ASPECT_ARTICLES = regex(r"^(?:the|their|its|each|对|在)\s+|(?:方面|aspects?)$", re.IGNORECASE)
WITH = regex(
    r"\s(?:with|to|from|against|versus|mit|zu[mr]?|vo[nm]|gegen|avec|aux?|con|col|contra|com|со?|от|vs\.?)\s",
    re.IGNORECASE,
)
AND = regex(r"\s(?:and|und|et|y|e|и)\s|\s?[和跟与]|(?<=\w)と(?!い)|(?:와|과|이?랑|하고)\s", re.IGNORECASE)
SIDES = regex(
    r"^\s*compare\s+|^(?:请)?(?:对比|比较)(?:一下)?|\b(?:with|and|to|vs\.?|versus|against)\b|[和与跟]|比(?!较)",
    re.IGNORECASE,
)
ENDING = regex(r"(?<![\d.,])\d{5}(?![\d.,%])")
"""The end of an id."""
ALL_OF_THEM = regex(
    r"^\W*(?:please )?(?:rank|sort|order|group) (?:them|these|those|all)\b|^(?:请)?(?:把|给)?(?:它们|他们|这些)(?:排|分)",
    re.IGNORECASE,
)
PRONOUN = regex(
    r"它|这篇|该(?:论文|文|方法|模型|工作)|此文|本文|这个|这项|这论文|\b(?:it|its|this|this paper(?:'s)?|they|their|that paper|the paper|the authors)\b",
    re.IGNORECASE,
)
WHY_NOT = regex(
    r"为(?:什么|何|啥)(?:今天|这次|昨天)?(?:没有?|不|未)(?:被)?(?:选|收|推|包含|出现|看到|讲|提|有)|怎么(?:没有?|不)(?:选|收|推|看到|见到|有)|没(?:有)?(?:选|收录|推送?)"
    r"|\bwhy (?:not\b|no\b|(?:was|is|were|did|haven't|hasn't)\b[^?]{0,80}\b(?:missing|left out|skipped|excluded|not\b[^?]{0,30}\b(?:chosen|choose|pick\w*|includ\w+|select\w*|here|shown?|list\w*|there|in|among|posted|covered?)\b))|\bwhy (?:isn't|wasn't|weren't|didn't|hasn't|haven't)\b[^?]{0,80}\b(?:chosen|choose|pick\w*|includ\w+|select\w*|here|shown?|list\w*|there|in|among|posted|covered?)\b|\bwhy did you (?:skip|miss|leave out|ignore)\b|\b(?:you (?:missed|skipped|left out))\b",
    re.IGNORECASE,
)
