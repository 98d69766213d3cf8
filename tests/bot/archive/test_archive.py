"""The archive follows the store: what was posted, asked, saved, taken back and forgotten."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.archive.archive import Archive, ArchiveUnavailable, Request
from bot.archive.index import Scope
from bot.cli.sample import SampleDay
from bot.core.chat import Place
from bot.store import LeaseBusy
from tests.bot.people import ANN, BOB, HERE

EVERY = Scope(frozenset({HERE.key}))


async def subjects(archive, words="", scope=EVERY, **more):
    await archive.catch_up()
    return [(hit.kind, hit.subject) for hit in await archive.search(words, scope, limit=50, **more)]


async def test_a_digest_an_answer_and_a_saved_paper_are_found(team, archive):
    digest, thread = await team.digest()
    said = await team.ask(thread, "which benchmark does paper 1 introduce?")
    await team.click(("save", f"{digest.key}#2"))
    kinds = [kind for kind, _ in await subjects(archive)]
    assert said
    assert sorted(kinds) == ["answer", "digest", "paper", "paper", "paper"]
    hit = await archive.paper(digest.entries[0].paper.id, EVERY)
    assert (hit.asked, [s.number for s in hit.shown]) == (1, [1])
    assert (await archive.digest(digest.key, EVERY)) == digest
    assert await archive.digests(HERE.key) == (digest.key,)


async def test_words_are_answered_first_with_what_the_team_has_seen(team, archive):
    digest, thread = await team.digest()
    ueval = next(e.number for e in digest.entries if "UEval" in e.paper.title)
    await team.ask(thread, f"which benchmark does paper {ueval} introduce?")
    await team.click(("save", f"{digest.key}#{ueval}"))
    await archive.catch_up()
    respond = await team.command("paper", "UEval")
    assert respond.posts[0].blocks[0].markdown == "What this team has seen for “UEval”:"
    line = respond.posts[0].blocks[1].markdown.splitlines()[0]
    assert "[in the digest of Jan 30, 2026](" in line
    assert "asked 1 time · saved by you" in line
    assert len(respond.posts) == 2


async def test_another_channel_s_people_are_shown_nothing_of_it(team, archive):
    await team.digest()
    await archive.catch_up()
    elsewhere = Place("console", "other")
    await team.context.store.save_subscription(replace(await team.set_up(), place=elsewhere))
    respond = await team.command("paper", "UEval", BOB, elsewhere)
    assert len(respond.posts) == 1
    direct = await team.command("paper", "UEval", BOB, Place("console", "bob", direct=True))
    assert len(direct.posts) == 1


async def test_a_private_answer_is_not_kept_here(team, archive):
    digest, _ = await team.digest()
    await team.command("paper", f"{digest.entries[0].paper.id} which benchmark is introduced?")
    assert "answer" not in [kind for kind, _ in await subjects(archive)]


async def test_forget_me_reaches_it_at_once_and_its_file_soon(team, archive, tmp_path):
    _, thread = await team.digest()
    await team.ask(thread, "does paper 1 mention xylophonequasar?", BOB)
    await team.click(("save", "paper:2601.22153v1"), BOB)
    assert "answer" in [kind for kind, _ in await subjects(archive, "xylophonequasar")]
    await team.context.store.forget_person(BOB.id)
    assert [hit.kind for hit in await archive.search("xylophonequasar", EVERY)] == []
    await archive.catch_up()
    assert "answer" not in [kind for kind, _ in await subjects(archive)]
    held = b"".join(path.read_bytes() for path in tmp_path.glob("archive.db*"))
    assert b"xylophon" not in held


async def test_a_retracted_digest_and_a_forgotten_channel_are_gone(team, archive):
    subscription = await team.set_up()
    digest, _ = await team.digest(subscription)
    await archive.catch_up()
    await team.context.daily.retract(subscription, digest)
    assert await subjects(archive) == []
    team.clock.forward(timedelta(days=1))
    await team.context.store.save_digest(replace(digest, run="now-9"), (), ())
    assert await subjects(archive) != []
    await team.context.store.forget_subscription(HERE.key)
    assert await subjects(archive) == []


async def test_an_edited_question_leaves_until_it_is_answered_anew(team, archive):
    _, thread = await team.digest()
    await team.ask(thread, "which benchmark does paper 1 introduce?", message="m1")
    assert "answer" in [kind for kind, _ in await subjects(archive)]
    store = team.context.store
    asked = await store.question(await store.question_at(thread, "m1"))
    await store.amend(replace(asked.question, text="what is its name?", edited="2"))
    assert "answer" not in [kind for kind, _ in await subjects(archive)]


async def test_rebuilt_it_is_the_same_and_keeps_what_the_store_has_let_go(team, archive):
    digest, thread = await team.digest()
    await team.ask(thread, "which benchmark does paper 1 introduce?")
    old = replace(digest, local_date=digest.local_date - timedelta(days=200), run="now-7")
    await team.context.store.save_digest(old, (), ())
    before = sorted(await subjects(archive))
    store = team.context.store
    await store.redis.do("ZREM", f"paperboy:digests:{HERE.key}", old.key)
    await store.redis.do("DEL", f"paperboy:digest:{old.key}")
    await archive.rebuild()
    assert sorted(await subjects(archive)) == before
    assert set(await archive.digests(HERE.key)) == {old.key, digest.key}


async def test_a_lost_file_is_filled_from_the_store(team, archive, store, tmp_path):
    digest, _ = await team.digest()
    await archive.catch_up()
    other = Archive(store, tmp_path / "elsewhere", SampleDay())
    with pytest.raises(LeaseBusy):
        async with other.owned():
            pass
    await store.redis.do("DEL", "paperboy:lease:archive")
    async with other.owned():
        assert await other.digests(HERE.key) == (digest.key,)


async def test_a_process_that_does_not_own_it_asks_the_one_that_does(team, archive, store, tmp_path):
    digest, _ = await team.digest()
    await archive.catch_up()
    serving = asyncio.create_task(archive._serve())
    other = Archive(store, tmp_path / "elsewhere", SampleDay())
    try:
        hits = await other.search("UEval", EVERY)
        assert hits == await archive.search("UEval", EVERY)
        assert await other.digest(digest.key, EVERY) == digest
        assert await other.digest(digest.key, Scope(frozenset({"slack:C9"}))) is None
        assert (await other.rebuild())["digest"] == 1
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def test_without_an_owner_it_says_so(store, tmp_path):
    with pytest.raises(ArchiveUnavailable):
        await Archive(store, tmp_path, SampleDay())._ask(Request("search"), 0.01)


async def test_a_question_about_an_older_paper_is_answered_from_the_same_channel(team, archive):
    digest, _ = await team.digest()
    store, others = team.context.store, tuple(e for e in digest.entries if "UEval" not in e.paper.title)
    for n in range(1, 10):
        later = replace(digest, local_date=digest.local_date + timedelta(days=n), entries=others)
        await store.save_digest(replace(later, made_at=digest.made_at + timedelta(days=n)), (), ())
    await archive.catch_up()
    place = replace(HERE, thread="t1")
    await store.save_thread(place, later.key)
    said = await team.ask(place, "which benchmark does UEval introduce?", ANN, addressed=True)
    assert "UEval" in said
