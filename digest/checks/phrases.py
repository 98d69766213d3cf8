"""Lists phrases with which a model talks about itself, its task or to its user, in its common
languages.

Papers are about refusals, prompts and assistants, too. So the checks use these phrases only in the
first or last sentence, a text of one line or brackets, and never inside quotation marks."""

from __future__ import annotations

# ruff: noqa: SIM905  # lists of words read as words
import re

from digest.patterns import regex

_I = re.IGNORECASE

QUOTED = regex(
    r"„[^“”\"\n]{0,300}[“”\"]|“[^”]{0,300}”|「[^」]{0,300}」|『[^』]{0,300}』|\"[^\"\n]{0,300}\"|«[^»]{0,300}»|‘[^’]{1,200}’|`[^`\n]*`|```.*?(?:```|\Z)",
    re.DOTALL,
)

# ------------------------------------------------------------------ no content

EMPTY_VALUES = frozenset(
    """none null nil n/a na nan undefined error unknown unavailable pending placeholder todo tbd tba empty blank missing false true ok okay
    yes no sure done test string text content abstract summary title translation result output answer response lorem loading
    无 暂无 空 没有 未知 待补充 待定 略 同上 不详 无内容 暂无内容 暂无数据 暂无信息 无法提供 不适用 无结果 错误 失败 摘要 标题 翻译 译文 内容 原文 全文 总结 正文 结果 中文摘要 中文标题 论文标题 论文摘要 标题翻译 摘要翻译 翻译结果 中文翻译 无摘要 无标题
    なし 無し 該当なし 不明 未定 エラー 要約 タイトル 翻訳 要旨 概要なし 없음 해당없음 요약 제목 번역 오류 알수없음
    ninguno ninguna nulo vacío nada aucun aucune néant vide rien keine keiner leer nichts nessuno nessuna vuoto nenhum nenhuma vazio нет отсутствует пусто ошибка
    resumen título titre résumé zusammenfassung titel riassunto titolo resumo""".split()
)
"""Whole texts, in lower case without blanks: null values, or a field's name in place of its
content."""

FIELD_LABELS = frozenset(
    """abstract title translation tldr tl;dr summary translatedtitle translatedabstract
    摘要 标题 翻译 译文 题目 论文标题 论文摘要 中文标题 中文摘要 标题翻译 摘要翻译 翻译结果 中文翻译 原文 总结 要約 タイトル 翻訳 요약 제목 번역 초록
    resumen título titre résumé titel titolo""".split()
)
"""Never titles, unlike `Introduction` or `Preface`."""

