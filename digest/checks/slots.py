"""Recognises a bracket that a form left open: `[insert the link here]`, `（请填写数值）`.

Such a bracket opens with an imperative, in languages whose verb comes last it closes with one, and
it holds a thing to fill in: a link, a name, a value. Or it is no round one and holds ordinary words
(no figure, no name, no list) of such a thing, or stands where the sentence needs a word.
"""

from __future__ import annotations

# ruff: noqa: SIM905  # lists of words read as words
import re
from functools import cache

from digest.patterns import regex

_ASKED = """
en insert add enter fill provide specify paste replace include attach describe mention give write put supply complete append indicate substitute upload tbd todo
de füge fügen ergänze trage gib geben nenne ersetze beschreib
fr insér insere ajout précis precis complét complet indiqu renseign rempli saisi remplac coll cit mentionn fourni donne
es inform insert añad anad agreg complet indi especifi rellen introdu pon pegu peg reemplac incluy escrib cit mencion
pt inform insira inserir adicion preench complet indi especifi coloqu cole substitu inclu escrev cit mencion
it inseri aggiung complet indic specific compil incoll sostitu scriv cit
ru вставь вставить укаж указать добав впиш вписать заполн дополн привед ссыла
nl voeg invoeg vul vermeld plak noem
pl wstaw dodaj wpisz podaj uzupełni wklej wymień
vi chèn thêm điền nhập
id masukkan tambahkan isi cantumkan tempel sebutkan
ar أدخل أضف اكتب ضع املأ حدد أدرج
"""
"""Stems with which a request opens."""
_ASKED_LAST = """
de einfügen ergänzen eintragen angeben nennen ersetzen ausfüllen hinzufügen beschreiben verlinken einsetzen nachtragen
tr ekleyin ekle girin gir yazın yaz belirtin yapıştır doldur
"""
"""Stems with which it closes."""
_ASKED_WITH_ARTICLE = regex(
    r"\W*(?:list|name|state|cite|report|note|type|link|select|choose|update)\s+(?:the|an?|all|any|your)\b",
    re.IGNORECASE,
)
"""In English they are nouns too."""
_ASKED_OF_ANY = regex(
    r"\W*(?:list|name|state|cite|report|note|type|link|select|choose|update|insert|add|enter|fill in|fill|provide|specify|mention|describe|give|put|include|replace|write|refer|update)\s+(?:in\s+|to\s+)?(?:the|your|all|exact|specific|relevant|appropriate)\b"
    r"|.*\b(?:if|where|as) (?:needed|necessary|applicable|available|appropriate)\W*\Z",
    re.IGNORECASE,
)
"""With a definite thing, whatever it is."""
_NAMES_A_THING = regex(r"\W*(?:the|an?|one|this|these|our|their)\b", re.IGNORECASE)
_EAST_HERE = regex(r"^\W*(?:ここに|こちらに|여기에)")
_HERE = regex(r"\b(?:here|hier|ici|aquí|aqui|qui|здесь|сюда|tutaj|buraya|đây|sini)\b|هنا", re.IGNORECASE)
_THINGS = """
en duration length cost price size rate url link address repo repository code github page website webpage name title value number figure percent score accuracy result metric dataset data date year hour
en day count amount author affiliation institution universit citation reference paper source baseline detail information text description example image here
de anzahl menge dauer kosten größe url link adresse repositor code seite name titel wert zahl prozent genauigkeit ergebnis datensatz datum jahr autor einrichtung quelle zitat hier
fr montant durée coût taille url lien adresse dépôt code page nom titre valeur nombre chiffre pourcentage précision résultat corpus jeu date année auteur source référence ici
es importe duración coste costo tamaño url enlace dirección repositorio código página nombre título valor número cifra porcentaje precisión resultado conjunto fecha año autor fuente referencia aquí
pt duração custo montante tamanho url link endereço repositório código página nome título valor número porcentagem precisão resultado conjunto data ano autor fonte referência aqui
it url link collegamento indirizzo repository codice pagina nome titolo valore numero percentuale accuratezza risultato dataset data anno autore fonte riferimento qui
ru количеств url ссылк адрес репозитор код страниц назван имя имен значен числ процент точност результат набор дат год автор источник здесь сюда
nl url link adres code pagina naam titel waarde getal percentage resultaat dataset datum jaar auteur bron hier
pl url link adres kod stron nazw tytuł wartoś liczb procent wynik zbi dat rok autor źródł tutaj
tr url bağlantı adres kod sayfa ad isim başlık değer sayı yüzde sonuç veri tarih yıl yazar kaynak buraya
vi url liên đường địa mã trang tên tiêu giá số phần kết dữ ngày năm tác nguồn đây
id url tautan alamat kode halaman nama judul nilai angka persen hasil data tanggal tahun penulis sumber sini
ar الرابط رابط عنوان اسم قيمة القيمة الرقم رقم النسبة نسبة تاريخ المؤلف المصدر هنا
"""
_HAN_ASKED = r"请|插入|填|粘贴|贴上|附上|替换|补充|补上|补全|输入|添加|加入|给出|列出|写上|写明|注明|标明|提供|说明|描述|引用|待|放置?|在此|此处|这里|在这里"
_HAN_THING = r"链接|网址|地址|仓库|源码|代码|主页|页面|名称|名字|姓名|标题|题目|数值|数字|数量|数据集?|百分比|准确率|精度|指标|分数|结果|日期|年份|时间|作者|单位|机构|来源|出处|文献|引文|论文|图片|图表|方法|内容|信息|描述|文字|示例|URL|GitHub|DOI"
_JA_ASKED = r"(?:入力|記入|記載|挿入|追加|貼り付け|貼付|補足|明記|指定|置き換え|差し替え|埋め|書い)(?:る|て|する|して)?(?:ください|下さい|こと)?"
_JA_THING = r"URL|数|率|番号|リンク|アドレス|名|数値|数字|値|データ|タイトル|日付|年|著者|所属|結果|精度|割合|出典|文献|ここ|コード|リポジトリ"
_KO_ASKED = r"(?:입력|기입|삽입|추가|붙여\s?넣|작성|명시|지정|대체|넣|적|써)(?:어|하|해)?\s?(?:주)?(?:세요|십시오|하세요|할 것|기)?"
_KO_THING = (
    r"URL|링크|주소|이름|명칭|수치|숫자|값|데이터|제목|날짜|연도|저자|소속|결과|정확도|비율|출처|문헌|여기|코드|저장소"
)
_EAST = regex(
    rf"(?P<polite>請|请|ください|下さい|세요|십시오)|^\W*(?:{_HAN_ASKED})[^，。、；]*(?:{_HAN_THING})"
    rf"|^\W*(?:{_HAN_ASKED})[^，。、；]*(?:此处|这里|在此)|(?:此处|这里|在此)[^，。、；]*(?:填|写|插|贴|补|放)"
    rf"|(?:{_JA_THING})[^、。]*{_JA_ASKED}\W*$|(?:{_KO_THING})[^,.]*{_KO_ASKED}\W*$"
)
_EAST_THING = regex(rf"{_HAN_THING}|{_JA_THING}|{_KO_THING}")
_POLITE = regex(
    r"^\W*(?:please|kindly|bitte|veuillez|merci de|por favor|per favore|пожалуйста|graag|proszę|lütfen|vui lòng|mohon|harap|يرجى|من فضلك)\b",
    re.IGNORECASE,
)
_YOURS = regex(r"^\W*(?:your|ihre?n?|votre|vos|su|sus|seu|sua|ваш\w*|您的|你的|あなたの)(?![\w-])", re.IGNORECASE)
_ENUMERATES = regex(r"[,、，;；:：/&+=|_]|\d|[.。]\s")
_OPEN_BEFORE = regex(
    r"(?:\b(?:at|over|through|called|named|between|of|to|is|are|was|in|on|by|with|from|for|under|against|about|reach\w*|uses?|used|took|see|via"
    r"|von|zu|auf|unter|mit|bei|aus|durch|ist|sind|siehe|adresse|table|figure|section|and|than|de|du|des|à|sur|en|est|avec|sous|par|con|por|es|del|al|da|do|das|dos|em|é|pelo|pela|di|su|è|dal|della"
    r"|по|на|в|из|от|к|адресу|van|op|in|met|pod|adresem|na|w|tại|là|di|على|في|من)|[是为為在于於达達到用了从從见見与與含自表图由])\s*[:：]?\s*$",
    re.IGNORECASE,
)
_OPEN_AFTER = regex(
    r"^\s?(?:[%％‰]|[のをにでがはと](?![\u3041-\u3096]{3})|から|より|의|을|를|에서|에|로|으로|块|个|倍|年|adresinde)"
)


