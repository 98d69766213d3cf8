"""Posts as what a terminal shows: the parent in a panel, what stands in its thread behind a coloured edge.

Pure but for `terminal`, which opens a console on a stream. Links are terminal hyperlinks where the stream is a terminal and written out where it
is not; colours and characters the stream cannot show are left out or replaced, never an error.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, TextIO

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule as Line
from rich.segment import Segment
from rich.style import Style
from rich.text import Text as Plain
from rich.theme import Theme

from bot.core.chat import Actions, Block, Form, Heading, Menu, Post, Quotation, Rule, Small, Text
from digest.render.tex import readable

RED = "#b31b1b"
"""arXiv's."""
WIDEST = 100
"""Columns; longer lines are hard to read."""
THEME = Theme(
    {
        "accent": Style(color=RED),
        "small": Style(color="grey50"),
        "quotation": Style(italic=True, color="grey62"),
        "markdown.link": Style(bold=True),
        "markdown.link_url": Style(underline=True),
        "markdown.code": Style(color="cyan"),
        "markdown.code_block": Style(color="cyan"),
        "markdown.block_quote": Style(italic=True, color="grey62"),
        "markdown.item.bullet": Style(color=RED),
        "markdown.item.number": Style(bold=True),
        "markdown.h1": Style(bold=True),
        "markdown.h2": Style(bold=True),
        "markdown.h3": Style(bold=True),
        "markdown.h4": Style(bold=True),
        "markdown.table.border": Style(color="grey50"),
        "markdown.table.header": Style(bold=True),
    }
)
NOWHERE = re.compile(r"\[([^\[\]]*)\]\(<?https://terminal\.invalid/[^)\s]*\)")
LABEL = re.compile(r"(\*\*[^*\n]+\*\*)\n\n")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What would move a terminal's cursor, colour it or turn its text around: never shown, whoever wrote it."""
MOMENT = re.compile(r"<t:(\d+)>")
SIMPLER = str.maketrans(
    {
        "“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", "–": "-", "—": "-", "•": "*", "·": "-", "│": "|", "▎": "|",
        "↗": "", "⚠": "!", "─": "-", "✓": "+", "≤": "<=", "≥": ">=", "×": "x", "，": ",", "。": ".", "：": ":",
    }
)  # fmt: skip


def terminal(stream: TextIO, *, width: int | None = None) -> Console:
    """A console on a stream, whatever it can show. NO_COLOR, TERM=dumb and pipes are minded."""
    with contextlib.suppress(AttributeError, io.UnsupportedOperation, ValueError):
        codecs.register_error("paperboy-simpler", _simpler)
        stream.reconfigure(errors="paperboy-simpler")  # type: ignore[attr-defined]
    if width is None and not stream.isatty() and "COLUMNS" not in os.environ:
        width = WIDEST
    return Console(file=stream, theme=THEME, highlight=False, emoji=False, markup=False, width=width)


def _simpler(error: UnicodeError) -> tuple[str, int]:
    """For a terminal that is not UTF-8: the nearest ASCII where there is one, else a question mark."""
    assert isinstance(error, UnicodeEncodeError)
    piece = error.object[error.start : error.end].translate(SIMPLER)
    return piece.encode("ascii", "replace").decode(), error.end


# ---------------------------------------------------------------- posts


def parent(post: Post, zone: tzinfo | None = None) -> RenderableType:
    """A message in the channel itself."""
    title, rest = _title(post)
    body = Group(*_spaced([_block(block, zone) for block in rest]))
    return _Narrow(
        Panel(
            body,
            title=Plain(title, "bold default") if title else None,
            title_align="left",
            border_style="accent",
            box=box.ROUNDED,
            padding=(1, 2),
        )
    )


def reply(post: Post, zone: tzinfo | None = None) -> RenderableType:
    """A message in a thread, or to one person alone."""
    return _Narrow(Edge(Group(*_spaced([_block(block, zone) for block in post.blocks]))))


def page(title: str, post: Post, zone: tzinfo | None = None) -> RenderableType:
    """Something long that was asked for."""
    return _Narrow(
        Group(
            Line(_clean(title), style="accent", align="left"),
            *_spaced([_block(b, zone) for b in post.blocks]),
            Line(style="accent"),
        )
    )


def provisional(text: str) -> RenderableType:
    """An answer while it is written."""
    return _Narrow(Edge(Markdown(_clean(text), hyperlinks=False)))


def status(text: str) -> RenderableType:
    return Plain(_clean(text), style="small")


def form(shown: Form) -> RenderableType:
    """A terminal has no forms: what can be set, and how it stands."""
    lines = [Plain(shown.title, style="bold")]
    for field in shown.fields:
        options = f" ({', '.join(value for _label, value in field.options)})" if field.options else ""
        lines.append(Plain.assemble(f"{field.label}: ", (field.value or "-", "bold"), (options, "small")))
        if field.hint:
            lines.append(Plain(f"  {field.hint}", style="small"))
    return _Narrow(Edge(Group(*lines)))


