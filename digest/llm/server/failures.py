"""Tells what a server's complaint means: which setting is wrong, or whether waiting helps. Pure.

Servers of one API share hardly a word. What counts is the subject of a sentence and what it says
about it, in its own words and in the codes beside it. A complaint that fits nothing is shown as it
came."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from http import HTTPStatus

from digest.errors import Misconfigured, ModelUnavailable, PaperboyError, Unusable
from digest.http.bounds import retry_after
from digest.llm.server.replies import Complained, Complaint, InvalidReply, complaint_from, folded
from digest.patterns import regex
from digest.render.catalogs import Sentence
from digest.render.labels import label


class TemporaryFailure(PaperboyError):
    """Another try after `wait` seconds may help; if the call was `maybe_billed`, only one."""

    def __init__(
        self, message: str, wait: float | None = None, *, maybe_billed: bool = False, complaint: Complaint | None = None
    ) -> None:
        super().__init__(message)
        self.wait = wait
        self.maybe_billed = maybe_billed
        self.complaint = complaint
        """The server's complaint, if a simpler request might pass."""


class RequestTooLong(Unusable):
    """The request does not fit the context. `window`: its tokens, if the server names them."""

    def __init__(self, message: str, window: int = 0) -> None:
        super().__init__(message)
        self.window = window


class ContentFiltered(PaperboyError):
    """A content filter rejected the request itself."""


class RequestRejected(PaperboyError):
    """The server rejects the request, perhaps because of its dialect."""

    def __init__(self, message: str, complaint: Complaint) -> None:
        super().__init__(message)
        self.complaint = complaint


@dataclass(frozen=True)
class Context:
    """What is known about the call that failed."""

    model: str
    key: str = ""
    sent: int = 0
    """Estimated tokens of the prompt."""
    limit: int = 0
    """The output limit that was sent."""
    sound: bool = False
    """The server has answered well before, so its address is right."""
    begun: bool = False
    """Part of a reply had arrived, so the request was accepted."""
    api: str = "chat"
    """The API that was called, as in LLM_API."""


def public_error(error: PaperboyError) -> PaperboyError:
    """Returns the error for callers of the client, who need not know why a call failed for good."""
    if isinstance(error, TemporaryFailure | RequestRejected):
        return ModelUnavailable(error.sentence)
    return error


def classify_error(error: Exception, context: Context) -> PaperboyError:
    """Returns the error for an exception of the SDK, or of reading a reply."""
    if isinstance(error, PaperboyError):
        return error
    if isinstance(error, Complained):
        return judge(error.complaint, context)
    if isinstance(error, InvalidReply):
        return _unreadable(error, context)
    status = getattr(error, "status_code", None)
    response = getattr(error, "response", None)
    if not isinstance(status, int) or response is None:
        slow = "Timeout" in type(error).__name__
        sentence = label.sentence("error.model.slow" if slow else "error.model.broken")
        return TemporaryFailure(sentence, maybe_billed=slow)
    headers = response.headers
    if 300 <= status < 400:
        return Misconfigured(label.sentence("error.model.moved", place=_origin(headers.get("location", ""))))
    complaint = complaint_from(status, response.content, headers.get("content-type", ""))
    asked = retry_after(headers)
    return judge(
        replace(complaint, wait=complaint.wait if asked is None else asked),
        context,
        challenged="cf-mitigated" in headers,
    )


def _unreadable(error: InvalidReply, context: Context) -> PaperboyError:
    sentence = label.sentence("error.model.unreadable", why=error.args[0])
    if error.said and not context.sound and not context.begun:
        return Misconfigured(_said(label.sentence("error.model.address", status=200), error.said, context))
    return TemporaryFailure(_said(sentence, error.said, context))


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


