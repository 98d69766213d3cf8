"""Converts CommonMark to Discord's Markdown. Pure.

Discord has no tables, images, maths and deep headings, reads `__x__` as underline and keeps every
newline. So the text is parsed and written again as Units. A long text can be split into messages at
the borders of Units."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from digest.arxiv.ids import parse as paper_ref
from digest.fulltext.links import is_known
from digest.patterns import regex
from digest.render.commonmark import parse, shortened, with_formulas
from digest.render.tex import unicode_math
from digest.render.width import colon, wide

log = logging.getLogger(__name__)

ZERO = "\u200b"
"""An invisible character that breaks up text which Discord would read as a mention."""
THIN = "\u2009"

Target = Callable[[str], str]
"""Maps a link's URL, such as `reply:3`, to its target."""


@dataclass(frozen=True)
class Unit:
    text: str
    glue: str = "\n\n"
    """The separator before the unit, except at the start of a message."""
    keep: bool = False
    """The unit is a label, which must not end a message."""
    opens: bool = False
    """The unit starts a block, the best place to split."""


def units(markdown: str, target: Target = str) -> tuple[Unit, ...]:
    """Returns a Unit for every block, list item and table row."""
    try:
        return _units(markdown, target)
    except Exception as error:  # noqa: BLE001  # no paper's text may keep a digest from being posted
        log.warning("event=undrawable platform=discord error=%s", type(error).__name__)
        return (Unit(plain(shortened(markdown)), opens=True),) if markdown.strip() else ()


# A vote has a day's papers drawn three times to see what changes, and channels show the same
# papers.
@lru_cache(maxsize=512)
def _units(markdown: str, target: Target) -> tuple[Unit, ...]:
    found: list[Unit] = []
    label = False
    for node in SyntaxTreeNode(parse(_parser(), markdown)).children:
        for i, (text, glue) in enumerate(_block(node, target)):
            if text.strip():
                found.append(Unit(text, "\n" if label or i else glue, keep=_is_label(node), opens=not found))
                label = False
        label = _is_label(node)
    return tuple(found)


def line(markdown: str, target: Target = str, *, bold: bool = True) -> str:
    """Returns one line, for headings. `bold`: keep bold, which is not allowed inside bold."""
    try:
        return _line(markdown, target, bold)
    except Exception as error:  # noqa: BLE001
        log.warning("event=undrawable platform=discord error=%s", type(error).__name__)
        return plain(shortened(markdown))


@lru_cache(maxsize=512)
def _line(markdown: str, target: Target, bold: bool) -> str:
    node = SyntaxTreeNode(parse(_parser(), markdown, inline=True))
    drawn = "".join(_inline(n, target, bold=bold) for n in node.children)
    return " ".join(part for found in drawn.split("\n") if (part := found.strip()))


def plain(text: str) -> str:
    """Returns plain text escaped for Discord. Newlines become spaces."""
    return _escape(" ".join(text.split()))


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return with_formulas()


def _is_label(node: SyntaxTreeNode) -> bool:
    """Returns whether the node is a heading or bold line that belongs to the next block."""
    if node.type == "heading":
        return True
    inline = node.children[0].children if node.type == "paragraph" and node.children else []
    return [n.type for n in inline if n.type != "text" or n.content.strip()] == ["strong"]


def _block(node: SyntaxTreeNode, target: Target) -> Iterator[tuple[str, str]]:  # noqa: C901, PLR0912  # one branch a kind
    if node.type == "paragraph":
        yield _paragraph(node, target), "\n\n"
    elif node.type == "heading":
        text = "".join(_inline(n, target, bold=False) for n in _inlines(node)).replace("\n", " ").strip()
        if text:
            yield f"**{text}**", "\n\n"
    elif node.type in ("bullet_list", "ordered_list"):
        for text in _items(node, target):
            yield text, "\n"
    elif node.type == "blockquote":
        for child in node.children:
            for text, _ in _block(child, target):
                yield quote(re.sub(r"(?m)^> ", "", text)), "\n"
    elif node.type in ("fence", "code_block"):
        yield _fence(node.content, node.info if node.type == "fence" else ""), "\n"
    elif node.type.startswith("math_block"):
        turned = unicode_math(node.content.strip())
        yield (_escape(turned) if turned else _fence(node.content.strip(), "")), "\n"
    elif node.type == "table":
        for text in _rows(node, target):
            yield text, "\n"
    elif node.type == "hr":
        yield "———", "\n"


