"""Which figure is a paper's teaser: pages in LaTeXML's likeness, each with the right picture or none."""

import pytest

from digest.fulltext.html.document import read_html
from digest.model import Figure
from tests.digest.fulltext.latexml import FILLER
from tests.paths import SHARED
from tests.rows import each

ID = "2601.00001"
CC_BY = (
    '<a id="license-tr" href="https://info.arxiv.org/help/license/index.html#licenses-available">License: CC BY 4.0</a>'
)
SHARED_DATA = SHARED / "data/html"


def img(src: str = "x1.png", width: int | str = 871, height: int | str = 346, more: str = "") -> str:
    return f'<img alt="Refer to caption" class="ltx_graphics ltx_centering {more}" id="g" src="{ID}v1/{src}" width="{width}" height="{height}"/>'


def figure(caption: str, *inside: str, number: int | str = 1, kind: str = "figure", id: str = "S1.F1") -> str:
    tagged = f'<span class="ltx_tag ltx_tag_{kind}">{kind.title()} {number}: </span>' if number else ""
    shown = f'<figcaption class="ltx_caption ltx_centering">{tagged}{caption}</figcaption>' if caption else ""
    return f'<figure class="ltx_{kind}" id="{id}">{"".join(inside) or img()}{shown}</figure>'


def panels(*captioned: tuple[str, str]) -> str:
    made = "".join(
        f'<div class="ltx_flex_cell"><figure class="ltx_figure ltx_figure_panel ltx_align_center">{image}'
        f'<figcaption class="ltx_caption"><span class="ltx_tag ltx_tag_figure">({chr(97 + n)}) </span>{said}</figcaption></figure></div>'
        for n, (said, image) in enumerate(captioned)
    )
    return f'<div class="ltx_flex_figure">{made}</div>'


def section(number: int, title: str, *inside: str, kind: str = "section") -> str:
    return (
        f'<section class="ltx_{kind}" id="S{number}"><h2 class="ltx_title ltx_title_{kind}">'
        f'<span class="ltx_tag">{number} </span>{title}</h2><div class="ltx_para"><p class="ltx_p">{FILLER}</p></div>'
        f"{''.join(inside)}</section>"
    )


def page(*body: str, licence: str = CC_BY, title: str = "WidgetNet: Networks of Widgets", head: str = "") -> bytes:
    return f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>t</title>{head}</head><body>
