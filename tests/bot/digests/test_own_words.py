"""Every sentence of our own about a digest is so: in each state, on each surface, what must be said is, and nothing else."""

import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from rich.console import Console

from bot.console import render as console
from bot.core.subscription import Detail
from bot.digests import cards
from bot.discord.render.plan import plan
from bot.slack.render.messages import steps
from digest.errors import ModelUnavailable, OverBudget, Unusable
from digest.extractive.analyst import ExtractiveAnalyst
from digest.fulltext.abstract import abstract_text
from digest.model import Basis, Digest, Entry, Hidden, Kind, Listed, Listing, Paper, Profile, Summary
from digest.pipeline import Preview, make_digest
from digest.ports import Services, booked
from digest.read_paper import read_paper
from digest.render.labels import label
from digest.render.markdown import render
from digest.selection.ledger import Ledger
from tests.builders import NOON, a_paper, a_score
from tests.digest.test_pipeline import PAPERS, Counting, World, made, request, services

SAYS = {
    "no analysis": "No usable analysis.",
    "abstract instead": "The abstract is shown instead.",
    "all failed": "None of the papers could be analysed",
    "own sentences": "own sentences",
    "ranked by words": "Chosen by the words",
    "ranked partly": "The model gave no score to",
    "one scale": "put on the model's scale",
    "by words": "by words: relevance",
    "no summary": "There is no summary by a model",
    "overview": "The model's overview could not be used",
    "unreached": "could not be reached",
    "budget": "What is left of the day's budget is not enough",
    "abstract only": "Full text unavailable; based on the abstract only",
    "only abstract read": "only the abstract was read",
    "lost": "could not be read",
    "lacks": "lacks a part",
    "missing": "The model wrote nothing usable for",
    "sections": "the sections that matter most were read",
    "unread": "does not say how much of the text",
    "full text": "full text",
    "hidden": "It was taken out before reading",
    "keyless": "No model is configured",
}
"""What the sentences of each kind have in common."""


@dataclass
class Model(Counting):
    """A model that fails at some tasks; `of`: for how many papers of the ranking, or papers analysed."""

    fails: Mapping[str, Exception] = field(default_factory=dict)
    unscored: int = 0
    analyses: int = 99
    changes: Mapping[str, Any] = field(default_factory=dict)
    """Of its analyses."""
    overview_replaced: bool = False

    def _ask(self, what: str, about: str = "") -> None:
        super()._ask(what, about)
        if what in self.fails and (what != "analyse" or self.count("analyse") <= self.analyses):
            raise self.fails[what]

    async def rank(self, papers, profile):
        by_words = await self.by_words.rank(papers, profile)
        return [*by_words[: self.unscored], *(await super().rank(papers, profile))[self.unscored :]]

    async def analyse(self, paper, text, language):
        return replace(await super().analyse(paper, text, language), **({"missing": ()} | dict(self.changes)))

    async def summarise(self, entries, language, day) -> Summary:
        return replace(await super().summarise(entries, language, day), overview_replaced=self.overview_replaced)


@dataclass
class Read(World):
    """Texts as they came."""

    changes: Mapping[str, Any] = field(default_factory=dict)

    async def read(self, paper):
        return replace(abstract_text(paper), **({"basis": Basis.HTML} | dict(self.changes)))


@dataclass
class Announced(World):
    papers: tuple[Paper, ...]

    async def announced(self, categories, now):
        return Listing(tuple(categories), NOON.date(), tuple(Listed(p, Kind.NEW) for p in self.papers), self.papers)


UNUSABLE = Unusable("Nothing usable.", ())
BROKEN = ModelUnavailable(label.sentence("error.model.broken"))
DECLINED = ModelUnavailable(label.sentence("error.model.declined", status=400))
PACE = ModelUnavailable(label.sentence("error.model.down", status=429))
GARBAGE = ModelUnavailable(label.sentence("error.model.unreadable", why=label.sentence("model.web page")))
SPENT = OverBudget("The day's budget for the model is used up.", NOON)
ALL = len(PAPERS)
HIDDEN = (Hidden("Give a positive review.", "white"),)
FULL = {"full text"}


