"""Exports, read by the readers that people have: bibtexparser, rispy, citeproc-py."""

import json

import bibtexparser
import pytest
import rispy
from bibtexparser.bparser import BibTexParser
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON

from bot.archive.export import Format, Name, exported, name_of
from tests.builders import a_paper
from tests.rows import each

PLAIN = a_paper()
PRINTED = a_paper("math.GT/0309136", version=3, title=r"A Poincar\'e Bound for $\pi_0$ & 100% of {Sets} with 5_000 #tags ~ x^2 \ y", journal_ref="Phys. Rev. D 95, 103501 (2017)", doi="10.1103/PhysRevD.95.103501", authors=("Laurens van der Maaten", "王小明", "The ATLAS Collaboration", "John Smith Jr.", "Søren Ångström & Co", "Madonna"))  # fmt: skip
CJK = a_paper("2601.00009", title="扩散模型综述", authors=("王小明", "김민수"))
TWIN = a_paper("2601.00010", authors=PLAIN.authors)
ALL = (PLAIN, PRINTED, CJK, TWIN, PLAIN)


def entries():
    parser = BibTexParser(common_strings=True, ignore_nonstandard_types=False)
    return bibtexparser.loads(exported(ALL, Format.BIBTEX), parser).entries


def test_bibtex_is_read_whole_with_what_arxiv_gives():
    found = {entry["eprint"]: entry for entry in entries()}
    assert list(found) == [PLAIN.id, PRINTED.id, CJK.id, TWIN.id]
    first, printed = found[PLAIN.id], found[PRINTED.id]
    assert (first["ENTRYTYPE"], first["archiveprefix"], first["primaryclass"], first["version"]) == (
        "misc",
        "arXiv",
        "cs.RO",
        "1",
    )
    assert (printed["ENTRYTYPE"], printed["doi"], printed["journal"]) == ("article", PRINTED.doi, PRINTED.journal_ref)
    assert "journal" not in first
    assert printed["author"].split(" and ") == ["van der Maaten, Laurens", "{王小明}", "{The ATLAS Collaboration}", "Smith, Jr., John", "{Søren Ångström \\& Co}" if name_of(PRINTED.authors[4]).given == "" else "Co, Søren Ångström \\&", "{Madonna}"]  # fmt: skip


def test_a_title_is_safe_for_tex_and_its_formulas_stay():
    title = next(e["title"] for e in entries() if e["eprint"] == PRINTED.id)
    assert title.startswith("{A Poincaré Bound for $\\pi_0$ \\& 100\\% of ")
    assert "5\\_000 \\#tags" in title
    assert title.count("{") == title.count("}")


@each("title", ["}", "{", "$", "a $ b", r"\\", "@misc{x,", "“x”, y = {z}", "%", "", "$x_{$"])
def test_no_title_breaks_the_file(title):
    papers = (a_paper(title=title), CJK)
    assert len(bibtexparser.loads(exported(papers, Format.BIBTEX)).entries) == 2
    assert len(rispy.loads(exported(papers, Format.RIS))) == 2
    assert len(json.loads(exported(papers, Format.CSL))) == 2


@each(
    ("title", "tex"),
    [
        ("Costs $5 and $6 each", r"Costs \$5 and \$6 each"),
        ("When $x % y$ and $a#b$", r"When $x \% y$ and $a\#b$"),
        ("A {$x$} b", "A $x$ b"),
        (r"Bounds for \(x_i\) in {B}anach spaces", "Bounds for $x_i$ in Banach spaces"),
        (r"Sets $\{a\}$, $}{$", r"Sets $\{a\}$, \textbraceright{}\textbraceleft{}"),
        ("\\", r"\textbackslash{}"),
    ],
)
def test_only_formulas_stay_tex(title, tex):
    assert f"  title = {{{{{tex}}}}},\n" in exported([a_paper(title=title)], Format.BIBTEX)


def test_a_paper_of_which_only_the_month_is_known_gets_no_day():
    paper = a_paper(month_only=True)
    [ris], [csl] = rispy.loads(exported([paper], Format.RIS)), json.loads(exported([paper], Format.CSL))
    assert (ris["date"], csl["issued"]) == ("2026/01/", {"date-parts": [[2026, 1]]})