def _inlines(node: SyntaxTreeNode) -> Sequence[SyntaxTreeNode]:
    return node.children[0].children if node.children else []


_OPENS_A_BLOCK = regex(r"(?m)^([^\S\n]*)(#{1,3}(?=\s)|-#|>|[-+](?=\s)|\d+(?=[.)]\s))")


def _paragraph(node: SyntaxTreeNode, target: Target) -> str:
    text = "".join(_inline(n, target) for n in _inlines(node)).strip()
    return _OPENS_A_BLOCK.sub(lambda m: f"{m[1]}{m[2]}\\" if m[2].isdigit() else f"{m[1]}\\{m[2]}", text)


def quote(text: str) -> str:
    return "\n".join(f"> {part}" for part in text.split("\n"))


def _items(node: SyntaxTreeNode, target: Target) -> Iterator[str]:
    start = int(node.attrs.get("start", 1))
    for number, item in enumerate(node.children, start):
        mark = "-" if node.type == "bullet_list" else f"{number}."
        inner = "\n".join(text for child in item.children for text, _ in _block(child, target))
        if inner:
            yield f"{mark} " + inner.replace("\n", "\n  ")


def _rows(node: SyntaxTreeNode, target: Target) -> Iterator[str]:
    """Yields a table as a list: the first cell bold, the others with their column's name."""

    def cells(row: SyntaxTreeNode) -> list[str]:
        return [
            "".join(_inline(n, target, bold=False) for n in _inlines(c)).replace("\n", " ").strip()
            for c in row.children
        ]

    names, *body = [cells(row) for part in node.children for row in part.children]
    if not body:
        yield "- " + " · ".join(n for n in names if n)
    for first, *others in body:
        said = [
            f"{name}{colon(name)}{value}" if name else value
            for name, value in zip(names[1:], others, strict=False)
            if value
        ]
        yield f"- {f'**{first}** ' if first else ''}{' · '.join(said)}".rstrip()


def _fence(code: str, info: str) -> str:
    language = m[0] if (m := re.match(r"[A-Za-z0-9+#-]{1,20}", info)) else ""
    return f"```{language}\n{_mute(code.rstrip().replace('```', f'`{ZERO}``'))}\n```"


def _inline(node: SyntaxTreeNode, target: Target, *, bold: bool = True) -> str:  # noqa: C901, PLR0911  # one branch a kind
    def inner(*, bold: bool = bold) -> str:
        return "".join(_inline(n, target, bold=bold) for n in node.children)

    match node.type:
        case "text":
            return _escape(node.content)
        case "softbreak" | "hardbreak":
            return "\n"
        case "strong":
            return _marked("**", inner(bold=False), node) if bold else inner()
        case "em":
            return _marked("*", inner(), node)
        case "s":
            return _marked("~~", inner(), node)
        case "code_inline":
            return _code(as_typed(node.content))
        case "link":
            return _link(inner(), str(node.attrs["href"]), target)
        case "image":
            return _link(_escape(node.content) or "image", str(node.attrs["src"]), target)
        case "math_inline" | "math_inline_double":
            return _escape(turned) if (turned := unicode_math(node.content)) else _code(node.content)
        case _:
            return inner() if node.children else _escape(node.content)