# The subject of a sentence, and what it says about it.
_KEY = _any(
    r"api[\s_-]?key", r"\bkey\b", r"authenticat", r"authori[sz]ation", r"(?:un|not )authori[sz]ed",
    r"credential", r"(?:access|auth\w*|bearer|server|api)[\s_-]token", r"\bjwt\b", r"secret key", r"令牌", r"密钥",
    r"鉴权", r"认证", r"身份验证", r"apikey", r"signature", r"no_?auth",
)  # fmt: skip
_BAD_KEY = _any(
    r"invalid", r"incorrect", r"not valid", r"missing", r"required", r"expired", r"wrong", r"revoked",
    r"disabled", r"unauthori[sz]ed", r"unauthenticated", r"fail", r"\bno\b", r"must", r"provide", r"carry",
    r"not found", r"not exist", r"denied", r"unknown", r"blocked", r"suspended", r"leaked", r"reject",
    r"malformed", r"only authori[sz]ed", r"cannot be used", r"error",
    r"无效", r"过期", r"失败", r"错误", r"缺", r"未提供", r"不存在", r"不正确",
)  # fmt: skip
_CREDIT = _any(
    r"\bcredits?\b", r"insufficient.{0,12}(?:balance|quota|credit|fund)", r"balance", r"billing", r"payment",
    r"(?:current|your|call volume|daily|monthly|free)[_ ]quota", r"spending", r"spend limit", r"arrear",
    r"budget[_ ](?:has been )?exceeded", r"overdue", r"recharge", r"top[\s-]?up", r"usage limit", r"monthly", r"unpaid",
    r"\b(?:daily|weekly|set|key)[ _](?:\w+[ _]){0,2}limit", r"subscription (?:is )?(?:required|expired|needed)",
    r"(?:requires?|needs?|upgrade|paid)\b[^.]{0,30}\bsubscription",
    r"upgrade (?:your|for|the) (?:plan|access|account|tier)",
    r"\bpurchase (?:extra|more|additional)", r"(?:enough|insufficient|more|no) (?:\w+ )?points\b",
    r"paid (?:plan|tier)", r"\bbudget (?:limit|cap)", r"\blicen[cs]e\b[^.]{0,30}\b(?:required|expired)",
    r"\bfree (?:tier|quota|\w+ ?allocation)\b[^.]{0,40}\b(?:exhausted|used|ended)", r"\bpurchase an? ",
    r"\btrial (?:has |is )?(?:ended|expired|over)", r"余额", r"欠费", r"充值", r"额度", r"配额",
    r"购买", r"套餐", r"续[订费]", r"用尽", r"资源包",
)  # fmt: skip
_PACE = _any(
    r"(?<![a-z])(?:qps|rpm|tpm)(?![a-z])", r"per (?:second|minute|min)\b", r"rate[\s_-]?limit", r"too many requests",
    r"throttl", r"concurren(?:t|cy)\b[^.]{0,40}(?:limit|exceed)", r"限流", r"频率", r"频繁", r"并发",
)  # fmt: skip
_SHORT_TIME = regex(r"(?<![a-z])(?:qps|rpm|tpm)(?![a-z])|per (?:second|minute|min)\b|/ ?min|throttl")
_BUSY = _any(
    r"temporar", r"over_?load", r"\bbusy\b", r"degraded", r"try again later",
    r"connection (?:lost|closed|reset|refused)", r"\bcrash", r"timed? ?out", r"稍后", r"繁忙",
)  # fmt: skip
_INTERNAL = regex(r"\bserver_error\b|\binternal (?:server )?error")
_PLACE = regex(r"\b(?:country|countries|region|territory|location|国家|地区)|unsupported_country|geo")
_NETWORK = regex(r"\bfirewall|\bvirtual network")
_CLOSED = _any(
    r"not (?:supported|available|allowed|permitted|served)", r"unsupported", r"unavailable", r"restricted",
    r"forbidden", r"block", r"不支持", r"不可用",
)  # fmt: skip
_FILTER = _any(
    r"content[\s_-]?(?:filter|policy|management|safety|moderation)", r"datainspection", r"data[\s_]inspection",
    r"moderation", r"flagged", r"contentfilter", r"prohibited content", r"inappropriate", r"敏感", r"不安全", r"违规",
)  # fmt: skip
_ACCOUNT = regex(
    r"\b(?:organi[sz]ation|account|project|workspace|user)\b[^.]{0,60}"
    r"\b(?:restricted|suspended|disabled|deactivated|banned|archived|frozen|terminated|closed)\b"
)
_MODEL_DENIED = regex(r"\bnot (?:allowed|authori[sz]ed|permitted|have (?:access|permission)) to [^.]{0,20}\bmodels?\b")
_MODEL = regex(r"\bmodels?\b|model_|_model|deployment|endpoints? (?:found|available)|\bendpoint is|模型|\bmodelid\b")
_NO_MODEL = _any(
    r"not[\s_-]?found", r"does(?:n't| not)[\s_]exist", r"not[\s_]exist", r"no such", r"unknown",
    r"invalid[\s_]model", r"invalid (?:value for )?'model", r"\bbody model\b", r"not a valid",
    r"\bnot (?:supported|available|accessible|deployed|loaded|allowed|permitted|enabled|activated)",
    r"\bnot (?:downloaded|recogni[sz]ed|open|registered|configured)",
    r"no (?:endpoints|models?|available channel|allowed provider)", r"unable to access",
    r"can(?:not|'t) (?:find|access)", r"decommissioned", r"deprecated", r"retired", r"discontinued",
    r"have access", r"have permission", r"不存在", r"未找到", r"找不到", r"无可用", r"未开通", r"无权", r"没有权限",
    r"\bmodel(?:[ _](?:id|identifier|name))? (?:is |was )?(?:invalid|incorrect|wrong)", r"not support chat",
    r"(?:fail(?:ed|ure)?|unable) (?:to load|loading)", r"unloaded",
    r"\bis (?:paused|stopped)\b",
    r"(?:malformed|unexpected) [^.]{0,20}model", r"try pulling", r"not_loaded", r"un(?:available|supported)[\s_]model",
    r"\bgated\b", r"\bterms acceptance", r"accept (?:\w+ )?terms\b", r"\bmore (?:\w+ )?memory",
)  # fmt: skip
_OTHER_MODEL = regex(
    r"\b(?:choose|select|use|try|pick|switch to|specify)\b[^.]{0,20}\b(?:different|another|other) [^.]{0,20}\bmodel\b"
)
_OTHER_API = regex(r"v1/responses|responses api|unsupported_api_for|not accessible via [^.]{0,12}chat/completions")
_API_VERSION = regex(r"\bapi[ _-]?versions?\b")
_ROUTE = _any(
    r"unexpected endpoint", r"no route", r"route not", r"invalid url",
    r"unknown (?:url|endpoint|path|request url)", r"cannot (?:post|get)", r"page not found",
    r"method not allowed", r"not found.{0,12}/", r"resource not found", r"no such route", r"\bhttps (?:server|port)\b",
)  # fmt: skip
_SIZE = _any(
    r"context", r"prompt", r"\binputs?\b", r"input[_\s]", r"\btokens?\b", r"length", r"sequence", r"window",
    r"max_model_len", r"n_ctx", r"too (?:long|large|big|many)", r"request (?:body|size|entity)", r"上下文", r"长度",
    r"输入", r"超长", r"字数", r"字符",
)  # fmt: skip
_EXCEEDS = _any(
    r"exceed", r"too (?:long|large|big|many)", r"(?:larger|longer|greater|more|bigger) than", r"maximum",
    r"\bmax\b", r"limit", r"at most", r"range (?:of|is)", r"max_?length", r"\bover\b", r"overflow", r"not fit",
    r"must be less", r"less than", r"up to", r"reduce", r"shorten", r"超过", r"超出", r"过长", r"上限",
    r"最大", r"最长", r"不能大于", r"\d\s*>\s*\d", r"[<>]=", r"≤",
)  # fmt: skip
_WHOLE_REQUEST = _any(
    r"context length", r"maximum context", r"context limit", r"max_model_len", r"\bmessages\b", r"\bprompt",
    r"\binput(?! should)", r"requested \d",
)  # fmt: skip
_NO_ROOM = regex(r"must be at least 1\b[^.]{0,20}\bgot -\d|tokens \(-\d")
"""How vLLM and TensorRT-LLM say that a prompt leaves no room for output."""
_LIMIT_FIELD = _any(
    r"max_(?:completion_|output_|new_|total_)?tokens", r"max(?:imum)? (?:output|completion) tokens",
    r"max(?:imum)? tokens (?:you )?requested", r"requested (?:max(?:imum)?|output|completion) tokens",
)  # fmt: skip
_ASKED_MORE = _any(
    r"limit:?\s*([\d,]+)[^\d]+(?:used:?\s*[\d,]+[^\d]+)?requested:?\s*([\d,]+)",
)  # fmt: skip
_PARAMETERS = (
    "response_format", "schema", "json_object", "json mode", "json output", "grammar", "structured output", "guided",
    "required for format",
    "stream_options", "include_usage", "max_completion_tokens", "max_tokens", "max_output_tokens",
    "requested parameters", "chat template", "jinja", "text.format",
)  # fmt: skip
_DECLINED = _any(
    r"\b(?:argument|parameter|param|field|option|property)s?\b[^.]{0,60}"
    r"\bnot (?:supported|allowed|permitted|recogni[sz]ed)",
    r"\b(?:unsupported|unknown|unexpected|unrecogni[sz]ed|extra) (?:\w+ )?"
    r"(?:argument|parameter|param|field|property|option)s?\b",
    r"\bstream(?:ing)?\b[^.]{0,20}\bnot (?:supported|implemented|available|allowed)",
)  # fmt: skip
_ROLE = _any(
    r"\broles?\b", r"\bsystem (?:message|prompt|instruction)", r"\bsystem\b.{0,30}\bsupport",
    r"developer (?:message|instruction)", r"consecutive", r"alternat",
)  # fmt: skip


