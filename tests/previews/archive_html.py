"""Pages of the archive, as Pages fills its templates, with the look of one theme."""

import tempfile
from pathlib import Path

from bot.archive.export import Format, exported
from bot.archive.index import Index, Scope, StoredAnswer
from bot.archive.pages import HERE, page_text, shown_runs
from digest.model import Answer, Digest

SHARED = {"root": "/archive/token/", "public": False, "query": {}}


def paper_page(digest: Digest, question: str, answer: Answer) -> str:
    """Of the digest's first paper, about which the question was asked."""
    entry, scope = digest.entries[0], Scope(frozenset({digest.subscription}))
    with tempfile.TemporaryDirectory() as folder, Index(Path(folder, "archive.db")) as index:
        index.put_digest(digest)
        index.put_answer(StoredAnswer("1", digest.subscription, question, answer, digest.local_date))
        hit = index.paper(entry.paper.id, scope)
        assert hit is not None
        answers = [(found, answer) for found in index.answers_about(entry.paper.id, scope)]
    values = {"hit": hit, "paper": hit.paper, "entry": entry, "answers": answers, "runs": shown_runs(hit)}
    citation = exported([entry.paper], Format.BIBTEX)
    return page_text("paper.html", digest.language, SHARED | values | {"citation": citation})


def themed(page: str, theme: str) -> str:
    """The page with its style inside, as in a browser of this theme."""
    style = (HERE / "style.css").read_text("utf-8").replace("color-scheme: light dark", f"color-scheme: {theme}")
    style = style.replace("(prefers-color-scheme: dark)", "all" if theme == "dark" else "not all")
    assert 'href="/archive/style.css"' in page
    return page.replace('<link rel="stylesheet" href="/archive/style.css">', f"<style>{style}</style>")