_TASK = r"(?:summar(?:y|ies|i[sz]ation)|conclusions?|motivations?|methods?|results?|analys[ie]s|translations?|extractions?|generation|abstract|contents?|text|tl;?dr|outputs?|responses?|information|data|details|findings?|description|processing|request|full text|pdf|api)"
FILLER = regex(r"\W*(?:lorem ipsum dolor\b|(?:TODO|FIXME|TBD|TBA)\s?[:：–—(-])", _I)
"""Filler of printers and programmers, at the beginning of a text."""
FAILED = regex(
    rf"^(?:\W*(?:error|failed|failure)\b(?:\s*[:：(\d–-].{{0,80}}|\s+(?:while|when|during|occurred|generating|processing|code)\b.{{0,60}})?|(?:\W*(?:the|no|this|paper)\s+)?(?:\w+\s+){{0,2}}{_TASK}(?:\s+\w+)?\s+(?:(?:is|are|was|were|has been)\s+)?"
    r"(?:failed|unavailable|not (?:yet )?(?:available|provided|found|generated|applicable|given|specified)|missing|pending|error|timed out|empty|could not be \w+)"
    r"|no\s+(?:\w+\s+)?(?:summary|abstract|content|text|translation|information|data|results?|details)(?:\s+(?:is|was|were|available|provided|found|given))*"
    r"|(?:failed to|unable to|could not|cannot|can't|couldn't) (?:generate|extract|parse|translate|summari[sz]e|analy[sz]e|fetch|load|retrieve|process)\b[^.]{0,60}"
    r"|not (?:available|provided|applicable|specified|found|mentioned|given|stated)|to be (?:added|determined|announced|completed)|coming soon"
    r"|(?:no|non|nicht|não|нет|не)\s+(?:disponible|disponibile|verfügbar|disponível|доступно|applicable|especificado|précisé|angegeben)"
    r"|.{0,12}(?:摘要|总结|分析|翻译|生成|提取|方法|结论|动机|结果|内容|处理|请求|解析|获取|加载|数据|信息|概括|论文|正文|解读|响应|接口)(?:生成|提取|分析|获取|翻译|内容|处理)?"
    r"(?:失败|出错|不可用|缺失|为空|未提供|未找到|超时|错误|异常|暂缺|暂无|待补充|待生成)(?:[，,].{0,12})?"
    r"|(?:暂无|没有|无|未提供|未找到|尚无|缺少)(?:可用的?|相关|任何|具体)?(?:摘要|总结|分析|翻译|内容|数据|信息|结果|方法|结论|正文|说明)(?:可用|提供)?"
    r"|(?:翻译|生成|提取|分析|解析|处理|获取)(?:失败|出错|错误|超时|异常)[^。]{0,12}|.{0,6}(?:正在)?(?:翻译|生成|提取|分析|解析|处理|获取|加载)中(?:[，,]?请?(?:稍[候后等]|等待).{0,4})?"
    r"|(?:该|此|本)?(?:内容|文本|摘要|论文|标题|段落|文章)?(?:目前|暂时)?(?:无法|不能|未能|没能)(?:获取|生成|翻译|提取|访问|解析|处理|显示|加载|读取|总结|分析|识别|打开|得到)[^。]{0,12}"
    r"|.{0,10}(?:生成|取得|抽出|翻訳|要約|解析)(?:に失敗|できません|エラー).{0,12}|.{0,10}(?:생성|번역|요약|추출|분석)\s?(?:실패|오류|불가).{0,8}"
    r"|.{0,6}(?:エラー|오류)(?:が|가|を|이)?\s?(?:発生|발생|です|입니다).{0,12}|(?:error|erreur|errore|erro|fehler|ошибка)(?:\s*[:：].{0,60}|\s+(?:al|lors|bei|nella|nel|na|ao|при|перевода|генерации)\b.{0,60})?|(?:no se pudo|impossible de|échec de|fehler bei|konnte nicht|impossibile)\b.{0,60})[\s.。!！…]*$",
    _I,
)
"""A whole short text that reports a failure."""

# ------------------------------------------------------------------ refusals and requests

