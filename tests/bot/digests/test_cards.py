"""The cards of a digest."""

from bot.digests import cards
from tests.builders import a_paper


def test_two_papers_whose_names_begin_alike_are_told_apart():
    begin = "Do Models Really Need Contrastive Learning for"
    titles = [f"{begin} Retrieval", f"{begin} Vision", "GPT: One", "GPT: Two", "Same", "Same"]
    papers = [a_paper(f"2601.0000{n}", title=title) for n, title in enumerate(titles)]
    names = [cards.short_title(paper, papers) for paper in papers]
    assert len(set(names)) == len(papers)
    assert names[2:4] == ["GPT: One", "GPT: Two"]
    assert names[4:] == ["Same (2601.00004)", "Same (2601.00005)"]
    assert cards.short_title(papers[0]) == "Do Models Really Need Contrastive Learning …"
