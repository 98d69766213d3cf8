"""Chooses a paper's teaser figure on LaTeXML's page, and reads the page's licence. Pure.

No figure is better than a wrong one. A figure counts only if it has a caption and one picture that
is all of it. Its place, caption, size and shape must speak for it: an overview of the work, not one
of its results, no logo, no table, no drawing that the page holds as text."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

from lxml.etree import _Element

from digest.fulltext.html.elements import LeftOut, all_text, classes, tag, with_class
from digest.fulltext.html.inline import Notes, text_of
from digest.model import Figure
from digest.patterns import regex

TYPES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".gif": "GIF", ".webp": "WEBP"}
"""Extensions of pictures that can be shown, with Pillow's names."""
UNCHANGED = regex(r"-ND\b")
"""The part of a licence's name which allows showing the picture only unchanged."""

_NAMED = regex(
    r"CC[ -]?(?:(?P<zero>0|zero)|(?P<kind>by(?:-sa|-nc-sa|-nc-nd)?))(?: (?P<version>\d\.\d))?", re.IGNORECASE
)
_DEED = regex(
    r"https?://(?:www\.)?creativecommons\.org/"
    r"(?:(?P<zero>publicdomain/zero)|licenses/(?P<kind>by(?:-sa|-nc-sa|-nc-nd)?))/(?P<version>\d\.\d)(?:/.*)?",
    re.IGNORECASE,
)
_LICENCE_LABEL = regex(r"^licen[cs]e\s*:\s*", re.IGNORECASE)

MIN_WIDTH, MIN_HEIGHT = 160, 80
"""Pixels on the page. Anything smaller is an icon, a logo or a strip."""
WIDEST, TALLEST = 6.0, 1.6
"""Largest width by height, and largest height by width."""
ENOUGH = 3
"""Points that a figure needs."""
MOST_TEXT = 80
"""Characters beside picture and captions, at most."""
LARGEST_SHARE = 0.8
"""Share of the area of all pictures of a figure. From here on, the others are decoration."""

_OVERVIEW = regex(
    r"\b(?:overviews?|frameworks?|pipelines?|architectures?|workflows?|teaser|schematics?|paradigms?"
    r"|(?:system|network|model) (?:structure|design|diagram)|block diagram|flow ?charts?"
    r"|(?:our|the) (?:proposed )?(?:method|approach|model|system|task|idea|setup|benchmark)"
    r"|we (?:propose|introduce|present)|illustrat(?:es?|ions?|ing)|at a glance|key idea|motivat(?:ion|ing)"
    r"|concept(?:ual)?|proposed|overall (?!accurac|performance|result|score|comparison)\w+)\b"
    r"|总览|概览|框架|流程|架构|概述|概要|全体像|개요",
    re.IGNORECASE,
)
_RESULT = regex(
    r"\b(?:results?|ablations?|qualitative|quantitative|accuracy|accuracies|loss(?:es)?|curves?|plots?|histograms?"
    r"|distributions?|confusion matri(?:x|ces)|scatter|t-?sne|umap|heat ?maps?|sensitivity|convergence|runtime"
    r"|failures?|failed|errors?|statistics|word clouds?|attention maps?|visuali[sz]ations? of|additional"
    r"|more examples|screenshots?|interfaces?|prompts?|questionnaires?|hyper-?parameters?|scores?|performance"
    r"|versus|vs|as a function of|comparisons?|comparing|compared (?:to|with)|baselines?|outperform\w*|achiev\w+"
    r"|state[- ]of[- ]the[- ]art|sota|estimated|simulated|numerical|trajectories)\b|消融|结果|对比",
    re.IGNORECASE,
)
_NOT_OURS = regex(
    r"\b(?:reproduced|reprinted|adapted|adopted|taken|borrowed|redrawn|modified|sourced|copied)\b.{0,30}?"
    r"\b(?:from|by|with)\b|\b(?:figure|image|photo(?:graph)?|picture|illustration)s? "
    r"(?:is |are |was |were )?(?:from|by|credits?|courtesy|source)\b"
    r"|\b(?:courtesy|permission|copyright|credits?:|source:|getty|shutterstock)|©|\(c\) ?\d{4}|图源|来源[:：]|转载",
    re.IGNORECASE,
)
_OTHER_KIND = regex(
    r"^(?:supplementary |appendix |extended data )?(?:tab(?:le|\.)|alg(?:orithm|\.)|listing|box|code)\b|^表",
    re.IGNORECASE,
)
_LOGO = regex(r"\b(?:logo|icon|emoji|badge|orcid|favicon|banner|qr ?code)s?\b|(?:^|[/_-])(?:logo|icon)", re.IGNORECASE)
_INTRODUCTION = regex(r"\bintroduction\b|引言|はじめに|서론", re.IGNORECASE)
_NOT_OWN_SECTION = regex(
    r"\b(?:related|background|preliminar|prior|experiment|result|evaluation|ablation|discussion|conclusion|limitation)"
    r"|相关工作|实验|结论",
    re.IGNORECASE,
)
_BACK_MATTER = regex(r"\b(?:appendi(?:x|ces)|supplement|acknowledge?ments?|biograph|references)", re.IGNORECASE)


