"""Recognises a sentence that speaks of the text itself or to its reader, by the roles of its words.

A finding speaks of a paper. What a model says beside it speaks of wording, of the request, of what
was given or of what the reader may want, and not of what research is made of.
"""

from __future__ import annotations

import re

from digest.checks import first_person, phrases
from digest.checks.language import is_little
from digest.checks.roles import roles_of, without
from digest.patterns import regex

_SHORT = 80
_MAX = 300
"""Characters of a piece that are read."""
_ASKS = regex(r"[?？][\W_]*\Z")
_COUNT = regex(
    r"(?:\b(?:word count|words|length|wortzahl|wörter|umfang|extensión|longitud|palabras|nombre de mots|longueur|extensão|palavras)|字数|篇幅|文字数|글자 수|분량)\s?[:：]\s?\D{0,3}\d+"
    r"|\A\W*[共约計全]?文?\d+\s?(?:个?字|words|wörter|palabras|mots|palavras)\W*\Z",
    re.IGNORECASE,
)
_CHEERS = regex(r"\A\W*[^.。:：!！?？\n]{1,48}[!！][ \t]*(?:\n\s*|(?=(?P<next>\S[^\n]*)))")
"""An exclamation of a few words before anything else."""
_LETS = regex(
    r"\A\W*(?:(?:okay|ok|alright|right|so|wait|hold on|first|now|hmm)\W+)*(?:let me|let(?:['’]s| us) (?:dive|take|look|go|get|start|begin|break|unpack|summar|walk|see\b|analy)|i (?:need|have|should|must|want)|the user (?:wants|asks|asked|is asking|would like)|they want me|we (?:need|have) to (?:write|summar|translat|output))\b"
    r"|\A\W*(?:(?:嗯|好的?|那么|首先|等等|不对|其实|再想想|那)[，,]\s*)*(?:让我|我们来|我来|我先|我需要|我应该|我要|我得|用户(?:要|让|想|希望)|下面我们)"
    r"|\A\W*(?:veamos|vamos (?:a ver|con|allá)|(?:claro|vale|bueno|bien|ok)\W+vamos|empecemos|vejamos|vamos ver|comecemos|voyons|regardons|commençons|schauen wir|sehen wir uns|fangen wir|(?:also|okay|gut|bien|bon|alors|bem|certo)\W+(?:ich|tengo que|debo|je|il faut|devo|preciso|tenho que))\b"
    r"|\A\W*(?:では|それでは|さて|えっと|うーん)[、，]|ましょう[。！]?\Z|(?:살펴|시작해|정리해)\s?보겠습니다|드릴게요|드리겠습니다|しますね|这就奉上|讲一讲|je vous résume|te resumo|\A\W*(?:음|자|그럼)[,，\s]",
    re.IGNORECASE,
)
_HERE_IS = regex(
    r"\A\W*(?:here(?:['’]s|['’]re| is| are| you go| you have)|below (?:is|are|you)|this is (?:the|a|my)|hier (?:ist|sind|kommt|kommen)|nachfolgend|im folgenden|es folgt|anbei|unten steht"
    r"|aquí (?:está|están|tienes?|va|le|te)|a continuación|lo que sigue|he aquí|aqui (?:está|vai|segue)|segue(?:m)?\b|a seguir|eis\b|voici|voilà|ci-dessous|ce qui suit|vous trouverez)"
    r"|\A\W*(?:以下(?:是|为|就是)|下面(?:是|给出|从|将)|这(?:里)?是|附上|给你|为(?:你|您))|\A\W*(?:以下[がはに]|こちらが|次に)|\A\W*(?:다음은|아래는|아래에|여기)",
    re.IGNORECASE,
)
_ORDER = regex(
    r"\A\W*(?:(?:just|please|kindly|now|simply)\s+)?(?:send|paste|drop|upload|attach|share|give|tell|put|provide|supply|resend|show)\b(?! rates?)"
    r"|\A\W*(?:bitte\s+)?(?:schick\w*|send\w{1,3}|füge?n?|lad\w{1,3}|gib|geben sie|nenn\w*)\s|\A\W*(?:por favor,?\s+)?(?:envíe?(?:me)?|envíame|pega|pegue|pon|sube|suba|adjunt[ae]|mándame|deja|escrib[ae])\s"
    r"|\A\W*(?:collez|envoyez|mettez|déposez|joignez|donnez|merci de)\s|\A\W*(?:por favor,?\s+)?(?:cole|envie|mande|anexe|ponha|deixe|escreva)\s|\A\W*请?(?:直接)?(?:把|将|发|贴|粘贴|上传)",
    re.IGNORECASE,
)
_SINGULAR = regex(
    r"\b(?:he (?:\w+ )?\w+[aei]do|opté|elegí|traduje|usé|preferí|puedo|podría|necesito|necesitaría|tengo|lamento|quedo|confío|recomiendo)\b"
    r"|\b(?:\w{3,}(?<!l)ei|traduzi|mantive|omiti|dividi|preferi|posso|preciso|precisaria|consigo|tenho|fico|recomendo)\b|我(?!们|国|方)|本助手|我这边|这边",
    re.IGNORECASE,
)
"""Verbs in the first person without a pronoun, and Chinese."""
_NAMES_WORD = regex(r"[“\"„«「『‘']\s?[A-Za-z][a-z-]+(?: [a-z]+)?\s?[”“\"»」』’']")
"""A word in quotation marks, as where a rendering is explained."""
_EAST = regex(r"[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af]")
_I_DID = regex(r"(?:^|[\s(])I (?:\w+ly )?[a-z]{2,}(?:ed|pt|ft|nt|de|ve)\b")
_WORDING = {"translated", "original", "wording", "language"}
_BRACKETS = "(（[【"
_DONE = {"handled", "style", "meaning", "option"}
_FOR_READER = {"wish", "tell", "send", "kindness", "please", "task", "file", "given"}


