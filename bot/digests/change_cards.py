"""Renders the news about papers as posts. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.chat import Block, Heading, Post, Quotation, Small, Text
from bot.core.texts import say
from bot.digests.cards import fallback, short_title
from digest.changes.values import Change, Difference
from digest.model import Evidence
from digest.render import tex
from digest.render.labels import joined, label, place
from digest.render.markdown import escape, link


def change_post(change: Change, language: str) -> Post:
    """Returns a reply for the paper's old thread."""
    paper, said = change.paper, _sentences(change, language)
    blocks: list[Block] = [Heading(link(short_title(paper), paper.abs_url), 3)]
    for name, sentence in said:
        blocks += [Text(sentence), *_proof(name, change, language)]
    return Post(tuple(blocks), fallback(short_title(paper), _bare(said[0][1]), language), language)


def _sentences(change: Change, language: str) -> list[tuple[str, str]]:
    """Returns a pair (kind, sentence) for each kind of news."""
    if change.withdrawn:
        return [("withdrawn", say("changes.withdrawn", language))]
    found = []
    if change.differences or change.remark:
        words = {"before": f"v{change.version_before}", "now": f"v{change.paper.version}"}
        found.append(("version", say("changes.version", language, **words)))
    if change.published:
        found.append(("published", say("changes.published", language)))
    if change.links:
        listed = (link(label(one.kind, language), one.url) for one in change.links)
        said = say("changes.links", language, links=joined(listed, language))
        found.append(("links", said))
    return found


def _proof(name: str, change: Change, language: str) -> list[Block]:
    paper = change.paper
    metadata = joined(("arXiv", f"v{paper.version}"), language)
    match name:
        case "withdrawn":
            return [Quotation(change.withdrawn, metadata, paper.abs_url)]
        case "published":
            return [Quotation(change.published, metadata, paper.abs_url)]
        case "version":
            remark: list[Block] = [Quotation(change.remark, metadata, paper.abs_url)] if change.remark else []
            return [*remark, *(block for d in change.differences for block in _difference(d, change, language))]
        case _:
            return []


def _difference(difference: Difference, change: Change, language: str) -> list[Block]:
    blocks: list[Block] = []
    if difference.statement:
        blocks.append(Small(say("changes.finding", language, statement=escape(difference.statement))))
    elif difference.before is None:
        blocks.append(Small(say("changes.added", language)))
    if difference.before is not None:
        blocks.append(_quoted(difference.before, change.version_before, language))
    if difference.after is not None:
        blocks.append(_quoted(difference.after, change.paper.version, language))
    return blocks


def _quoted(evidence: Evidence, version: int, language: str) -> Quotation:
    there = joined((f"v{version}", place(evidence.label, language)), language)
    return Quotation(tex.quotation(evidence.quotation), there, evidence.url)


def week_post(changes: Sequence[tuple[Change, str]], language: str) -> Post:
    """Returns the post with the rest of the week's news. Each Change comes with the link to its
    paper's thread."""
    papers = [change.paper for change, _ in changes]
    title = say("changes.week", language, n=len(changes))
    blocks: list[Block] = [Heading(title, 2)]
    for change, thread in changes:
        name = link(short_title(change.paper, papers), change.paper.abs_url)
        said = " · ".join(
            _with_words(kind, sentence, change, language) for kind, sentence in _sentences(change, language)
        )
        there = f" · {link(say('changes.thread', language), thread)}" if thread else ""
        blocks.append(Text(f"**{name}**\\\n{said}{there}"))
    return Post(tuple(blocks), title[:90], language)


def _with_words(kind: str, sentence: str, change: Change, language: str) -> str:
    """Appends the words of the metadata that the sentence rests on, if there are any."""
    words = {"withdrawn": change.withdrawn, "published": change.published, "version": change.remark}.get(kind, "")
    between = "" if sentence.endswith(("。", "：")) else " "
    return f"{sentence}{between}{label('quoted', language, words=escape(words))}" if words else sentence


def _bare(sentence: str) -> str:
    return sentence.replace("*", "").replace("`", "").partition("](")[0].replace("[", "")