def licence(page: _Element, article: _Element) -> str:
    """Returns the page's licence, such as `CC BY-NC-SA 4.0`, if it allows showing figures; else
    empty.

    ArXiv writes the licence around the article. The article itself may name that of a data set."""
    links = [
        el
        for el in page.iter("a", "link", "div", "span")
        if (el.get("id") == "license-tr" or "license" in (el.get("rel") or "").lower().split())
        and not _is_in(el, article)
    ]
    named = {_licence_of(el) for el in links}
    return named.pop() if len(named) == 1 else ""


def _licence_of(el: _Element) -> str:
    said = _LICENCE_LABEL.sub("", all_text(el)).rstrip(". ")
    by_words = _NAMED.fullmatch(said)
    by_link = _DEED.fullmatch(el.get("href") or "")
    names = {_licence_name(found) for found in (by_words, by_link) if found}
    if by_link and not by_words and re.search(r"perpetual|exclusive|all rights|©", said, re.IGNORECASE):
        return ""
    if by_words and by_link and by_words["version"] is None:  # the link to the licence names the version
        names = {_licence_name(by_link)} if _kind(by_words) == _kind(by_link) else set()
    return names.pop() if len(names) == 1 else ""


def _kind(found: re.Match[str]) -> str:
    return "zero" if found["zero"] else found["kind"].lower()


def _licence_name(found: re.Match[str]) -> str:
    name = "CC0" if found["zero"] else f"CC {found['kind'].upper()}"
    return f"{name} {found['version']}" if found["version"] else name


def _is_in(el: _Element, around: _Element) -> bool:
    return around in (el, *el.iterancestors())


def teaser(page: _Element, article: _Element, paper_id: str, version: int) -> Figure | None:
    """Returns the figure that best shows the paper's subject, if the page's licence allows it."""
    allowed = licence(page, article)
    if not allowed:
        return None
    base = _base(page)
    title = next((all_text(el) for el in with_class(article, "ltx_title_document")), "")
    name = title.partition(":")[0].strip() if ":" in title else ""
    best, most = None, ENOUGH - 1
    for order, el in enumerate(_figures(article)):
        found = _candidate(el, order, name, article)
        if found is None:
            continue
        image, caption, points = found
        path = _path(image.get("src") or "", base, paper_id, version)
        if path and points > most:
            label, _, words = caption.partition(": ") if re.match(r"\w+\.? \d\w*: ", caption) else ("", "", caption)
            best, most = Figure(path, label, words, el.get("id") or "", allowed), points
    return best


def _base(page: _Element) -> str:
    return next((el.get("href") or "" for el in page.iter("base")), "")


def _figures(article: _Element) -> list[_Element]:
    """Returns figures of the main text that are in no other figure, in order."""
    found = []
    for el in article.iter():
        if "ltx_bibliography" in classes(el):
            break
        if tag(el) == "figure" and _figure_around(el) is None:
            found.append(el)
    return found


def _candidate(figure: _Element, order: int, name: str, article: _Element) -> tuple[_Element, str, int] | None:
    """Returns its picture, its caption and its points; None if it is no figure to show."""
    if "ltx_figure" not in classes(figure) or _is_hidden(figure) or _is_back_matter(figure, article):
        return None
    whole = _caption(figure)
    if not whole or _OTHER_KIND.match(whole) or _NOT_OURS.search(whole) or with_class(figure, "ltx_tag_table"):
        return None
    shown = _picture(figure, whole)
    if shown is None:
        return None
    image, caption = shown
    points = _place_points(figure, order, article) + _caption_points(caption, name) + _shape_points(image)
    return image, caption, points


def _figure_around(el: _Element) -> _Element | None:
    return next(el.iterancestors("figure"), None)


def _is_hidden(el: _Element) -> bool:
    for up in (el, *el.iterancestors()):
        style = re.sub(r"\s", "", (up.get("style") or "").lower())
        if "display:none" in style or "visibility:hidden" in style or up.get("hidden") is not None:
            return True
    return False


def _is_back_matter(el: _Element, article: _Element) -> bool:
    for up in el.iterancestors():
        if up is article:
            return False
        if "ltx_appendix" in classes(up) or (tag(up) == "section" and _BACK_MATTER.search(_heading(up))):
            return True
    return False


def _heading(section: _Element) -> str:
    return next((all_text(el) for el in section if "ltx_title" in classes(el)), "")


def _caption(figure: _Element) -> str:
    """Returns the figure's own caption as one line: `Figure 1: The model.`"""
    for el in figure.iter("figcaption"):
        if _figure_around(el) is figure:
            return text_of(el, Notes(), LeftOut())
    return ""