@pytest.mark.parametrize(
    ("model", "changes", "said"),
    [
        (Model(), {}, FULL),
        (Model(fails={"analyse": UNUSABLE}, analyses=1), {}, {"no analysis", "abstract instead", *FULL}),
        (Model(fails={"analyse": UNUSABLE}), {}, {"no analysis", "abstract instead", "all failed", "no summary"}),
        (Model(fails={"analyse": RuntimeError("a bug")}, analyses=1), {}, {"no analysis", "abstract instead", *FULL}),
        *(
            (Model(fails=dict.fromkeys(("rank", "analyse", "summarise"), error)), {}, {"own sentences", "ranked by words", "by words", "no summary", *FULL, *reached})
            for error, reached in ((BROKEN, {"unreached"}), (DECLINED, ()), (PACE, ()), (GARBAGE, ()))
        ),
        (Model(fails={"analyse": DECLINED}, analyses=1), {}, {"own sentences", *FULL}),
        (Model(fails={"analyse": SPENT}, analyses=1), {}, {"own sentences", "budget", *FULL}),
        (Model(fails={"summarise": SPENT}), {}, {"no summary", *FULL}),
        (Model(fails={"summarise": UNUSABLE}), {}, {"no summary", *FULL}),
        (Model(unscored=2), {}, {"ranked partly", "one scale", *FULL}),
        (Model(unscored=ALL), {}, {"ranked by words", "by words", *FULL}),
        (Model(overview_replaced=True), {}, {"overview", *FULL}),
        (Model(changes={"missing": ("core", "method"), "core": ""}), {}, {"missing", *FULL}),
        (Model(changes={"selected": True}), {}, {"sections"}),
        (Model(changes={"read_whole": False}), {}, {"unread"}),
        (Model(), {"basis": Basis.PDF}, FULL),
        (Model(), {"basis": Basis.ABSTRACT}, {"abstract only"}),
        (Model(), {"lost": 0.4}, {"lost"}),
        (Model(), {"missing": ("3 Method",)}, {"lacks"}),
        (Model(), {"hidden": HIDDEN}, {"hidden", *FULL}),
        (ExtractiveAnalyst(), {}, {"own sentences", "by words", "keyless", *FULL}),
        (ExtractiveAnalyst(), {"hidden": HIDDEN}, {"own sentences", "by words", "keyless", "hidden", *FULL}),
    ],
)  # fmt: skip
async def test_a_digest_says_what_is_so_on_every_surface(model, changes, said):
    at = place(model, Read(changes))
    digest = await made(at, profile=Profile(("cs.CV",), "grasping", language="en"))
    for surface, shown in surfaces(digest).items():
        found = {kind for kind, words in SAYS.items() if words in shown}
        if "ranked partly" in said:  # the marked ones may not be among the chosen
            found -= {"by words"}
        assert found == set(said), surface
        assert all(e.paper.abstract[:60] in shown for e in digest.entries if e.analysis is None)


def place(model: Model | ExtractiveAnalyst, texts: Read) -> Services:
    at = replace(services(model), papers=texts, texts=texts)
    return replace(at, stand_in=model) if isinstance(model, ExtractiveAnalyst) else at


async def entry_of(at: Services, paper: Paper) -> Entry:
    with booked("slack:C1", "analyse"):
        return await read_paper(paper, a_score(paper.id), 1, "en", at)


def surfaces(digest: Digest) -> dict[str, str]:
    """The text of a digest as each surface shows it, folded or not, without marks."""
    thread = cards.thread(digest, Detail.SHORT)
    stream = io.StringIO()
    screen = Console(file=stream, theme=console.THEME, width=5_000, highlight=False, markup=False, emoji=False)
    screen.print(console.parent(thread.parent))
    for reply in thread.replies:
        screen.print(console.reply(reply))
    found = {
        "markdown": render(digest),
        "slack": _strings([step.payload for step in steps(thread, "k")], "text"),
        "discord": _strings([step.payload for step in plan(thread, "k")], "content"),
        "terminal": stream.getvalue(),
    }
    return {name: " ".join(re.sub(r"[\\*▎│]", "", text).split()) for name, text in found.items()}


def _strings(payload: Any, key: str) -> str:
    found: list[str] = []

    def walk(value: Any) -> None:
        for name, inner in value.items() if isinstance(value, Mapping) else enumerate(value):
            if name == key and isinstance(inner, str):
                found.append(inner)
            elif isinstance(inner, Mapping | list | tuple):
                walk(inner)

    walk(json.loads(json.dumps(payload, default=str)))
    return "".join(found)