def relinked(post: dict[str, Any], targets: Mapping[str, str]) -> dict[str, Any]:
    """The post with links like `reply:3` led elsewhere."""
    text = json.dumps(post, ensure_ascii=False)
    found = re.compile(r"\]\(<?(reply:\d+)>?\)")
    changed: dict[str, Any] = json.loads(found.sub(lambda m: f"]({targets[m[1]]})" if m[1] in targets else m[0], text))
    return changed


# ---------------------------------------------------------------- blocks


def _title(post: Post) -> tuple[str, tuple[Block, ...]]:
    first = post.blocks[0] if post.blocks else None
    if isinstance(first, Heading) and "](" not in first.markdown:
        return re.sub(r"[*_`\\]", "", _clean(first.markdown)), post.blocks[1:]
    return "", post.blocks


def _block(block: Block, zone: tzinfo | None) -> RenderableType | None:  # noqa: PLR0911  # a case for each kind
    match block:
        case Heading(markdown, level):
            return _Markdown(markdown, style="bold" if level > 1 else "bold accent")
        case Text(markdown):
            return _Markdown(markdown)
        case Small(markdown):
            return _Markdown(MOMENT.sub(lambda m: _moment(int(m[1]), zone), markdown), style="small")
        case Quotation():
            return _Quoted(block)
        case Rule():
            return Line(style="small")
        case Menu(_action, placeholder, options):
            lines = [Plain.assemble("  ", (value, "bold"), f" {_clean(label)}") for label, value in options]
            return Group(Plain(_clean(placeholder)), *lines)
        case Actions():  # nothing can be pressed here; the prompt has words for all of it
            return None


def _spaced(blocks: list[RenderableType | None]) -> list[RenderableType]:
    """A line between paragraphs; none between a label or a statement and what belongs to it."""
    shown = [block for block in blocks if block is not None]
    spaced: list[RenderableType] = []
    for before, block in zip([None, *shown], shown, strict=False):
        close = (
            isinstance(block, _Quoted)
            or (isinstance(before, _Markdown) and before.leads)
            or (
                isinstance(block, _Markdown)
                and block.style == "small"
                and isinstance(before, _Markdown)
                and before.bold
            )
        )
        if before is not None and not close:
            spaced.append(Plain(""))
        spaced.append(block)
    return spaced


def _moment(unix: int, zone: tzinfo | None) -> str:
    moment = datetime.fromtimestamp(unix, UTC).astimezone(zone)
    return f"{moment:%Y-%m-%d %H:%M}"


class _Markdown:
    """Markdown whose links fit the stream it is shown on."""

    def __init__(self, markdown: str, style: str = "none") -> None:
        self.markdown = NOWHERE.sub(r"\1", _clean(markdown))
        self.style = style

    @property
    def bold(self) -> bool:
        return "bold" in self.style

    @property
    def leads(self) -> bool:
        """A line of its own that names what follows."""
        return self.style == "bold" and "](" not in self.markdown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        label = LABEL.match(self.markdown)
        pieces = [label[1], self.markdown[label.end() :]] if label else [self.markdown]
        for piece in pieces:  # a label stands directly above its text
            shown = Markdown(piece, style=self.style, hyperlinks=console.is_terminal, code_theme="ansi_dark")
            lines = console.render_lines(shown, options.update(height=None), pad=False)
            yield from _lines([line for n, line in enumerate(lines) if n or _visible(line)])


class _Quoted:
    """Words of a paper, and where they stand."""

    def __init__(self, quotation: Quotation) -> None:
        self.quotation = quotation

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        said = self.quotation
        text = Plain(style="quotation")
        if said.number:
            text.append(f"[{said.number}] ", Style(bold=True, italic=False))
        text.append(f"“{_clean(said.text)}” ")
        if console.is_terminal:
            text.append(f"{_clean(said.label)} ↗", Style(italic=False, underline=True, link=said.url))
        else:
            text.append(f"{_clean(said.label)} ({said.url})", Style(italic=False))
        yield Padding(text, (0, 0, 0, 3))


class Edge:
    """Whatever is inside, behind a coloured edge."""

    def __init__(self, inside: RenderableType) -> None:
        self.inside = inside

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        edge = Segment("  | " if options.ascii_only else "  ▎ ", console.get_style("accent"))
        width = max(10, options.max_width - 5)
        lines = console.render_lines(self.inside, options.update(width=width, height=None), pad=False)
        for line in lines:
            yield edge
            yield from _lines([line])


def _clean(text: str) -> str:
    return CONTROL.sub("", readable(text))


def _visible(line: Sequence[Segment]) -> bool:
    return any(segment.text.strip() for segment in line)


def _lines(lines: Iterable[list[Segment]]) -> Iterator[Segment]:
    """Lines without the spaces at their ends, which a pipe would keep."""
    for line in lines:
        kept = list(line)
        while kept and not kept[-1].text.strip():
            kept.pop()
        if kept:
            yield from kept[:-1]
            yield Segment(kept[-1].text.rstrip(), kept[-1].style)
        yield Segment.line()


class _Narrow:
    def __init__(self, inside: RenderableType) -> None:
        self.inside = inside

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from console.render(self.inside, options.update(width=min(options.max_width, WIDEST)))