def _roles(piece: str) -> frozenset[str]:
    return roles_of(phrases.QUOTED.sub("“”", piece)[:_MAX])


def _singular(piece: str, roles: frozenset[str]) -> bool:
    bare = phrases.QUOTED.sub("“”", piece)
    return bool(first_person.first_person(bare)) or (bool(_SINGULAR.search(bare)) and len(roles) >= 1)


def to_reader(piece: str) -> bool:  # noqa: PLR0911  # one return a reading
    """Asks or offers something: to a reader, in a question or as an order."""
    roles = _roles(piece)
    if "research" in roles and not ("tell" in roles or "please" in roles):
        return False
    if piece.lstrip()[:1] in _BRACKETS and not roles & {"tell", "send", "kindness", "please", "version"}:
        return False
    if {"kindness", "pointing"} <= roles and len(piece) < _SHORT:
        return True
    if re.search(r"\d", phrases.QUOTED.sub("“”", piece)) and not roles & {"tell", "please", "send"}:
        return False
    if roles & {"reader", "please"} and len(roles & _FOR_READER) >= 1 + ("reader" not in roles):
        return True
    if _ASKS.search(piece) and roles & {"reader", "please"} and roles & {"version", "work", "material", "task", "wish"}:
        return True
    return bool(_ORDER.search(piece)) and bool(roles & {"material", "send", "tell", "pointing"})


def closing(piece: str, body: str) -> bool:  # noqa: PLR0911  # one return a reading
    """Whether a last line, or a bracket at the end, speaks of the text before it."""
    bare = phrases.QUOTED.sub("“”", piece)
    if _COUNT.search(bare):
        return True
    if to_reader(piece):
        return True
    roles = _roles(piece)
    if roles & {"research", "studied"} or re.search(r"\d", bare):
        return False
    if (
        _singular(piece, roles)
        or _I_DID.search(bare)
        or ("reader" in roles and len(roles) >= 2 and bare.lstrip()[:1] not in _BRACKETS)
    ):
        return True
    if roles & {"given", "limit"} and roles & {"material", "title"} and len(roles) >= 3:
        return True
    if "verify" in roles and roles & {"reader", "please", "original", "material", "limit", "lack"}:
        return True
    ways = len(roles & _WORDING) + len(roles & _DONE) + len(roles & {"pointing", "version", "kindness", "might"})
    return (
        bool(roles & _WORDING or {"pointing", "version"} <= roles)
        and bool(roles & _DONE or roles >= {"translated", "wording"})
        and ways >= 2 + bool(body and _shares(bare, body))
    )


