"""The archive follows the store: what was posted, asked, saved, taken back and forgotten."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.archive.archive import Archive, ArchiveUnavailable, Request
from bot.archive.index import Index, Scope
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


async def test_what_is_older_than_archive_days_does_not_come_back_by_a_rebuild(team, archive, store):
    archive._days = 30
    digest, _ = await team.digest()
    old = replace(digest, local_date=digest.local_date - timedelta(days=40), run="now-7")
    await store.save_digest(old, (), ())
    await archive.rebuild()
    assert await archive.digests(HERE.key) == (digest.key,)


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


async def test_a_file_that_was_away_brings_nothing_forgotten_back(team, archive, store, tmp_path):
    """Another worker's file missed that the channel was forgotten, and is the only one with old digests."""
    digest, _ = await team.digest()
    other = replace(digest, subscription="console:other")
    await store.save_digest(other, (), ())
    await archive.catch_up()
    away = tmp_path / "away"
    away.mkdir()
    with Index(tmp_path / "archive.db") as index:
        index._db.execute("VACUUM INTO ?", (str(away / "archive.db"),))
        index._db.execute("INSERT OR REPLACE INTO about VALUES('name', 'the last')")
    await store.set_archive_file_id("the last")
    team.clock.forward(timedelta(minutes=1))
    await store.forget_subscription(HERE.key)
    await store.redis.do("DEL", "paperboy:digest:" + other.key, "paperboy:digests:console:other")
    await archive.catch_up()
    await store.redis.do("DEL", "paperboy:lease:archive")
    stale = Archive(store, away, SampleDay())
    async with stale.owned():
        assert await stale.digests("console:other") == (other.key,)
        assert await stale.digests(HERE.key) == ()


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
        assert (await other.rebuild()).rows["digest"] == 1
    finally:
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def test_searches_are_answered_all_through_a_rebuild(team, archive):
    await team.digest()
    before = await subjects(archive, "UEval")
    rebuilding = asyncio.create_task(archive.rebuild())
    while not rebuilding.done():
        assert [(h.kind, h.subject) for h in await archive.search("UEval", EVERY, limit=50)] == before
    await rebuilding
    assert await subjects(archive, "UEval") == before


async def test_one_unreadable_digest_is_left_out_said_and_kept(team, archive, store):
    digest, _ = await team.digest()
    worse = replace(digest, run="now-2")
    await store.save_digest(worse, (), ())
    await store.save_digest(replace(digest, run="now-3"), (), ())
    await archive.catch_up()
    await store.redis.do("SET", f"paperboy:digest:{worse.key}", b"{}")
    damaged = "UPDATE digest SET body=x'00' WHERE key=?"
    await archive._file.do(lambda index: index._db.execute(damaged, (worse.key,)))
    rebuilt = await archive.rebuild()
    assert rebuilt.unreadable == (worse.key,)
    assert rebuilt.rows["digest"] == 2
    assert await archive.digest(worse.key, EVERY) is None
    assert worse.key in await archive.digests(HERE.key)


@pytest.mark.parametrize("damage", ["version", "no database", "pages", "cut short"])
async def test_a_damaged_file_is_rebuilt_with_every_digest_that_can_be_read(team, archive, store, tmp_path, damage):
    """Its digests may be older than what the store holds."""
    digest, _ = await team.digest()
    await archive.catch_up()
    old, path = replace(digest, run="now-7"), tmp_path / "elsewhere" / "archive.db"
    with Index(path) as index:
        index.put_digest(old)
        if damage == "version":
            index._db.execute("PRAGMA user_version=9")
    if damage == "no database":
        path.write_bytes(b"no database" * 1000)
    if damage == "pages":
        whole = path.read_bytes()
        path.write_bytes(whole[:100] + b"\xff" * 300 + whole[400:])
    if damage == "cut short":
        path.write_bytes(path.read_bytes()[:-4096])
    await store.redis.do("DEL", "paperboy:lease:archive")
    other = Archive(store, path.parent, SampleDay())
    async with other.owned():
        kept = {digest.key, old.key} if damage in ("version", "cut short") else {digest.key}
        assert set(await other.digests(HERE.key)) == kept
        assert await other.search("UEval", EVERY) != []


async def test_a_file_that_no_process_can_open_is_said_to_be_so(store, tmp_path):
    (tmp_path / "archive.db").mkdir()
    with pytest.raises(ArchiveUnavailable, match="Is a directory"):
        await Archive(store, tmp_path, SampleDay()).rebuild()


async def test_a_full_disk_deletes_nothing_and_ends_by_itself(team, archive, store):
    digest, _ = await team.digest()
    await archive.catch_up()
    file = archive._file
    await file.do(lambda index: index._db.execute("PRAGMA max_page_count=1"))
    await store.save_digest(replace(digest, run="now-2"), (), ())
    with pytest.raises(ArchiveUnavailable, match="full"):
        await archive.catch_up()
    assert [h.subject for h in await archive.search("UEval", EVERY)] != []
    await file.do(lambda index: index._db.execute("PRAGMA max_page_count=100000"))
    await archive.catch_up()
    assert len(await archive.digests(HERE.key)) == 2


async def test_a_paper_taken_off_the_list_is_no_longer_saved_in_the_archive(team, archive):
    digest, _ = await team.digest()
    await team.click(("save", f"{digest.key}#2"), BOB)
    paper = digest.entries[1].paper.id
    await archive.catch_up()
    mine = Scope(frozenset({HERE.key}), await team.context.store.hidden_person(BOB.id))
    assert (await archive.paper(paper, mine)).saved
    assert await team.context.store.unsave(BOB.id, paper) == [HERE.key]
    await archive.catch_up()
    assert not (await archive.paper(paper, mine)).saved


async def test_the_id_of_its_file_does_not_lapse_while_it_runs(team, archive, store):
    """Else it would be rebuilt at every start once it is ninety days old."""
    await archive._prune()
    await store.redis.do("EXPIRE", "paperboy:archive-home", 60)
    team.clock.forward(timedelta(days=1))
    await archive._prune()
    assert await store.redis.do("TTL", "paperboy:archive-home") > 60


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
