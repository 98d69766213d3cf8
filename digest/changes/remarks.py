"""Reads what authors say about their paper in its metadata: where it appears, what they corrected,
which code they published. Pure.

Metadata is English. Only a plain statement counts. So a clause must have a given form as a whole
for each kind of news: a promise, a submission, another paper's acceptance, a data set with a year
in its name and any unforeseen wording are no news."""

from __future__ import annotations

# ruff: noqa: E501  # patterns of words read as lists
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from digest.fulltext.links import link_key, links
from digest.model import Link, Paper
from digest.patterns import GAP, regex

PUBLISHED_KINDS = ("code", "data", "model")
"""Kinds of links that are news when they appear."""
_SENTENCE = regex(
    rf"{GAP}(?:;\s+|(?<=\s)[|/]\s+)|(?:(?<=[a-z0-9)\]])[.!]|(?<=\?))\s+(?=[A-Zv(])|\.\s*$|(?<!\s)\s*\n\s*"
)
LONGEST_SENTENCE = 500
"""Characters. Patterns of sentences would take too long over a longer one, so it tells nothing."""
_CLAUSE = regex(rf"{GAP}(?:,\s+|(?<=\s)[-–—]\s+)|(?<=\])\s+|(?<!\bin)(?<!\bat)(?<!\bto):\s+")
_AROUND = regex(r"^\W+|\W+\Z")
"""Brackets, marks and pictures at the ends of a clause."""

# ---------------------------------------------------------------- where it appears

