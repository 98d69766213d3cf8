"""Collects the text of a block of LaTeXML's HTML on one line, with mathematics as `$TeX$`.

A footnote is inside its sentence. It is taken out and placed after the block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.etree import _Element

from digest.fulltext.completeness import letters
from digest.fulltext.hidden import reads_as_text
from digest.fulltext.html.elements import LeftOut, all_text, classes, tag, with_class
from digest.fulltext.links import is_known
from digest.patterns import regex

DROPPED_TAGS = frozenset(
    ("script", "style", "button", "nav", "input", "textarea", "select", "template",
     "noscript", "iframe", "object", "embed", "video", "audio", "link", "meta", "img", "canvas", "rp", "title", "desc", "metadata", "text", "tspan", "textpath",
     "noembed", "noframes", "datalist", "progress", "meter", "map", "defs", "symbol", "clippath", "mask", "pattern", "marker")
)  # fmt: skip
DROPPED_CLASSES = frozenset(
    ("ltx_authors", "ltx_creator", "ltx_dates", "ltx_date", "ltx_TOC", "ltx_pagination", "ltx_page_footer", "ltx_page_header",
     "ltx_page_navbar", "ltx_page_logo", "ltx_title_document", "ltx_subtitle", "ltx_ERROR", "ltx_note_type", "ltx_note_mark",
     "ltx_tag_note", "ltx_listing_data", "ltx_missing", "ltx_rule", "ltx_indexphrase", "ltx_index", "ltx_rdf", "sr-only",
     "package-alerts", "ar5iv-footer", "infobox", "ltx_role_footnotemark", "ltx_tocentry")
)  # fmt: skip
BREAKS = frozenset(("p", "div", "li", "td", "th", "tr", "dt", "dd", "br", "section", "figure", "figcaption"))
_NOT_DRAWN = frozenset(("annotation", "annotation-xml", "mphantom"))
_PROSE = regex(r"\\(?:text\w*|mbox|hbox|math(?:rm|bf|it|sf|tt)|operatorname\*?|[hv]?phantom)\s*\{([^{}]*)\}")
"""Words in a formula that have a command."""
_PLAIN_WORDS = regex(r"(?<![\\\w{])[^\W\d_]{2,}(?: [^\W\d_]+){3,}")
"""Words in a formula without a command around them. TeX draws them as letters side by side."""
_PLAIN = regex(r"[-−+]?\d[\d.,]*(?:\\?%)?\Z")
_COMMENT = regex(r"(?<!\\)%\n")
_SPACES = regex(r"\s+")
_SPACE_BEFORE_MARK = regex(r" +(?=[,.;:!?)\]](?:\s|$))")


@dataclass
class Notes:
    """Collects footnotes with their ids until a block takes them."""

    held: list[tuple[str, str]] = field(default_factory=list)
    hrefs: bool = True
    """Whether to write the URL of a code or data host after its words (`here`, `Project Page`)."""

    def take(self) -> list[tuple[str, str]]:
        held, self.held = self.held, []
        return held


def is_dropped(el: _Element) -> bool:
    return not isinstance(el.tag, str) or tag(el) in DROPPED_TAGS or not DROPPED_CLASSES.isdisjoint(classes(el))


def tex(math: _Element) -> str:
    """Returns the TeX source of a `<math>`, on one line, without dollars."""
    source = math.get("alttext") or ""
    if not source:
        notes = (e for e in math.iter() if tag(e) == "annotation" and e.get("encoding") == "application/x-tex")
        found = next(notes, None)
        source = " ".join(_drawn(math)) if found is None else found.text or ""
    source = _SPACES.sub(" ", _COMMENT.sub("", source)).strip()
    return source.removeprefix("\\displaystyle").strip()


def visible_tex(math: _Element, left_out: LeftOut) -> str:
    """Returns the TeX, or the visible text if the TeX holds words not shown, which are recorded."""
    source = tex(math)
    prose = " ".join([*_PROSE.findall(source), *_PLAIN_WORDS.findall(_PROSE.sub(" ", source))])
    if not reads_as_text(prose):
        return source
    shown = _SPACES.sub(" ", " ".join(_drawn(math))).strip()
    drawn = "".join(shown.split())
    if not reads_as_text(" ".join(w for w in prose.split() if w not in drawn)):
        return source
    left_out.record(prose, "hidden-markup")
    return shown


def _drawn(math: _Element) -> Iterator[str]:
    yield math.text or ""
    for child in math:
        if isinstance(child.tag, str) and tag(child) not in _NOT_DRAWN:
            yield from _drawn(child)
        yield child.tail or ""
        if tag(math) == "maction":
            return  # browsers show only its first part


def formula(source: str) -> str:
    """Returns `$…$`. A bare number stays bare, because people quote `12`, not `$12$`."""
    if not source:
        return ""
    return source.replace("\\%", "%") if _PLAIN.match(source) else f"${source}$"


def tidy(text: str) -> str:
    """Returns the text on one line, without the space that LaTeXML leaves at a footnote."""
    return _SPACE_BEFORE_MARK.sub("", _SPACES.sub(" ", text.replace("\u00ad", ""))).strip()


def text_of(el: _Element, notes: Notes, left_out: LeftOut) -> str:
    out: list[str] = []
    collect(el, out, notes, left_out)
    return tidy("".join(out))


def collect(el: _Element, out: list[str], notes: Notes, left_out: LeftOut, line: str = " ") -> None:
    """Appends the visible text of `el` (not its tail) to `out`. `line` replaces a line break."""
    name = tag(el)
    if name == "math":
        out.append(left_out.leave(el, formula(visible_tex(el, left_out))))
        return
    if is_dropped(el):
        left_out.leave(el)
        return
    mine = classes(el)
    if "ltx_note" in mine:
        _keep_note(el, notes, left_out)
        return
    if name == "svg":
        _picture(el, out, notes, left_out)
        return
    if name == "br":
        out.append(line)
        return
    start = len(out)
    _inside(el, out, notes, left_out, line)
    if name == "sup" and out[start:] and _is_power(out, start):
        out.insert(start, "^")
    if name == "a" and notes.hrefs and _hides_url(el, "".join(out[start:])):
        out.append(f" ({el.get('href')})")
        left_out.added += letters(el.get("href") or "")
    if name in BREAKS or not mine.isdisjoint(("ltx_td", "ltx_tr", "ltx_bibblock", "ltx_p", "ltx_para")):
        out.append(" ")


def _inside(el: _Element, out: list[str], notes: Notes, left_out: LeftOut, line: str) -> None:
    if el.text:
        out.append(el.text)
    for child in el:
        collect(child, out, notes, left_out, line)
        if child.tail:
            out.append(child.tail)


def _hides_url(a: _Element, words: str) -> bool:
    """Returns whether it links to code or data by words that do not show the URL."""
    href = a.get("href") or ""
    return (
        href.startswith(("https://", "http://")) and "://" not in words and "." not in words.strip() and is_known(href)
    )


def _is_power(out: list[str], start: int) -> bool:
    """Returns whether it is a power, as in `10<sup>-3</sup>`, unlike `1<sup>st</sup>`."""
    before = next((piece for piece in reversed(out[:start]) if piece), "")
    return before[-1:].isdigit() and _PLAIN.match("".join(out[start:]).strip()) is not None


def _keep_note(el: _Element, notes: Notes, left_out: LeftOut) -> None:
    body = with_class(el, "ltx_note_content")
    if body:
        left_out.letters += letters(all_text(el)) - letters(all_text(body[0]))
    inner: list[str] = []
    _inside(body[0] if body else el, inner, notes, left_out, " ")
    if text := tidy("".join(inner)):
        notes.held.append((el.get("id") or "", text))


def _picture(svg: _Element, out: list[str], notes: Notes, left_out: LeftOut) -> None:
    """Keeps paragraphs of boxes (tcolorbox makes pictures), but no labels of drawings."""
    left_out.leave(svg)
    for p in with_class(svg, "ltx_p"):
        inner: list[str] = []
        _inside(p, inner, notes, left_out, " ")
        text = tidy("".join(inner))
        if len(text.split()) >= 5:
            out.append(f" {text} ")
            left_out.added += letters(text)
