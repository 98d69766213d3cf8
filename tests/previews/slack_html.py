"""Slack's blocks as a page that looks like Slack: enough to judge a message by a picture. One column, phone or desktop."""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

STYLE = """
*{box-sizing:border-box}
:root{--bg:#fff;--text:#1d1c1d;--soft:#616061;--line:#ddd;--edge:#bbb;--link:#1264a3;--code:#f8f8f8;--app:#e8e8e8}
.dark code{color:#e8912d}.dark{--bg:#1a1d21;--text:#d1d2d3;--soft:#9a9b9d;--line:#3a3d42;--edge:#5c5f64;--link:#4ba3e3;--code:#222529;--app:#35383c}
body{margin:0;background:var(--bg);color:var(--text);font:15px/1.46668 Lato,"Liberation Sans","Noto Sans CJK SC","Noto Color Emoji",sans-serif}
main{max-width:760px;margin:0 auto;padding:8px 20px 24px}
.bar{font-weight:900;font-size:18px;padding:10px 0;border-bottom:1px solid var(--line);margin-bottom:8px}
.msg{display:flex;gap:8px;padding:8px 0}
.face{width:36px;height:36px;border-radius:8px;background:#8b1a1a;color:#fff;font-weight:900;flex:none;display:flex;align-items:center;justify-content:center}
.face.person{background:#2c6e8f}
.body{min-width:0;flex:1;overflow-wrap:anywhere}
.who b{font-weight:900}.app{background:var(--app);color:var(--soft);font-size:10px;font-weight:700;padding:1px 3px;border-radius:2px;margin:0 5px;vertical-align:2px}
.time,.alone{color:var(--soft);font-size:12px}.alone{padding:2px 0}
.header{font-size:18px;font-weight:900;margin:6px 0 8px;line-height:1.33}
.rich,.section{margin:4px 0 8px;white-space:pre-wrap}.rich p,.rich blockquote,.rich ul,.rich ol,.rich pre{margin:0}
.context{color:var(--soft);font-size:13px;line-height:1.385;margin:2px 0 6px;white-space:pre-wrap}
hr{border:0;border-top:1px solid var(--line);margin:12px 0}
a{color:var(--link);text-decoration:none}
blockquote{border-left:4px solid var(--line);padding-left:12px!important}
ul,ol{padding-left:24px}pre{background:var(--code);border:1px solid var(--line);border-radius:4px;padding:8px;font:12px/1.5 Menlo,monospace;white-space:pre-wrap}
code{background:var(--code);border:1px solid var(--line);border-radius:3px;padding:1px 3px;font:12px Menlo,monospace;color:#c01343}
.actions{display:flex;flex-wrap:wrap;gap:8px;margin:8px 0}
.btn{border:1px solid var(--edge);border-radius:8px;padding:0 12px;height:28px;line-height:26px;font-size:13px;font-weight:700;background:var(--bg)}
.btn.primary{background:#007a5a;color:#fff;border-color:#007a5a}.btn.danger{color:#e01e5a;border-color:#e01e5a}
.modal{border:1px solid var(--line);border-radius:10px;margin:16px 0;padding:0 20px 12px;box-shadow:0 6px 24px #0002}
.modal h1{font-size:20px;border-bottom:1px solid var(--line);padding:14px 0;margin:0 0 8px}
label{display:block;font-weight:700;margin:12px 0 4px}.field{border:1px solid var(--edge);border-radius:4px;padding:6px 10px;min-height:34px;white-space:pre-wrap}
.tag{background:#1264a31a;border-radius:3px;padding:1px 6px;margin-right:4px;display:inline-block}.hint{color:var(--soft);font-size:13px}
.fold{max-height:96px;overflow:hidden;position:relative}.more{color:var(--link);font-size:13px}
.figure{margin:4px 0 8px}.figure img{max-width:min(100%,480px);border-radius:8px;display:block}.figure div{color:var(--soft);font-size:13px}
table{border-collapse:collapse;font-size:13px;margin:6px 0;width:100%}td p{margin:0}td{border:1px solid var(--line);padding:6px 8px;vertical-align:top;overflow-wrap:break-word}
.scroll{overflow-x:auto}
@media (max-width:500px){main{padding:4px 12px}.face{width:32px;height:32px}}
"""
FIGURE = "data:image/svg+xml;utf8," + quote(
    '<svg xmlns="http://www.w3.org/2000/svg" width="960" height="320" font-family="sans-serif" font-size="30" text-anchor="middle">'
    '<rect width="960" height="320" fill="white"/>'
    + "".join(
        f'<rect x="{x}" y="100" width="200" height="120" rx="12" fill="{fill}"/><text x="{x + 100}" y="170">{word}</text>'
        for x, fill, word in ((60, "#dbeafe", "camera"), (380, "#fde8d7", "model"), (700, "#dcfce7", "robot"))
    )
    + '<path d="M270 160h100M590 160h100" stroke="#444" stroke-width="5"/></svg>'
)
"""Stands for a paper's figure."""
FOLDS_FROM = 300
"""Characters from which Slack folds a section that is not to be expanded."""
MARKS = {"bold": "b", "italic": "i", "strike": "s", "code": "code"}