_SUBJECT = (
    r"(?:v(?:ersion )?\d+\W+)?(?:(?:an?|the|this|our|it|is|was|were|has|have|been|be|will|to|now|just|recently|also|final|revised|updated|match(?:es|ing)?|long|full|short|regular|"
    r"research|industry|conference|journal|workshop|invited|peer-reviewed|author(?:'s|s')?|camera[- ]ready|accepted|preprint|pre-print|version|paper|article|work|"
    r"manuscript|letter|chapter|contribution|poster|oral|spotlight|presentation|of|and)\s+)*"
)
_AS = r"(?:\s+(?:as|for) (?:an? )?(?:[\w-]+ ){0,2}(?:papers?|orals?|posters?|spotlights?|highlights?|presentation|letter|article|contribution))?"
_DAY = r"(?:\s+(?:on )?(?:\d{1,2} [A-Z][a-z]+|[A-Z][a-z]+ \d{1,2})(?:,? \d{4})?)?"
_APPEARS = (
    rf"(?:accepted(?: (?:for|to be)(?: the)? (?:publication|presentation|published|presented|appear))?{_AS}{_DAY}(?: and (?:to appear|published))?"
    rf"|to appear{_AS}|appear(?:s|ed|ing)?{_AS}|published(?: online)?{_AS}|forthcoming|in press|selected{_AS}|camera[- ]ready(?: version| copy| paper)?"
    r"|(?:oral|spotlight|poster|highlight)(?: presentation)?|match(?:es|ing)? (?:the )?(?:published|accepted|journal) version|published version)"
)
_TO_VENUE = (
    r"\s*[:,]?\s+(?:in|at|to|by|as|for|with|into|on the)(?: publication in)?[:\s]+"
    r"(?:(?:an?|the|proceedings|proc\.?|of|on|journal|special|issue|\d+(?:st|nd|rd)|\w+th|first|second|third|annual|international|workshops?|conference|symposium|main|track|"
    r"research|industry|findings|(?:19|20)\d\d)\s+)*[\"“‘']*"
    r"(?!(?:https?|www|arXiv|ArXiv|GitHub|Github|Zenodo|HAL|SSRN|bioRxiv|medRxiv|OpenReview|Medium|Fig|Table|Sec|Appendix|Chapter|Part|Supplement|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|"
    r"English|Chinese|French|German|Russian|Spanish|Japanese)\b|Section|Figure|Supplementary|January|February|March|April|June|July|August|September|October|November|December)(?=[A-Z])"
)
_ACCEPTED = regex(
    rf"(?i:{_SUBJECT}{_APPEARS})(?:{_TO_VENUE.replace('(?:in|at', '(?i:in|at', 1)}(?P<venue>.+)|\s+in press)|(?i:in (?:the )?proc(?:eedings|\.) of (?:the )?)(?=[A-Z\d])"
)
_WITHOUT_VENUE = regex(
    rf"{_SUBJECT}(?:accepted(?: for publication| version| manuscript)?|camera[- ]ready(?: version| copy| paper)?|in press)",
    re.IGNORECASE,
)
_CONFERENCES = frozenset(
    """3DV AACL AAAI AAMAS ACCV ACL ACSAC AIES AISTATS ALT APPROX ASE ASIACCS ASIACRYPT ASPLOS ASRU ASSETS ATC AUTOML BMVC CAV CGO CHES CHI CHIL CIDR CIKM COLING COLM COLT CONCUR CONEXT CONLL
    CORL CRYPTO CSCW CVPR CVPRW DAC DISC EACL EASE ECAI ECCV ECIR ECML ECOOP EDBT EGSR EMNLP ESEC ESOP ESORICS ESWC EUROCRYPT EUROGRAPHICS EUROSYS EUROVIS FACCT FCCM FMCAD FOCS FSE FSTTCS GECCO
    GLOBECOM HOTNETS HOTOS HPCA HPDC HSCC ICALP ICAPS ICASSP ICCAD ICCV ICCVW ICDE ICDM ICDT ICFP ICIP ICLR ICME ICML ICPC ICPP ICPR ICRA ICSE ICSME ICST IJCAI IJCNLP IMC INFOCOM INTERSPEECH IPCO
    IPDPS IPMI IROS ISAAC ISBI ISCA ISIT ISMAR ISMB ISMIR ISSTA ISWC ITCS ITSC IUI JCDL KDD LICS LREC MFCS MICCAI MIDL MLSYS MOBICOM MOBIHCI MOBIHOC MOBISYS NAACL NDSS NEURIPS NIPS NSDI OOPSLA OSDI
    PAKDD PETS PKDD PLDI PODC PODS POPETS POPL PPOPP PPSN PVLDB RECOMB RECSYS RSS SANER SENSYS SIGCOMM SIGGRAPH SIGIR SIGMETRICS SIGMOD SODA SOSP SPAA STACS STOC TACAS TACL TMLR UAI UBICOMP UIST VLDB
    VMCAI WACV WADS WCNC WSDM WWW""".split()  # noqa: SIM905
)
"""A bare name with a year tells of an acceptance unless it names a data set, standard or software.
These are listed here."""
_BARE = regex(
    r"(?:(?:Findings of|Proceedings of|Proc\.?|In|the) )*(?:(?:IEEE|ACM|CVF|SIAM|USENIX|AAAI)(?:/(?:CVF|ACM|IEEE|RSJ|SIAM))? )?(?P<name>[A-Za-z0-9]{3,12})(?: Asia)?(?:[ -]|[ -]?['’])(?P<year>(?:20)?\d\d)"
    r"(?:\s*[(:,]?\s*(?:oral|spotlight|poster|highlight|main|findings|main conference|(?:(?-i:[A-Z])[\w&-]+ |main |and ){1,5}track|camera[- ]ready|long paper|full paper|short paper|best paper.{0,20}|workshops?(?: on [A-Z].*)?)\)?)?",
    re.IGNORECASE,
)
_SENT = regex(
    r"\b(?:submitted|submission|submit|review|resubmi\w*|challenge|competition|report|proposal|template|style|format\w*|intended|target\w*|prepar\w*|draft)\b",
    re.IGNORECASE,
)
_DOUBTFUL = regex(
    r"\b(?:pending|subject to|conditional\w*|provisional\w*|tentative\w*|potential\w*|awaiting|reject\w*|withdrawn|not|never|if|once|when|until|unless|upon|before|hop\w+|wait\w*|planned|yet)\b|\?",
    re.IGNORECASE,
)
_OTHER_WORK = regex(
    r"\b(?:earlier|previous|preliminary|prior|initial|first|short(?:er)?|abridged|extended|expanded|longer|long|full(?:er)?|complete|conference|workshop|journal|thesis)\s+(?:\w+\s+)?(?:version|draft|abstract|edition)s?\s+(?:of|was|is|has|had|appear\w*|accepted|published|to appear)\b"
    r"|\b(?:extended|abridged|preliminary|earlier|previous|shorter|longer) (?:version|paper|abstract)\b"
    r"|\b(?:extension|extends|expands|expansion|continuation|follow[- ]?up|companion|accompany\w*|sequel|supplement\w*|supersedes|erratum|comment on|reply|response)\b",
    re.IGNORECASE,
)
_REFERS = regex(r"\b(?:of|on|to|with|from|by|see|extends|supersedes|overlap\w*)\b", re.IGNORECASE)
"""A clause before an acceptance that names something else which may have been accepted."""
_FINITE = regex(r"\b(?:is|are|was|were|has|have|had|does|differs?|will|can|may|deadline|contains?|extends?)\b")
_NO_PUBLICATION = ("10.48550/", "10.5281/", "10.6084/", "10.13140/", "10.36227/", "10.31219/", "10.20944/", "10.1101/")
"""DOI prefixes of arXiv, of data archives and of preprint servers."""
_NO_JOURNAL = regex(r"arxiv\b|.*\b(?:submitted|submission|under review|in preparation|preprint)\b", re.IGNORECASE)


