"""The settings of many channels in a file: every problem told at once, the difference shown, applied; and how every channel stands."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from bot.cli import channels, costs
from bot.core.chat import Place
from bot.core.settings import subscriptions_file as files
from bot.core.settings.settings import Settings
from bot.core.subscription import Detail, Subscription
from bot.store import RedisBudget, RunState
from digest.errors import BadInput, NotFound
from digest.model import Profile, Usage
from digest.ports import booked
from tests.builders import a_digest

NOON = datetime(2026, 1, 30, 12, tzinfo=UTC)


@pytest.fixture
def settings(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return Settings(digest_categories=["cs.CV"], digest_papers=7)


def forty() -> str:
    entries = [{"channel": f"slack:C{n:02d}", "categories": ["cs.CV", "cs.RO"], "papers": 5 + n % 3} for n in range(40)]
    defaults = {"language": "zh", "timezone": "Asia/Shanghai", "days": "mon-fri", "time": "13:30"}
    return yaml.safe_dump({"defaults": defaults, "subscriptions": entries})


class TestReading:
    def test_a_channel_takes_what_the_file_says_else_its_defaults(self):
        found = files.parsed(forty())
        assert (len(found), found[7].language) == (40, "zh")
        assert found[7].days == ["mon", "tue", "wed", "thu", "fri"]
        assert (found[7].papers, found[8].papers) == (6, 7)

    def test_a_time_that_yaml_takes_for_a_number_is_a_time(self):
        text = "subscriptions: [{channel: 'slack:C1', time: 13:30}, {channel: 'slack:C2', time: 09:05}]"
        assert [c.time for c in files.parsed(text)] == ["13:30", "09:05"]

    def test_every_problem_is_told_at_once_with_its_place(self):
        text = """
        defaults: {tone: friendly, language: klingonese}
        channels: []
        subscriptions:
          - {channel: slack:C1, papers: 500, timezone: Mars/Olympus}
          - {channel: C2}
          - {channel: slack:C3, categories: [cs.CW, not a category], time: 25:00}
          - {channel: slack:C4, days: someday, hue: red}
          - just words
        """
        with pytest.raises(BadInput) as told:
            files.parsed(text)
        lines = str(told.value).splitlines()
        for piece in (
            "'channels' is not known here",
            "defaults: tone: is not known here; there are channel, categories",
            "defaults: language: 'klingonese' is not a language",
            "subscriptions 1 (slack:C1): papers:",
            "subscriptions 1 (slack:C1): timezone: 'Mars/Olympus' is not a timezone",
            "subscriptions 2 (C2): channel: 'C2' names no channel; write slack:",
            "subscriptions 3 (slack:C3): categories: 'not a category' is not an arXiv category",
            "subscriptions 3 (slack:C3): time: ",
            "subscriptions 4 (slack:C4): days: 'someday' names no days",
            "subscriptions 4 (slack:C4): hue: is not known here",
            "subscriptions 5:",
        ):
            assert any(line.startswith(piece) for line in lines), (piece, lines)

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("", "holds no subscriptions"),
            ("- a\n- b", "holds no subscriptions"),
            ("subscriptions: {a: 1}", "no list of subscriptions"),
            ("a: [", "cannot be read"),
            ("!!python/object/apply:os.system ['echo hacked']", "cannot be read"),
            ("subscriptions: [{channel: 'slack:C1'}, {channel: 'slack:C1'}]", "slack:C1 stands there twice"),
        ],
    )
    def test_what_is_no_such_file_gets_a_sentence(self, text, said):
        with pytest.raises(BadInput, match=said):
            files.parsed(text)

    def test_json_is_read_by_its_name(self):
        assert files.parsed('{"subscriptions": [{"channel": "discord:1"}]}', "a.json")[0].channel == "discord:1"
        with pytest.raises(BadInput, match=r"a\.json cannot be read"):
            files.parsed("subscriptions: []", "a.json")

    @pytest.mark.parametrize("as_json", [True, False])
    def test_an_export_applied_changes_nothing(self, as_json):
        profile = Profile(("cs.CV", "cs.RO"), "机器人：从视频学习", ("VLA",), ("survey",), ("Kaiming He",), "zh")
        one = Subscription(
            Place("slack", "C1"), profile, 5, Detail.CARD, "13:30", "Asia/Shanghai", ("mon", "fri"), paused=True,
            show_cost=True, created=NOON, set_by="U1",
        )  # fmt: skip
        two = Subscription(Place("discord", "42"), created=NOON, ping_role="7", figures=False, changes=False)
        text = files.exported([one, two], as_json=as_json)
        read = files.parsed(text, "x.json" if as_json else "x.yaml")
        found = files.differences(read, [one, two], Subscription(Place("", ""), papers=50), NOON)
        assert [d.made for d in found] == [one, two]
        assert [d.lines() for d in found] == [["= slack:C1"], ["= discord:42"]]


class TestApplying:
    async def test_forty_channels_are_set_up_and_a_second_time_nothing_changes(self, store, settings, capsys):
        await channels.apply(store, settings, forty(), "f.yaml", dry_run=False)
        assert capsys.readouterr().err.endswith("40 changed, 0 unchanged.\n")
        found = await store.subscriptions()
        assert len(found) == 40
        assert {s.created for s in found} == {store.now()}
        assert found[0].profile == Profile(("cs.CV", "cs.RO"), language="zh")
        await channels.apply(store, settings, forty(), "f.yaml", dry_run=False)
        assert capsys.readouterr().err.endswith("0 changed, 40 unchanged.\n")

    async def test_a_dry_run_shows_the_difference_and_changes_nothing(self, store, settings, capsys):
        await channels.add(store, settings, "slack:C1", ["papers=5", "interests=robots"])
        await channels.add(store, settings, "slack:C9", [])
        before = await store.subscriptions()
        capsys.readouterr()
        text = "subscriptions: [{channel: 'slack:C1', papers: 3, interests: robots}, {channel: 'discord:2'}]"
        await channels.apply(store, settings, text, "f.yaml", dry_run=True)
        shown = capsys.readouterr()
        assert "~ slack:C1\n    papers: 5 -> 3\n" in shown.out
        assert "+ discord:2: categories cs.CV" in shown.out
        assert "interests: robots" not in shown.out
        assert "Not in the file and unchanged: slack:C9." in shown.err
        assert "2 would change (--dry-run)." in shown.err
        assert await store.subscriptions() == before

    async def test_a_file_with_a_problem_changes_nothing_at_all(self, store, settings):
        text = "subscriptions: [{channel: 'slack:C1'}, {channel: 'slack:C2', papers: 0}]"
        with pytest.raises(BadInput):
            await channels.apply(store, settings, text, "f.yaml", dry_run=False)
        assert await store.subscriptions() == []

    async def test_who_set_it_since_when_and_a_pause_stay(self, store, settings, clock):
        made = Subscription(Place("slack", "C1"), paused=True, created=NOON, set_by="U1")
        await store.save_subscription(made)
        clock.forward(timedelta(days=3))
        await channels.apply(store, settings, "subscriptions: [{channel: 'slack:C1'}]", "f.yaml", dry_run=False)
        found = await store.subscription("slack:C1")
        assert (found.created, found.set_by, found.paused, found.papers) == (NOON, "U1", True, 7)
        text = "subscriptions: [{channel: 'slack:C1', paused: false}]"
        await channels.apply(store, settings, text, "f.yaml", dry_run=False)
        assert not (await store.subscription("slack:C1")).paused

    async def test_a_changed_profile_looks_at_the_latest_list_anew(self, store, settings):
        await channels.add(store, settings, "slack:C1", [])
        digest = a_digest(1, subscription="slack:C1")
        await store.save_digest(digest, (), ("cs.CV",))
        await channels.edit(store, "slack:C1", ["interests=robots"])
        assert (await store.ledger("slack:C1")).reopened
        assert (await store.subscription("slack:C1")).profile.interests == "robots"


class TestOneByOne:
    async def test_edit_changes_what_is_given_and_nothing_else(self, store, settings, capsys):
        await channels.add(store, settings, "slack:C1", ["categories=cs.CL, cs.AI", "days=mon-fri", "show_cost=true"])
        capsys.readouterr()
        await channels.edit(store, "slack:C1", ["papers=3", "time=7:05"])
        assert capsys.readouterr().out == "~ slack:C1\n    papers: 7 -> 3\n    time: 09:00 -> 07:05\n"
        found = await store.subscription("slack:C1")
        assert found.profile.categories == ("cs.CL", "cs.AI")
        assert found.show_cost is True

    @pytest.mark.parametrize("pair", ["papers", "colour=red", "papers=many", "language=klingonese", "=1"])
    async def test_a_value_that_is_none_gets_a_sentence(self, store, settings, pair):
        with pytest.raises(BadInput):
            await channels.add(store, settings, "slack:C1", [pair])
        assert await store.subscriptions() == []

    async def test_what_is_not_there_cannot_be_changed_and_what_is_there_not_added(self, store, settings):
        with pytest.raises(NotFound, match="There is no subscription slack:C1"):
            await channels.edit(store, "slack:C1", ["papers=3"])
        with pytest.raises(NotFound):
            await channels.remove(store, "slack:C1")
        await channels.add(store, settings, "slack:C1", [])
        with pytest.raises(BadInput, match="already exists"):
            await channels.add(store, settings, "slack:C1", [])
        with pytest.raises(BadInput, match="names no channel"):
            await channels.add(store, settings, "papers", [])

    async def test_removed_and_added_again_it_has_its_settings_back(self, store, settings):
        await channels.add(store, settings, "slack:C1", ["papers=3"])
        await channels.remove(store, "slack:C1")
        assert await store.subscriptions() == []
        await channels.add(store, settings, "slack:C1", [])
        found = await store.subscription("slack:C1")
        assert (found.papers, found.paused) == (3, False)

    async def test_a_file_is_written_where_it_is_asked_for(self, store, settings, tmp_path, capsys):
        await channels.add(store, settings, "slack:C1", [])
        await channels.export(store, tmp_path / "all.json")
        assert json.loads((tmp_path / "all.json").read_text())["subscriptions"][0]["channel"] == "slack:C1"
        capsys.readouterr()
        await channels.export(store, None)
        assert yaml.safe_load(capsys.readouterr().out)["subscriptions"][0]["papers"] == 7


class TestList:
    async def test_each_channel_s_last_digest_next_run_cost_and_fault(self, store, settings, capsys, monkeypatch):
        monkeypatch.setenv("COLUMNS", "220")
        await channels.add(store, settings, "slack:C1", ["time=08:00"])
        made = await store.subscription("slack:C1")
        assert made is not None
        await store.save_subscription(replace(made, created=NOON - timedelta(days=9)))
        await channels.add(store, settings, "slack:C2", ["paused=true"])
        digest = a_digest(2, subscription="slack:C1")
        await store.save_digest(digest, (), ("cs.CV",))
        budget = RedisBudget(store)
        with booked("slack:C1", "analyse"):
            await budget.settle(await budget.reserve("slack:C1", Usage(1)), Usage(3, 1000, 0, 100, 0.42))
        run = await store.begin_run("slack:C1", store.now().date(), "daily")
        await store.end_run(run, RunState.FAILED, "arXiv did not give the list.")
        await channels.show(store)
        out = capsys.readouterr().out
        first = next(line for line in out.splitlines() if line.startswith("slack:C1"))
        for piece in ("2026-01-30, 2 papers, not posted yet", "Sat, Jan 31 08:00 (UTC)", "$0.42", "arXiv did not give"):
            assert piece in first
        second = next(line for line in out.splitlines() if line.startswith("slack:C2"))
        assert "none yet" in second
        assert "paused" in second
        await channels.show(store, as_json=True)
        data = json.loads(capsys.readouterr().out)
        assert data[0]["month"]["usd"] == pytest.approx(0.42)
        assert data[0]["next"] == "2026-01-31T08:00:00+00:00"

    async def test_a_delivery_that_hangs_says_why(self, store, settings):
        await channels.add(store, settings, "slack:C1", [])
        digest = a_digest(1, subscription="slack:C1")
        await store.save_digest(digest, (), ("cs.CV",))
        await store.plan_delivery(digest.key, Place("slack", "C1"), ())
        async with store.lease(f"delivery:{digest.key}") as lease:
            await store.fault(lease, digest.key, "The bot is not in the channel.")
        [row] = await channels.rows(store)
        assert (row.delivered, row.fault) == ("2026-01-30, 1 paper, open", "The bot is not in the channel.")

    async def test_without_channels_it_says_how_to_begin(self, store, capsys):
        await channels.show(store)
        assert "/digest setup" in capsys.readouterr().err


class TestCosts:
    @pytest.fixture
    async def spent(self, store):
        budget = RedisBudget(store)
        for payer, stage, usage in (
            ("slack:C1", "rank", Usage(2, 10_000, 8_000, 500, 0.10)),
            ("slack:C1", "answer", Usage(1, 4_000, 3_000, 200, 0.02)),
            ("discord:2", "analyse", Usage(10, 90_000, 0, 9_000, 0.30)),
        ):
            with booked(payer, stage):
                await budget.settle(await budget.reserve(payer, Usage(1)), usage)

    @pytest.mark.usefixtures("spent")
    async def test_a_day_and_a_month_by_channel_and_stage_with_the_cached_share(self, store, settings, capsys):
        capped = settings.model_copy(update={"llm_daily_budget_usd": 1.0, "channel_daily_budget_usd": 0.5})
        await costs.show(store, capped, None, None)
        told = capsys.readouterr()
        day, month = told.out.split("2026-01\n")
        for table in (day, month):
            rows = {line.split("  ")[0].strip() or line.strip().split(" ")[0]: line for line in table.splitlines()}
            assert "11,000 (79%)" in rows["slack:C1"]
            assert "$0.12" in rows["slack:C1"]
            assert "$0.30" in rows["discord:2"]
            assert "$0.10" in next(line for line in table.splitlines() if line.startswith("  rank"))
            assert "$0.42" in rows["all"]
        assert "Today $0.42 of $1.00 used" in told.err
        assert "discord:2 $0.30 of $0.50" in told.err

    async def test_tokens_without_a_price_are_not_counted_in_dollars(self, store, settings, capsys):
        budget = RedisBudget(store)
        with booked("slack:C1", "rank"):
            await budget.settle(await budget.reserve("slack:C1", Usage(1)), Usage(1, 900, 0, 100, None))
        await costs.show(store, settings.model_copy(update={"llm_daily_budget_usd": 1.0}), None, None)
        assert "Today 1,000 tokens used, without a price in LLM_PRICES; the cap is $1.00" in capsys.readouterr().err

    @pytest.mark.usefixtures("spent")
    async def test_another_day_and_month_are_their_own(self, store, settings, capsys):
        await costs.show(store, settings, "2026-01-29", None, as_json=True)
        data = json.loads(capsys.readouterr().out)
        assert data["day"]["total"]["calls"] == 0
        assert (data["month"]["of"], data["month"]["total"]["calls"]) == ("2026-01", 13)
        assert data["month"]["by_channel"]["slack:C1"]["cached_tokens"] == 11_000
        assert data["month"]["by_stage"]["analyse"]["usd"] == pytest.approx(0.3)

    async def test_a_model_without_a_price_counts_tokens_and_says_so(self, store, settings, capsys):
        budget = RedisBudget(store)
        with booked("slack:C1", "rank"):
            await budget.settle(await budget.reserve("slack:C1", Usage(1)), Usage(1, 1000, 0, 10, None))
        await costs.show(store, settings, None, None)
        assert "no price" in capsys.readouterr().out

    @pytest.mark.parametrize(("day", "month"), [("yesterday", None), (None, "2026-13"), (None, "January")])
    async def test_what_is_no_day_or_month_gets_a_sentence(self, store, settings, day, month):
        with pytest.raises(BadInput, match=r"is not a (day|month); write"):
            await costs.show(store, settings, day, month)
