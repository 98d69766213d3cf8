"""arXiv's answers as it writes them: the API's Atom, and the daily feed in both dialects. The forms are those of recorded answers."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from digest.arxiv.calendar import shown_at
from digest.model import Paper
from tests.servers.arxiv_world import Item

DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n"
ATOM_NS = 'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom"'


def api(
    papers: Sequence[Paper], total: int, start: int, size: int, query: str, now: datetime, *, pdf_links: bool = True
) -> str:
    entries = "".join(_entry(p, pdf_links=pdf_links) for p in papers)
    return (
        f"{DECLARATION}<feed {ATOM_NS}>\n  <id>https://arxiv.org/api/{abs(hash(query)):x}</id>\n"
        f"  <title>arXiv Query: {escape(query)}</title>\n  <updated>{_z(now)}</updated>\n"
        f"  <opensearch:itemsPerPage>{size}</opensearch:itemsPerPage>\n  <opensearch:totalResults>{total}</opensearch:totalResults>\n"
        f"  <opensearch:startIndex>{start}</opensearch:startIndex>\n{entries}</feed>\n"
    )


def api_error(said: str, now: datetime) -> str:
    link = f"https://arxiv.org/api/errors#{said.replace(' ', '_')}"
    return (
        f"{DECLARATION}<feed {ATOM_NS}>\n  <id>https://arxiv.org/</id>\n  <title>arXiv Search Results</title>\n  <updated>{_z(now)}</updated>\n"
        "  <opensearch:itemsPerPage>1</opensearch:itemsPerPage>\n  <opensearch:totalResults>1</opensearch:totalResults>\n"
        f"  <opensearch:startIndex>0</opensearch:startIndex>\n  <entry>\n    <id>{escape(link)}</id>\n    <title>Error</title>\n    <updated>{_z(now)}</updated>\n"
        f'    <link href={quoteattr(link)} rel="alternate" type="text/html"/>\n    <summary>{escape(said)}</summary>\n    <author>\n      <name>arXiv api core</name>\n    </author>\n  </entry>\n</feed>\n'
    )


def _entry(paper: Paper, *, pdf_links: bool) -> str:
    pdf = (
        f'    <link href="https://arxiv.org/pdf/{paper.versioned}" rel="related" type="application/pdf" title="pdf"/>\n'
        if pdf_links
        else ""
    )
    categories = "".join(
        f'    <category term="{c}" scheme="http://arxiv.org/schemas/atom"/>\n' for c in paper.categories
    )
    authors = "".join(f"    <author>\n      <name>{escape(a)}</name>\n    </author>\n" for a in paper.authors)
    extra = "".join(
        f"    <arxiv:{name}>{escape(value)}</arxiv:{name}>\n"
        for name, value in (("comment", paper.comment), ("journal_ref", paper.journal_ref), ("doi", paper.doi))
        if value
    )
    return (
        f"  <entry>\n    <id>http://arxiv.org/abs/{paper.versioned}</id>\n    <title>{escape(paper.title)}</title>\n    <updated>{_z(paper.updated)}</updated>\n"
        f'    <link href="https://arxiv.org/abs/{paper.versioned}" rel="alternate" type="text/html"/>\n{pdf}    <summary>{escape(paper.abstract)}</summary>\n'
        f"{categories}    <published>{_z(paper.published)}</published>\n{extra}"
        f'    <arxiv:primary_category term="{paper.primary}"/>\n{authors}  </entry>\n'
    )


def rss(items: Sequence[Item], categories: str, day: date) -> str:
    at = format_datetime(shown_at(day))
    return (
        f'{DECLARATION}<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" version="2.0">\n'
        f"  <channel>\n    <title>{categories} updates on arXiv.org</title>\n    <link>http://rss.arxiv.org/rss/{categories}</link>\n"
        f"    <description>{categories} updates on the arXiv.org e-print archive.</description>\n"
        f'    <atom:link href="http://rss.arxiv.org/rss/{categories}" rel="self" type="application/rss+xml"/>\n    <docs>http://www.rssboard.org/rss-specification</docs>\n'
        f"    <language>en-us</language>\n    <lastBuildDate>{format_datetime(shown_at(day).astimezone(UTC))}</lastBuildDate>\n"
        f"    <managingEditor>rss-help@arxiv.org</managingEditor>\n    <pubDate>{at}</pubDate>\n"
        "    <skipDays>\n      <day>Sunday</day>\n      <day>Saturday</day>\n    </skipDays>\n"
        f"{''.join(_rss_item(i, at) for i in items)}  </channel>\n</rss>\n"
    )


def _rss_item(item: Item, at: str) -> str:
    paper = item.paper
    doi = f"      <arxiv:DOI>{escape(paper.doi)}</arxiv:DOI>\n" if paper.doi else ""
    return (
        f"    <item>\n      <title>{escape(paper.title)}</title>\n      <link>https://arxiv.org/abs/{paper.id}</link>\n"
        f"      <description>{_described(item)}</description>\n"
        f'      <guid isPermaLink="false">oai:arXiv.org:{paper.versioned}</guid>\n'
        f"{''.join(f'      <category>{c}</category>{chr(10)}' for c in paper.categories)}      <pubDate>{at}</pubDate>\n"
        f"      <arxiv:announce_type>{item.kind}</arxiv:announce_type>\n      <dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>\n"
        f"{doi}      <dc:creator>{escape(', '.join(paper.authors))}</dc:creator>\n    </item>\n"
    )


def atom(items: Sequence[Item], categories: str, day: date) -> str:
    updated = shown_at(day).astimezone(UTC).isoformat()
    return (
        f'{DECLARATION}<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us">\n'
        f"  <id>http://rss.arxiv.org/atom/{categories}</id>\n  <title>{categories} updates on arXiv.org</title>\n  <updated>{updated}</updated>\n"
        f'  <link href="http://rss.arxiv.org/atom/{categories}" rel="self" type="application/atom+xml"/>\n  <subtitle>{categories} updates on the arXiv.org e-print archive.</subtitle>\n'
        f"{''.join(_atom_entry(i, day, updated) for i in items)}</feed>\n"
    )


def _atom_entry(item: Item, day: date, updated: str) -> str:
    paper = item.paper
    return (
        f"  <entry>\n    <id>oai:arXiv.org:{paper.versioned}</id>\n    <title>{escape(paper.title)}</title>\n    <updated>{updated}</updated>\n"
        f'    <link href="https://arxiv.org/abs/{paper.id}" rel="alternate" type="text/html"/>\n    <summary>{_described(item)}</summary>\n'
        f"{''.join(f'    <category term={quoteattr(c)}/>{chr(10)}' for c in paper.categories)}"
        f"    <published>{shown_at(day).isoformat()}</published>\n    <arxiv:announce_type>{item.kind}</arxiv:announce_type>\n"
        f"    <dc:rights>http://creativecommons.org/licenses/by/4.0/</dc:rights>\n    <dc:creator>{escape(', '.join(paper.authors))}</dc:creator>\n  </entry>\n"
    )


def _described(item: Item) -> str:
    return escape(f"arXiv:{item.paper.versioned} Announce Type: {item.kind} \nAbstract: {item.paper.abstract}")


def _z(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