@dataclass(frozen=True)
class Shown:
    """One message on the page."""

    blocks: Sequence[Mapping[str, Any]]
    who: str = "Paperboy"
    at: str = "13:30"
    alone: bool = False
    """Seen by one person only."""


def page(title: str, messages: Iterable[Shown], modals: Iterable[Mapping[str, Any]] = (), theme: str = "light") -> str:
    body = "".join(_message(m) for m in messages) + "".join(_modal(v) for v in modals)
    return (
        f'<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<title>{html.escape(title)}</title><style>{STYLE}</style><body class="{theme}"><main><div class=bar>{html.escape(title)}</div>{body}</main>'
    )


def _message(message: Shown) -> str:
    if not message.at:  # a page, which nobody said
        return f'<div class="body">{blocks(message.blocks)}</div>'
    person = message.who != "Paperboy"
    face = f'<div class="face{" person" if person else ""}">{html.escape(message.who[:1])}</div>'
    app = "" if person else '<span class="app">APP</span>'
    alone = '<div class="alone">👁 Only visible to you</div>' if message.alone else ""
    who = f'<div class="who"><b>{html.escape(message.who)}</b>{app} <span class="time">{message.at}</span></div>'
    return f'{alone}<div class="msg">{face}<div class="body">{who}{blocks(message.blocks)}</div></div>'


def _modal(view: Mapping[str, Any]) -> str:
    foot = "".join(
        f'<span class="btn {"primary" if name == "submit" else ""}">{html.escape(view[name]["text"])}</span>'
        for name in ("close", "submit")
        if name in view
    )
    title = html.escape(view["title"]["text"])
    return f'<div class="modal"><h1>{title}</h1>{blocks(view["blocks"])}<div class="actions">{foot}</div></div>'


def blocks(given: Sequence[Mapping[str, Any]]) -> str:
    return "".join(_block(b) for b in given)


def _block(block: Mapping[str, Any]) -> str:
    kind = block["type"]
    if kind == "header":
        return f'<div class="header">{html.escape(block["text"]["text"])}</div>'
    if kind == "divider":
        return "<hr>"
    if kind == "section":
        return _section(block)
    if kind == "context":
        return f'<div class="context">{" ".join(_text(e) for e in block["elements"])}</div>'
    if kind == "rich_text":
        return f'<div class="rich">{"".join(_part(p) for p in block["elements"])}</div>'
    if kind == "actions":
        return f'<div class="actions">{"".join(_element(e) for e in block["elements"])}</div>'
    if kind == "context_actions":
        return f'<div class="actions">{"".join(_feedback(e) for e in block["elements"])}</div>'
    if kind == "image":
        alt, title = html.escape(block["alt_text"]), html.escape(block.get("title", {}).get("text", ""))
        return f'<div class="figure"><div>{title} ▾</div><img src="{FIGURE}" alt="{alt}"></div>'
    if kind == "table":
        rows = "".join(f"<tr>{''.join(f'<td>{_cell(c)}</td>' for c in row)}</tr>" for row in block["rows"])
        return f'<div class="scroll"><table>{rows}</table></div>'
    return _input(block)


def _section(block: Mapping[str, Any]) -> str:
    text = f'<div class="section">{_text(block["text"])}</div>' if "text" in block else ""
    fields = "".join(f'<div class="section">{_text(f)}</div>' for f in block.get("fields", ()))
    if block.get("expand") is False and len(block.get("text", {}).get("text", "")) > FOLDS_FROM:
        text = f'<div class="fold">{text}</div><span class="more">See more</span>'
    beside = _element(block["accessory"]) if "accessory" in block else ""
    return f"{text}{fields}{beside}"


