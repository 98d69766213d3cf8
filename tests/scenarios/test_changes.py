"""Days after a digest, on the wire: a withdrawal and a version with other figures are told in the old thread, once, also through a kill."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.scenarios.places import OnDiscord, OnSlack, Place, a_place

LATER = datetime(2026, 2, 3, 9, tzinfo=UTC)
ANNOUNCED = datetime(2026, 2, 2, 1, tzinfo=UTC)


def told(place: Place, words: str) -> int:
    return sum(words in text for text in place.texts())


def thread_of(place: Place, message: str) -> str:
    assert isinstance(place, OnSlack | OnDiscord)
    if isinstance(place, OnSlack):
        return next(m.thread_ts for m in place.messages() if m.ts == message)
    return next(m["channel_id"] for m in place.messages() if m["id"] == message)


def message_with(place: Place, words: str) -> str:
    return next(message for message, text in place.posts() if words in text)


def shown_papers(place: Place, world) -> list[str]:
    assert isinstance(place, OnSlack | OnDiscord)
    raw = "".join(str(m if isinstance(m, dict) else m.blocks) for m in place.messages())
    return [i for i in world.arxiv.papers if f"arxiv.org/abs/{i}" in raw]


@pytest.mark.parametrize("kind", ["slack by socket", "discord"])
async def test_a_withdrawal_and_other_figures_are_told_once_through_a_kill(kind, world, tmp_path):
    async with a_place(kind, world, tmp_path / "bot.log", subscribed=True) as place:
        place.command("digest", "now")
        await place.until(lambda: len(place.posts()) >= 3)
        await place.until_logged("kind=edit")
        thread = thread_of(place, place.posts()[1][0])
        await place.stop()
        first, second = shown_papers(place, world)[:2]
        withdraw(world, first)
        claim = _measure(world, second)
        world.at(LATER)
        await place.start()
        await place.until(lambda: told(place, "was withdrawn"))
        await place.kill()
        await place.start()
        await place.until(lambda: told(place, claim))
        await place.until_logged("event=papers_looked_up", 2)
        assert (told(place, "was withdrawn"), told(place, claim)) == (1, 1)
        assert {thread_of(place, message_with(place, words)) for words in ("was withdrawn", claim)} == {thread}
        assert told(place, "The proof of Lemma 2 is wrong") == 1
        assert not re.search(r"Traceback|event=bug", place.log.read_text())


def withdraw(world, paper_id: str) -> None:
    paper = world.arxiv.papers[paper_id].paper
    comment = "This paper has been withdrawn. The proof of Lemma 2 is wrong"
    world.arxiv.replace(replace(paper, version=2, comment=comment, updated=ANNOUNCED), ANNOUNCED)


def _measure(world, paper_id: str) -> str:
    """A version whose abstract has a new measured claim."""
    paper = world.arxiv.papers[paper_id].paper
    said = "On a held-out benchmark of harbour sonar the error falls to 0.37 metres."
    version = replace(paper, version=2, abstract=f"{paper.abstract} {said}", updated=ANNOUNCED)
    world.arxiv.replace(version, ANNOUNCED)
    return said