def publications(paper: Paper) -> tuple[str, ...]:
    """Returns where the metadata says that the paper appears, in its own words."""
    said = []
    if paper.journal_ref and not _NO_JOURNAL.match(paper.journal_ref):
        said.append(paper.journal_ref)
    if _is_accepted(paper):
        said.append(paper.comment)
    if paper.doi and not paper.doi.removeprefix("https://doi.org/").startswith(_NO_PUBLICATION):
        said.append(f"doi.org/{paper.doi.removeprefix('https://doi.org/')}")
    return tuple(said)


def _is_accepted(paper: Paper) -> bool:
    sent = _SENT.search(paper.comment) is not None  # a bare conference is then where the paper was sent
    for sentence in _sentences(paper.comment):
        if _DOUBTFUL.search(sentence) or _OTHER_WORK.search(sentence):
            continue
        clauses = [c for c in (_AROUND.sub("", clause) for clause in _CLAUSE.split(sentence)) if c]
        for at, clause in enumerate(clauses):
            if _says_accepted(clause) and not any(_REFERS.search(c) and not _says_accepted(c) for c in clauses[:at]):
                return True
            if not sent and _is_conference(clause, paper) and not any(map(_REFERS.search, clauses[:at])):
                return True
    return False


def _says_accepted(clause: str) -> bool:
    if len(clause) > LONGEST_SENTENCE:
        return False
    if _WITHOUT_VENUE.fullmatch(clause):
        return True
    match = _ACCEPTED.match(clause)
    return match is not None and not _FINITE.search(match["venue"] or "")


def _is_conference(clause: str, paper: Paper) -> bool:
    match = _BARE.fullmatch(clause)
    if match is None or match["name"].upper() not in _CONFERENCES:
        return False
    return -1 <= int(match["year"][-2:]) - paper.updated.year % 100 <= 2


def _sentences(text: str) -> Iterator[str]:
    for sentence in _SENTENCE.split(text):
        if bare := sentence.strip(" .,;:*"):
            yield bare


# ---------------------------------------------------------------- code, data and models