def judge(complaint: Complaint, context: Context, *, challenged: bool = False) -> PaperboyError:  # noqa: C901, PLR0911, PLR0912  # a table
    """Returns the error that a complaint means."""
    status = complaint.status
    own = f"{complaint.codes} {complaint.words}"
    if context.model:
        own = re.sub(re.escape(context.model), " ", own, flags=re.IGNORECASE)
    named_model = len(own) < len(complaint.codes) + len(complaint.words)
    text = folded(own)
    if complaint.page:
        return _page(complaint, context, challenged=challenged)

    def wrong(name: str, **values: object) -> Misconfigured:
        return Misconfigured(_said(label.sentence(f"error.model.{name}", **values), complaint.words, context))

    def nowhere() -> Misconfigured:
        return wrong("api", api="chat", status=status) if context.api != "chat" else wrong("address", status=status)

    def passing() -> TemporaryFailure:
        sentence = _trouble(status)
        return TemporaryFailure(_said(sentence, complaint.words, context), complaint.wait, complaint=complaint)

    too_long = RequestTooLong(
        _said(label.sentence("error.model.long", model=repr(context.model)), complaint.words, context),
        window_in(complaint, context),
    )
    busy = status in (408, 409, 425, 429, 529) or (status not in (401, 413) and bool(_PACE.search(text)))
    if busy and (more := _ASKED_MORE.search(complaint.words)) and _number(more[2]) > _number(more[1]):
        return too_long
    if _means_credit(status, text, complaint):
        used_up = label.sentence("error.model.quota" if status == 429 else "error.model.credit")
        return ModelUnavailable(_said(used_up, complaint.words, context))
    if busy:
        return passing()
    broken = TemporaryFailure(
        _said(
            label.sentence("error.model.unreadable", why=label.sentence("model.broken stream")),
            complaint.words,
            context,
        )
    )
    if context.begun and status not in (401, 403):
        return passing() if status != 200 else broken
    if _FILTER.search(text) and status < 500:
        return ContentFiltered(label.sentence("error.model.filtered"))
    if context.api == "chat" and status in (400, 404) and _OTHER_API.search(text):
        return wrong("api", api="responses", status=status)
    if _MODEL_DENIED.search(text):
        return wrong("unknown", model=repr(context.model), status=status)
    about_key = _about_key(complaint)
    if status == 401 and not about_key and _MODEL.search(text) and _NO_MODEL.search(text):
        return wrong("unknown", model=repr(context.model), status=status)
    if status == 401 or _ACCOUNT.search(text) or (about_key and not _named(text)):
        return wrong("key", status=status)
    if status == 451 or (_PLACE.search(text) and _CLOSED.search(text)) or (status == 403 and _NETWORK.search(text)):
        return wrong("region")
    role = _ROLE.search(text) and status in (200, 400, 422, 500, 501)
    if _NO_ROOM.search(text):
        return too_long
    if _named(text) or role or _DECLINED.search(text) or _LIMIT_FIELD.search(text):
        if not role and _EXCEEDS.search(text) and _WHOLE_REQUEST.search(text):
            return too_long
        return RequestRejected(_declined(complaint, context), complaint)
    if _ROUTE.search(text) and not _MODEL.search(text):
        return nowhere()
    if (named_model or _MODEL.search(text)) and _NO_MODEL.search(text) and status not in (503, 529):
        return wrong("unknown", model=repr(context.model), status=status)
    if _API_VERSION.search(text):
        return wrong("address", status=status)
    if status == 413 or (_SIZE.search(text) and _EXCEEDS.search(text) and (context.sent > 300 or "context" in text)):
        return too_long
    if "channel" in text and _MODEL.search(text):
        return wrong("unknown", model=repr(context.model), status=status)
    if status in (404, 405, 410, 421, 501):
        if _MODEL.search(text) or named_model or (status == 404 and _names_a_thing(complaint)):
            return wrong("unknown", model=repr(context.model), status=status)
        return nowhere()
    if status == 403:
        return wrong("denied", model=repr(context.model))
    if _OTHER_MODEL.search(text) and status < 500:
        return wrong("unknown", model=repr(context.model), status=status)
    if status >= 500 or (_BUSY.search(text) and status != 200) or (_INTERNAL.search(text) and status == 200):
        return passing()
    if status == 200 and (complaint.event or _BUSY.search(text)):
        return broken
    if status == 200 and not context.sound and not complaint.codes:
        return wrong("address", status=status)
    return RequestRejected(_declined(complaint, context), complaint)