_TEX = regex(r"\\[A-Za-z]+\*?\Z|[{~]\Z")
"""Before the argument of a command."""
_HAN = regex(r"[\u3040-\u9fff\uac00-\ud7af]")
_JA_OBJECT = regex(r"[^、。を]{1,16}を[^、。を]{1,8}[るすくむうつぶぐい]")
"""Where a word is missing: an object with its verb."""
_HAN_FILLS = regex(
    r"\A(?:请|插入|填[入写上]|粘贴|贴上|附上|替换[为成]|补充|补上|注明|写上|写明|给出|列出|加上|写出|选择一[个项种])[\u4e00-\u9fff]{2,}|待[\u4e00-\u9fff]{1,3}\Z"
)
_EAST_HOLDS = regex(
    r"[\u4e00-\u9fff](?:链接|网址|地址|仓库|主页|名称|姓名|数值|数字|数量|百分比|日期|年份|表号|图号|作者|单位|机构|出处|文献)"
    r"|(?:链接|网址|地址|仓库|主页|名称|姓名|数值|数字|数量|百分比|日期|年份|作者|单位|机构|出处|文献)[\u4e00-\u9fff]"
    rf"|[\uac00-\ud7af].*(?:{_KO_THING})$"
)


@cache
def _stems(table: str) -> re.Pattern[str]:
    words = {word for line in table.split("\n") for word in line.split()[1:]}
    ordered = sorted(words, key=len, reverse=True)
    return re.compile("|".join(re.escape(w) + (r"(?!\w)" if len(w) < 4 else "") for w in ordered), re.IGNORECASE)