def _shares(bare: str, body: str) -> bool:
    words = [w for w in re.findall(r"[^\W\d_]{5,}", bare.lower()) if len(roles_of(w)) == 0]
    pairs = [
        r[i : i + 2] for r in re.findall(r"[\u30a0-\u30ff\u4e00-\u9fff\uac00-\ud7af]+", bare) for i in range(len(r) - 1)
    ]
    return any(w[:6] in body.lower() for w in words if w.isascii() or not pairs) or any(
        p in body for p in pairs if not roles_of(p)
    )


def opening(sentence: str, *, alone: bool = False) -> bool:
    """Whether a first sentence, with others after it, only leads to them; `alone`: on a line."""
    bare = phrases.QUOTED.sub("“”", sentence)
    roles = _roles(sentence)
    if _LETS.search(bare):
        return True
    if _HERE_IS.search(bare) and roles & {"version", "work", "task", "title"} and "research" not in roles:
        return True
    if alone and _LEADS_ON.search(bare) and "research" not in roles:
        return True
    return "reader" in roles and bool(roles & {"version", "kindness", "task"}) and "research" not in roles


_LEADS_ON = regex(r"\A[^\n*#|:：]{4,80}[,，、][^\n*#|:：]{3,60}[:：]\s*\Z")
"""Clauses that end in a colon, as no heading does."""


def cheers(text: str) -> str:
    found = _CHEERS.match(text)
    if not found or not text[found.end() :].strip():
        return ""
    following = found["next"]
    leads = following and (
        opening(following[:_MAX]) or (len(following) < _SHORT and following.rstrip(" *_")[-1:] in ":：")
    )
    return found[0] if following is None or leads else ""


def whole(text: str) -> str:  # noqa: PLR0911  # one return a reading
    """Why a text of a sentence or two has nothing to say of a paper; else empty."""
    roles = _roles(text)
    if "research" in roles:
        return ""
    if "sorry" in roles and "studied" not in roles and roles & {"unable", "task", "self", "pointing", "wish"}:
        return "refuses"
    if "self" in roles and roles & {"work", "material", "about", "unable", "lack", "sorry", "pointing", "task", "wish"}:
        return "speaks as an assistant"
    if ("file" in roles or {"given", "material"} <= roles) and roles & {"lack", "unable"}:
        return "has nothing to go by"
    if "unable" in roles and "task" in roles and roles & {"lack", "pointing", "given"}:
        return "has nothing to go by"
    if _singular(text, roles) and roles & {"unable", "lack", "task", "wish", "file"}:
        return "speaks of itself"
    if _ASKS.search(text) and "studied" not in roles and "\n" not in text.strip() and not re.search(r"\d", text):
        return "only asks"
    if len(text) <= _SHORT / 2 and _HAN_I.search(phrases.QUOTED.sub("“”", text)):
        return "speaks of itself"
    return ""