def _about_key(complaint: Complaint) -> bool:
    """Returns whether a sentence, perhaps with the codes, says that a key is wrong."""
    codes = complaint.codes.replace("invalid_request_error", " ")
    sentences = re.split(r"\n|(?<=[.!?。])\s+", complaint.words.lower())
    return any(_KEY.search(s) and _BAD_KEY.search(s) for s in (codes, *(f"{codes} {s}" for s in sentences)))


_NOTHING = regex(
    r"(?:\W|\d|\b(?:an?|be|could|does|endpoint|error|exist|file|found|given|http|matche[sd]|no|not|nothing|on|page|path"
    r"|requested|resource|route|server|such|th(?:at|e|is)|ur[il]|values|was|with|those)\b)*"
)
"""A 404 that only says that there is nothing."""


def _names_a_thing(complaint: Complaint) -> bool:
    """Returns whether a 404 says what was not found, and that is not a path."""
    return "/" not in complaint.words and not _NOTHING.fullmatch(complaint.words.lower())


def _means_credit(status: int, text: str, complaint: Complaint) -> bool:
    if status == 402:
        return True
    # A wait or a short period beside it makes it a matter of pace.
    paced = status == 429 and (complaint.wait is not None or bool(_SHORT_TIME.search(text)))
    about = _CREDIT.search(text) and status in (0, 200, 400, 401, 403, 412, 429)
    return bool(about) and not paced and not _LIMIT_FIELD.search(text) and not _FILTER.search(text)


