"""The archive as web pages: a channel's list, a day, a paper, search, files to cite with, feeds.

Everything lies beneath a link that opens one channel; without it, or with one that is altered,
ended or revoked, every address is the same page with status 404. Texts of papers, models and
people are escaped by the templates. Pages run no script but ours and set no cookie.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

from bot.archive import feeds
from bot.archive.archive import Archive
from bot.archive.export import Format, exported, shortened
from bot.archive.index import Filters, Hit, Mark
from bot.archive.links import Links, Opened
from bot.core.ids import MalformedId, RunKey
from bot.core.texts import say
from bot.digests.cards import doubts_of, marks, submitted
from bot.store import Store
from digest.arxiv import ids
from digest.cache_keys import fingerprint
from digest.errors import PaperboyError, Unavailable, for_log
from digest.model import MARK, Digest
from digest.render import tex
from digest.render.catalogs import is_spoken, locale_of
from digest.render.commonmark import parse, with_formulas
from digest.render.labels import day_words, joined, label, place
from digest.render.markdown import basis_words
from digest.render.width import colon

log = logging.getLogger(__name__)

HERE = Path(__file__).parent / "templates"
PAGE = 20
ANSWERS, ANSWERS_BYTES = 10, 12_000
"""How many answers, the newest, and bytes of them a page shows. A page has at most 50 KB."""
LONGEST_QUERY = 300
"""Characters of a field of the search."""
FEED, FEED_BY_PAPER = 30, 10
"""Digests in a feed."""
# Audits of pages fetch robots.txt by the page's own rights, hence `connect-src`.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
MEDIA = {
    Format.BIBTEX: "application/x-bibtex",
    Format.RIS: "application/x-research-info-systems",
    Format.CSL: "application/vnd.citationstyles.csl+json",
}
STATIC = {"style.css": "text/css", "page.js": "text/javascript"}


@dataclass(frozen=True)
class View:
    """A request that a link has opened."""

    opened: Opened
    root: str
    """The address above all pages of the channel, ending in a slash."""
    request: web.Request


Handler = Callable[[View], Awaitable[web.StreamResponse]]


class Pages:
    def __init__(self, store: Store, archive: Archive, links: Links) -> None:
        self._store, self._archive, self._links = store, archive, links

    def mount(self, app: web.Application) -> None:
        for name, media in STATIC.items():
            app.router.add_get(f"/archive/{name}", _static(name, media))
        routes: Mapping[str, Handler] = {
            "": self._channel,
            "d/{run}": self._day,
            "p/{paper:.+}": self._paper,
            "search": self._search,
            "cite/{form}/{paper:.+}": self._cite,
            "export/{form}/{run}": self._export,
            "feed.atom": self._atom,
            "feed.json": self._json_feed,
            "{rest:.*}": self._nothing,
        }
        for path, handler in routes.items():
            app.router.add_get(f"/archive/{{token}}/{path}", self._opened(handler))
        app.router.add_get("/archive/{token}", self._opened(self._channel))

    def _opened(self, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def open_page(request: web.Request) -> web.StreamResponse:
            token = request.match_info["token"]
            public = False
            try:
                view = await self._view(request, token)
                response: web.StreamResponse = await handler(view) if view else self._closed(request)
                public = view is not None and view.opened.public
            except _Nothing:
                response = self._closed(request)
            except Unavailable as error:
                log.warning("event=page_unavailable cause=%r", for_log(error))
                response = self._message(request, "page.unavailable", 503)
            except PaperboyError as error:
                log.warning("event=page_failed cause=%r", for_log(error))
                response = self._closed(request)
            response.headers.update(HEADERS)
            response.headers["Cache-Control"] = "public, max-age=300" if public else "private, no-store"
            if not public:
                response.headers["X-Robots-Tag"] = "noindex, nofollow"
            return response

        return open_page

    async def _nothing(self, view: View) -> web.StreamResponse:  # noqa: ARG002  # a Handler
        raise _Nothing

    async def _view(self, request: web.Request, token: str) -> View | None:
        opened = await self._links.opened(token)
        return View(opened, f"/archive/{token}/", request) if opened else None

    def _closed(self, request: web.Request) -> web.Response:
        """Returns the page that stands for a wrong link and for what a right one does not lead
        to."""
        return self._message(request, "page.closed", 404)

    def _message(self, request: web.Request, name: str, status: int) -> web.Response:
        """Returns a page with one message in the browser's language, since nothing may tell whose
        archive it is."""
        language = _browser_language(request)
        response = self._html("message.html", language, {"text": say(name, language), "public": False}, status)
        response.headers["Vary"] = "Accept-Language"
        return response

    def _html(self, template: str, language: str, values: Mapping[str, Any], status: int = 200) -> web.Response:
        return web.Response(text=page_text(template, language, values), content_type="text/html", status=status)

    def _page(self, template: str, view: View, **values: Any) -> web.Response:
        query = {name: value[:LONGEST_QUERY] for name, value in view.request.query.items()}
        shared = {"root": view.root, "public": view.opened.public, "query": query}
        return self._html(template, view.opened.language, shared | values)

    # ------------------------------------------------------------ pages

    async def _channel(self, view: View) -> web.Response:
        filters = Filters(("digest",), after=_mark(view.request.query.get("after", "")))
        days = await self._archive.search("", view.opened.scope, filters, PAGE + 1)
        return self._page("channel.html", view, days=days[:PAGE], runs=_runs(days), further=_further(days, "", 0))

    async def _day(self, view: View) -> web.Response:
        digest = await self._digest(view)
        return self._page("day.html", view, digest=digest, run=RunKey.parse(digest.key).in_channel)

    async def _paper(self, view: View) -> web.Response:
        hit = await self._hit(view)
        entry = None
        if hit.shown and (digest := await self._archive.digest(hit.shown[0].digest, view.opened.scope)):
            entry = digest.entry(hit.subject)
        answers = [] if view.opened.public else await self._archive.answers(hit.subject, view.opened.scope)
        detailed, room = [], ANSWERS_BYTES
        for answer in answers[:ANSWERS]:
            room -= len(answer.text.encode())
            if room > 0:
                detailed.append((answer, await self._answer(answer)))
        assert hit.paper is not None
        paper = shortened(hit.paper)
        citation = exported([paper], Format.BIBTEX)
        return self._page(
            "paper.html",
            view,
            hit=hit,
            paper=paper,
            entry=entry,
            answers=detailed,
            citation=citation,
            runs=shown_runs(hit),
        )

    async def _answer(self, hit: Hit) -> Any:
        asked = await self._store.question(hit.subject)
        return asked.answer if asked else None

    async def _search(self, view: View) -> web.Response:
        asked, at = view.request.query, _number(view.request.query.get("at", ""))
        filters = Filters(
            view.opened.kinds,
            asked.get("category", "").strip()[:40],
            _day(asked.get("since", "")),
            _day(asked.get("until", "")),
            saved=asked.get("saved") == "1" and not view.opened.public,
            after=_mark(asked.get("after", "")),
        )
        words = asked.get("q", "")[:LONGEST_QUERY]
        hits = await self._archive.search(words, view.opened.scope, filters, PAGE + 1, at)
        shown = [replace(hit, asked=0) if view.opened.public else hit for hit in hits[:PAGE]]
        names = ("q", "category", "since", "until", "saved")
        kept = {name: asked[name][:LONGEST_QUERY] for name in names if asked.get(name)}
        further = urlencode(kept | more) if (more := _further(hits, words, at)) else ""
        return self._page("search.html", view, hits=shown, further=further)

    async def _digest(self, view: View) -> Digest:
        try:
            key = RunKey.of_channel(view.opened.channel, view.request.match_info["run"])
        except MalformedId:
            raise _Nothing from None
        digest = await self._archive.digest(str(key), view.opened.scope)
        if digest is None:
            raise _Nothing
        return digest

    async def _hit(self, view: View) -> Hit:
        ref = ids.parse(view.request.match_info["paper"])
        hit = await self._archive.paper(ref.id, view.opened.scope) if ref else None
        if hit is None or hit.paper is None:
            raise _Nothing
        return hit

    # ------------------------------------------------------------ files and feeds

    async def _cite(self, view: View) -> web.Response:
        hit = await self._hit(view)
        assert hit.paper is not None
        return _file(view, f"{hit.subject.replace('/', '-')}", exported([hit.paper], _form(view)))

    async def _export(self, view: View) -> web.Response:
        digest = await self._digest(view)
        papers = [entry.paper for entry in digest.entries]
        return _file(view, f"paperboy-{digest.local_date}", exported(papers, _form(view)))

    async def _atom(self, view: View) -> web.Response:
        feed = await self._feed(view)
        return _feed_file(view, feed, feeds.atom(feed), "application/atom+xml")

    async def _json_feed(self, view: View) -> web.Response:
        feed = await self._feed(view)
        return _feed_file(view, feed, feeds.json_feed(feed), "application/feed+json")

    async def _feed(self, view: View) -> feeds.Feed:
        by_paper = view.request.query.get("by") == "paper"
        days = [
            await self._archive.digest(key, view.opened.scope)
            for key in await self._archive.digests(view.opened.channel, FEED_BY_PAPER if by_paper else FEED)
        ]
        base = self._links.base + view.root
        return feeds.feed_of([d for d in days if d], base, view.opened.channel, view.opened.language, by_paper=by_paper)


def page_text(template: str, language: str, values: Mapping[str, Any]) -> str:
    """The page that a template makes of these values."""

    def words(name: str, /, **parts: object) -> str:
        return say(name, language, **parts)

    shown = {
        "say": words,
        "label": lambda name, **parts: label(name, language, **parts),
        "colon": lambda name: colon(name, language),
        "submitted": lambda paper: submitted(paper, language),
        "day_words": lambda day: day_words(day, language, "yMMMEd"),
        "basis": lambda analysis: basis_words(analysis, language),
        "place": lambda name: place(name, language),
        "joined": lambda words: joined(words, language),
        "doubts": lambda finding: doubts_of(finding, language),
        "marks": lambda answer: marks(answer, language),
        "MARK": MARK,
        "language": str(locale_of(language)).replace("_", "-"),
        "Format": Format,
    }
    return _TEMPLATES.get_template(template).render(shown | dict(values))


def _browser_language(request: web.Request) -> str:
    """The first language of the browser that there are texts in. A browser lists the best first."""
    wanted = request.headers.get("Accept-Language", "")[:LONGEST_QUERY].split(",")
    return next((tag for part in wanted if is_spoken(tag := part.partition(";")[0].strip())), "en")


class _Nothing(Exception):
    """The link opens the channel, and there is nothing at this address."""


def _static(name: str, media: str) -> Callable[[web.Request], Awaitable[web.Response]]:
    text = (HERE / name).read_text("utf-8")

    async def send(_: web.Request) -> web.Response:
        headers = HEADERS | {"Cache-Control": "public, max-age=3600"}
        return web.Response(text=text, content_type=media, charset="utf-8", headers=headers)

    return send


def _file(view: View, name: str, text: str) -> web.Response:
    form = _form(view)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form.suffix}"'}
    return web.Response(text=text, content_type=MEDIA[form], charset="utf-8", headers=headers)


def _feed_file(view: View, feed: feeds.Feed, text: str, media: str) -> web.Response:
    """The feed, or 304 where the reader has it as it is."""
    known, tag = view.request.if_none_match, fingerprint(text)
    since, updated = view.request.if_modified_since, feed.updated.astimezone(UTC).replace(microsecond=0)
    fresh = (
        any(one.value in (tag, "*") for one in known) if known is not None else since is not None and since >= updated
    )
    headers = {"ETag": f'"{tag}"', "Last-Modified": format_datetime(updated, usegmt=True)}
    if fresh:
        return web.Response(status=304, headers=headers)
    return web.Response(text=text, content_type=media, charset="utf-8", headers=headers)


def _form(view: View) -> Format:
    try:
        return Format(view.request.match_info["form"])
    except ValueError:
        raise _Nothing from None


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    """A text of a model makes no link, picture or element of its own."""
    parser = with_formulas("image", "link", "autolink")
    for name in ("math_inline", "math_inline_double", "math_block", "math_block_label", "math_block_eqno"):
        parser.add_render_rule(name, _formula)
    return parser


def _formula(_: object, tokens: Sequence[Token], at: int, *__: object) -> str:
    content = tokens[at].content.strip()
    turned = tex.unicode_math(content)
    return str(escape(turned)) if turned else f"<code>{escape(content)}</code>"


def _markdown(text: str) -> Markup:
    parser = _parser()
    drawn = parser.renderer.render(parse(parser, text), parser.options, {})
    return Markup(drawn)  # noqa: S704  # markdown-it escapes; no HTML, links or pictures


def _small(text: str) -> Markup:
    return Markup('<div class="small">{}</div>').format(_markdown(text))


_TEMPLATES = Environment(
    loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_TEMPLATES.filters |= {"plain": tex.plain, "markdown": _markdown, "quotation": tex.quotation, "small": _small}


def _runs(hits: list[Hit]) -> dict[str, str]:
    return {hit.subject: RunKey.parse(hit.subject).in_channel for hit in hits}


def shown_runs(hit: Hit) -> list[tuple[str, date, int]]:
    return [(RunKey.parse(s.digest).in_channel, s.day, s.number) for s in hit.shown]


def _further(hits: list[Hit], words: str, at: int) -> dict[str, str]:
    """Returns the further fields of the next page's address; empty if there is no next page."""
    if len(hits) <= PAGE:
        return {}
    if words.strip():
        return {"at": str(at + PAGE)}
    return {"after": f"{hits[PAGE - 1].day}.{hits[PAGE - 1].row}"}


def _mark(text: str) -> Mark | None:
    day, _, row = text.partition(".")
    at, number = _day(day), _number(row)
    return Mark(at, number) if at and number else None


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