_HAN_I = regex(r"(?<![自忘大小唯本])我(?!们|国|校|院|军|方|等)")
_STOP = regex(r"[.。][\W_]*\Z")
_ABBREVIATED = regex(r"\b(?:al|etc|vs|inc|no|jr)\.\W*\Z", re.IGNORECASE)
_SERIES = regex(r"①.*②|(?P<label>\w{1,12})\s?(?:1|A|一)\W.*(?P=label)\s?(?:2|B|二)\W", re.DOTALL)
_LABEL = regex(r"\A[^:：]{2,40}[:：]\s*(?=\S)")
_SAID = regex(r"[“\"「『《«„][^”\"」』》»“]{3,}[”\"」』》»“]|(?<!\w)['‘][^'’]{3,}['’](?!\w)")
_OF_TITLES = {
    "title",
    "translated",
    "original",
    "meaning",
    "might",
    "option",
    "work",
    "about",
    "language",
    "version",
    "wording",
    "handled",
    "style",
    "pointing",
    "reader",
    "please",
}
_DIVIDED = regex(r"[:：?？—–]")
_OF_LABELS = {"title", "translated", "language", "option", "version", "meaning", "might", "style"}
_PAIRS = (
    {"work", "about"}, {"about", "might"}, {"meaning", "might"}, {"meaning", "pointing"}, {"meaning", "wording"}, {"language", "might"}, {"language", "meaning"},
    {"translated", "might"}, {"translated", "option"}, {"translated", "meaning"}, {"title", "meaning"}, {"title", "translated"}, {"title", "about"}, {"title", "might"},
    {"original", "handled"}, {"original", "translated"}, {"original", "style"}, {"wording", "about"}, {"wording", "unable"}, {"title", "wording"}, {"title", "original"}, {"translated", "handled"}, {"translated", "wording"},
)  # fmt: skip


def _pure_label(label: str) -> bool:
    """`In English:`, `Variante 1:`, of words about titles only."""
    left = re.findall(r"[^\W\d_]+", without(label, _OF_TITLES))
    return (
        "," not in label
        and len(label.split()) <= 5
        and all(is_little(w) or (len(w) <= 3 and w.isascii()) for w in left)
    )


def is_speech(label: str) -> bool:
    """Words before a colon that lead to a title: most are little words or words on titles."""
    words = re.findall(r"[^\W\d_]+", label.lower())
    small = [w for w in words if is_little(w) or roles_of(w) & _OF_TITLES]
    return bool(words) and len(small) >= 0.6 * len(words)


def of_title(title: str, source: str) -> str:  # noqa: PLR0911  # one return a reading
    """Words about a title in place of one or beside it.

    `source`: the title that it renders, which excuses its own words.
    """
    bare = title.strip()
    said = _SAID.findall(bare)
    outside = _SAID.sub("¤", bare)
    own = roles_of(outside[:_MAX]) - (roles_of(source[:_MAX]) if source else frozenset())
    meta = own & _OF_TITLES
    ended = bool(_STOP.search(bare)) and not _STOP.search(source or "") and not _ABBREVIATED.search(bare)
    paired = any(pair <= own for pair in _PAIRS) and (source != "" or own & _OF_TITLES != {"work", "might"})
    if ended and (source or paired) and len(re.findall(r"\w+", bare)) + len(re.findall(r"[\u3040-\u9fff]", bare)) >= 4:
        return "ends as a sentence does"
    if _SERIES.search(outside) and not (source and _SERIES.search(source)):
        return "offers several"
    held = sum(len(s) for s in said)
    if len(said) >= 2 and held >= 0.7 * len(bare) and not (source and len(_SAID.findall(source)) >= 2):
        return "offers several"
    label = _LABEL.match(bare)
    of_label = label and not _DIVIDED.search(source) and roles_of(label[0]) & own & _OF_LABELS
    if of_label and (source or (own & {"option", "language", "style"} and _pure_label(label[0]))):  # type: ignore[index]
        return "begins with a label"
    if (
        said
        and held >= 0.3 * len(bare)
        and meta & {"title", "translated", "might", "option", "language", "meaning", "wording"}
        and source
    ):
        return "speaks of the title"
    if paired and (source or (held >= 0.3 * len(bare) and own & {"might", "option", "language"})):
        return "speaks of the title"
    if source and label and "research" not in own and not _DIVIDED.search(source) and is_speech(label[0]):
        return "begins with a label"
    if source and said and held >= 0.3 * len(bare) and first_person.first_person(outside):
        return "speaks of the title"
    if source and own & {"title", "translated"} and not re.search(r"(?i)render", bare):
        return "speaks of the title"
    return ""
