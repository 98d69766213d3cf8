"""Saved papers and digests go to a Zotero group library, each once: over the wire, against a local server that keeps Zotero's rules."""

import asyncio
import contextlib
import logging
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from bot.archive.zotero import Zotero
from bot.archive.zotero_api import ZoteroApi, ZoteroBusy, ZoteroRefused, item_of
from bot.commands.feedback import PUSH_AFTER
from bot.core.chat import Person, Vote, VoteKind
from bot.core.crypto.encryption import Cipher
from bot.core.finding import State
from bot.core.settings.settings import Settings
from bot.core.texts import say
from bot.doctor.zotero import zotero as check_key
from bot.server.wiring import open_app
from bot.store import RedisPauses
from bot.worker.jobs import Jobs
from bot.worker.queue import RetryLater
from digest.http.reader import HttpReader
from tests.bot.people import ANN, BOB, HERE, Queue
from tests.builders import a_paper
from tests.servers.zotero import FIELDS, Fault, zotero_server

CAT = Person("cat", language="en")
SECRET = "Zk7secretkeyofthegroup00"
WRITES = {"all": {"library": True, "write": True}}


@pytest.fixture
async def server():
    async with zotero_server(keys={SECRET: WRITES, "readonly": {"12345": {"library": True, "write": False}}}) as server:
        yield server


@pytest.fixture
async def make(store, server, team):
    readers = []

    def made(key="", library="", token="xoxb-token"):
        reader = HttpReader({"127.0.0.1"}, "test")
        readers.append(reader)
        api = ZoteroApi(reader, server.url, lambda token: RedisPauses(store, token))
        return Zotero(store, team.context.services.papers, api, key, library, {"console": token})

    yield made
    for reader in readers:
        await reader.aclose()


@pytest.fixture
def connected(team, make):
    """The channel of people, connected by `/digest zotero`."""

    async def connect(**more):
        vars(team).update(vars(team.but(zotero=make(**more))))
        await team.set_up()
        respond = await team.command("digest", "zotero")
        opened = await team.click(respond.button("zotero"))
        problems, answer = await team.submit(
            opened.forms[0], library="https://www.zotero.org/groups/12345/vision", key="" if more.get("key") else SECRET
        )
        assert problems == {}
        return answer

    return connect


async def save(team, *papers, person=BOB):
    for number, paper in enumerate(papers):
        at = team.clock() + timedelta(seconds=number)
        await team.context.store.vote(Vote(VoteKind.SAVED, paper.id, HERE, person, at))


async def push(team, by=ANN):
    respond = await team.command("digest", "zotero", by)
    return await team.click(respond.button("zotero_push"), by)


# ---------------------------------------------------------------- items


@pytest.mark.parametrize("journal", ["", "Phys. Rev. D 76, 013009 (2007)"])
def test_an_item_has_only_fields_of_its_type_and_what_arxiv_gives(journal):
    paper = a_paper("math/0309136", title=r"On $L^2$ & <b>bold</b>", authors=("Mei van der Berg", "ATLAS Collaboration"), journal_ref=journal, doi="10.1/x")  # fmt: skip
    item = item_of(paper)
    assert item.keys() <= FIELDS[item["itemType"]]
    assert item["itemType"] == ("journalArticle" if journal else "preprint")
    assert item.get("publicationTitle", "") == journal
    assert item["creators"] == [
        {"creatorType": "author", "firstName": "Mei", "lastName": "van der Berg"},
        {"creatorType": "author", "name": "ATLAS Collaboration"},
    ]
    assert item["DOI"] == "10.1/x"
    assert item["extra"].startswith("arXiv:math/0309136v1 [")
    assert item["key"] == item_of(replace(paper, version=2, title="Other"))["key"]


# ---------------------------------------------------------------- what people do


async def test_a_manager_connects_a_channel_and_saved_papers_go_there_once(team, server, connected):
    answer = await connected()
    assert "Connected with [Vision Group](https://www.zotero.org/groups/12345)" in answer.text
    digest, _ = await team.digest()
    for number in (1, 2):
        await team.click(("save", f"{digest.key}#{number}"), BOB)
    assert (await push(team)).text == "2 papers added to Vision Group."
    assert server.titles() == sorted(e.paper.title for e in digest.entries[:2])
    await team.click(("save", f"{digest.key}#3"), BOB)
    assert (await push(team)).text == "1 paper added to Vision Group. 2 were there already."
    assert server.writes == [2, 1]
    state = await team.command("digest", "zotero")
    assert "3 papers added so far, last push on Fri, Jan 30." in state.text
    assert not [item for item in server.items["12345"].values() if "bob" in str(item)]