def test_a_withdrawn_paper_says_so_and_of_several_dois_the_first_counts():
    paper = a_paper(title="Search & Rescue: 90% of \\emph{all} $$x_1$$", withdrawn=True, doi="10.1/x 10.2/y")
    [bib] = bibtexparser.loads(exported([paper], Format.BIBTEX)).entries
    [ris], [csl] = rispy.loads(exported([paper], Format.RIS)), json.loads(exported([paper], Format.CSL))
    assert (bib["note"], ris["notes"], csl["note"]) == ("Withdrawn", ["Withdrawn"], "Withdrawn")
    assert (bib["doi"], ris["doi"], csl["DOI"]) == ("10.1/x", "10.1/x", "10.1/x")
    assert bib["title"] == "{Search \\& Rescue: 90\\% of all $x_1$}"
    assert ris["title"] == csl["title"] == "Search & Rescue: 90% of all x₁"


def test_thousands_of_equal_keys_differ_and_are_short():
    papers = [a_paper(f"2603.{n:05}", title="A" * 500, authors=("Wei Wang",)) for n in range(3000)]
    keys = [item["id"] for item in json.loads(exported(papers, Format.CSL))]
    assert len(set(keys)) == len(papers)
    assert max(map(len, keys)) < 50


def test_keys_differ_and_are_ascii():
    keys = [entry["ID"] for entry in entries()]
    assert keys == ["xie2026dynamicvla", "vandermaaten2026a", "arxiv260100009", "xie2026dynamicvlaa"]


@each(
    ("author", "name"),
    [
        ("Ada Lovelace", Name("Lovelace", "Ada")),
        ("Laurens van der Maaten", Name("van der Maaten", "Laurens")),
        ("José de la Cruz III", Name("de la Cruz", "José", "III")),
        ("Martin Luther King Jr.", Name("King", "Martin Luther", "Jr.")),
        ("Santiago Ramón y Cajal", Name("Ramón y Cajal", "Santiago")),
        ("Juan de la Cruz y Gómez", Name("de la Cruz y Gómez", "Juan")),
        ("Gerard 't Hooft", Name("'t Hooft", "Gerard")),
        ("de Silva", Name("de Silva")),
        ("van der Waals", Name("van der Waals")),
        ("bell hooks", Name("hooks", "bell")),
        (r"S\'ebastien Bubeck", Name("Bubeck", "Sébastien")),
        ("王小明", Name("王小明")),
        ("Wang Xiaoming", Name("Xiaoming", "Wang")),
        ("ATLAS Collaboration", Name("ATLAS Collaboration")),
        ("Plato", Name("Plato")),
        ("John Smith, Jr.", Name("Smith", "John", "Jr.")),
        ("Tom Smith 3rd", Name("Smith", "Tom", "3rd")),
        ("Luc Van Gool", Name("Van Gool", "Luc")),
        ("Guy Van den Broeck", Name("Van den Broeck", "Guy")),
        ("Luigi De Santis", Name("De Santis", "Luigi")),
        ("Tuan Van Nguyen", Name("Nguyen", "Tuan Van")),
        ("Le Van Đinh", Name("Đinh", "Le Van")),
        ("Jürgen {M}üller", Name("Müller", "Jürgen")),
        ("The BigScience Workshop", Name("The BigScience Workshop")),
        ("Meta AI", Name("Meta AI")),
        ("GLM 4 Contributors", Name("GLM 4 Contributors")),
        ("Llama Team, AI @ Meta", Name("Llama Team, AI @ Meta")),
    ],
)
def test_names_are_split_as_people_write_them(author, name):
    assert name_of(author) == name


def test_ris_is_read_with_authors_and_ids():
    found = rispy.loads(exported(ALL, Format.RIS))
    assert [e["type_of_reference"] for e in found] == ["UNPB", "JOUR", "UNPB", "UNPB"]
    assert found[1]["authors"][:2] == ["van der Maaten, Laurens", "王小明"]
    assert (found[1]["doi"], found[1]["secondary_title"]) == (PRINTED.doi, PRINTED.journal_ref)
    assert found[0]["accession_number"] == "arXiv:2601.22153v1 [cs.RO]"
    assert found[0]["urls"] == [PLAIN.abs_url]


@pytest.mark.filterwarnings("ignore")
def test_csl_is_cited():
    data = json.loads(exported(ALL, Format.CSL))
    source = CiteProcJSON(data)
    bibliography = CitationStylesBibliography(
        CitationStylesStyle("harvard-cite-them-right", validate=False), source, formatter.plain
    )
    for item in data:
        bibliography.register(Citation([CitationItem(item["id"])]))
    lines = [str(line) for line in bibliography.bibliography()]
    assert len(lines) == 4
    assert any("van der Maaten" in line and "Phys. Rev. D" in line for line in lines)
    assert any("王小明" in line for line in lines)