_PROMISED = regex(
    r"\b(?:will|shall|would) (?:\w+\s+){0,3}(?:be|become|release|publish|make|open|provide|share|appear)\b|\bcoming soon\b|\bsoon\b|\bto be (?:\w+\s+)?(?:released|published|made|added|available|open)\b"
    r"|\b(?:upon|after|on|once|if|when)\s+(?:\w+\s+){0,2}(?:accept\w*|publication|published|request|approval|review)\b|\b(?:going|plan\w*|intend\w*|prepar\w*|clean\w*) (?:to|up|the)\b"
    r"|\bTBA\b|\bplaceholder\b|\bempty\b|\bfor now\b|\blater\b|\bunder construction\b|\bno longer\b|\bnot (?:yet )?(?:available|public)\b|\bin (?:progress|preparation)\b|\bforthcoming\b|\bcoming\b|\b(?:might|may|could)\b|\bprivate\b",
    re.IGNORECASE,
)
_PART = regex(r"(?<=[.!?;])\s+(?=[A-Z]|https?:)|;\s+|\n+")
_OWN_THING = r"(?:source codes?|codes?|codebase|implementations?|scripts?|models?|weights|checkpoints?|data|data ?sets?|benchmarks?|corpus|corpora|repository|repo|github|software|packages?|library|toolkit|tools?|framework|resources?|materials?|artifacts?)"
_OPENING = (
    r"\W*+(?:v\d+\W+)?(?:(?:the|all|our|its|this|an?|full|complete|open[- ]?source[d]?|public|official|associated|corresponding|accompanying|supporting|project|page|website|python|pytorch|jax|matlab|julia|c\+\+|rust|r|"
    r"training|trained|pre-?trained|inference|evaluation|simulation|analysis|reference|see|with|for|and|in|github|jupyter|notebooks?)\s+)*"
)
_AVAILABLE = r"(?:available|released|open[- ]?sourced|accessible|hosted|provided|published|public|shared|found|accessed|downloaded|archived)"
_THERE = rf"(?:[\s:,()&+/–-]|{_OWN_THING}\b|{_AVAILABLE}\b|(?:and|is|are|have|has|been|can|be|made|now|also|publicly|freely|openly|online|at|on|in|from|via|under|through|here|link|url|this|the|page|website|as|well)\b)*"
_GIVES = regex(
    rf"(?:(?:.*,\s++)?{_OPENING}(?:the (?-i:[A-Z][\w-]*) )?{_OWN_THING}\b(?!\s+(?:of|from|by)\s)|.*\b(?:our|its)\s+(?:[\w-]+\s+){{0,2}}{_OWN_THING}\b)"
    rf"(?:[^.\0]{{0,100}}\b{_AVAILABLE}\b)?{_THERE}\0"
    rf"|.*\bwe (?:also |have |hereby |publicly |now )*(?:release|released|open-?source|publish|published|provide|share|make)\b[^.\0]{{1,100}}\b(?:at|on|in|from|via|under|through|here)\b[\s:(]*\0|[^\w\0]*\0\W*+(?:{_OWN_THING}\W*+)?\Z",
    re.IGNORECASE,
)
_ADDRESS = regex(r"(?:\\(?:url|href)\s*\{\s*)?(?:https?://|www\.|\b[\w-]+\.[a-z]{2,}/)[^\s()]+", re.IGNORECASE)
_NOT_OURS = regex(
    r"\b(?:baselines?|compar\w*|templates?|slides|style|posters?|lists? of|awesome|survey|tutorial|lecture|talks?|video|homework|course|documentation|issues?|et al|based on|built (?:on|upon|with)|"
    r"uses?|using|used|follow\w*|adapted|adopt\w*|borrow\w*|fork\w*|original|third[- ]party|existing|their|downloaded|obtained)\b",
    re.IGNORECASE,
)


def published_links(paper: Paper) -> tuple[Link, ...]:
    """Returns links to the authors' code, data and models that the metadata does not only
    promise."""
    kept = replace(paper, comment=_kept(paper.comment, _is_given), abstract=_kept(paper.abstract, _is_given))
    return tuple(link for link in links(kept) if link.kind in PUBLISHED_KINDS and link.known)


def named_links(paper: Paper) -> frozenset[str]:
    """Returns the keys of all links that comment and abstract give and not only promise."""
    kept = replace(paper, comment=_kept(paper.comment, _is_there), abstract=_kept(paper.abstract, _is_there))
    return frozenset(link_key(link.url) for link in links(kept))


def _kept(text: str, counts: Callable[[str], bool]) -> str:
    return " ".join(part for part in _PART.split(text) if counts(part))


def _is_there(part: str) -> bool:
    return not _PROMISED.search(part)


def _is_given(part: str) -> bool:
    return (
        len(part) <= LONGEST_SENTENCE
        and _is_there(part)
        and not _NOT_OURS.search(_ADDRESS.sub(" ", part))
        and _GIVES.match(_ADDRESS.sub("\0", part)) is not None
    )


def keys_of(found: tuple[Link, ...]) -> frozenset[str]:
    return frozenset(f"{link.kind} {link_key(link.url)}" for link in found)


# ---------------------------------------------------------------- what was corrected

