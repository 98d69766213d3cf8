"""One day of a channel on every platform and by each way that its events come: a right that is missing, titles that cannot be drawn, `now` twice, the hint's
example, `quiet`, who may do what, and a digest that is taken back."""

from dataclasses import replace

import pytest

from bot.digests.cards import short_title
from digest.render import tex
from tests.scenarios.places import KINDS, a_place
from tests.scenarios.test_changes import shown_papers

BROKEN = r"Do Models Really Need Contrastive Learning $\href{}{}$ When \texttt{Data} Is Scarce: Part %d \sqrt"


@pytest.mark.parametrize("kind", KINDS)
async def test_a_day(kind, world, tmp_path):
    for number, paper_id in enumerate(list(world.arxiv.papers)):
        known = world.arxiv.papers[paper_id]
        known.paper = replace(known.paper, title=BROKEN % number)
        if number > 2:
            del world.arxiv.papers[paper_id]
    async with a_place(kind, world, tmp_path / "bot.log", subscribed=True) as place:
        # What the bot may not do is named before anything is made.
        place.deny()
        place.command("digest", "now")
        await place.until(lambda: any("cannot be posted here" in text for text in place.alone()))
        assert not world.model.calls
        place.allow()
        place.command("digest", "now")
        await place.until(lambda: any("The digest is posted." in text for text in place.alone()))
        papers = [world.arxiv.papers[i].paper for i in shown_papers(place, world)[:2]]
        names = [short_title(paper, papers) for paper in papers]
        assert len(place.posts()) == 3
        assert names[0] != names[1]
        assert all(name in place.texts()[0] for name in names)
        titles = [tex.plain(paper.title) for paper in papers]
        assert not any("\\" in title for title in titles)
        assert all(any(title in text for text in place.texts()[1:]) for title in titles)

        # A second one has nothing to make, and says what there is.
        calls = len(world.model.calls)
        place.command("digest", "now")
        await place.until(lambda: any("Nothing new since the last digest" in text for text in place.alone()))
        assert (len(place.posts()), len(world.model.calls)) == (3, calls)

        # The hint's own example, in the thread.
        thread = place.parent()
        place.ask("does 1 release code?", thread=thread)
        await place.until_logged("event=answered")
        await place.until(lambda: len(place.posts()) == 4 and "1 · Do Models" in place.texts()[-1])

        # Told to be quiet it says so once, though the event comes twice.
        message = place.ask("quiet, please", thread=thread)
        await place.until(lambda: len(place.posts()) == 5)
        place.again(message)
        place.say("and what does 2 measure?", thread=thread)
        place.ask("thanks!", thread=thread)
        await place.until_logged("event=answered", 3)
        assert [text for text in place.texts()[4:] if "Quiet from now on" in text] == [place.texts()[4]]
        assert len(place.posts()) == 6

        # Who may not take it back is told so, and not asked; the channel's state is for everybody.
        place.command("digest", "retract", bob=True)
        await place.until(lambda: any("may take back" in text for text in place.alone(bob=True)))
        place.command("digest", "status", bob=True)
        status = await place.until(lambda: [text for text in place.alone(bob=True) if "Last digest" in text])
        assert "Mon–Sun" in status[0]
        assert not any("Take back today's digest" in text for text in place.alone(bob=True))

        # Taken back whole, with a paper that was added, it is made again once, and what people and the bot said to each other
        # stays.
        said = place.texts()[3:]
        for times in (2, 3):
            await place.add()
            await place.until(lambda times=times: sum("Added 1 paper" in text for text in place.alone()) == times - 1)
            assert len(place.posts()) == len(said) + 4
            place.command("digest", "retract")
            await place.until(lambda: "Take back today's digest (4 messages)" in place.alone()[-1])
            place.press("Take back")
            await place.until(lambda: "Taken back: 4 messages" in place.alone()[-1])
            assert place.texts() == said
            place.command("digest", "now")
            await place.until(
                lambda times=times: sum("The digest is posted." in text for text in place.alone()) == times
            )
            assert len(place.posts()) == len(said) + 3
            made = [text for text in place.texts() if text not in said]
            assert len(set(made)) == 3