<header class="arxiv-html-header"><img alt="arXiv logo" class="logo" src="/static/logo.svg" width="100"/></header>
<div class="ltx_page_main"><div class="ltx_page_content"><div class="infobox" id="infobox">{licence}
<div id="watermark-tr">arXiv:{ID}v1 [cs.CV] 29 Jan 2026</div></div>
<article class="ltx_document"><h1 class="ltx_title ltx_title_document">{title}</h1>
<div class="ltx_abstract"><h6 class="ltx_title">Abstract</h6><p class="ltx_p">We build networks of widgets.</p></div>
{"".join(body)}
<section class="ltx_bibliography" id="bib"><h2 class="ltx_title">References</h2></section></article></div>
<footer><a href="https://creativecommons.org/licenses/by/4.0/">font licence</a></footer></div></body></html>""".encode()


def intro(*inside: str) -> str:
    return section(1, "Introduction", *inside)


def method(*inside: str) -> str:
    return section(3, "Method", *inside)


def chosen(data: bytes) -> Figure | None:
    return read_html(data, ID, 1).figure


OVERVIEW = "Overview of our framework. The encoder reads, the decoder writes."
RESULTS = "Accuracy versus training time on three benchmarks."
F1, F2, F3 = (f"{ID}v1/x{n}.png" for n in (1, 2, 3))

PAGES: dict[str, tuple[bytes, str]] = {
    "a teaser under the title": (page(figure("WidgetNet turns one photo into a widget."), intro()), F1),
    "the first figure of the introduction": (page(intro(figure("WidgetNet builds a widget in one step."))), F1),
    "a plot in the introduction, the overview in the method": (
        page(intro(figure(RESULTS)), method(figure(OVERVIEW, img("x2.png"), number=2, id="S3.F2"))),
        F2,
    ),
    "the architecture in the method alone": (page(intro(), method(figure("The WidgetNet - model architecture."))), F1),
    "plots only": (page(intro(), section(4, "Experiments", figure(RESULTS), figure("Ablation of the depth.", img("x2.png")))), ""),
    "a first figure of results in the introduction": (page(intro(figure("Qualitative results on four scenes."))), ""),
    "a figure without a caption is a logo": (page(figure("", img("logo.png", 200, 200)), intro()), ""),
    "a logo with a caption": (page(figure("Our project's mark", img("logo.png")), intro()), ""),
    "an inline icon in a paragraph": (page(f'<p class="ltx_p">See {img("fire.png", 14, 14)} our code.</p>', intro()), ""),
    "an icon in a figure": (page(intro(figure(OVERVIEW, img("x1.png", 24, 24)))), ""),
    "a table": (page(intro(figure(OVERVIEW, img(), kind="table"))), ""),
    "a table's picture in a figure with a table's caption": (
        page(intro(f'<figure class="ltx_figure">{img()}<figcaption class="ltx_caption"><span class="ltx_tag ltx_tag_table">Table 1: </span>{OVERVIEW}</figcaption></figure>')),
        "",
    ),
    "an algorithm": (page(intro(figure("Overview of the training.", img(), kind="algorithm"))), ""),
    "a picture that arXiv lost": (page(intro(figure(OVERVIEW, f'<img class="ltx_graphics ltx_missing ltx_missing_image" src="{ID}v1/" alt="Refer to caption"/>'))), ""),
    "a drawing that the page holds as text": (page(intro(figure(OVERVIEW, '<svg class="ltx_picture" width="600" height="300"><g><text>Encoder</text></g></svg>'))), ""),
    "a drawing beside a picture": (page(intro(figure(OVERVIEW, img(), '<svg class="ltx_picture" width="600" height="300"></svg>'))), ""),
    "an SVG file": (page(intro(figure(OVERVIEW, img("x1.svg")))), ""),
    "two panels of equal size": (page(intro(figure(OVERVIEW, panels(("Before.", img("x1.png", 400, 300)), ("After.", img("x2.png", 400, 300)))))), ""),
    "a panel that its own caption calls the overview": (
        page(intro(figure("WidgetNet in two views.", panels(("Training loss.", img("x1.png", 400, 300)), ("Overview of the pipeline.", img("x2.png", 400, 300)))))),
        F2,
    ),
    "one large picture with a small mark beside it": (page(intro(figure(OVERVIEW, img("x1.png", 800, 300), img("x2.png", 30, 30)))), F1),
    "a strip": (page(intro(figure(OVERVIEW, img("x1.png", 900, 90)))), ""),
    "a tall column": (page(intro(figure(OVERVIEW, img("x1.png", 300, 900)))), ""),
    "a figure taken from another paper": (page(intro(figure("Overview of transformers. Reproduced from [12] with permission."))), ""),
    "a stock photo": (page(intro(figure("Overview of the task. Image credit: Getty."))), ""),
    "an overview in the appendix": (page(intro(), section(9, "Appendix", figure(OVERVIEW), kind="appendix")), ""),
    "a numbered appendix section": (page(intro(), section(9, "Supplementary Material", figure(OVERVIEW))), ""),
    "a hidden figure": (page(intro(f'<div style="display: none">{figure(OVERVIEW)}</div>')), ""),
    "the overview is the second of the introduction": (
        page(intro(figure("Failure cases of earlier models.", img("x1.png")), figure("WidgetNet at a glance.", img("x2.png"), number=2))),
        F2,
    ),
    "a figure after plots in a long paper": (
        page(intro(figure(RESULTS)), section(2, "Related Work", figure("Distribution of years.", img("x2.png"), number=2)), method(figure("The proposed pipeline.", img("x3.png"), number=3))),
        F3,
    ),
    "a picture on another host": (page(intro(figure(OVERVIEW, '<img class="ltx_graphics" src="https://evil.example/x1.png" width="800" height="300"/>'))), ""),
    "a picture of another paper": (page(intro(figure(OVERVIEW, '<img class="ltx_graphics" src="/html/2601.000019v1/x1.png" width="800" height="300"/>'))), ""),
    "a path that climbs": (page(intro(figure(OVERVIEW, f'<img class="ltx_graphics" src="{ID}v1/%2e%2e/%2e%2e/x1.png" width="800" height="300"/>'))), ""),
    "a picture in the page itself": (page(intro(figure(OVERVIEW, '<img class="ltx_graphics" src="data:image/png;base64,AAAA" width="800" height="300"/>'))), ""),
    "an address that is none": (page(intro(figure(OVERVIEW, '<img class="ltx_graphics" src="http://[x1.png" width="800" height="300"/>'))), ""),
    "a base that is none": (page(intro(figure(OVERVIEW)), head='<base href="http://[">'), ""),
    "a bare file name": (page(intro(figure(OVERVIEW, '<img class="ltx_graphics" src="x1.png" width="800" height="300"/>'))), F1),
    "a base address": (
        page(intro(figure(OVERVIEW, '<img class="ltx_graphics" src="figs/x1.png" width="800" height="300"/>')), head=f'<base href="/html/{ID}v1/">'),
        f"{ID}v1/figs/x1.png",
    ),
    "no sizes given": (page(intro(figure(OVERVIEW, f'<img class="ltx_graphics" src="{ID}v1/x1.jpg"/>'))), f"{ID}v1/x1.jpg"),
    "our method's results": (page(intro(figure("Results of our method on ImageNet."))), ""),
    "our method against baselines": (page(intro(figure("WidgetNet outperforms all baselines at half the cost."))), ""),
    "a plot of the framework's performance": (page(intro(), method(figure("Performance of the proposed framework."))), ""),
    "another's architecture among related work": (page(intro(), section(2, "Related Work", figure("The architecture of ResNet."))), ""),
    "people beside a biography": (page(intro(), section(8, "Biographies", figure("Ada Lovelace is a professor.", img("ada.jpg", 200, 250)))), ""),
    "a Chinese caption": (page(intro(), method(figure("WidgetNet 的总体框架。"))), F1),
}  # fmt: skip


@each("name", PAGES)
def test_the_right_figure_or_none(name):
    data, path = PAGES[name]
    found = chosen(data)
    assert (found.path if found else "") == path


def test_a_figure_knows_its_label_caption_place_and_licence():
    assert chosen(page(intro(figure(OVERVIEW)))) == Figure(F1, "Figure 1", OVERVIEW, "S1.F1", "CC BY 4.0")


INFO = "https://info.arxiv.org/help/license/index.html#licenses-available"
ALLOWED = {
    f'<a id="license-tr" href="{INFO}">License: CC BY 4.0</a>': "CC BY 4.0",
    f'<a id="license-tr" href="{INFO}">\n    License: CC BY-SA 4.0\n</a>': "CC BY-SA 4.0",
    f'<a id="license-tr" href="{INFO}">License: CC BY-NC-SA 4.0</a>': "CC BY-NC-SA 4.0",
    f'<a id="license-tr" href="{INFO}">License: CC BY-NC-ND 4.0</a>': "CC BY-NC-ND 4.0",
    f'<a id="license-tr" href="{INFO}">License: CC Zero</a>': "CC0",
    '<a id="license-tr" href="https://creativecommons.org/publicdomain/zero/1.0/">License: CC0 1.0</a>': "CC0 1.0",
    '<a rel="license" href="http://creativecommons.org/licenses/by/4.0/">Creative Commons</a>': "CC BY 4.0",
    '<div id="license-tr">License: CC BY 4.0</div>': "CC BY 4.0",
}
REFUSED = (
    "",
    "License: CC BY 4.0",
    f'<a id="license-tr" href="{INFO}">License: arXiv.org perpetual non-exclusive license</a>',
    f'<a id="license-tr" href="{INFO}">License: CC BY-ND 4.0</a>',
    f'<a id="license-tr" href="{INFO}">License: CC BY-NC 4.0</a>',
    f'<a id="license-tr" href="{INFO}">License: not CC BY 4.0</a>',
    f'<a id="license-tr" href="{INFO}"></a>',
    '<a id="license-tr" href="https://creativecommons.org/licenses/by/4.0/">License: CC BY-NC-ND 4.0</a>',
    '<a id="license-tr" href="https://creativecommons.org/licenses/by/4.0/">arXiv.org perpetual license</a>',
    '<a rel="license" href="https://creativecommons.org.evil.example/licenses/by/4.0/">x</a>',
    f'<a id="license-tr" href="{INFO}">License: CC BY 4.0</a><a rel="license" href="https://creativecommons.org/licenses/by-nc-nd/4.0/">x</a>',
)


@pytest.mark.parametrize("licence", ALLOWED)
def test_a_licence_that_allows_it(licence):
    found = chosen(page(intro(figure(OVERVIEW)), licence=licence))
    assert found is not None
    assert found.licence == ALLOWED[licence]


@each("licence", REFUSED)
def test_no_figure_without_a_licence_that_allows_it(licence):
    assert chosen(page(intro(figure(OVERVIEW)), licence=licence)) is None


def test_a_licence_in_the_article_is_of_something_else():
    inside = (
        '<p class="ltx_p">Our data: <a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC BY</a></p>'
    )
    assert chosen(page(inside, intro(figure(OVERVIEW)), licence="")) is None


@pytest.mark.shared
@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="../shared/data/html is not there")
def test_real_pages():
    """None of them has a licence; with one, BERT's first figure is the one."""
    found: dict[str, list[Figure | None]] = {}
    for file in SHARED_DATA.glob("*.html"):
        paper = file.name.split("_")[0]
        data = file.read_bytes()
        licensed = data.replace(b"License: arXiv.org perpetual non-exclusive license", b"License: CC BY 4.0")
        found[paper] = [read_html(d, paper, 2).figure for d in (data, licensed)]
    assert {paper: one for paper, (one, _) in found.items()} == dict.fromkeys(found)
    licensed = {paper: two.path for paper, (_, two) in found.items() if two}
    assert licensed == {"1810.04805": "1810.04805v2/x1.png"}
