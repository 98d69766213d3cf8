"""Handles buttons, menus and forms.

A button's value names what the button acts on: `<digest key>#<n>` is a paper of a digest (or a
candidate, by its rank), `paper:<id>v<n>` a paper outside of a digest, `answer:<name>` an answer.
Any other value is the key of a digest or channel."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from bot.archive.export import Format, exported
from bot.commands import digest as digest_command
from bot.commands import gate, personal, setup
from bot.commands.feedback import record_vote, take_back
from bot.commands.library import files, saved, zotero
from bot.commands.paper import show_entry
from bot.commands.status import forget_votes
from bot.context import Context
from bot.core.chat import (
    ALONE,
    ELSEWHERE,
    INSTEAD,
    Block,
    Button,
    Click,
    Command,
    Field,
    Form,
    Heading,
    Post,
    Question,
    Responder,
    Small,
    Submission,
    Text,
    Vote,
    VoteKind,
)
from bot.core.ids import (
    AnswerTo,
    DigestPaper,
    Origin,
    PaperById,
    PaperChoice,
    PreviewId,
    QuestionId,
    answer_of,
    join_key,
    parse_subject,
)
from bot.core.rights import ACTIONS, Right, may
from bot.core.texts import say
from bot.digests import cards, previews
from bot.digests.cards import note, with_button
from bot.digests.daily import posted
from bot.digests.delivery import send_pictured
from bot.questions.conversation import Conversation
from bot.questions.lookup import find_paper, look_up
from digest.arxiv.ids import parse
from digest.errors import NotFound
from digest.model import Candidate, Digest, Entry, Paper
from digest.ports import asked_by, asker, booked
from digest.read_paper import confirm_statements, read_paper
from digest.render import tex
from digest.render.labels import joined
from digest.render.markdown import coverage_line, escape, link, render, why

AfterClose = Callable[[], Awaitable[None]] | None


VOTES = {"more": (VoteKind.MORE, "more"), "fewer": (VoteKind.FEWER, "fewer"), "save": (VoteKind.SAVED, "saved one")}
"""By button: the kind of vote and the text that confirms it."""
FORMS = ("setup", "ask", "wrong", "add_checked", "compare_checked", "zotero")


@dataclass(frozen=True)
class Subject:
    digest: Digest | None = None
    number: int = 0
    paper: Paper | None = None

    @property
    def entry(self) -> Entry | None:
        return next((e for e in self.digest.entries if e.number == self.number), None) if self.digest else None

    @property
    def candidate(self) -> Candidate | None:
        return next((c for c in self.digest.others if c.rank == self.number), None) if self.digest else None


class Actions:
    def __init__(self, context: Context, conversation: Conversation) -> None:
        self._context = context
        self._conversation = conversation
        self._by_name: dict[str, Callable[[Click, Responder, str], Awaitable[None]]] = {
            "full": self._full,
            "menu": self._menu,
            "day_menu": self._day_menu,
            "ask": self._ask,
            "authors": self._authors,
            "save": self._vote,
            "share": self._share,
            "bibtex": self._bibtex,
            "more": self._vote,
            "fewer": self._vote,
            "save_undo": self._take_back,
            "more_undo": self._take_back,
            "fewer_undo": self._take_back,
            "helpful": self._rate_answer,
            "unhelpful": self._rate_answer,
            "wrong": self._wrong,
            "others": self._others,
            "add": self._add,
            "settings": self._settings,
            "why": self._why,
            "markdown": self._markdown,
            "archive": self._open_archive,
            "archive_day": partial(files.open_archive, context),
            "export": partial(files.choose_file, context),
            **{f"export_{form}": self._export for form in Format},
            **{f"saved_{form}": partial(files.send_saved, context) for form in Format},
            "export_zotero": self._export_to_zotero,
            "zotero": partial(zotero.open_form, context),
            "zotero_push": partial(zotero.push, context),
            "zotero_off": partial(zotero.disconnect, context),
            "compare_saved": partial(saved.choose, context),
            "compare_checked": self._compare_checked,
            "compare_others": self._compare_others,
            "unlink": partial(files.revoke_links, context),
            "retract": self._retract,
            "forget": self._forget,
            "unteach": self._unteach,
            "forget_me": self._forget_me,
            "post_now": self._post_now,
            "pause": self._pause_or_resume,
            "resume": self._pause_or_resume,
            "lookup": self._lookup,
            "pick": self._pick,
            "answer_yes": self._answer_yes,
            "answer_no": self._answer_no,
        }

    async def handle_click(self, click: Click, respond: Responder) -> None:
        """Does what the button says. Raises NotFound for expired subjects and unknown buttons."""
        language = await self._context.person_language(click.place, click.person)
        if click.action not in self._by_name:
            raise NotFound(say("expired", language))
        click = await personal.at_own_place(self._context, click)
        admitted = await gate.admit(self._context, click, language)
        if admitted.place != click.place:
            chat = self._context.chats[click.place.platform]
            respond = chat.responder(admitted.place, click.person, click.extra)
        await self._by_name[click.action](admitted, respond, language)

    async def refusal(self, click: Click) -> str:
        """Returns why the person may not press this button; empty if they may."""
        try:
            language = await self._context.person_language(click.place, click.person)
            await gate.admit(self._context, await personal.at_own_place(self._context, click), language)
        except NotFound as error:
            return str(error)
        return ""

    async def handle_submission(
        self, submission: Submission, respond: Responder
    ) -> tuple[Mapping[str, str], AfterClose]:
        """Returns the problems by field, and what to do after the form has closed."""
        language = await self._context.person_language(submission.place, submission.person)
        if submission.action not in FORMS:
            raise NotFound(say("expired", language))
        submission = await personal.at_own_place(self._context, submission)
        submission = await gate.admit(self._context, submission, language)
        if submission.action == "setup":
            return await self._set_up(submission, respond, language)
        if submission.action == "add_checked":
            return self._add_checked(submission, respond, language)
        if submission.action == "zotero":
            return zotero.connect(self._context, submission, respond, language)
        if submission.action == "compare_checked":
            return saved.checked(self._context, submission, _checked(submission), respond, language)
        if submission.action == "ask":
            return await self._queue_question(submission, respond, language), None
        return {}, lambda: self._report_wrong(submission, respond, language)

    def _add_checked(
        self, submission: Submission, respond: Responder, language: str
    ) -> tuple[Mapping[str, str], AfterClose]:
        ranks = [int(v) for v in _checked(submission) if v.isdecimal()]
        if not ranks:
            return dict.fromkeys([*submission.fields][:1] or ["rows0"], say("add.none", language)), None
        if submission.fields.get(INSTEAD) == "compare_others":
            if problem := saved.problem([*map(str, ranks)], language):
                return {next(iter(submission.fields)): problem}, None
            return {}, lambda: self._compare_ranked(submission, submission.value, ranks, respond, language)
        return {}, lambda: self._add_all(submission.value, ranks, respond, language)

    async def _set_up(
        self, submission: Submission, respond: Responder, language: str
    ) -> tuple[Mapping[str, str], AfterClose]:
        """Saves the settings and, if that button was pressed, posts a digest. Any other button of
        the panel changes the panel."""
        pressed = submission.pressed
        if pressed not in ("", setup.SUBMIT, setup.POST):
            return {}, lambda: setup.change(self._context, submission, respond, language)
        outcome = await setup.save(self._context, submission, language)
        if outcome.subscription is None:
            if pressed:
                draft, problems = await setup.read_draft(self._context, submission, language)
                state = setup.State.parse(submission.state)
                await respond.panel(
                    setup.panel(draft, state, language, setup.Footer(), (), problems, submission.fields)
                )
            return outcome.problems, None
        return {}, lambda: self._after_saving(outcome, submission, respond, language)

    async def _after_saving(
        self, outcome: setup.Saved, submission: Submission, respond: Responder, language: str
    ) -> None:
        assert outcome.subscription is not None
        posting = submission.pressed == setup.POST
        grants = await setup.load_grants(self._context, outcome.subscription.place, submission.extra)
        direct = outcome.fresh and outcome.subscription.place.direct
        closed = await personal.greet(self._context, outcome.subscription, language) if direct else ""
        buttons = not posting and ELSEWHERE not in submission.extra  # the buttons act on the channel that they are in
        post = setup.saved_post(self._context, outcome, grants, language, buttons=buttons, closed_why=closed)
        if submission.pressed:
            await respond.panel(setup.closed(post, submission.value, language))
        else:
            await respond.show(post)
        if posting:
            await digest_command.run_now(
                self._context, _now(submission), respond, outcome.subscription, language, outcome.previewed, grants
            )

    # ------------------------------------------------------------ a paper

    async def _load_subject(self, value: str, language: str) -> Subject:
        """Returns the paper, with its digest if any. Raises NotFound if that has expired."""
        named = _parse_paper(value)
        if isinstance(named, PaperById):
            return Subject(paper=await find_paper(self._context, named.paper_id))
        subject = Subject(await self._load_digest(named.digest, language), named.number)
        found = subject.entry or subject.candidate
        return replace(subject, paper=found.paper if found else None)

    async def _load_paper(self, value: str, language: str) -> Paper:
        return _paper_of(await self._load_subject(value, language), language)

    async def _load_paper_id(self, value: str, language: str) -> str:
        """Returns the id without asking arXiv: forms must open and votes be recorded at once."""
        named = _parse_paper(value)
        if isinstance(named, PaperById):
            ref = parse(named.paper_id)
            return ref.id if ref else named.paper_id
        return (await self._load_paper(value, language)).id

    async def _load_entry(
        self, click: Click, respond: Responder, language: str, *, pictured: bool = False
    ) -> tuple[Entry, str]:
        """Returns the digest's entry, else one of the paper read now or earlier; and its
        language."""
        subject = await self._load_subject(click.value, language)
        if subject.digest is not None and subject.entry is not None:
            return subject.entry, subject.digest.language
        paper = _paper_of(subject, language)
        await gate.require(self._context, Right.ASK, click.place, click.person, language)  # reading costs
        await respond.progress(say("reading", language, paper=escape(paper.versioned)))
        written = await self._context.channel_language(click.place, click.person)
        return await look_up(self._context, paper, written, click.place.key, pictured=pictured), written

    async def _full(self, click: Click, respond: Responder, language: str) -> None:
        entry, written = await self._load_entry(click, respond, language)
        await respond.page(cards.short_title(entry.paper), cards.full_page(entry, written))

    async def _menu(self, click: Click, respond: Responder, language: str) -> None:
        """Shows the buttons behind `⋯`, on a platform that has no menus for them."""
        paper = await self._load_paper(click.value, language)
        await self._show_menu(click, respond, language, cards.short_title(paper))

    async def _day_menu(self, click: Click, respond: Responder, language: str) -> None:
        await self._load_digest(click.value, language)
        await self._show_menu(click, respond, language)

    async def _show_menu(self, click: Click, respond: Responder, language: str, name: str = "") -> None:
        """Shows the buttons that work in this place and that the person may press."""
        in_digest = not name or not isinstance(parse_subject(click.value), PaperById)
        archive = in_digest and self._context.chats[click.place.platform].has_archive
        # A card outside of a digest is in the channel already, or has Share beside its menu.
        share = in_digest and not click.place.direct and ALONE not in click.extra
        standing = await self._context.standing(click.place, click.person)
        allowed = {action for action, rule in ACTIONS.items() if may(rule.right, standing)}
        await respond.show(cards.menu(click.value, language, name, archive=archive, share=share, allowed=allowed))

    async def _lookup(self, click: Click, respond: Responder, language: str) -> None:
        entry, written = await self._load_entry(click, respond, language, pictured=True)
        await show_entry(self._context, entry, click, respond, written)

    async def _authors(self, click: Click, respond: Responder, language: str) -> None:
        paper = await self._load_paper(click.value, language)
        title = say("all authors", language, title=escape(cards.short_title(paper)))
        await respond.show(Post((Text(f"**{title}**\n\n{escape(', '.join(paper.authors))}"),), title[:90], language))

    async def _bibtex(self, click: Click, respond: Responder, language: str) -> None:
        paper = await self._load_paper(click.value, language)
        await respond.show(Post((Text(f"```bibtex\n{exported([paper], Format.BIBTEX)}```"),), "BibTeX", language))

    async def _share(self, click: Click, respond: Responder, language: str) -> None:
        """Posts the card in the channel. People can ask questions in its thread."""
        entry, written = await self._load_entry(click, respond, language, pictured=True)
        place = replace(click.place, thread="")
        post = cards.card(entry, written, shared=True)
        chat = self._context.chats[place.platform]
        key = join_key("share", click.place.key, entry.paper.id, click.id)
        message = await send_pictured(chat, place, post, key, self._context.services.cache.get)
        await self._context.store.save_thread(replace(place, thread=message), papers=(entry.paper.id,))
        watch = posted(entry, replace(place, thread=message), self._context.now())
        await self._context.store.watch(place.key, [replace(watch, people=(click.person.id,))])
        await self._context.store.save_message_subject(place, message, entry.paper.id)
        await respond.show(note(say("shared", language), language))

    # ------------------------------------------------------------ votes

    async def _vote(self, click: Click, respond: Responder, language: str) -> None:
        kind, words = VOTES[click.action]
        paper_id = await self._load_paper_id(click.value, language)
        await record_vote(self._context, Vote(kind, paper_id, click.place, click.person, click.at))
        undo = Button(f"{click.action}_undo", click.value, say("vote.undo", language))
        await respond.show(with_button(say(words, language), undo, language))

    async def _take_back(self, click: Click, respond: Responder, language: str) -> None:
        kind, _ = VOTES[click.action.removesuffix("_undo")]
        paper_id = await self._load_paper_id(click.value, language)
        left = await take_back(self._context, Vote(kind, paper_id, click.place, click.person, click.at))
        words = say("unsaved" if kind is VoteKind.SAVED else "vote.back", language)
        await respond.show(note(say(f"vote.back.{left}", language) if left else words, language))

    async def _rate_answer(self, click: Click, respond: Responder, language: str) -> None:
        kind = VoteKind.MORE if click.action == "helpful" else VoteKind.FEWER
        await record_vote(self._context, Vote(kind, str(AnswerTo(click.value)), click.place, click.person, click.at))
        await respond.show(note(say(click.action, language), language))

    async def _wrong(self, click: Click, respond: Responder, language: str) -> None:
        field = Field("what", say("wrong.field", language), "lines")
        await respond.form(
            Form("wrong", click.value, say("wrong.title", language), say("wrong.submit", language), (field,), language)
        )

    async def _report_wrong(self, submission: Submission, respond: Responder, language: str) -> None:
        """Records the vote. Also marks an answer for everyone, with what the person wrote."""
        subject = submission.value
        if answer := answer_of(subject):
            await self._mark_answer_wrong(answer.question, submission.fields.get("what", ""))
        else:
            subject = await self._load_paper_id(subject, language)
        await record_vote(
            self._context, Vote(VoteKind.WRONG, subject, submission.place, submission.person, submission.at)
        )
        await respond.show(note(say("wrong.taken", language), language))

    async def _mark_answer_wrong(self, name: str, said: str) -> None:
        asked = await self._context.store.question_by_name(name)
        if asked is None or asked.answer is None or asked.post is None or not asked.message:
            return
        words = say("wrong.mark", asked.answer.language)
        quoted = f" “{escape(' '.join(said.split())[:300])}”" if said.strip() else ""
        marked = replace(asked.post, blocks=(Small(f"⚠ {words}{quoted}"), *asked.post.blocks))
        place = asked.question.place
        await self._context.chats[place.platform].edit(place, asked.message, marked)

    # ------------------------------------------------------------ questions

    async def _ask(self, click: Click, respond: Responder, language: str) -> None:
        if isinstance(_parse_paper(click.value), PaperById):
            name = await self._load_paper_id(click.value, language)
        else:
            name = cards.short_title(await self._load_paper(click.value, language))
        where = ((say("ask.thread", language), "thread"), (say("ask.me", language), "me"))
        fields: tuple[Field, ...] = (Field("question", say("ask.field", language), "lines", required=True),)
        if ALONE not in click.extra and not click.place.direct:
            fields += (Field("where", say("ask.where", language), "choice", "thread", options=where, required=True),)
        title = say("ask.title", language, paper=name)
        await respond.form(Form("ask", click.value, title, say("ask.submit", language), fields, language))

    async def _queue_question(self, submission: Submission, respond: Responder, language: str) -> dict[str, str]:
        text = submission.fields.get("question", "").strip()
        if not text:
            return {"question": say("ask.field", language)}
        subject = await self._load_paper_id(submission.value, language)
        question = Question(
            id=str(QuestionId(Origin.FORM, submission.id)),
            place=submission.place,
            person=submission.person,
            text=text,
            at=submission.at,
            subject=subject,
            private=submission.fields.get("where") == "me" or ALONE in submission.extra,
            extra=submission.extra,
        )
        await respond.progress(say("ask.taken", language))
        await self._conversation.enqueue(question)
        return {}

    async def _pick(self, click: Click, respond: Responder, language: str) -> None:  # noqa: ARG002
        choice = PaperChoice.parse(click.value)
        question = replace(await self._load_question(choice.question, language), extra=click.extra)
        await self._conversation.answer_about(question, choice.paper_id, click.person)

    async def _answer_yes(self, click: Click, respond: Responder, language: str) -> None:
        question = await self._load_question(click.value, language)
        await respond.progress(say("ask.taken", language))
        await self._conversation.answer_unaddressed(question)

    async def _load_question(self, name: str, language: str) -> Question:
        asked = await self._context.store.question_by_name(name)
        if asked is None:
            raise NotFound(say("expired", language))
        return asked.question

    async def _answer_no(self, click: Click, respond: Responder, language: str) -> None:
        await self._context.store.quiet(click.place)
        await respond.show(note(say("question.quiet", language), language))

    # ------------------------------------------------------------ a digest

    async def _load_digest(self, key: str, language: str) -> Digest:
        digest = await self._context.store.digest(key)
        if digest is None:
            raise NotFound(say("expired", language))
        return digest

    async def _others(self, click: Click, respond: Responder, language: str) -> None:
        digest = await self._load_digest(click.value, language)
        if digest.others:
            await respond.checklist(cards.others(digest, language))
        else:
            left = digest.coverage.considered > len(digest.entries)
            await respond.show(note(say("card.others gone" if left else "card.no others", language), language))

    async def _add(self, click: Click, respond: Responder, language: str) -> None:
        subject = await self._load_subject(click.value, language)
        if subject.entry is not None:
            raise NotFound(say("added.already", language))
        if subject.digest is None or subject.candidate is None:
            raise NotFound(say("expired", language))
        await self._add_all(subject.digest.key, [subject.number], respond, language)

    async def _add_all(self, key: str, ranks: Sequence[int], respond: Responder, language: str) -> None:
        """Reads candidates together and posts each as the next reply of the digest's thread."""
        digest = await self._load_digest(key, language)
        subscription = await self._context.store.subscription(digest.subscription)
        wanted = sorted((c for c in digest.others if c.rank in ranks), key=lambda c: c.rank)
        if subscription is None:
            raise NotFound(say("not set", language))
        if not wanted:  # somebody has added them since the list was shown
            raise NotFound(
                say("added.already" if {e.number for e in digest.entries} & {*ranks} else "expired", language)
            )
        named = joined((str(c.rank) for c in wanted), language)
        await respond.progress(say("adding", language, rank=named))
        services = self._context.services
        limit = asyncio.Semaphore(services.concurrency)
        who = asker.get()  # each paper counts towards the person's limit
        assert who is not None

        async def read(candidate: Candidate) -> Entry:
            async with limit:
                with asked_by(who.person, f"{who.work} {candidate.rank}"), booked(subscription.key, "analyse"):
                    return await read_paper(
                        candidate.paper,
                        candidate.score,
                        candidate.rank,
                        digest.language,
                        services,
                        figures=subscription.figures,
                    )

        read_papers = await asyncio.gather(*(read(c) for c in wanted), return_exceptions=True)
        with booked(subscription.key, "analyse"):
            entries = await confirm_statements([entry for entry in read_papers if isinstance(entry, Entry)], services)
        for entry in entries:
            await self._context.daily.add(subscription, key, entry)
        if entries:
            await respond.show(note(say("added", language, n=len(entries)), language))
        for failed in read_papers:
            if isinstance(failed, BaseException):
                raise failed

    async def _why(self, click: Click, respond: Responder, language: str) -> None:
        digest = await self._load_digest(click.value, language)
        written = digest.language  # the language of its reasons
        channel = await self._context.store.subscription(digest.subscription)
        blocks: list[Block] = [
            Heading(say("why these", written), 2),
            Small(coverage_line(digest, cost=channel is not None and channel.show_cost)),
        ]
        if digest.profile.interests:
            blocks.append(Text(say("by interest", written, interests=escape(digest.profile.interests))))
        lines = [
            f"**{e.number}** {link(tex.plain(cards.name_in(digest, e)), e.paper.abs_url)} · {why(e, written)}"
            for e in digest.entries
        ]
        blocks += [Text(line) for line in lines]
        await respond.show(Post(tuple(blocks), say("why these", written), written))

    async def _markdown(self, click: Click, respond: Responder, language: str) -> None:
        digest = await self._load_digest(click.value, language)
        await respond.file(f"paperboy-{digest.local_date}.md", render(digest))

    async def _open_archive(self, click: Click, respond: Responder, language: str) -> None:
        paper_id = await self._load_paper_id(click.value, language)
        await files.open_archive(self._context, click, respond, language, paper_id)

    async def _export(self, click: Click, respond: Responder, language: str) -> None:
        await files.send_digest(await self._load_digest(click.value, language), click, respond)

    async def _export_to_zotero(self, click: Click, respond: Responder, language: str) -> None:
        digest = await self._load_digest(click.value, language)
        await zotero.push(self._context, click, respond, language, [entry.paper for entry in digest.entries])

    async def _compare_checked(self, click: Click, respond: Responder, language: str) -> None:
        """Compares saved papers chosen from a menu, on a platform without check boxes."""
        ids = click.value.split(",")
        if problem := saved.problem(ids, language):
            raise NotFound(problem)
        await saved.compare(self._context, click, ids, respond, language)

    async def _compare_others(self, click: Click, respond: Responder, language: str) -> None:
        """Compares papers of a digest chosen from a menu, on a platform without check boxes."""
        named = [DigestPaper.parse(value) for value in click.value.split(",")]
        if problem := saved.problem([str(paper.number) for paper in named], language):
            raise NotFound(problem)
        await self._compare_ranked(click, named[0].digest, [paper.number for paper in named], respond, language)

    async def _compare_ranked(
        self, pressed: Click | Submission, key: str, ranks: Sequence[int], respond: Responder, language: str
    ) -> None:
        """Compares papers of a digest, selected or not, by their ranks."""
        digest = await self._load_digest(key, language)
        ranked = {e.number: e.paper for e in digest.entries} | {c.rank: c.paper for c in digest.others}
        if not {*ranks} <= ranked.keys():
            raise NotFound(say("expired", language))
        await saved.show_comparison(self._context, pressed, [ranked[n] for n in ranks], respond, language, ranks)

    async def _pause_or_resume(self, click: Click, respond: Responder, language: str) -> None:
        subscription = await self._context.store.subscription(click.place.key)
        if subscription is None:
            raise NotFound(say("me.none" if click.place.direct else "not set", language))
        await digest_command.VERBS[click.action](self._context, _now(click), respond, subscription, language)

    async def _settings(self, click: Click, respond: Responder, language: str) -> None:
        await setup.show(self._context, click.place, click.person, click.extra, respond, language)

    async def _retract(self, click: Click, respond: Responder, language: str) -> None:
        await digest_command.retract(self._context, click.value, respond, language)

    async def _forget(self, click: Click, respond: Responder, language: str) -> None:
        subscription = await self._context.subscription(click.place)
        await digest_command.forget(self._context, subscription, respond, language)

    async def _unteach(self, click: Click, respond: Responder, language: str) -> None:
        subscription = await self._context.subscription(click.place)
        await forget_votes(self._context, subscription.key, respond, language)

    async def _post_now(self, click: Click, respond: Responder, language: str) -> None:
        """Posts the preview above the button, if there is one."""
        subscription = await self._context.subscription(click.place)
        previewed = None
        if click.value != click.place.key:
            name = PreviewId.parse(click.value).name
            previewed = await previews.load(self._context.services.cache, subscription.key, name)
            if previewed is None:
                raise NotFound(say("preview gone", language, command=subscription.place.command))
        await digest_command.run_now(self._context, _now(click), respond, subscription, language, previewed)

    async def _forget_me(self, click: Click, respond: Responder, language: str) -> None:
        await self._context.store.forget_person(click.person.id)
        await respond.show(note(say("forgotten me", language), language))


def _paper_of(subject: Subject, language: str) -> Paper:
    if subject.paper is None:
        raise NotFound(say("expired", language))
    return subject.paper


def _checked(submission: Submission) -> list[str]:
    return [v for name, field in submission.fields.items() if name != INSTEAD for v in field.split(",") if v]


def _now(pressed: Click | Submission) -> Command:
    """Returns the command `/digest now`, which the button stands for."""
    return Command(pressed.id, "digest", "now", pressed.place, pressed.person, pressed.at, pressed.extra)


def _parse_paper(value: str) -> PaperById | DigestPaper:
    """Parses a value that the gate has admitted."""
    named = parse_subject(value)
    assert not isinstance(named, AnswerTo)
    return named