async def test_any_digest_goes_there_by_its_export(team, server, connected):
    await connected()
    digest, _ = await team.digest()
    choice = await team.click(("export", digest.key), CAT)
    said = await team.click(choice.button("export_zotero"), CAT)
    assert said.text == f"{len(digest.entries)} papers added to Vision Group."
    assert len(server.titles()) == len(digest.entries)
    await team.click(("zotero_off", HERE.key))
    assert "export_zotero" not in str((await team.click(("export", digest.key), BOB)).posts)


async def test_only_managers_set_it_up_push_and_see_it(team, connected):
    await connected()
    assert "zotero" not in str((await team.command("digest", "zotero", BOB)).posts).lower().replace(
        "/digest zotero", ""
    )
    for action in ("zotero", "zotero_push", "zotero_off"):
        assert (await team.click((action, HERE.key), BOB)).forms == []
    assert await team.context.store.zotero_link(HERE.key) is not None


async def test_saves_of_five_minutes_are_pushed_together_by_the_worker(team, server, connected):
    await connected()
    digest, _ = await team.digest()
    queue = Queue()
    team = team.but(queue=queue)
    for number in (1, 2, 3):
        await team.click(("save", f"{digest.key}#{number}"), BOB)
    tasks = {key for key, wait in queue.later if key.startswith("zotero:") and wait == PUSH_AFTER}
    assert len(tasks) == 1
    await jobs(team).zotero(task(), HERE.key)
    assert server.writes == [3]


async def test_a_push_that_was_given_up_is_no_bug(team, connected):
    await connected()
    await jobs(team).handle_set_aside(f"zotero:{HERE.key}:5656", "its worker ended five times")


async def test_what_is_wrong_stays_in_the_form_or_is_a_sentence(team, server, connected):
    await connected()
    opened = await team.click(("zotero", HERE.key))
    form = opened.forms[0]
    assert [field.value for field in form.fields] == ["12345", ""]
    problems, _ = await team.submit(form, library="our library", key="")
    assert "Write the group's number" in problems["library"]
    _, said = await team.submit(form, library="12345", key="readonly")
    assert "may not write to group 12345" in said.text
    _, said = await team.submit(form, library="12345", key="nonsense")
    assert "Zotero refuses the key (403)" in said.text
    _, said = await team.submit(form, library="999", key="")
    assert "knows no such group" in said.text
    assert (await team.context.store.zotero_link(HERE.key)).library == 12345


# ---------------------------------------------------------------- faults of the wire


@pytest.mark.parametrize(
    "body",
    [
        "[" * 200_000,
        '{"access":' * 50_000,
        "null",
        '{"access": [1], "data": "x", "failed": [1], "unchanged": [1], "success": 3, "successful": "x"}',
        '{"access": {"groups": {"12345": true, "all": []}}, "failed": {"0": 412}, "success": {"0": null}}',
        '{"failed": {"0": {"code": [], "message": {}}}}',
        "9" * 5_000,
        "\ud83d".encode("utf-8", "surrogatepass").decode("latin-1"),
    ],
)
async def test_an_answer_of_another_shape_is_a_sentence(store, server, body):
    async with HttpReader({"127.0.0.1"}, "test") as reader:
        api = ZoteroApi(reader, server.url, lambda token: RedisPauses(store, token))
        for ask in (lambda: api.group_name(SECRET, 12345), lambda: api.add(SECRET, 12345, [a_paper()])):
            server.faults.append(Fault(status=200, body=body))
            with contextlib.suppress(ZoteroBusy, ZoteroRefused):
                await ask()
            assert not server.faults


async def test_nothing_comes_twice_whose_answer_was_lost(team, server, connected):
    await connected()
    papers = [entry.paper for entry in (await team.digest())[0].entries]
    await save(team, *papers)
    server.faults = [Fault(lost=True)]
    assert "cannot be reached or is down" in (await push(team)).text
    assert len(server.titles()) == len(papers)
    assert "were there already" in (await push(team)).text
    assert len(server.titles()) == len(papers)
    assert (await push(team)).text.startswith("0 papers added")
    assert len(server.writes) == 2


