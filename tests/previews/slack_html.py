"""Slack's blocks as a page that looks like Slack: enough to judge a message by a picture. Light theme, one column, phone or desktop."""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

STYLE = """
*{box-sizing:border-box} body{margin:0;background:#fff;color:#1d1c1d;font:15px/1.46668 Lato,"Noto Sans CJK SC","Noto Sans","Noto Color Emoji",sans-serif}
main{max-width:760px;margin:0 auto;padding:8px 20px 24px}
.bar{font-weight:900;font-size:18px;padding:10px 0;border-bottom:1px solid #ddd;margin-bottom:8px}
.msg{display:flex;gap:8px;padding:8px 0}
.face{width:36px;height:36px;border-radius:8px;background:#8b1a1a;color:#fff;font-weight:900;flex:none;display:flex;align-items:center;justify-content:center}
.face.person{background:#2c6e8f}
.body{min-width:0;flex:1;overflow-wrap:anywhere}
.who b{font-weight:900}.app{background:#e8e8e8;color:#616061;font-size:10px;font-weight:700;padding:1px 3px;border-radius:2px;margin:0 5px;vertical-align:2px}
.time,.alone{color:#616061;font-size:12px}.alone{padding:2px 0}
.header{font-size:18px;font-weight:900;margin:6px 0 8px;line-height:1.33}
.rich,.section{margin:4px 0 8px;white-space:pre-wrap}.rich p,.rich blockquote,.rich ul,.rich ol,.rich pre{margin:0}
.context{color:#616061;font-size:13px;line-height:1.385;margin:2px 0 6px;white-space:pre-wrap}
hr{border:0;border-top:1px solid #ddd;margin:12px 0}
a{color:#1264a3;text-decoration:none}
blockquote{border-left:4px solid #ddd;padding-left:12px!important}
ul,ol{padding-left:24px}pre{background:#f8f8f8;border:1px solid #ddd;border-radius:4px;padding:8px;font:12px/1.5 Menlo,monospace;white-space:pre-wrap}
code{background:#f8f8f8;border:1px solid #ddd;border-radius:3px;padding:1px 3px;font:12px Menlo,monospace;color:#c01343}
.actions{display:flex;flex-wrap:wrap;gap:8px;margin:8px 0}
.btn{border:1px solid #bbb;border-radius:8px;padding:0 12px;height:28px;line-height:26px;font-size:13px;font-weight:700;background:#fff}
.btn.primary{background:#007a5a;color:#fff;border-color:#007a5a}.btn.danger{color:#e01e5a;border-color:#e01e5a}
.modal{border:1px solid #ccc;border-radius:10px;margin:16px 0;padding:0 20px 12px;box-shadow:0 6px 24px #0002}
.modal h1{font-size:20px;border-bottom:1px solid #ddd;padding:14px 0;margin:0 0 8px}
label{display:block;font-weight:700;margin:12px 0 4px}.field{border:1px solid #bbb;border-radius:4px;padding:6px 10px;min-height:34px;white-space:pre-wrap}
.tag{background:#1264a31a;border-radius:3px;padding:1px 6px;margin-right:4px;display:inline-block}.hint{color:#616061;font-size:13px}
@media (max-width:500px){main{padding:4px 12px}.face{width:32px;height:32px}}
"""
MARKS = {"bold": "b", "italic": "i", "strike": "s", "code": "code"}


@dataclass(frozen=True)
class Shown:
    """One message on the page."""

    blocks: Sequence[Mapping[str, Any]]
    who: str = "Paperboy"
    at: str = "13:30"
    alone: bool = False
    """Seen by one person only."""


def page(title: str, messages: Iterable[Shown], modals: Iterable[Mapping[str, Any]] = ()) -> str:
    body = "".join(_message(m) for m in messages) + "".join(_modal(v) for v in modals)
    return (
        f'<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style><main><div class=bar>{html.escape(title)}</div>{body}</main>"
    )


def _message(message: Shown) -> str:
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
        return f'<div class="section">{_text(block["text"])}</div>'
    if kind == "context":
        return f'<div class="context">{" ".join(_text(e) for e in block["elements"])}</div>'
    if kind == "rich_text":
        return f'<div class="rich">{"".join(_part(p) for p in block["elements"])}</div>'
    if kind == "actions":
        return f'<div class="actions">{"".join(_element(e) for e in block["elements"])}</div>'
    return _input(block)


def _text(text: Mapping[str, Any]) -> str:
    if text["type"] == "plain_text":
        return html.escape(text["text"])
    out = re.sub(r"<!date\^(\d+)\^[^|]*\|[^>]*>", lambda m: _date(int(m[1])), text["text"])
    out = re.sub(r"<(https?:[^|>]+)\|([^>]*)>", r'<a href="\1">\2</a>', out)
    glue = "(?<![\\w\u4e00-\u9fff])"
    out = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", out)
    return re.sub(glue + r"\*([^*\n]+)\*", r"<b>\1</b>", out)


def _date(stamp: int) -> str:
    return f"{datetime.fromtimestamp(stamp, UTC):%b %-d, %Y at %H:%M}"


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
            piece = _date(element["timestamp"])
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


def _input(block: Mapping[str, Any]) -> str:
    element = block["element"]
    chosen = element.get("initial_options") or [o for o in [element.get("initial_option")] if o]
    value = html.escape(str(element.get("initial_value") or element.get("initial_time") or ""))
    if element["type"] in ("radio_buttons", "checkboxes"):
        marks = ("◉", "○") if element["type"] == "radio_buttons" else ("☑", "☐")
        value = "<br>".join(
            f"{marks[0] if o in chosen else marks[1]} {html.escape(o['text']['text'])}" for o in element["options"]
        )
        shown = f"<div>{value}</div>"
    else:
        tags = "".join(f'<span class="tag">{html.escape(o["text"]["text"])}</span>' for o in chosen)
        shown = f'<div class="field">{tags or value or "&nbsp;"}</div>'
    hint = f'<div class="hint">{html.escape(block["hint"]["text"])}</div>' if "hint" in block else ""
    return f"<label>{html.escape(block['label']['text'])}</label>{shown}{hint}"
