"""Ids in the forms in which people paste them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.arxiv.ids import PaperRef, elsewhere, find_all, looks_like_id, named, only_elsewhere, parse, plain_id
from digest.errors import BadInput
from tests.rows import each

NEW = PaperRef("2401.00001")
NEW_V2 = PaperRef("2401.00001", 2)


@each(
    ("text", "ref"),
    [
        ("2401.00001", NEW),
        ("arXiv:2401.00001v2", NEW_V2),
        ("ARXIV: 2401.00001V2", NEW_V2),
        ("arXiv 2401.00001", NEW),
        ("arXiv2401.00001", NEW),
        ("arXiv.2401.00001", NEW),
        ("<https://arxiv.org/abs/2401.00001v2|arXiv 2401.00001>", NEW_V2),
        ("<https://arxiv.org/abs/2401.00001>", NEW),
        ("https://arxiv.org/pdf/2401.00001v2.pdf", NEW_V2),
        ("https://arxiv.org/pdf/2401.00001", NEW),
        ("https://arxiv.org/html/2401.00001v2#S3.p1", NEW_V2),
        ("http://export.arxiv.org/abs/2401.00001?context=cs.CV", NEW),
        ("www.alphaxiv.org/abs/2401.00001v2", NEW_V2),
        ("https://ar5iv.labs.arxiv.org/html/2401.00001", NEW),
        ("https://huggingface.co/papers/2401.00001", NEW),
        ("https://doi.org/10.48550/arXiv.2401.00001", NEW),
        ("10.48550/arxiv.2401.00001", NEW),
        ("oai:arXiv.org:2401.00001v2", NEW_V2),
        ("[2401.00001](https://arxiv.org/abs/2401.00001)", NEW),
        ("(see 2401.00001).", NEW),
        ("2401.00001, please", NEW),
        ("2401.00001?", NEW),
        ("看2401.00001这篇", NEW),
        ("论文2401.00001v2的方法是什么？", NEW_V2),
        ("「2401.00001」", NEW),
        ("２４０１．００００１ｖ２", NEW_V2),
        ("ａｒＸｉｖ：２４０１．００００１", NEW),
        ("arXiv：2401.00001", NEW),
        ("2401。00001怎么样", NEW),
        ("2401.\u200b00001", NEW),
        ("0704.0001", PaperRef("0704.0001")),
        ("1412.9999v3", PaperRef("1412.9999", 3)),
        ("2601.123456", PaperRef("2601.123456")),
        ("math.GT/0309136", PaperRef("math.GT/0309136")),
        ("math.gt/0309136", PaperRef("math.GT/0309136")),
        ("math/0309136v1", PaperRef("math/0309136", 1)),
        ("hep-th/9901001v2", PaperRef("hep-th/9901001", 2)),
        ("看hep-th/9901001v2这篇", PaperRef("hep-th/9901001", 2)),
        ("arXiv:HEP-TH/9901001", PaperRef("hep-th/9901001")),
        ("https://arxiv.org/abs/solv-int/9701001", PaperRef("solv-int/9701001")),
        ("arxiv.org/abs/hep-th%2F9901001", PaperRef("hep-th/9901001")),
        ("https://arxiv.org/pdf/cond-mat.str-el/0309136v2.pdf", PaperRef("cond-mat.str-el/0309136", 2)),
        ("quant-ph/0201082", PaperRef("quant-ph/0201082")),
    ],
)
def test_every_form_people_paste_is_read(text, ref):
    assert parse(text) == ref
    assert named(text) == ref
    assert not looks_like_id(text)


@each(
    "text",
    [
        "2413.00001",  # no such month
        "2400.00001",
        "arXiv:2413.00001v1",
        "2401.0001",  # five digits since 2015
        "1401.00001",  # four before
        "0703.0001",  # the old style until 0703
        "2401.1234567",
        "2401.00000",
        "2401.00001v0",
        "2401.00001v",
        "24011.00001",
        "hep-th/9913001",
        "hep-th/99010011",
        "hepp-th/9901001",
        "math/0804001",  # the new style since 0704
        "arxiv:attention",
        "https://arxiv.org/abs/2413.00001",
        "<https://arxiv.org/abs/2413.00001|a paper>",
        "https://arxiv.org/list/cs.CV/recent",
        "arxiv.org",
        "２４１３．００００１",
    ],
)
def test_a_typing_error_is_told_apart_from_words(text):
    assert parse(text) is None
    assert looks_like_id(text)
    with pytest.raises(BadInput, match="looks like an arXiv id"):
        named(text)


@each("text", [
    "diffusion models", "GPT-4", "3.14159", "24/7", "TCP/IP", "covid/19",
    "version 2401.00001.7", "1.2401.00001", "a2401.00001", "2401.00001abc", "数字是12.5", "",
    "   ",
])  # fmt: skip
def test_other_text_is_words(text):
    assert parse(text) is None
    assert not looks_like_id(text)
    assert named(text) is None


def test_each_paper_is_named_once_in_the_order_of_naming():
    text = "hep-th/9901001 比 <https://arxiv.org/abs/2401.00001v2|2401.00001> 好吗？也看 math.GT/0309136 和 math/0309136。2401.00001"
    assert find_all(text) == [PaperRef("hep-th/9901001"), NEW_V2, PaperRef("math.GT/0309136")]


def test_two_forms_of_an_old_id_are_one_paper():
    assert plain_id("math.GT/0309136") == plain_id("math/0309136") == "math/0309136"
    assert plain_id("2401.00001") == "2401.00001"


def test_a_ref_reads_back_from_what_it_is_written_as():
    for ref in (NEW, NEW_V2, PaperRef("math.GT/0309136", 3)):
        assert parse(str(ref)) == ref


ids_of_now = st.builds("{:02d}{:02d}.{:05d}".format, st.integers(15, 49), st.integers(1, 12), st.integers(1, 99999))
around = st.text(alphabet="看这篇 ，。（）<>|?!\n论文的", max_size=12)


@given(ids_of_now, st.none() | st.integers(1, 99), around, around)
def test_an_id_is_found_wherever_it_stands(paper_id, version, before, after):
    assert find_all(f"{before}{paper_id}{f'v{version}' if version else ''}{after}") == [PaperRef(paper_id, version)]


@given(st.text(max_size=200))
def test_no_text_breaks_the_reading(text):
    found = find_all(text)
    assert parse(text) == (found[0] if found else None)
    assert not (looks_like_id(text) and found)


@each(
    ("text", "place"),
    [
        ("https://openreview.net/forum?id=YicbFdNTTy", "openreview.net"),
        ("<https://openreview.net/pdf?id=YicbFdNTTy|a paper>", "openreview.net"),
        ("https://www.biorxiv.org/content/10.1101/2024.01.02.573879v1", "www.biorxiv.org"),
        ("https://aclanthology.org/2024.acl-long.123/", "aclanthology.org"),
        ("aclanthology.org/P19-1001", "aclanthology.org"),
        ("https://doi.org/10.1038/s41586-021-03819-2", "doi.org"),
        ("10.1038/s41586-021-03819-2", "10.1038/s41586-021-03819-2"),
        ("doi:10.1101/2401.00001", "10.1101/2401.00001"),
        ("10.1103/1203.4567", "10.1103/1203.4567"),
        ("https://doi.org/10.1145/1234.56789", "doi.org"),
        (
            "https://www.semanticscholar.org/paper/Attention-is-All-you-Need-Vaswani/204e3073870f",
            "www.semanticscholar.org",
        ),
        ("https://huggingface.co/meta-llama/Llama-2-7b", "huggingface.co"),
        ("https://papers.nips.cc/paper/2017/hash/3f5ee243547dee91fbd053c1c4a845aa-Abstract.html", "papers.nips.cc"),
        ("（https://openreview.net/forum?id=abc）", "openreview.net"),
        ("PMID: 31452104", "PMID: 31452104"),
        ("CorpusID:13756489", "CorpusID:13756489"),
        ("PMC6789012", "PMC6789012"),
        ("DOI 10.1145/3442188.3445922", "10.1145/3442188.3445922"),
        ("hal-04123456", "hal-04123456"),
        ("OpenAlex: W2741809807", "OpenAlex: W2741809807"),
        ("2023.findings-emnlp.1013", "2023.findings-emnlp.1013"),
    ],
)
def test_a_link_to_another_place_is_no_paper_and_no_words(text, place):
    assert only_elsewhere(text) == place
    with pytest.raises(BadInput, match="on arXiv only"):
        named(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://alphaxiv.org/abs/2401.00001",
        "https://ui.adsabs.harvard.edu/abs/2024arXiv240100001S/abstract",
        "https://dblp.org/rec/journals/corr/abs-2401-00001",
        "https://www.semanticscholar.org/arxiv/2401.00001",
        "https://api.semanticscholar.org/arXiv:2401.00001",
        "https://huggingface.co/papers/2401.00001",
        "https://doi.org/10.48550/arXiv.2401.00001",
        "https://openreview.net/forum?id=abc (arXiv:2401.00001)",
        "https://scholar.google.com/scholar?q=arXiv:2401.00001",
    ],
)
def test_a_link_elsewhere_that_names_an_arxiv_paper_leads_to_it(text):
    assert named(text) == NEW
    assert elsewhere(text) == ""


@pytest.mark.parametrize("text", [
    "node.js and e.g. this", "vision-language models", "a/b testing", "GPT-4.5",
    "me@example.org", "3.5/4 bits", "GPT-4: 2023",
])  # fmt: skip
def test_words_stay_words(text):
    assert elsewhere(text) == ""
    assert named(text) is None