def _picture(figure: _Element, whole: str) -> tuple[_Element, str] | None:
    """Returns a picture that is all of the figure, or a panel that its caption calls the
    overview."""
    images = [el for el in figure.iter("img", "object", "embed", "picture", "svg") if not _is_hidden(el)]
    usable = [el for el in images if _is_usable(el)]
    drawn = [el for el in images if el not in usable and not _is_small(el)]
    if with_class(figure, "ltx_tabular") and not usable:
        return None
    if usable and not drawn and not _holds_text(figure):
        areas = sorted(((_area(el), n, el) for n, el in enumerate(usable)), reverse=True)
        total = sum(area for area, _, _ in areas)
        if len(usable) == 1 or (total and areas[0][0] >= LARGEST_SHARE * total):
            return areas[0][2], whole
    for panel in figure.iter("figure"):
        mine = [el for el in usable if _figure_around(el) is panel]
        caption = _caption(panel)
        if panel is not figure and len(mine) == 1 and _OVERVIEW.search(caption) and not _RESULT.search(caption):
            label = whole.partition(": ")[0]
            if not _NOT_OURS.search(caption):
                return mine[0], f"{label}: {caption}" if re.fullmatch(r"\w+\.? \d\w*", label) else caption
    return None


def _holds_text(figure: _Element) -> bool:
    """Returns whether there is text beside the picture, which would be missing."""
    return len(all_text(figure)) - sum(len(all_text(c)) for c in figure.iter("figcaption")) > MOST_TEXT


def _is_usable(el: _Element) -> bool:
    mine = classes(el)
    path = PurePosixPath(re.split(r"[?#]", el.get("src") or "", maxsplit=1)[0])
    return (
        tag(el) == "img"
        and "ltx_missing" not in mine
        and path.suffix.lower() in TYPES
        and not _LOGO.search(path.stem)
        and not _LOGO.search(el.get("alt") or "")
        and not _is_small(el)
        and _is_sound_shape(el)
    )


def _size(el: _Element) -> tuple[float, float]:
    """Returns width and height in pixels on the page; 0 if it does not say."""
    numbers = [re.match(r"\s*(\d+(?:\.\d+)?)", el.get(name) or "") for name in ("width", "height")]
    width, height = (float(found[1]) if found else 0.0 for found in numbers)
    return width, height


def _area(el: _Element) -> float:
    width, height = _size(el)
    return width * height


def _is_small(el: _Element) -> bool:
    width, height = _size(el)
    return 0 < width < MIN_WIDTH or 0 < height < MIN_HEIGHT


def _is_sound_shape(el: _Element) -> bool:
    width, height = _size(el)
    return not (width and height) or (width / height <= WIDEST and height / width <= TALLEST)


def _place_points(figure: _Element, order: int, article: _Element) -> int:
    points = 2 if order == 0 else 1 if order == 1 else 0
    sections = [up for up in figure.iterancestors() if tag(up) == "section" and _is_in(up, article)]
    if not sections:
        return points + 2  # below the title
    outer = sections[-1]
    if _NOT_OWN_SECTION.search(_heading(outer)):
        return points - 4
    first = next((el for el in article.iter("section") if "ltx_section" in classes(el)), None)
    return points + (2 if outer is first or _INTRODUCTION.search(_heading(outer)) else 0)


def _caption_points(caption: str, name: str) -> int:
    """Returns points. What the caption's first sentence first calls the figure counts most."""
    words = re.sub(r"^\w+\.? \d\w*: ", "", caption)
    first = re.split(r"(?<=[.。!?])\s*", words, maxsplit=1)[0]
    points = 0
    if name and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", words, re.IGNORECASE):
        points += 2
    overview, result = _OVERVIEW.search(first), _RESULT.search(first)
    if overview and (not result or overview.start() < result.start()):
        return points + (2 if result else 3)
    if result:
        return points - 5
    return points + (1 if _OVERVIEW.search(words) else 0) - (1 if _RESULT.search(words) else 0)


def _shape_points(image: _Element) -> int:
    width, height = _size(image)
    if not (width and height):
        return 0
    return (1 if width >= 1.2 * height and width >= 300 else 0) - (1 if height > 1.2 * width else 0)


def _path(source: str, base: str, paper_id: str, version: int) -> str:
    """Returns the picture's path below arXiv's `/html/`; empty for one outside of the paper."""
    try:
        base = urljoin(f"https://arxiv.org/html/{paper_id}v{version}", base)
        found = urlsplit(urljoin(base, source.strip()))
    except ValueError:
        return ""
    if found.scheme != "https" or found.netloc not in ("arxiv.org", "www.arxiv.org") or found.query or found.fragment:
        return ""
    path = found.path
    if re.fullmatch(r"[\w.-]+", source.strip()) and not path.startswith(f"/html/{paper_id}"):
        path = f"/html/{paper_id}v{version}/{source.strip()}"  # relative to a page without a final slash
    plain = unquote(path)
    parts = plain.split("/")
    within = re.match(rf"/html/{re.escape(paper_id)}(?:v\d+)?/", plain)
    if not within or ".." in parts or "\\" in plain or not plain.isprintable():
        return ""
    return plain.removeprefix("/html/")