def is_needed(before: str, after: str) -> bool:
    """Whether the sentence lacks a word between the two."""
    return bool(_OPEN_BEFORE.search(before) or _OPEN_AFTER.search(after))


def is_slot(body: str, before: str, after: str, *, round_: bool) -> bool:
    """Whether the words in a bracket ask for something to be filled in there.

    `before` and `after`: the text around it. Round brackets also hold asides of sound texts, so
    there the sentence must need a word in their place, or the request be polite.
    """
    if _TEX.search(before):
        return False
    needed = is_needed(before, after)
    filled = needed or _POLITE.search(body) or _HAN_FILLS.search(body) or (_things(body) and not _HAN.search(body))
    asked = not round_ and _ASKED_OF_ANY.match(body) and not _ENUMERATES.search(body)
    if not round_ and filled and _is_ordinary(body, needed=needed):
        asked = True
    if needed and not round_ and _JA_OBJECT.fullmatch(body):
        asked = True
    if asked or (_EAST_HERE.match(body) and _EAST.search(body)):
        return True
    if not _EAST.search(body) and not _asks(body):
        return needed and not round_ and bool(_YOURS.match(body))
    found = _EAST.search(body)
    polite = bool(_POLITE.search(body)) or bool(found and found["polite"])
    if polite and (_EAST_THING.search(body) or _things(body)):
        return True
    if _HERE.search(body) and len(_things(body)) >= 2:
        return True
    return not _ENUMERATES.search(body) and (needed or not round_)