def _trouble(status: int) -> Sentence:
    return label.sentence("error.model.busy" if status == 429 else "error.model.down", status=status)


def _page(complaint: Complaint, context: Context, *, challenged: bool) -> PaperboyError:
    """Returns the error for a web page: of a gate before the server, of a wrong address, or of a
    server that is down."""
    status = complaint.status
    if status == 401:
        sentence = label.sentence("error.model.key", status=status)
    elif status == 403 or challenged:
        sentence = label.sentence("error.model.gate", status=status)
    elif status >= 500 or status in (408, 425, 429) or (status == 200 and context.sound):
        sentence = (
            _trouble(status)
            if status != 200
            else label.sentence("error.model.unreadable", why=label.sentence("model.web page"))
        )
        return TemporaryFailure(_said(sentence, complaint.words, context), complaint.wait)
    elif status == 413:
        return RequestTooLong(_said(label.sentence("error.model.large"), complaint.words, context))
    else:
        sentence = label.sentence("error.model.address", status=status)
    return Misconfigured(_said(sentence, complaint.words, context))


def _named(text: str) -> bool:
    """Returns whether the sentence is about a part of the request that can be left out."""
    return any(name in text for name in _PARAMETERS)


def _declined(complaint: Complaint, context: Context) -> Sentence:
    return _said(label.sentence("error.model.declined", status=complaint.status), complaint.words, context)