async def test_nothing_comes_twice_after_the_store_has_forgotten_or_from_two_processes(team, make, server, connected):
    await connected()
    digest, _ = await team.digest()
    papers = [entry.paper for entry in digest.entries]
    one, two = make(), make()
    await asyncio.gather(one.push(HERE.key, papers), two.push(HERE.key, papers[:2]))
    await team.context.store.redis.do("DEL", "paperboy:zotero-items:12345")
    server.tokens.clear()  # after twelve hours
    pushed = await one.push(HERE.key, papers)
    assert (pushed.new, pushed.known) == (0, len(papers))
    assert len(server.titles()) == len(papers)


async def test_fifty_at_a_time(team, make, server, connected):
    await connected()
    papers = [a_paper(f"2601.{n:05}", title=f"Paper {n}") for n in range(120)]
    pushed = await make().push(HERE.key, papers)
    assert (pushed.new, server.writes) == (120, [50, 50, 20])


async def test_what_is_too_large_for_a_request_goes_in_smaller_ones(team, make, server, connected):
    await connected()
    papers = [a_paper(f"2601.{n:05}", title=f"Paper {n}", abstract="word " * 100) for n in range(20)]
    server.most_bytes = 8_000
    pushed = await make().push(HERE.key, [*papers, a_paper("2601.00099", abstract="word " * 3_000)])
    assert (pushed.new, pushed.refused) == (20, ("2601.00099",))
    assert "too large" in pushed.words
    assert len(server.titles()) == 20


@pytest.mark.parametrize(
    ("fault", "wait"),
    [
        (Fault(429, {"Retry-After": "30"}), 30),
        (Fault(429), 300),
        (Fault(503, {"Retry-After": "120"}), 120),
        (Fault(500), 300),
        (Fault(409, body="Library locked"), 300),
        (Fault(200, body="<html>"), 300),
        (Fault(429, {"Retry-After": "999999999"}), 3600),
    ],
)
async def test_a_pause_is_kept_by_all_processes_and_nothing_is_lost(team, make, server, connected, fault, wait):
    await connected()
    digest, _ = await team.digest()
    await save(team, digest.entries[0].paper)
    server.faults = [fault]
    with pytest.raises(RetryLater) as later:
        await jobs(team).zotero(task(), HERE.key)
    assert later.value.wait == timedelta(seconds=wait)
    asked = len(server.requests)
    if "Retry-After" in fault.headers:
        with pytest.raises(ZoteroBusy, match="pause"):
            await make().push_saved(HERE.key)
        assert len(server.requests) == asked
    for name in await team.context.store.redis.scan("paperboy:pause:*"):
        await team.context.store.redis.do("DEL", name)
    await jobs(team).zotero(task(), HERE.key)
    assert len(server.titles()) == 1


async def test_backoff_beside_a_good_answer_holds_the_next_request_back(team, make, server, connected):
    await connected()
    server.faults = [Fault(headers={"Backoff": "20"})]
    papers = [a_paper(f"2601.{n:05}") for n in range(60)]
    with pytest.raises(ZoteroBusy) as busy:
        await make().push(HERE.key, papers)
    assert 18 < busy.value.wait <= 20
    assert server.writes == [50]


async def test_one_flawed_item_keeps_no_other_back_and_is_named(team, server, connected):
    await connected()
    digest, _ = await team.digest()
    papers = [entry.paper for entry in digest.entries]
    await save(team, *papers)
    server.bad = {papers[0].title: (400, "'*x*' is no valid field"), papers[1].title: (500, "An error occurred")}
    assert "asks for a pause" in (await push(team)).text
    server.bad.pop(papers[1].title)
    said = (await push(team)).text
    assert said.startswith("1 paper added to Vision Group.")
    assert r"Zotero did not take 1: '\*x\*' is no valid field" in said
    assert len(server.titles()) == len(papers) - 1


async def test_a_refused_key_is_reported_once_and_over_with_the_next_push(team, server, connected):
    await connected()
    digest, _ = await team.digest()
    await save(team, digest.entries[0].paper)
    reports = Remembered()
    team.context = replace(team.context, reports=reports)
    allowed = server.keys.pop(SECRET)
    await jobs(team).zotero(task(), HERE.key)
    state = await team.command("digest", "zotero")
    assert "Zotero refuses the key (403)" in state.text
    server.keys[SECRET] = allowed
    await jobs(team).zotero(task(), HERE.key)
    assert reports.said == [("fault", "zotero", HERE.key), ("over", "zotero", HERE.key)]
    assert "refuses" not in (await team.command("digest", "zotero")).text


# ---------------------------------------------------------------- the key