_PURE_EAST = regex(
    r"(?:数据集|数值|数字|数量|名称|名字|名|方法|模型|指标|基线|任务|论文|作者|机构|标题|题目|链接|网址|地址|问题|结果|内容|摘要|要点|核心|思想|观点|贡献|理由|时间|日期|年份|百分比|百分点|分数|准确率|编号|中文|英文|翻译后|译后|具体|实际|相应|对应|待|补充|填写|完善|添加|确认|此处|这里|在此|放|写|填|插入|一句话|总结|概括|列表|描述|说明|的|或|和|与|请"
    r"|データセット|手法|モデル|指標|論文|著者|題名|タイトル|リンク|数値|数字|値|名前|名称|結果|要約|説明|一文|ここに|を|の|に|で|要|追記|記載|記入|入力|挿入|補足"
    r"|데이터셋|방법|모델|지표|논문|저자|제목|링크|주소|수치|숫자|값|이름|명칭|결과|요약|설명|한|문장|여기에|추가|기입|입력|작성|삽입|의|을|를|url|doi|\s)+",
    re.IGNORECASE,
)
_FORM = regex(
    r"\A(?:of|the|an?|to|in|one|two|your|our|here|if|or|and|this|for|from|goes|be|added|filled|completed|still|translated?|short|brief|exact|actual|full|main|core|key|list|summary|sentence|description|description|explanation|reason|finding|idea|insert\w*|add|enter|fill|describe|write|task|method|model|metric|benchmark|baseline|repository|limitation"
    r"|des|der|die|das|dem|den|ein\w*|hier|noch|satz|einem|kernaussage|zusammenfassung|beschreibung|begründung|datens\w+|methode|modells?|einfügen|eintragen|ergänzen|angeben|deutscher|titel"
    r"|del?|la|el|los|las|un|una|en|aquí|frase|idea|principal|resumen|descripción|corpus|método|modelo|por|completar|rellenar|añadir|escrib[ae]|traducido|español"
    r"|du|le|les|des|une?|ici|phrase|idée|principale|résumé|description|méthode|modèle|corpus|à|compléter|insérer|ajouter|traduit|français|données|jeu"
    r"|do|da|dos|das|o|os|as|um|uma|em|aqui|frase|ideia|resumo|descrição|artigo|dados|preencher|adicionar|inserir|a|traduzido|português|x+|n)\Z",
    re.IGNORECASE,
)
"""Words of a form around the thing that it asks for."""
_VALUE = regex(r"(?:[XNYK?]{1,3}|[Xx]{1,3}[.,][Xx]{1,2}|\?{2,}|\.{3}|…|_{2,})\Z")
_WHOLE = regex(
    r"[\s*_>#-]*(?:[\[【＜<{｛(（〔［])(?:[^\[\]【】<>＜＞{}｛｝()（）〔〕［］\n]|[\[{](?=[{\w])|[\]}](?=[\]}])){3,200}[\]】>＞}｝)）〕］][\s*_.。]*"
)
_LABELLED = regex(
    r"^[^\n:：]{1,40}[:：][\s*_]*(?P<slot>[\[【＜<{｛〔［(（][^\n]{2,120}[\]】>＞}｝〕］)）])[\s*_.。]*$", re.MULTILINE
)
_TO_DO = regex(
    r"\b(?:to be|tbd|todo|pending|pendiente|por completar|por \w+r\b|à \w+er\b|a (?:preencher|completar|confirmar)|noch|einzufügen|nachtragen)|待|填|补充|补写|补上|追記|記入|추가|기입|예정",
    re.IGNORECASE,
)