_SECRET = regex(r"(?<![\w-])[\w-]*\*{2,}[\w*-]*|\b(?=\w*[A-Za-z])(?=\w*\d)\w{20,}\b")
_SAID = 240
"""Characters of a server's sentence that are shown."""


_STATUS_WORDS = {
    "an", "api", "error", "exception", "failed", "failure", "from", "got", "has", "http", "in", "invalid", "is", "none",
    "null", "occurred", "of", "on", "response", "returned", "something", "status", "that", "the", "unknown",
    "unspecified", "upstream", "was", "went", "while", "with", "wrong", "your",
    *(word for status in HTTPStatus for word in status.phrase.lower().split()),
}  # fmt: skip


def says_nothing(complaint: Complaint) -> bool:
    """Returns whether it refuses without a reason: `Bad Request`, or an empty body."""
    return set(re.findall(r"[^\W\d_]+", complaint.words.lower())) <= _STATUS_WORDS


def _said(sentence: Sentence, words: str, context: Context) -> Sentence:
    """Returns the sentence with the server's own words, without anything that may be a key."""
    own = " ".join(words.split())
    if context.key and len(context.key) > 3:
        own = own.replace(context.key, "…")
    if len(own) > 4 * _SAID:  # the pattern takes quadratic time on one long word
        own = own[: 4 * _SAID].rsplit(" ", 1)[0]
    own = _SECRET.sub(lambda found: found[0] if found[0] in context.model else "…", own)
    own = own.replace("<", "‹").replace(">", "›").replace("`", "'")
    if len(own) > _SAID:
        own = own[:_SAID].rsplit(" ", 1)[0] + " …"
    return label.sentence("error.model.said", what=sentence, said=own.rstrip(".。 ")) if own else sentence


def _origin(place: str) -> str:
    """Returns scheme, host and port of a redirect: its path and query may hold a secret."""
    found = re.match(r"(https?://)(?:[^/@]*@)?([\w.:\[\]-]+)", place)
    return f"{found[1]}{found[2]}" if found else "another path"


# ------------------------------------------------------------------------------ numbers

_NUMBER = regex(r"(?<![\w.-])\d[\d,_]*(?![\w-])(?!\.\d)")


def _number(text: str) -> int:
    digits = re.sub(r"\D", "", text)[:12]  # more is no number of tokens, and Python refuses thousands
    return int(digits or 0)


def window_in(complaint: Complaint, context: Context) -> int:
    """Returns the context window that a complaint about length names; 0 if it names none."""
    for name, value in (complaint.fields or {}).items():
        if name in ("n_ctx", "max_context_length", "context_length", "max_model_len") and 256 <= value < 2 * 10**7:
            return value
    words = complaint.words.replace(context.model, " ") if context.model else complaint.words
    if above := re.search(r"(?<![\d,])[\d,]+\s*(?:tokens?\s*)?>\s*([\d,]+)", words):
        return _number(above[1])
    numbers = [n for n in map(_number, _NUMBER.findall(words)) if 256 <= n < 2 * 10**7 and n != context.limit]
    if not numbers:
        return 0
    below = [n for n in numbers if n < max(numbers)]
    found = max(below) if below else numbers[0]
    return found if found <= 2 * (context.sent + context.limit) else 0


def output_limit_in(complaint: Complaint, sent: int) -> int:
    """Returns the largest output that a complaint about it allows; half if it names none."""
    numbers = [n for n in map(_number, _NUMBER.findall(complaint.words)) if 16 <= n < sent]
    return max(numbers, default=sent // 2)


def about_output(complaint: Complaint) -> bool:
    """Returns whether it complains that the output limit is too large, not an unknown field."""
    text = complaint.text
    return bool(
        _LIMIT_FIELD.search(text) and _EXCEEDS.search(_LIMIT_FIELD.sub(" ", text)) and re.search(r"\d", complaint.words)
    )