async def test_the_key_is_in_no_log_and_not_readable_in_the_store(team, server, connected, caplog):
    caplog.set_level(logging.DEBUG)
    await connected()
    server.faults = [Fault(403, body=SECRET), Fault(lost=True)]
    await save(team, (await team.digest())[0].entries[0].paper)
    for _ in range(3):
        await push(team)
    assert SECRET not in caplog.text
    store = team.context.store
    raw = await store.redis.do("HGET", "paperboy:zotero", HERE.key)
    assert SECRET.encode() not in raw
    assert SECRET not in "".join(path for _, path, _ in server.requests)
    link = await store.zotero_link(HERE.key)
    with pytest.raises(ValueError, match="another secret"):
        Cipher("xoxb-other").decrypt(link.key, HERE.key)
    with pytest.raises(ValueError, match="another secret"):
        Cipher("xoxb-token").decrypt(link.key, "console:other")


async def test_after_a_change_of_the_bot_s_token_the_key_is_asked_for_again(team, make, connected):
    await connected()
    with pytest.raises(ZoteroRefused) as refused:
        await make(token="xoxb-new").push(HERE.key, [a_paper()])
    assert str(refused.value) == say("error.zotero.no key", "en")


async def test_the_environment_s_key_needs_no_other_and_opens_its_library_alone(team, make, server, connected):
    server.groups["777"] = "Another Group"
    await connected(key=SECRET, library="12345")
    assert (await team.context.store.zotero_link(HERE.key)).key == ""
    form = (await team.click(("zotero", HERE.key))).forms[0]
    _, said = await team.submit(form, library="777", key="")
    assert said.text == say("error.zotero.no key", "en")
    _, said = await team.submit(form, library="777", key=SECRET)
    assert "Another Group" in said.text


@pytest.mark.parametrize("end", ["forget_subscription", "remove_subscription"])
async def test_forgetting_the_channel_or_removing_the_bot_forgets_its_key(team, connected, end):
    await connected()
    await getattr(team.context.store, end)(HERE.key)
    assert await team.context.store.zotero_link(HERE.key) is None


async def test_the_settings_make_it_and_redirects_do_not_get_the_key(store, redis_url, tmp_path, server):
    given = {"zotero_api_key": SECRET, "zotero_library": "https://www.zotero.org/groups/12345/vision", "zotero_api_url": server.url}  # fmt: skip
    settings = Settings(_env_file=None, redis_url=redis_url, paperboy_home=tmp_path, **given)
    server.faults = [Fault(302, {"Location": "https://evil.example/"})]
    async with open_app(settings) as app:
        assert app.zotero.library == "12345"
        with pytest.raises(ZoteroRefused):
            await app.zotero.connect(HERE.key, 12345)
        assert (await app.zotero.connect(HERE.key, 12345)).name == "Vision Group"


async def test_the_command_line_s_digests_go_to_the_library_of_the_environment(team, make, server):
    digest, _ = await team.digest()
    papers = [entry.paper for entry in digest.entries]
    assert (await make(key=SECRET, library="12345").push("console:cli", papers)).new == len(papers)
    with pytest.raises(ZoteroRefused, match="no Zotero library"):
        await make(key=SECRET, library="12345").push("slack:C1", papers)


@pytest.mark.parametrize(
    ("key", "library", "state", "said"),
    [
        (SECRET, "12345", State.GOOD, "may write to the group Vision Group"),
        (SECRET, "", State.DOUBTFUL, "every group"),
        (SECRET, "999", State.BAD, "no such group"),
        ("readonly", "12345", State.BAD, "may not write to group 12345"),
        ("wrong", "12345", State.BAD, "refuses the key (403)"),
    ],
)
async def test_paperboy_check_says_what_the_key_may_do(redis_url, tmp_path, server, key, library, state, said):
    given = {"zotero_api_key": key, "zotero_library": library, "zotero_api_url": server.url}
    [found] = await check_key(Settings(_env_file=None, redis_url=redis_url, paperboy_home=tmp_path, **given))
    assert (found.state, said in found.detail) == (state, True), found


class Remembered:
    def __init__(self):
        self.said = []

    async def report_fault(self, name, cause, *, about="", channel="", after=timedelta(0)):
        self.said.append(("fault", name, about))

    async def report_recovery(self, name, *, about="", begun_before=None):
        self.said.append(("over", name, about))


def jobs(team):
    return Jobs(team.context, team.conversation, Queue())


def task():
    return SimpleNamespace(key="zotero")