_OBJECT = (
    r"(?:papers?|articles?|texts?|content|abstracts?|context|information|sentences?|passages?|documents?|pdfs?|files?|details|input|links?|urls?|titles?|paragraphs?|excerpts?|source|material|request|prompt"
    r"|论文|文章|内容|文本|全文|摘要|句子|信息|上下文|原文|段落|背景|文档|文件|链接|网址|标题|材料|资料|需求|要求|部分|语境|章节|片段|图片|问题"
    r"|論文|文章|本文|要旨|テキスト|内容|情報|原稿|논문|본문|내용|텍스트|초록|정보|원문"
    r"|artículo|texto|contenido|resumen|documento|información|article|texte|contenu|résumé|document|Artikel|Text|Inhalt|Abstract|Dokument|Informationen|artigo|conteúdo|articolo|testo|contenuto"
    r"|стать\w{1,9}|текст\w{0,9}|содержани\w{1,9}|аннотаци\w{1,9}|документ\w{0,9}|информаци\w{1,9})"
)
POLITE = regex(
    r"\b(?:por favor|s['’]il (?:vous|te) pla[iî]t|veuillez|bitte|per favore|per piacere|пожалуйста|lütfen|alsjeblieft|alstublieft|graag|prosím|proszę|vänligen|vui lòng|mohon|kindly)\b|ください|下さい|주세요|주십시오|يرجى|من فضلك|कृपया|בבקשה",
    _I,
)
"""Please: a text about a paper never says it."""
ASKS_FOR_INPUT = regex(
    rf"\b(?:please|kindly)\b[^.!?\n]{{0,40}}?\b(?:provide|share|paste|upload|send|supply|attach|confirm|clarify|specify|submit|give me|let me know|insert|enter|replace|include)\b[^.!?\n]{{0,80}}?(?:\b{_OBJECT}\b|\bme\b|\bit\b|\byou\b)"
    rf"|\b(?:could|can|would|will) you (?:please |kindly )?(?:provide|share|paste|upload|send|clarify|specify|confirm|give)\b"
    rf"|\b(?:if|once|when|as soon as) you(?:'d| would| could| can)?\s+(?:like|want|need|have|provide|share|paste|upload|send|prefer|wish)\b[^.!?\n]{{0,100}}"
    rf"|\bI(?:'d| would| will|'ll)?\s+(?:need|require)\s+(?:the|more|access|you|additional|to see)\b[^.!?\n]{{0,60}}\b{_OBJECT}\b"
    rf"|\b(?:let me know|feel free to|don't hesitate to)\b|\bwould you like\b|\bdo you want me to\b|\bI(?:'d| would) be (?:happy|glad|delighted) to\b|请?(?:您|你)?[^，。！？\n]{{0,4}}把[^，。！？\n]{{0,20}}(?:发给?|发来|贴给?|传给?|给)我?|(?:很|非常)?(?:乐意|高兴)(?:为|帮)(?:您|你)|请问(?:您|你)"
    rf"|(?:^|[，,。；;！!？?：:\n（）()、\s]|您|你|还|再|可以)请(?!求|教)(?:您|你)?(?:[^，。！？\n]{{0,12}}?)(?:提供|输入|粘贴|上传|发送|确认|告诉|告知|补充|给出|分享|附上|说明您|贴出|替换|检查|核实|发给|发来|贴上|传给)[^。！？\n]{{0,60}}"
    rf"|(?:您|你)(?:需要|想要|希望|可以|能否|能)?(?:我)?[^。！？\n]{{0,10}}(?:提供|输入|上传|粘贴|发送|补充|确认)[^。！？\n]{{0,30}}{_OBJECT}"
    rf"|(?:如果|若|如|假如|一旦)(?:您|你)(?:能|可以|有|需要|希望|想|提供|还)[^。！？\n]{{0,80}}|如(?:有|需)[^。！？\n]{{0,30}}(?:请|欢迎|可以)(?:随时|继续|再)?(?:告诉|告知|提供|提出|指出|说明|补充)"
    rf"|{_OBJECT}[^。\n]{{0,20}}(?:を|も)?(?:ご提供|ご提示|お送り|送って|貼り付け|入力して|共有して|教えて)[^。\n]{{0,12}}(?:ください|いただけ|お願い)"
    rf"|{_OBJECT}[^.\n]{{0,20}}(?:제공|입력|공유|보내|붙여\S{0, 20})\s?\S{{0,6}}\s?(?:주세요|주십시오|바랍니다|주시면|주시겠)"
    rf"|\b(?:por favor|favor de)\b[^.!?\n]{{0,30}}(?:proporcion|compart|env[ií]|peg|facilit|indi[cq]|adjunt|forne[çc])\w*"
    rf"|\b(?:veuillez|merci de|pourriez-vous|pouvez-vous|s'il vous plaît)\b[^.!?\n]{{0,30}}(?:fournir|partager|envoyer|coller|préciser|transmettre|communiquer|indiquer)"
    rf"|\bbitte\b[^.!?\n]{{0,80}}?(?:stellen|senden|schicken|teilen|fügen|geben|laden|zur Verfügung|bereit)\b|\bkönn(?:en|ten) Sie\b[^.!?\n]{{0,60}}(?:bereitstellen|senden|schicken|teilen|angeben|mitteilen)"
    rf"|(?:предостав|пришл|отправ|вставь|укаж|загруз|подел)\w*[,\s]+пожалуйста|пожалуйста[^.!?\n]{{0,30}}(?:предостав|пришл|отправ|вставь|укаж|загруз|подел)\w*|предоставьте[^.!?\n]{{0,30}}{_OBJECT}"
    rf"|\bper favore\b[^.!?\n]{{0,30}}(?:fornisc|condivid|invi|incoll)\w*|\b(?:si prega di|la prego di) (?:fornire|inviare|incollare)",
    _I,
)
REFUSES = regex(
    r"\b(?:I(?:'m| am)?|we) (?:(?:am |'m )?(?:sorry|afraid|unable|not able)|can(?:not|'t|’t)|could(?:n't| not)|won't|will not|do(?:n't| not) have (?:access|enough|the (?:ability|full|paper|text|content)))\b"
    r"[^.!?\n]{0,60}?\b(?:assist|help|provide|translate|summari[sz]e|analy[sz]e|access|read|open|fulfil+|comply|complete|process|generate|browse|view|do (?:that|this|so))\b|\bI (?:do not|don't|cannot|can't) see (?:any|the|an?|your) (?:paper|text|abstract|attach|content|document|file)"
    r"|^\W*(?:I'm|I am|we're) (?:very |really |truly )?sorry\b|^\W*(?:sorry|apologies|unfortunately),? (?:but )?I\b|\bI apologi[sz]e\b"
    r"|\bas an? (?:AI|artificial intelligence|(?:large )?language model)(?: (?:language )?(?:model|assistant))?,? (?:developed by \w+,? )?I\b"
    r"|\bno (?:paper|text|abstract|content|article|document) (?:was|has been|is|were) (?:provided|attached|given|included|supplied)\b|\b(?:the )?(?:paper|text|abstract|content|document|article|input|message|prompt|sentence)[^.!?\n]{0,30}\b(?:you(?:'ve| have)? (?:provided|shared|sent|pasted)|seems? to (?:be|have been) (?:incomplete|cut off|truncated|missing|empty|blank)|appears? to be (?:incomplete|cut off|truncated|missing|empty|blank))\b"
    r"|^\W*(?:很|非常|十分|实在)?(?:抱歉|对不起|不好意思)[，,！!。]?(?:\W*$|(?=[^。！？\n]{0,60}(?:我(?!们)|您|你|提供|(?:无法|不能|没法)(?:为|帮|翻译|访问|完成|继续|处理|回答|满足|协助|总结|分析|打开|识别|查看|浏览)|没有(?:找到|看到|收到))))|(?:很|非常)?遗憾[，,]\s*我(?!们)"
    r"|我(?:只)?是(?:一个|一名|一款)?(?:AI|人工智能|(?:大型?)?语言模型|智能助手)|(?:输入|文本|内容|原文|上下文|输出|回答)[^。，\n]{0,8}(?:过长|超长|超出)[^。\n]{0,20}(?:截断|无法|不能)"
    r"|作为(?:一个|一名|一款)?(?:AI|人工智能|大?语言模型|智能助手|助手)[^。！？\n]{0,16}(?:，|,)?\s*我(?!们)|(?:^|[，。；\n])\s*(?:但|不过|所以|因此|目前)?我(?:目前|暂时|还|现在)?(?:无法|不能|没有办法|没办法|没有权限|没有收到|没有看到|未能|未收到|看不到)[^。！？\n]{0,60}"
    r"|(?:您|你)(?:似乎|好像|可能|所|还|并)?(?:没有|未|尚未|忘记)?(?:提供|给出|发送|粘贴|上传|输入)的?[^。！？\n]{0,20}(?:论文|内容|文本|摘要|句子|信息|文章|标题|文字|链接|原文|片段|段落)|(?:看起来|似乎|好像|看上去)(?:像)?是?[^。！？\n]{0,10}(?:被)?(?:误?截断|不完整|缺失|空的|中断)|(?:句子|文本|内容|输入|原文|段落|片段)[^。！？\n]{0,12}(?:不完整|被截断|似乎(?:不|被|缺)|缺失|为空)[^。！？\n]{0,20}(?:请|无法|翻译)"
    r"|申し訳(?:ありません|ございません)|すみません|(?:提供|入力|添付)され(?:ていません|ておりません|ていない(?:ため|ようです))|(?:私|AI|人工知能|言語モデル)(?:として|は)[^。\n]{0,30}(?:できません|できない|いたしかねます)"
    r"|죄송(?:합니다|하지만|스럽)|(?:저는|AI로서|언어 모델로서)[^.\n]{0,40}(?:없습니다|못합니다)|(?:제공|첨부|입력)(?:되지 않|해 주시지 않)"
    r"|\b(?:lo siento|me disculpo|no puedo (?:ayudar|proporcionar|traducir|acceder|resumir|analizar)|como (?:un )?modelo de (?:lenguaje|linguagem)|como (?:una )?IA|desculpe|lamento,|não posso (?:ajudar|fornecer|traduzir|acessar)|no (?:se )?ha(?:s|n|y)? proporcionado)\b"
    r"|\b(?:je suis désolé|désolée?,|je ne peux pas|je ne suis pas en mesure|en tant qu'?\s?(?:IA|intelligence|modèle)|aucun (?:texte|article|document|résumé) n'a été|je n['’]ai pas (?:pu|réussi)|no (?:pude|he podido|logré) (?:abrir|leer|acceder)|não (?:pude|consegui) (?:abrir|ler|acessar)|ich konnte [^.!?\n]{1,40}nicht (?:öffnen|lesen|abrufen))\b|\b(?:es tut mir leid|ich kann (?:leider )?(?:nicht|keine|Ihnen|den)|als (?:KI|Sprachmodell|künstliche)|leider (?:kann|habe) ich|mi dispiace|non posso (?:aiutar|fornir|tradur|acceder)\w*|come (?:modello linguistico|IA))\b"
    r"|\b(?:извините|к сожалению, я|простите|я не могу|как (?:языковая модель|ИИ))",
    _I | re.MULTILINE,
)


