"""Discord's components as a page that looks like Discord: enough to judge a message by a picture."""

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markdown_it import MarkdownIt

from tests.previews.slack_html import FIGURE, Shown, shown_time

STYLE = """
*{box-sizing:border-box}
:root{--bg:#fff;--text:#313338;--soft:#5c5e66;--line:#e1e2e4;--card:#f2f3f5;--link:#006ce7;--button:#ebedef;--field:#ebedef}
.dark{--bg:#313338;--text:#dbdee1;--soft:#949ba4;--line:#3f4147;--card:#2b2d31;--link:#00a8fc;--button:#4e5058;--field:#1e1f22}
body{margin:0;background:var(--bg);color:var(--text);font:16px/1.375 "gg sans","Liberation Sans","Noto Sans CJK SC","Noto Color Emoji",sans-serif}
main{max-width:760px;padding:8px 16px 24px}
.bar{font-weight:600;padding:8px 0;border-bottom:1px solid var(--line);margin-bottom:8px}
.msg{display:flex;gap:16px;padding:8px 0}
.face{width:40px;height:40px;border-radius:50%;background:#8b1a1a;color:#fff;flex:none;display:flex;align-items:center;justify-content:center;font-weight:600}
.face.person{background:#2c6e8f}.body{min-width:0;flex:1;overflow-wrap:anywhere}
.who b{font-weight:500}.app{background:#5865f2;color:#fff;font-size:10px;padding:1px 4px;border-radius:4px;margin:0 4px;vertical-align:1px}
.time,.small,.alone{color:var(--soft);font-size:13px}.small{margin:2px 0}
h1,h2,h3{margin:8px 0 4px;line-height:1.375;font-weight:700}h1{font-size:24px}h2{font-size:20px}h3{font-size:16px}
p{margin:0 0 2px}.gap{height:10px}ul,ol{margin:2px 0;padding-left:22px}
blockquote{margin:2px 0;border-left:4px solid var(--soft);padding-left:12px}
a{color:var(--link);text-decoration:none}code{background:var(--card);border-radius:4px;padding:0 4px;font-size:14px}
pre{background:var(--card);border:1px solid var(--line);border-radius:4px;padding:8px;white-space:pre-wrap;font-size:14px;margin:4px 0}
.container{background:var(--card);border:1px solid var(--line);border-left:4px solid var(--accent,var(--line));border-radius:8px;padding:12px 16px;margin:4px 0}
hr{border:0;border-top:1px solid var(--line);margin:10px 0}
.row{display:flex;flex-wrap:wrap;gap:8px;margin:8px 0}
.btn{background:var(--button);border-radius:8px;padding:5px 14px;font-size:14px;font-weight:500}
.btn.s1{background:#5865f2;color:#fff}.btn.s4{background:#da373c;color:#fff}
.select{background:var(--field);border:1px solid var(--line);border-radius:8px;padding:8px 12px;width:100%;font-size:15px;color:var(--soft);display:flex;justify-content:space-between}
.side{display:flex;gap:12px;align-items:flex-start;justify-content:space-between;margin:4px 0}.side>div{min-width:0}.side>.btn{flex:none}
.gallery{max-width:100%;border-radius:8px;display:block;margin:6px 0}
.modal{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:16px;margin:12px 0}
label{display:block;font-weight:600;font-size:14px;margin:12px 0 4px}.field{background:var(--field);border-radius:4px;padding:8px 10px;min-height:38px;white-space:pre-wrap}
@media (max-width:500px){main{padding:4px 12px}.msg{gap:10px}.face{width:34px;height:34px}}
"""
_INLINE = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("strikethrough")


def page(title: str, messages: Iterable[Shown], modals: Iterable[Mapping[str, Any]] = (), theme: str = "light") -> str:
    body = "".join(map(_message, messages)) + "".join(map(_modal, modals))
    return (
        f'<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{html.escape(title)}</title>'
        f'<style>{STYLE}</style><body class="{theme}"><main><div class=bar>{html.escape(title)}</div>{body}</main>'
    )


