"""Renders posts for a terminal: parents in a panel, replies behind a coloured edge.

Pure except for `terminal`, which makes a console. Links are hyperlinks on a terminal
and written out elsewhere. A pipe or file gets no edges, panels or broken lines. Colours and
characters that the stream cannot show are dropped or replaced. A text that cannot be drawn is shown
as it is.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import json
import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any, ClassVar, TextIO

from markdown_it import MarkdownIt
from rich import box
from rich.console import Console, ConsoleOptions, Group, JustifyMethod, RenderableType, RenderResult
from rich.markdown import BlockQuote, Markdown, MarkdownElement, TableElement
from rich.markdown import Heading as MarkdownHeading
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule as Line
from rich.segment import Segment, SegmentLines
from rich.style import Style
from rich.table import Table
from rich.text import Text as Plain
from rich.theme import Theme

from bot.console.choices import Choice
from bot.core.chat import Actions, Block, Form, Heading, Menu, Picture, Post, Quotation, Rule, Small, Text, table_lines
from bot.core.chat import Table as Compared
from bot.core.ids import REPLY
from digest.patterns import regex
from digest.render.commonmark import ready, shortened, within_bounds
from digest.render.tex import readable

log = logging.getLogger(__name__)

RED = "#b31b1b"  # of arXiv's logo
OPTIONS = 12
"""Options of a field that are listed; of more, any may be typed."""
MAX_WIDTH = 100
"""Columns: longer lines are hard to read."""
UNBROKEN = 20_000
"""Columns of a stream that nobody looks at: no line is broken, nothing is drawn around a text."""
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
PLACEHOLDER_LINK = regex(r"\[([^\[\]]*)\]\(<?https://terminal\.invalid/[^)\s\[]*\)")
LABEL = regex(r"(\*\*[^*\n]+\*\*)\n\n")
CONTROL = regex(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""Characters that move the cursor, colour text or reverse its direction: always removed."""
TIMESTAMP = regex(r"<t:(\d+)>")
BREAK = "\x1f"
"""A space without width, where a line may end: rich ends lines at spaces only. Never printed."""
_HAN = "\u2e80-\u9fff\uf900-\ufaff\uff01-\uff60\uffe0-\uffe6\U00020000-\U0003ffff"
_BREAKS = regex(
    f"(?<=[{_HAN}])(?<![（《「『【〈〔［｛])(?=[{_HAN}])(?![）》」』】〉〕］｝。，、；：？！・ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ])"
)
"""Between Chinese or Japanese characters, but not after an opening or before a closing one."""
ASCII = str.maketrans(
    {
        "“": '"', "”": '"', "‘": "'", "’": "'", "…": "...", "–": "-", "—": "-", "•": "*", "·": "-", "│": "|", "▎": "|",
        "\u00a0": " ", "↗": "",
        "⚠": "!", "─": "-", "✓": "+", "≤": "<=", "≥": ">=", "×": "x", "，": ",", "。": ".", "：": ":",
    }
)  # fmt: skip


def terminal(stream: TextIO, *, width: int | None = None, plain: bool = False) -> Console:
    """A console on a stream. Respects NO_COLOR, TERM=dumb and pipes. `plain`: as in a pipe."""
    with contextlib.suppress(AttributeError, io.UnsupportedOperation, ValueError):
        codecs.register_error("paperboy-ascii", _replace_unencodable)
        stream.reconfigure(errors="paperboy-ascii")  # type: ignore[attr-defined]
    if width is None and (plain or not stream.isatty()):
        width = UNBROKEN
    forced = False if plain else None
    return Console(
        file=stream, theme=THEME, highlight=False, emoji=False, markup=False, width=width, force_terminal=forced
    )