# ------------------------------------------------------------------ left over from the prompt

INSTRUCTION = regex(
    r"^\W*(?:请(?:你|您)?(?:将|把|用|以)?|将|把|你的任务是|任务[:：]|(?:用|以|使用)中文)[^。\n，]{0,16}(?:下面|以下|下列|上述|这篇|该篇|论文|文章|摘要|标题|原文|段落|文本|内容)[^。\n]{0,24}(?:翻译|总结|概括|分析|改写|润色|归纳|解读)[^。\n]{0,40}(?:要求|规范|[:：])\s*"
    r"|^\W*(?:请(?:你|您)?)(?:翻译|总结|概括|分析|改写|润色|归纳|解读)(?:成中文|一下)?(?:下面|以下|下列|上述|这篇)[^\n]{0,40}[:：。]\s*"
    r"|^\W*(?:translate|summari[sz]e|analy[sz]e|rewrite|paraphrase|explain) (?:the|this|these|below|following)\b[^.\n]{0,120}[:：.]\s*(?:\n|$)|^\W*(?:you are (?:an?|the) [^.\n]{0,80}\.|your task is\b|your goal is\b|(?:human|assistant|instructions?|prompt)\s*[:：]\s(?!\d))"
    r"|^\W*(?:你是一[名位个]|您是一[名位个])[^。\n]{0,60}[。，,\n]|^\W*(?:次の|以下の)[^。\n]{0,20}(?:翻訳|要約)して|^\W*(?:traduce|traduzca|traduis|traduisez|übersetze|riassumi|resuma|résume)\w*\s+(?:el|la|le|les|das|den|die|il|lo|o|a|seguinte|siguiente|suivant|folgende)\w*\b[^.\n]{0,80}[:：]",
    _I,
)
TEMPLATE_BRACKET = regex(
    r"(?P<open>[\[【<＜{｛(（〔［〈])(?P<body>[^\[\]【】<>＜＞{}｛｝()（）〔〕［］〈〉\n]{2,60})(?P<close>[\]】>＞}｝)）〕］〉])(?P<after>\(?)"
)
SLOT_NOUN = regex(
    r"method|model|metric|dataset|data|number|value|score|author|title|name|paper|result|baseline|task|summary|year|venue|topic|field|institution|link|url|percent|improvement|finding|contribution",
    _I,
)
"""Blanks of a form, unlike `[CLS]`, `[MASK]` and `{x}`."""
META = frozenset(
    """here there this that the a an of for to in on is are was will be should must go goes stands follows comes with your one and or
    summary abstract title text content paper article document section paragraph translation contribution contributions main key finding findings result results method methods motivation conclusion description placeholder sentence
    hier dort dies das der die den dem des ein eine einer steht folgt kommt ist wird zusammenfassung artikels artikel text inhalt titel abschnitt beitrag übersetzung arbeit
    ici voici le la les l du de des un une est vient résumé article texte contenu titre traduction contribution
    aquí este esta el los las del un una va es resumen artículo texto contenido título traducción contribución
    aqui o os as do da um uma vai é resumo artigo conteúdo qui il lo gli riassunto articolo testo contenuto titolo""".split()
)
"""A text of only these words announces another text."""
META_HAN = regex(
    r"(?:此处|这里|在此处?|这|此|本|该|是|为|将|会|应|可|请|的|了|和|与|填写|填入|插入|输入|补充|添加|放置|论文|文章|本文|主要|核心|贡献|摘要|标题|总结|内容|正文|译文|翻译|方法|结果|结论|动机|发现|一句话|一段|部分|文字|文本|描述|说明|中文|占位|[\s，。：:、.])+"
)
# ------------------------------------------------------------------ orders followed

FOLLOWS_ORDERS = regex(
    r"\A\W*as (?:you |was |i was )?(?:instructed|requested|directed|ordered|told|asked)\s*[,，:：]"
    r"|\A\W*(?:following|in accordance with|per) (?:your|these|the above) (?:instruction|request|order|command)s?\b"
    r"|\A\W*(?:根据|按照|遵照|依照|应)(?:您|你|上述|以上|上面)的?(?:指示|指令|要求|命令)"
    r"|\bI (?:\w+ )?recommend (?:this|the) (?:paper|submission|manuscript|work)\b|\brecommend (?:its |strong )?accept(?:ance|ing)\b"
    r"|(?:我|本人)(?:们)?(?:强烈)?(?:推荐|建议)(?:直接)?(?:接收|录用|接受)",
    _I,
)
"""At the beginning, a statement that it obeys; anywhere, a reviewer's verdict in the first person.

A paper may quote such words, but never say them."""