_MATTER = (
    r"(?:proofs?|theorems?|lemmas?|propositions?|corollar(?:y|ies)|conjectures?|equations?|formulas?|formulae|bounds?|derivations?|calculations?|computations?|arguments?|analys[ie]s|evaluations?|experiments?|results?|"
    r"simulations?|code|implementation|scorer|algorithms?|data|datasets?|measurements?|estimates?|conclusions?|claims?|main text|section|method|model)"
)
_FAULT = r"(?:errors?|mistakes?|bugs?|flaws?|gaps?)"
_WHAT = rf"(?:(?:an?|the|some|several|serious|major|critical|important|crucial)\s+)*{_FAULT} (?:was found )?(?:in|of|with) (?:(?:the|our|an?|some|main|earlier|previous|original|numerical|statistical|experimental)\s+)*{_MATTER}\b"
_NEW = r"(?:(?:an?|one|two|three|several|many|some|the)\s+)?(?:(?:new|additional|further|more|stronger|improved|better|updated|corrected|revised)\s+)"
_RESULTS = r"(?:[\w-]+\s+){0,2}(?:experiments|results?|theorems?|benchmarks|baselines|ablations?|ablation studies|evaluations?|simulations|data ?sets|bounds?)(?=$|[,(]| (?:on|for|with|in|of|and|that|about|from|against|to|were|was|are|have|added|included)\b)"
_MARK = r"(?:\(?v(?:ersion )?\d+\W+)?(?:(?:this|the|new|revised|updated|current|second|third|present) version\s+)?"
_CORRECTED = regex(
    rf"{_MARK}(?:correct(?:s|ed|ing|ion of)|fix(?:es|ed|ing)?|repair(?:s|ed)|remov(?:es|ed))\s+{_WHAT}"
    rf"|{_MARK}(?:[\w-]+\s+){{0,3}}after {_WHAT}|{_MARK}{_WHAT}(?: \d[\d.]*)?(?: (?:of|in) [\w ]{{1,30}})? (?:(?:is|are|was|were|has been|have been)\s+)?(?:now )?(?:corrected|fixed|found|repaired)"
    rf"|{_MARK}(?:(?:the|our|main|proof of|statement of)\s+)*{_MATTER}(?: \d[\d.]*)?(?: (?:of|in) [\w ]{{1,30}})? (?:is|was|are|were) (?:wrong|incorrect|invalid|flawed|false)\b",
    re.IGNORECASE,
)
_REVISED = regex(
    rf"{_MARK}(?:(?:adds?|added|adding|includes?|including|contains?|with)\s+{_NEW}?{_RESULTS}|{_NEW}{_RESULTS}(?: [\w ]{{1,40}})? (?:(?:were|was|are|have been)\s+)?(?:added|included)"
    rf"|(?:updated?s?|corrected|revised|changed|new)\s+(?:(?:the|all|main|our|numerical|experimental)\s+)*(?:results|experiments|theorems?|bounds?|numbers)\b"
    rf"|major (?:update|changes?|rewrite|correction)(?=$| (?:of|to|in)\b))",
    re.IGNORECASE,
)
_VERSION_MARK = regex(
    r"\bv\d|\bversion\b|\badd(?:s|ed)\b|\bupdat|\bcorrect|\brevis|\bchanged\b|\bmajor\b|\bincluded\b", re.IGNORECASE
)
_MINOR = regex(
    r"\b(?:typos?|typograph\w*|misprints?|spelling|grammar|grammatical|wording|language|minor|small|slight\w*|cosmetic|presentation\w*|exposition|latex|tex|compil\w*|render\w*|format\w*|layout|"
    r"affiliations?|authors?|names?|acknowledge?ments?|funding|grants?|references?|refs?|citations?|bibliograph\w*|bibtex|metadata|links?|urls?|hyperlinks?|resolution|captions?|margins?|styles?|fonts?|"
    r"upload\w*|files?|titles?|abstract|e-?mails?|orcid|licen[sc]e|keywords|numbering|labels?|notation|appendi\w*|supplement\w*|pages?|figures?|tables?|discussions?|remarks?|details|explanations?|clarif\w*|"
    r"no|not|without|unchanged|unaffected|will|referees?|reviewers?)\b",
    re.IGNORECASE,
)


def revision(before: str, now: str) -> str:
    """Returns what a new comment says about corrected errors or other results; may be empty."""
    known = letters(before)
    for clause in re.split(rf"{GAP};\s+|(?<=[a-z0-9)\]])[.!?]\s+(?=[A-Zv])|\.\s*$", now):
        bare = clause.strip()
        if len(bare) > LONGEST_SENTENCE:
            continue
        revises = _CORRECTED.match(bare) or (_REVISED.match(bare) and _VERSION_MARK.search(bare))
        if revises and letters(bare) not in known and not _MINOR.search(bare):
            return bare
    return ""


def letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