def _cell(cell: Mapping[str, Any]) -> str:
    return "".join(map(_part, cell["elements"])) if cell["type"] == "rich_text" else html.escape(cell["text"])


def _feedback(element: Mapping[str, Any]) -> str:
    buttons = [element[name] for name in ("positive_button", "negative_button") if name in element] or [element]
    return "".join(f'<span class="btn">{html.escape(b["text"]["text"])}</span>' for b in buttons)


def _text(text: Mapping[str, Any]) -> str:
    if text["type"] == "plain_text":
        return html.escape(text["text"])
    out = re.sub(r"<!date\^(\d+)\^[^|]*\|[^>]*>", lambda m: shown_time(int(m[1])), text["text"])
    out = re.sub(r"<(https?:[^|>]+)\|([^>]*)>", r'<a href="\1">\2</a>', out)
    glue = "(?<![\\w\u4e00-\u9fff])"
    out = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", out)
    return re.sub(glue + r"\*([^*\n]+)\*", r"<b>\1</b>", out)


def shown_time(stamp: int) -> str:
    return f"{datetime.fromtimestamp(stamp, ZoneInfo('Asia/Shanghai')):%b %-d, %Y at %H:%M}"


def _part(part: Mapping[str, Any]) -> str:
    kind = part["type"]
    if kind == "rich_text_list":
        items = "".join(f"<li>{_inline(i['elements'])}</li>" for i in part["elements"])
        margin = f' style="margin-left:{24 * part.get("indent", 0)}px"'
        return (
            f"<ul{margin}>{items}</ul>"
            if part["style"] == "bullet"
            else f'<ol start="{part.get("offset", 0) + 1}"{margin}>{items}</ol>'
        )
    tag = {"rich_text_quote": "blockquote", "rich_text_preformatted": "pre"}.get(kind, "p")
    return f"<{tag}>{_inline(part['elements'])}</{tag}>"


def _inline(elements: Sequence[Mapping[str, Any]]) -> str:
    out = ""
    for element in elements:
        if element["type"] == "date":
            piece = shown_time(element["timestamp"])
        elif element["type"] == "channel":
            piece = "<a>#cv-papers</a>"
        else:
            piece = html.escape(element.get("text") or element["url"])
        if element["type"] == "link":
            piece = f'<a href="{html.escape(element["url"])}">{piece}</a>'
        for name in element.get("style", {}):
            piece = f"<{MARKS[name]}>{piece}</{MARKS[name]}>"
        out += piece
    return out


def _element(element: Mapping[str, Any]) -> str:
    if element["type"] == "overflow":
        return '<span class="btn">⋯</span>'
    if element["type"] == "static_select":
        return f'<span class="btn">{html.escape(element["placeholder"]["text"])} ▾</span>'
    return f'<span class="btn {element.get("style", "")}">{html.escape(element["text"]["text"])}</span>'


def _described(option: Mapping[str, Any]) -> str:
    words = html.escape(option.get("description", {}).get("text", ""))
    return f'<div class="hint">{words}</div>' if words else ""


def _input(block: Mapping[str, Any]) -> str:
    element = block["element"]
    chosen = element.get("initial_options") or [o for o in [element.get("initial_option")] if o]
    value = html.escape(str(element.get("initial_value") or element.get("initial_time") or ""))
    if element["type"] in ("radio_buttons", "checkboxes"):
        marks = ("◉", "○") if element["type"] == "radio_buttons" else ("☑", "☐")
        value = "<br>".join(
            f"{marks[0] if o in chosen else marks[1]} {html.escape(o['text']['text'])}{_described(o)}"
            for o in element["options"]
        )
        shown = f"<div>{value}</div>"
    else:
        tags = "".join(f'<span class="tag">{html.escape(o["text"]["text"])}</span>' for o in chosen)
        shown = f'<div class="field">{tags or value or "&nbsp;"}</div>'
    hint = f'<div class="hint">{html.escape(block["hint"]["text"])}</div>' if "hint" in block else ""
    return f"<label>{html.escape(block['label']['text'])}</label>{shown}{hint}"
