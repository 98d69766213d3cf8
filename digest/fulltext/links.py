"""Finds by rule the links to a paper's own code, data, models and project pages.

A link counts in comment and abstract. In the text it counts only beside words that show it as the
authors' own (`our code is available at`). URLs are ASCII here: Chinese text after one is not part
of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from digest.model import Form, FullText, Link, Paper
from digest.patterns import regex

MAX_LINKS = 4
MAX_LENGTH = 300
CODE_HOSTS = frozenset(("github.com", "gist.github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "gitee.com"))
DATA_HOSTS = frozenset(("zenodo.org", "figshare.com", "osf.io", "kaggle.com", "dataverse.harvard.edu", "datadryad.org"))
MODEL_HOSTS = frozenset(("huggingface.co", "hf.co", "modelscope.cn"))
DATA_DOIS = ("10.5281/zenodo.", "10.6084/m9.figshare.", "10.17605/osf.io/", "10.5061/dryad.", "10.7910/dvn/")
"""Prefixes of the DOIs that data archives assign."""
KNOWN_HOSTS = CODE_HOSTS | DATA_HOSTS | MODEL_HOSTS
PAGES = (".github.io", ".gitlab.io")
"""Hosts of project pages: always https, but anybody may own one."""

_GENERAL_SITES = regex(
    r"(?:^|\.)(?:arxiv\.org|doi\.org|creativecommons\.org|wikipedia\.org|openreview\.net|aclanthology\.org|semanticscholar\.org|"
    r"twitter\.com|x\.com|linkedin\.com|acm\.org|ieee\.org|springer\.com|sciencedirect\.com|nature\.com|orcid\.org|w3\.org|google\.com|"
    r"openai\.com|anthropic\.com|youtube\.com|youtu\.be|overleaf\.com|pytorch\.org|tensorflow\.org|python\.org|nvidia\.com|microsoft\.com|"
    r"bit\.ly|tinyurl\.com|t\.co|goo\.gl|example\.(?:com|org))$"
)
_HOSTS = "|".join(re.escape(h) for h in sorted(KNOWN_HOSTS, key=len, reverse=True))
_URL = regex(
    rf"(?:https?://|(?<![\w./@-])(?:www\.)?(?={_HOSTS}|[\w-]+\.github\.io)(?=[\w.-]+/))[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+",
    re.IGNORECASE,
)
_SCHEME = regex(r"\b(https?)\s?:\s?/\s?/\s?(?=\w)", re.IGNORECASE)
_OWN_THING = r"(?:code|codes|codebase|source|implementations?|scripts?|models?|weights|checkpoints?|data|datasets?|benchmarks?|demos?|videos?|project|resources?|materials?|tools?|toolkit|library|software|framework|repository|repo|website|webpage|results)"
_OWN = regex(
    rf"\b(?:our|the|all|this|these|its|source|related|associated|corresponding|training|pre-?trained)\b[^.]{{0,60}}\b{_OWN_THING}\b[^.]{{0,100}}\b(?:available|released?|releasing|open[- ]?sourced?|accessible|hosted|published|public(?:ly)?|found|provided|shared|at|in|on)\b"
    rf"|\b{_OWN_THING}\b[^.]{{0,60}}\b(?:is|are|be|been|will be|was|were)\b[^.]{{0,40}}\b(?:available|released|open[- ]?sourced|accessible|hosted|published|public|found|provided|shared)\b"
    rf"|\bwe\b[^.]{{0,40}}\b(?:release|open[- ]?source|publish|provide|share|make|host|publicly)\b"
    rf"|\b(?:project|home|web|demo)[ -]?(?:page|site|website)s?\b|\bwebsite\b|\bhomepage\b|\b(?:code|github|project|data|dataset|models?|demo|page|repo(?:sitory)?)(?: page)?(?: (?:and|&) \w+)?\s*(?:[:：(]|at\b|is\b|are\b|available)"
    r"|代码|项目主页|主页|开源|数据集?(?:可|见|在|已)|模型(?:可|见|已)",
    re.IGNORECASE,
)
_OTHERS = regex(
    r"(?<!code )(?<!that )(?<!scripts )\bwe (?:use|used|adopt|adopted|employ|employed|follow|followed|build on|base|take|took|download\w*|rely|compare)\b|\bbased on\b|\bprovided by\b|\breleased by\b|"
    r"\b(?:official|original|their|author'?s'?|third-party|public|existing) (?:code|implementation|repository|release|model|weights|checkpoints?)\b|\bdownloaded\b|\bobtained from\b|"
    r"\bet al\.|\bbuilt (?:on|upon)\b|\bimplementation of\b|\bfork(?:ed)? (?:of|from)\b|\btaken from\b|\bborrow\w*\b|\blicen[sc]e\b|\busing the\b|\bfollowing\b",
    re.IGNORECASE,
)  # fmt: skip
_CITED = regex(r"\b(?:of|by|from|in) \[(?:…|\d[\d,;\s–-]*)\]")
"""What a citation names belongs to its authors, unless the sentence says "our"."""
_OURS = regex(r"\bour\b", re.IGNORECASE)
_SENTENCE_END = regex(r"(?<=[.!?。！？;；])\s+(?=[A-Z\u4e00-\u9fff(])|\n")
_CODE = r"(?:code(?![- ]?(?:switch|mix|book|word))|codebase|implementations?|scripts|weights|checkpoints?|repositor(?:y|ies)|software|toolkit|toolbox)"
_RELEASES = (
    r"(?:releas(?:e|es|ed|ing)|open[- ]?sourc(?:e|es|ed|ing)|publish(?:es|ed|ing)?|shar(?:e|es|ed|ing)|host(?:s|ed)?)"
)
_AVAILABILITY = regex(
    rf"\b{_CODE}\b[^.]{{0,60}}\b(?:available|accessible|publicly|public(?!\s+[a-z])|{_RELEASES})\b"
    rf"|(?:\bwe\b[^.]{{0,30}}\b{_RELEASES}\b|\b{_RELEASES} (?:our|the|all|its)\b)[^.]{{0,60}}\b{_CODE}\b",
    re.IGNORECASE,
)
_SECTIONS_OF_OTHERS = regex(r"related work|references|bibliograph|prompt|licen[sc]e", re.IGNORECASE)
_WORDS = frozenset(
    "and or the a an for in on at is are with to of we our as by from which that this it code data see also both can".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class _Found:
    link: Link
    score: int


def links(paper: Paper, text: FullText | None = None) -> tuple[Link, ...]:
    """Returns the four surest links at most: code first, then data, models and pages."""
    best: dict[str, _Found] = {}
    for found in _candidates(paper, text):
        key = link_key(found.link.url)
        if key not in best or found.score > best[key].score:
            best[key] = found
    order = ("code", "data", "model", "project")
    chosen = sorted(best.values(), key=lambda f: -f.score)[:MAX_LINKS]
    return tuple(f.link for f in sorted(chosen, key=lambda f: order.index(f.link.kind)))


def availability(paper: Paper, text: FullText) -> tuple[str, ...]:
    """Returns sentences with a link of the paper's own, then those that say whether its code is
    available."""
    keys = [link_key(link.url) for link in links(paper, text)]
    sentences = [
        sentence.strip()
        for section in text.sections
        if not _SECTIONS_OF_OTHERS.search(section.title)
        for passage in section.passages
        for sentence in _SENTENCE_END.split(passage.text)
    ]
    linked = [s for s in sentences if any(link_key(found.link.url) in keys for found in _in(s, 0, trusted=True))]
    said = [s for s in sentences if _AVAILABILITY.search(s) and not (_OTHERS.search(s) or _CITED.search(s))]
    return tuple(dict.fromkeys((*linked, *said)))


def is_known(url: str) -> bool:
    """Returns whether the host is a known code or data host, or one of project pages."""
    host = _host(url)
    return host in KNOWN_HOSTS or host.endswith(PAGES)


def _candidates(paper: Paper, text: FullText | None) -> Iterator[_Found]:
    yield from _in(paper.comment, 100, trusted=True)
    yield from _in(paper.abstract, 90, trusted=True)
    if text is None:
        return
    for number, section in enumerate(text.sections):
        if _SECTIONS_OF_OTHERS.search(section.title):
            continue
        before = ""
        for passage in section.passages:
            early = number == 0 or (passage.page == 1) or number <= 2
            context = before if passage.form is Form.FOOTNOTE else ""
            yield from _in(
                passage.text, (70 if number == 0 else 60 if early else 40), trusted=number == 0, context=context
            )
            if passage.form is not Form.FOOTNOTE:
                before = passage.text


def _in(text: str, score: int, *, trusted: bool, context: str = "") -> Iterator[_Found]:
    """Yields links in a text. `context`: the paragraph of a footnote that is only a link."""
    if "/" not in text:
        return
    for sentence in _SENTENCE_END.split(_joined_urls(text)):
        for match in _URL.finditer(sentence):
            link = _link(match[0])
            if link is None:
                continue
            words = sentence.replace(match[0], " ")
            own = _OWN.search(words) is not None
            if _CITED.search(words) and not _OURS.search(words):
                continue
            others = _OTHERS.search(words) is not None
            if not words.strip(" .,;:()[]0123456789∗*†‡") and context:
                own, others = _OWN.search(_last_own(context)) is not None, False
            if trusted and (link.known or own) and not (others and not own):
                yield _Found(link, score + (5 if own else 0))
            elif own and not others:
                yield _Found(link, score + (3 if link.known else 0))


def _last_own(context: str) -> str:
    return " ".join(
        s
        for s in _SENTENCE_END.split(context)
        if re.search(r"\b(?:our|we)\b|我们", s, re.IGNORECASE) and not _OTHERS.search(s)
    )


def _joined_urls(text: str) -> str:
    """Joins URLs that were broken at a line end."""
    text = _SCHEME.sub(lambda m: f"{m[1].lower()}://", text)
    done = ""
    rest = text
    while match := _URL.search(rest):
        url, after = match[0], rest[match.end() :]
        while (piece := re.match(r" ([A-Za-z0-9][A-Za-z0-9._~/?#=&%-]*)", after)) and _continues(url, piece[1]):
            url, after = url + piece[1], after[piece.end() :]
        done += rest[: match.start()] + url
        rest = after
    return done + rest


def _continues(url: str, piece: str) -> bool:
    parts = _parts(url)
    if parts is None:
        return False
    short = _host(url) in CODE_HOSTS | MODEL_HOSTS and len([p for p in parts.path.split("/") if p]) < 2
    bare = piece.rstrip(".,;:")
    if url.endswith(("-", "_", "=", "%", "&")):
        return True
    if url.endswith("/"):
        return bare.lower() not in _WORDS and (short or any(c in bare for c in "/-_") or any(c.isdigit() for c in bare))
    return short and "/" in bare.strip("/") and not url.endswith((".", ",", ";", ":", ")"))


def _link(found: str) -> Link | None:
    url = _trimmed(found)
    if not url.lower().startswith("http"):
        url = f"https://{url}"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    host = _host(url)
    upgraded = host in KNOWN_HOSTS or host.endswith(PAGES)
    if parts.scheme.lower() == "http" and upgraded:
        url = "https" + url[4:]
    elif parts.scheme.lower() != "https":
        return None
    if (
        len(url) > MAX_LENGTH
        or "@" in parts.netloc
        or port is not None
        or "." not in host
        or host.startswith("xn--")
        or ".xn--" in host
    ):
        return None
    if host == "doi.org" and parts.path.lower().lstrip("/").startswith(DATA_DOIS):
        return Link("data", url, known=True)
    kind = _kind(host, [p for p in parts.path.split("/") if p])
    return None if kind is None or _GENERAL_SITES.search(host) else Link(kind, url, known=host in KNOWN_HOSTS)


def _kind(host: str, path: list[str]) -> str | None:
    """Returns the link's kind; None for a host's front page or a person's profile."""
    if host in CODE_HOSTS:
        return "code" if len(path) >= 2 or (host == "gist.github.com" and path) else None
    if host in DATA_HOSTS:
        return "data" if path else None
    if host in MODEL_HOSTS:
        if path[:1] == ["datasets"]:
            return "data" if len(path) > 1 else None
        if path[:1] == ["spaces"]:
            return "project" if len(path) > 2 else None
        return "model" if path else None
    return "project"


def _trimmed(url: str) -> str:
    while url:
        if (
            url[-1] in ".,;:!?'*&#[("
            or (url[-1] == ")" and url.count("(") < url.count(")"))
            or (url[-1] == "]" and url.count("[") < url.count("]"))
        ):
            url = url[:-1]
        else:
            break
    cut = re.search(r"[)\]](?=[.,;])|\),|\.\(|,(?=https?:)", url)
    return url[: cut.start()].rstrip(".,;:") if cut else url


def _host(url: str) -> str:
    parts = _parts(url)
    return (parts.hostname or "").lower().removeprefix("www.") if parts else ""


def _parts(url: str) -> SplitResult | None:
    """Returns the parts of an address; None for other text."""
    try:
        return urlsplit(url if "://" in url else f"https://{url}")
    except ValueError:
        return None


def link_key(url: str) -> str:
    """Returns a key that is equal for links to the same repository or page."""
    path = [p.removesuffix(".git") for p in urlsplit(url).path.split("/") if p]
    return "/".join([_host(url), *(path[:2] if _host(url) in CODE_HOSTS else path)]).lower()