def rows(
    stream: TextIO,
    headings: Sequence[str],
    cells: Iterable[Sequence[str | Plain]],
    *,
    plain: bool = False,
    numbers: bool = False,
) -> None:
    """Prints a table. `plain`: a line a row with tabs between its cells. `numbers`: all columns but
    the first are right-aligned."""
    console = terminal(stream, plain=plain)
    if plain:
        for row in (headings, *cells):
            print("\t".join(_clean(str(cell)).replace("\n", " ").strip() for cell in row), file=stream)
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for n, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", justify="right" if n and numbers else "left")
    for row in cells:
        table.add_row(*row)
    for line in console.render_lines(table, pad=False):
        console.print(SegmentLines([list(_lines([line]))], new_lines=False), end="")


def _replace_unencodable(error: UnicodeError) -> tuple[str, int]:
    """Replaces what a terminal without UTF-8 cannot show by similar ASCII or a question mark."""
    assert isinstance(error, UnicodeEncodeError)
    piece = error.object[error.start : error.end].translate(ASCII)
    return piece.encode("ascii", "replace").decode(), error.end


def parent(post: Post, zone: tzinfo | None = None) -> RenderableType:
    title, rest = _title(post)
    body = Group(*_spaced(_blocks(rest, zone)))
    heading = Plain(title, "bold default") if title else None
    panel = Panel(body, title=heading, title_align="left", border_style="accent", box=box.ROUNDED, padding=(1, 2))
    return _Narrow(panel, Group(*([heading, Plain("")] if heading else []), body))


def reply(post: Post, zone: tzinfo | None = None) -> RenderableType:
    """A message in a thread, or to one person alone."""
    return _Narrow(Edge(Group(*_spaced(_blocks(post.blocks, zone)))))


def page(title: str, post: Post, zone: tzinfo | None = None) -> RenderableType:
    """A long text under a title."""
    text = _spaced(_blocks(post.blocks, zone))
    lined = Group(Line(_clean(title), style="accent", align="left"), *text, Line(style="accent"))
    return _Narrow(lined, Group(Plain(_clean(title)), Plain(""), *text))


def provisional(text: str) -> RenderableType:
    return _Narrow(Edge(_Markdown(text)))


def status(text: str) -> RenderableType:
    return Plain(_clean(text), style="small")


def keys(offered: Sequence[Choice]) -> RenderableType:
    """`[y] Delete  [n] no`: what may be typed."""
    shown = (Plain.assemble((f"[{c.key}]", "bold"), f" {_clean(c.label)}") for c in offered)
    return Padding(Plain("  ").join(shown), (0, 0, 0, 4))


def form(shown: Form) -> RenderableType:
    """A list of the fields and their values: a terminal has no forms, and one page."""
    lines = [Plain(shown.title, style="bold")]
    for field in shown.fields:
        if field.more:
            continue
        values = [value for _label, value in field.options]
        others = 0 < len(values) <= OPTIONS and values != field.value.split(",")
        options = f" ({', '.join(values)})" if others else ""
        lines.append(Plain.assemble(field.ask(shown.language), (field.value or "-", "bold"), (options, "small")))
        if field.hint:
            lines.append(Plain(f"  {field.hint}", style="small"))
    return _Narrow(Edge(Group(*lines)))


def relinked(post: dict[str, Any], targets: Mapping[str, str]) -> dict[str, Any]:
    """The post with links like `reply:3` replaced by their targets."""
    text = json.dumps(post, ensure_ascii=False)
    found = re.compile(rf"\]\(<?({REPLY.pattern})>?\)")
    changed: dict[str, Any] = json.loads(found.sub(lambda m: f"]({targets[m[1]]})" if m[1] in targets else m[0], text))
    return changed


def _title(post: Post) -> tuple[str, tuple[Block, ...]]:
    first = post.blocks[0] if post.blocks else None
    if isinstance(first, Heading) and "](" not in first.markdown:
        return re.sub(r"[*_`\\]", "", _clean(first.markdown)), post.blocks[1:]
    return "", post.blocks


def _blocks(blocks: Sequence[Block], zone: tzinfo | None) -> list[RenderableType | None]:
    """Options of menus are numbered through, as `choices` does."""
    drawn, first = [], 1
    for block in blocks:
        drawn.append(_block(block, zone, first))
        first += len(block.options) if isinstance(block, Menu) else 0
    return drawn