def _marked(mark: str, text: str, node: SyntaxTreeNode) -> str:
    """Puts a thin space between Chinese and a mark, which otherwise often stays visible."""
    if not text.strip():
        return text
    before, after = node.previous_sibling, node.next_sibling
    left = THIN if before and before.type == "text" and _hanzi(before.content[-1:]) else ""
    right = THIN if after and after.type == "text" and _hanzi(after.content[:1]) else ""
    return f"{left}{mark}{text.strip()}{mark}{right}"


def _hanzi(char: str) -> bool:
    return char.isalnum() and wide(char)


PAPER_VERBS = ("today", "saved", "privacy", "forget", "help")
"""Subcommands of `/paper` without a field."""


def as_typed(command: str) -> str:
    """Returns a command as people type it on Discord, where each has a verb and named fields:
    `/paper 2601.22153` becomes `/paper lookup paper:2601.22153`. Returns other text unchanged."""
    name, _, rest = command.partition(" ")
    first, _, more = rest.partition(" ")
    if name == "/digest" and first == "me" and more:
        return f"/digest me what:{more}"
    if name != "/paper" or not first or first in PAPER_VERBS:
        return command
    if not paper_ref(first):
        return f"/paper search words:{rest}"
    return f"/paper ask paper:{first} question:{more}" if more else f"/paper lookup paper:{first}"


def _code(code: str) -> str:
    text = _mute(" ".join(code.split()))
    return f"`` {text} ``" if "`" in text else f"`{text}`" if text else ""


def _link(text: str, href: str, target: Target) -> str:
    url = target(href)
    if not re.match(r"https?://|\{\{link:", url):
        return text
    url = re.sub(r"[\s<>]", lambda m: f"%{ord(m[0]):02X}", url)
    label = _balanced(text.replace("\n", " ").strip())
    if label.strip("<>") in ("", url):
        return f"<{url}>"
    if "://" in label.replace(ZERO, ""):  # Discord refuses a link whose text is a URL
        return f"{text} <{url}>"
    return f"[{label}](<{url}>)"


def _balanced(text: str) -> str:
    """Escapes unpaired brackets, which would end a link's text."""
    bare = text.replace("\\[", "[").replace("\\]", "]")
    depth = 0
    for char in bare:
        depth += {"[": 1, "]": -1}.get(char, 0)
        if depth not in (0, 1):
            break
    return bare if depth == 0 else bare.replace("[", "(").replace("]", ")")


_URL = regex(r"https?://[A-Za-z0-9\-._~:/?#@!$&'()*+,;=%\[\]]+")
_SPECIAL = regex(r"[\\*_~|`\[\]]|<(?=[@#:/A-Za-z!])")
_MENTION = regex(
    r"@(?=everyone|here|[!&]?\d)|<(?=[@#:/]|a:|t:|id:)|\{(?=\{link:)|discord(?:app)?\.(?=gg/|com/invite/)",
    re.IGNORECASE,
)


def _mute(text: str) -> str:
    """Disables mentions, timestamps, emoji and our placeholders."""
    return _MENTION.sub(lambda m: m[0] + ZERO, text)


def _escape(text: str) -> str:
    parts, end = [], 0
    for found in _URL.finditer(text):
        url = found[0].rstrip(".,;:!?'*")
        while url.endswith(")") and url.count(")") > url.count("("):
            url = url[:-1].rstrip(".,;:!?'*")
        parts += [_words(text[end : found.start()]), f"<{url}>" if _may_lead(url) else _unled(url)]
        end = found.start() + len(url)
    return "".join([*parts, _words(text[end:])])


def _may_lead(url: str) -> bool:
    """Returns whether a bare URL may be clickable: only on known hosts of code, data and papers."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return is_known(url) or host == "arxiv.org" or host.endswith(".arxiv.org")


def _unled(url: str) -> str:
    """Shows a URL that cannot be clicked."""
    return _words(url.replace("://", f":{ZERO}//"))


def _words(text: str) -> str:
    return _SPECIAL.sub(lambda m: "\\" + m[0], _mute(text))