def _message(message: Shown) -> str:
    person = message.who != "Paperboy"
    face = f'<div class="face{" person" if person else ""}">{html.escape(message.who[:1])}</div>'
    app = "" if person else '<span class="app">APP</span>'
    alone = '<div class="alone">👁 Only you can see this</div>' if message.alone else ""
    who = f'<div class="who"><b>{html.escape(message.who)}</b>{app} <span class="time">{message.at}</span></div>'
    return (
        f'<div class="msg">{face}<div class="body">{who}{"".join(map(_component, message.blocks))}{alone}</div></div>'
    )


def _modal(modal: Mapping[str, Any]) -> str:
    return f'<div class="modal"><h2>{html.escape(modal["title"])}</h2>{"".join(map(_component, modal["components"]))}<div class=row><span class="btn s1">Submit</span></div></div>'


def _component(component: Mapping[str, Any]) -> str:
    match component["type"]:
        case 1:
            return f'<div class="row">{"".join(map(_component, component["components"]))}</div>'
        case 2:
            emoji = component.get("emoji", {}).get("name", "")
            return f'<span class="btn s{component["style"]}">{emoji} {html.escape(component.get("label", ""))}</span>'
        case 3 | 5 | 6 | 7 | 8:
            chosen = [o["label"] for o in component.get("options", ()) if o.get("default")]
            said = ", ".join(chosen) or component.get("placeholder", "")
            return f'<div class="select"><span>{html.escape(said)}</span><span>▾</span></div>'
        case 4:
            return f'<div class="field">{html.escape(component.get("value") or component.get("placeholder") or "")}&nbsp;</div>'
        case 9:
            inside = "".join(map(_component, component["components"]))
            return f'<div class="side"><div>{inside}</div>{_component(component["accessory"])}</div>'
        case 10:
            return text(component["content"])
        case 12:
            return "".join(
                f'<img class="gallery" src="{FIGURE}" alt="{html.escape(i["description"])}">'
                for i in component["items"]
            )
        case 14:
            return "<hr>" if component.get("divider", True) else '<div class="gap"></div>'
        case 17:
            accent = f' style="--accent:#{component["accent_color"]:06x}"' if component.get("accent_color") else ""
            return f'<div class="container"{accent}>{"".join(map(_component, component["components"]))}</div>'
        case 18:
            hint = (
                f'<div class="small">{html.escape(component["description"])}</div>'
                if component.get("description")
                else ""
            )
            return f"<label>{html.escape(component['label'])}</label>{hint}{_component(component['component'])}"
        case kind:
            raise ValueError(kind)


def text(content: str) -> str:
    """Discord's own Markdown: a line is a line, `-#` is small, three kinds of headings."""
    out, fence = [], None
    for line in content.split("\n"):
        if line.startswith("```"):
            if fence is None:
                fence = []
            else:
                out.append(f"<pre>{html.escape(chr(10).join(fence))}</pre>")
                fence = None
        elif fence is not None:
            fence.append(line)
        elif not line.strip():
            out.append('<div class="gap"></div>')
        elif found := re.match(r"(#{1,3}) (.*)", line):
            out.append(f"<h{len(found[1])}>{_line(found[2])}</h{len(found[1])}>")
        elif line.startswith("-# "):
            out.append(f'<div class="small">{_line(line[3:])}</div>')
        elif line.startswith("> "):
            out.append(f"<blockquote>{_line(line[2:])}</blockquote>")
        elif found := re.match(r"( *)[-*] (.*)", line):
            out.append(f'<ul style="margin-left:{12 * len(found[1])}px"><li>{_line(found[2])}</li></ul>')
        else:
            out.append(f"<p>{_line(line)}</p>")
    return "".join(out)


def _line(line: str) -> str:
    moment = re.sub(r"<t:(\d+)(?::\w)?>", lambda m: shown_time(int(m[1])), line)
    return _INLINE.renderInline(re.sub(r"<@&?\d+>", "@role", moment))


def components(message: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """What a message shows: its components, and the content of a forum's first message."""
    content = [{"type": 10, "content": message["content"]}] if message.get("content") else []
    return [*content, *message.get("components", ())]


def starter(message: Mapping[str, Any], *, pictured: bool) -> Sequence[Mapping[str, Any]]:
    """A forum's first message, whose attached picture stands between its text and its buttons."""
    content, *rows = components(message)
    gallery = {"type": 12, "items": [{"description": "Figure 1"}]}
    return [content, *([gallery] if pictured else []), *rows]