def is_pure(body: str) -> bool:
    """Only the name of a thing that a form asks for: `[dataset name]`, `［数值］`, `[XX.X]`."""
    body = body.strip(" *_“”\"'")
    if _VALUE.match(body):
        return True
    if _HAN.search(body):
        return bool(_PURE_EAST.fullmatch(body)) and len(body) >= 2
    words = re.findall(r"[^\W\d_]+", body)
    if re.search(r"[;,|/=+&:]", body) or not 1 <= len(words) <= 8:
        return False
    if (len(words) == 1 and body.isupper()) or _NAMES_A_THING.match(body):
        return False
    things = _stems(_THINGS)
    thing = [bool(things.match(w)) or w.lower() in _MORE_THINGS for w in words]
    return any(thing) and all(t or _FORM.match(w) for t, w in zip(thing, words, strict=True))


_MORE_THINGS = frozenset(
    "dataset datasets method model metric benchmark baseline task idea summary sentence satz kernaussage methode modell methoden modelo método modèle méthode corpus frase phrase resumen résumé resumo zusammenfassung artigo artículo".split()
)


_UNIT = regex(
    r"\s?(?:[%％]|(?:hours?|steps?|epochs?|points?|examples?|layers?|gpus?|stunden|schritte|punkte|heures?|points|étapes|horas|puntos|pasos|pontos|passos|ms|gb|kwh)\b|[轮个点次层步页年名篇条种家张台项章人]|時間|回|層|件|점|시간|개|회|층)",
    re.IGNORECASE,
)
_VALUE_IS = regex(r"(?:[为是达]|(?:は|を|が|은|는|을|를)\s?)\Z")


def stands_for(body: str, before: str, after: str) -> bool:
    """A word in the place of a value: before a unit, or where an East Asian sentence needs one."""
    if re.search(r"[\d;,，、；|/=+&:：]", body) or body.isupper():
        return False
    if _HAN.search(body):
        return len(body) <= 8 and bool(_VALUE_IS.search(before) or _UNIT.match(after))
    return len(body.split()) <= 3 and bool(_UNIT.match(after))


def whole(text: str) -> bool:
    """A text, or all that stands after a label, that is one bracket with words in it."""
    bare = text.strip()
    if _WHOLE.fullmatch(bare) and re.search(r"[^\W\d_]{3,}|[\u3040-\u9fff\uac00-\ud7af]{2,}", bare):
        return True
    for line in _LABELLED.finditer(bare):
        slot = line["slot"].strip("[]【】＜＞<>{}｛｝〔〕［］()（） ")
        if (slot and _TO_DO.search(slot) and not re.search(r"\d", slot)) or (
            line["slot"][0] not in "(（" and is_pure(slot)
        ):
            return True
    return False


def _asks(body: str) -> bool:
    words = re.findall(r"[^\W\d_]+", body)
    if _POLITE.search(body):
        words = words[1:]
    if len(words) < 2 or not _things(body):
        return False
    return bool(
        _stems(_ASKED).match(words[0]) or _stems(_ASKED_LAST).match(words[-1]) or _ASKED_WITH_ARTICLE.match(body)
    )


def _things(body: str) -> list[str]:
    things = _stems(_THINGS)
    return [word for word in re.findall(r"[^\W\d_]+", body) if things.match(word)]


def _is_ordinary(body: str, *, needed: bool) -> bool:
    """Several words without a figure, a name or a list; of East Asian ones the last is a thing."""
    if _ENUMERATES.search(body):
        return False
    if _HAN.search(body):
        return bool(_HAN_FILLS.search(body) or _EAST_HOLDS.search(body)) and not re.search(r"[A-Za-z]", body)
    if _NAMES_A_THING.match(body) and not needed:
        return False
    words = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", body)
    if len(words) == 1:
        return needed and words[0].islower() and len(words[0]) >= 5 and bool(_things(body))
    return len(words) >= 2 and (all(word.islower() for word in words) or bool(_POLITE.search(body)) or _is_form(words))


def _is_form(words: list[str]) -> bool:
    """`Author Names`, `Name of the Baseline`."""
    things = _stems(_THINGS)
    return all(word.islower() or things.match(word) for word in words) and bool(_things(" ".join(words)))