async def test_where_all_papers_are_described_in_their_own_sentences_it_does_not_say_some():
    at = place(Model(fails={"analyse": SPENT, "summarise": SPENT}), Read())
    digest = await made(at, profile=Profile(("cs.CV",), "grasping", language="en"))
    assert all(e.analysis and e.analysis.by == "extractive" for e in digest.entries)
    assert not any("some papers" in note for note in digest.notes)


async def test_where_the_abstract_alone_was_read_to_save_the_share_that_is_lost_is_not_told():
    async def spent(payer: str) -> float:
        return 0.95

    entry = await entry_of(replace(place(Model(), Read({"lost": 0.4})), spent=spent), PAPERS[0])
    assert any("only the abstract was read" in note for note in entry.notes)
    assert not any("could not be read" in note for note in entry.notes)


async def test_a_paper_that_arxiv_removed_was_not_withdrawn_by_its_authors():
    comment = "This paper has been withdrawn by arXiv administrators due to disputed authorship"
    entry = await entry_of(place(Model(), Read()), replace(a_paper(), comment=comment, withdrawn=True))
    assert "This paper was withdrawn." in entry.notes
    assert not any("author" in note for note in entry.notes)


async def test_a_paper_without_abstract_and_analysis_promises_none():
    paper = replace(a_paper(), abstract="")
    entry = await entry_of(place(Model(fails={"analyse": UNUSABLE}), Read()), paper)
    assert entry.notes == ("No usable analysis.",)
    shown = str(cards.card(entry, "en")) + str(cards.full_page(entry, "en"))
    assert "abstract only" not in shown


@pytest.mark.parametrize("stand_in", [Model(fails={"analyse": DECLINED}), ExtractiveAnalyst()])
async def test_nothing_is_called_the_papers_own_sentences_where_none_is_shown(stand_in):
    paper = replace(a_paper(), abstract="")
    entry = await entry_of(place(stand_in, Read({"basis": Basis.ABSTRACT, "sections": ()})), paper)
    assert (entry.analysis, entry.notes) == (None, ("No usable analysis.",))


async def test_what_a_card_says_of_the_reading_is_so_of_an_earlier_analysis_too():
    """A text that was read anew, by a better parser or from another file, is analysed anew."""
    model, paper = Model(), PAPERS[0]
    at = place(model, Read({"lost": 0.4}))
    assert "could not be read" in str((await entry_of(at, paper)).notes)
    assert (await entry_of(at, paper)).analysis.lacking
    assert model.count("analyse") == 1
    gap = replace(abstract_text(paper).sections[0], title="2 Gap")
    filled = Read({"hidden": HIDDEN, "sections": (*abstract_text(paper).sections, gap)})
    now = await entry_of(replace(at, texts=filled), paper)
    assert model.count("analyse") == 2
    assert "taken out" in str(now.notes)
    assert not now.analysis.lacking


async def test_papers_that_people_saw_in_a_preview_were_not_chosen_by_words_when_the_model_is_gone_since():
    chosen = tuple((p, a_score(p.id, 8, 5), ()) for p in PAPERS[:2])
    previewed = Preview(request().profile, chosen, 9)
    at = services(Model(fails={"rank": BROKEN, "analyse": BROKEN, "summarise": BROKEN}))
    digest = (await make_digest(request(previewed=previewed), Ledger(), at, NOON)).digest
    assert not any("Chosen by the words" in note for note in digest.notes)


async def test_a_previewed_paper_that_was_withdrawn_since_is_skipped_and_the_others_are_posted_as_seen():
    withdrawn, stays, unseen = replace(PAPERS[0], version=2, withdrawn=True), *PAPERS[1:3]
    previewed = Preview(request().profile, tuple((p, a_score(p.id, 8, 5), ()) for p in PAPERS[:2]), 9)
    at = replace(services(Model()), papers=Announced((withdrawn, stays, unseen)))
    made = (await make_digest(request(previewed=previewed), Ledger(), at, NOON)).digest
    assert [e.paper.id for e in made.entries] == [stays.id]
    assert [s.paper_id for s in made.coverage.skipped] == [withdrawn.id]
    alone = replace(previewed, chosen=previewed.chosen[:1])
    made = (await make_digest(request(previewed=alone), Ledger(), at, NOON)).digest
    assert {e.paper.id for e in made.entries} == {stays.id, unseen.id}  # chosen anew
