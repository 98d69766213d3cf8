"""A notice (the late line, a word to the admins) on the strict Slack: once, replaced, taken away."""

from bot.alerts.notices import delete_notice, post_notice, replace_notice
from bot.core.chat import Place, Post, Text
from digest.ports import FreePace

KEY = "slack:C1:2026-01-30:daily:late"
PLACE = Place("slack", "C1")


def post(text: str) -> Post:
    return Post((Text(text),), text[:90])


async def test_once_replaced_and_taken_away(slack, chat, store):
    def shown() -> list[str]:
        return [m.shown for m in slack.space.channel("C1").messages.values()]

    for _ in range(2):
        await post_notice(KEY, post("arXiv has not given the list yet."), chat, PLACE, store, FreePace())
    assert shown() == ["arXiv has not given the list yet."]
    await replace_notice(KEY, post("There is no digest today."), chat, store)
    assert shown() == ["There is no digest today."]
    await delete_notice(KEY, chat, store, FreePace())
    assert shown() == []
    assert slack.refusals() == []
    await delete_notice(KEY, chat, store, FreePace())  # after a crash in between: no harm
    assert shown() == []


async def test_what_was_never_posted_is_neither_replaced_nor_taken_away(slack, chat, store):
    await replace_notice(KEY, post("nothing"), chat, store)
    await delete_notice(KEY, chat, store, FreePace())
    assert slack.space.channel("C1").messages == {}