def _menu(menu: Menu, first: int) -> RenderableType:
    numbered = enumerate((label for label, _value in menu.options), first)
    # A paper of a digest has its number already.
    lines = [
        Plain.assemble("  ", (str(n), "bold"), f" {_clean(label).removeprefix(f'{n} · ')}") for n, label in numbered
    ]
    return Group(Plain(_clean(menu.placeholder)), *lines)


def _block(block: Block, zone: tzinfo | None, first: int) -> RenderableType | None:  # noqa: PLR0911  # one case a kind
    match block:
        case Heading(markdown, level):
            return _Markdown(markdown, style="bold" if level > 1 else "bold accent")
        case Text(markdown):
            return _Markdown(markdown)
        case Small(markdown):
            return _Markdown(TIMESTAMP.sub(lambda m: _local_time(int(m[1]), zone), markdown), style="small")
        case Quotation():
            return _Quoted(block)
        case Compared():
            return _table(block)
        case Rule():
            return _Narrow(Line(style="small"), Plain("---"))
        case Menu():
            return _menu(block, first)
        case Actions() | Picture():  # the prompt has commands instead, and pictures are left out
            return None


def _table(table: Compared) -> RenderableType:
    grid = Table(box=box.SIMPLE_HEAD, show_lines=True)
    for name in table.header:
        grid.add_column(_Markdown(name, style="bold"), overflow="fold")
    for row in table.rows:
        grid.add_row(*map(_Markdown, row))
    return _Narrow(grid, Group(*(_Markdown(text.markdown) for text in table_lines(table))))


def _spaced(blocks: list[RenderableType | None]) -> list[RenderableType]:
    """Puts empty lines between blocks, but none after a label or before a quotation."""
    shown = [block for block in blocks if block is not None]
    spaced: list[RenderableType] = []
    for before, block in zip([None, *shown], shown, strict=False):
        close = (
            isinstance(block, _Quoted)
            or (isinstance(before, _Markdown) and before.is_label)
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


def _local_time(unix: int, zone: tzinfo | None) -> str:
    return f"{datetime.fromtimestamp(unix, UTC).astimezone(zone):%Y-%m-%d %H:%M}"


class _Markdown:
    """Markdown with hyperlinks on a terminal and plain links elsewhere."""

    def __init__(self, markdown: str, style: str = "none") -> None:
        self.markdown = PLACEHOLDER_LINK.sub(r"\1", _clean(markdown))
        self.style = style

    @property
    def bold(self) -> bool:
        return "bold" in self.style

    @property
    def is_label(self) -> bool:
        """Whether it is a heading that belongs to the next block."""
        return self.style == "bold" and "](" not in self.markdown

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        label = LABEL.match(self.markdown)
        pieces = [label[1], self.markdown[label.end() :]] if label else [self.markdown]
        for piece in pieces:
            lines = self._drawn(piece, console, options.update(height=None))
            yield from _lines([line for n, line in enumerate(lines) if n or _visible(line)])

    def _drawn(self, piece: str, console: Console, options: ConsoleOptions) -> list[list[Segment]]:
        try:
            if within_bounds(piece):
                kind = _UnbrokenMarkdown if options.max_width >= UNBROKEN // 2 else _WrappedMarkdown
                shown = kind(
                    _BREAKS.sub(BREAK, piece),
                    style=self.style,
                    hyperlinks=console.is_terminal,
                    code_theme="ansi_dark",
                    justify="default",  # "left" would pad every line to the width
                )
                return [_without_breaks(line) for line in console.render_lines(shown, options, pad=False)]
            cause = "long"
        except Exception as error:  # noqa: BLE001  # no text may keep a digest from being shown
            cause = type(error).__name__
        log.warning("event=shown_as_plain_text characters=%d cause=%s", len(piece), cause)
        return console.render_lines(Plain(shortened(piece), style=self.style), options, pad=False)


class _Quoted:
    """A quotation with a link to its place."""

    def __init__(self, quotation: Quotation) -> None:
        self.quotation = quotation

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        quotation = self.quotation
        text = Plain(style="quotation")
        if quotation.number:
            text.append(f"[{quotation.number}] ", Style(bold=True, italic=False))
        text.append(f"“{_clean(quotation.text)}” ")
        if console.is_terminal:
            text.append(f"{_clean(quotation.label)}\u00a0↗", Style(italic=False, underline=True, link=quotation.url))
        else:
            text.append(f"{_clean(quotation.label)} ({quotation.url})", Style(italic=False))
        yield Padding(text, (0, 0, 0, 3))


class Edge:
    """Its content behind a coloured edge."""

    def __init__(self, inside: RenderableType) -> None:
        self.inside = inside

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if options.max_width >= UNBROKEN // 2:
            yield from _lines_of(console, self.inside, options)
            return
        edge = Segment("  | " if options.ascii_only else "  ▎ ", console.get_style("accent"))
        width = max(10, options.max_width - 5)
        lines = console.render_lines(self.inside, options.update(width=width, height=None), pad=False)
        for line in lines:
            yield edge
            yield from _lines([line])


def _clean(text: str) -> str:
    return CONTROL.sub("", readable(text))


def _without_breaks(line: Iterable[Segment]) -> list[Segment]:
    return [Segment(text.replace(BREAK, ""), style, control) for text, style, control in line]


def _visible(line: Sequence[Segment]) -> bool:
    return any(segment.text.strip() for segment in line)


def _lines(lines: Iterable[list[Segment]]) -> Iterator[Segment]:
    """Lines without trailing spaces."""
    for line in lines:
        kept = list(line)
        while kept and not kept[-1].text.strip():
            kept.pop()
        if kept:
            yield from kept[:-1]
            yield Segment(kept[-1].text.rstrip(), kept[-1].style)
        yield Segment.line()


def _lines_of(console: Console, inside: RenderableType, options: ConsoleOptions) -> Iterator[Segment]:
    for line in console.render_lines(inside, options.update(height=None), pad=False):
        yield from _lines([line])


class _Narrow:
    """At most MAX_WIDTH wide; `unbroken` where no line is broken."""

    def __init__(self, inside: RenderableType, unbroken: RenderableType | None = None) -> None:
        self.inside, self.unbroken = inside, unbroken or inside

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if options.max_width >= UNBROKEN // 2:
            yield from _lines_of(console, self.unbroken, options)
        else:
            yield from console.render(self.inside, options.update(width=min(options.max_width, MAX_WIDTH)))


class _LeftHeading(MarkdownHeading):
    LEVEL_ALIGN: ClassVar[dict[str, JustifyMethod]] = {f"h{n}": "default" for n in range(1, 7)}


class _Dashes(MarkdownElement):
    new_line = False

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Plain("---")


class _PlainQuote(BlockQuote):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in console.render_lines(self.elements, options.update(width=options.max_width - 2), pad=False):
            yield Segment("> ")
            yield from _lines([line])


class _WholeTable(TableElement):
    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        # Else rich cuts a line that a space after Chinese makes too wide, with an ellipsis.
        for table in super().__rich_console__(console, options):
            if isinstance(table, Table):
                for column in table.columns:
                    column.overflow = "fold"
            yield table


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    return ready(MarkdownIt().enable(["table", "strikethrough"]))


class _WrappedMarkdown(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {**Markdown.elements, "table_open": _WholeTable}

    def __init__(self, markup: str, **more: Any) -> None:
        super().__init__("", **more)
        self.markup, self.parsed = markup, _parser().parse(markup)


class _UnbrokenMarkdown(_WrappedMarkdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **_WrappedMarkdown.elements,
        "heading_open": _LeftHeading,
        "hr": _Dashes,
        "blockquote_open": _PlainQuote,
    }
