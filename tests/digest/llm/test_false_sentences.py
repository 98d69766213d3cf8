"""A model that writes false sentences beside real quotations on a third of its calls, the judge's included."""

import re
from datetime import date

import pytest

from digest.errors import Unusable
from digest.llm.analyst import ModelAnalyst
from digest.model import Entry
from digest.ports import Source, show_nothing
from tests.builders import a_score
from tests.digest.llm.models import a_model
from tests.digest.llm.test_lying import QUESTIONS, a_paper_of
from tests.servers.model import ModelServer
from tests.servers.model_words import FALSE


def unmarked(text: str) -> list[str]:
    """False sentences in a text that carry no mark."""
    found = []
    for sentence in (s for english, chinese, _ in FALSE for s in (english, chinese)):
        for match in re.finditer(re.escape(sentence), text):
            if not re.match(r"(?:\s*\[\d+\])*\s*\(\?\)", text[match.end() :]):
                found.append(sentence)
    return found


@pytest.mark.parametrize(("language", "seed"), [("zh", 1), ("en", 5)])
async def test_no_false_sentence_is_shown_without_a_mark(language, seed):
    async with ModelServer() as server:
        server.behave("false_sentences", share=1 / 3, seed=seed)
        model = a_model(server)
        analyst = ModelAnalyst(model)
        given = [a_paper_of(n) for n in range(1, 11)]
        entries = []
        for n, (paper, text) in enumerate(given, 1):
            try:
                analysis = await analyst.analyse(paper, text, language)
            except Unusable:
                analysis = None
            entries.append(Entry(n, paper, a_score(paper.id), analysis, hidden=text.hidden))
        summary = await analyst.summarise(entries, language, date(2026, 1, 30))
        settled, summary = await analyst.confirm(entries, summary)
        assert [call.task for call in server.calls].count("support") <= 1
        said = [m.text for m in summary.mentions]
        for entry in settled:
            if entry.analysis:
                said += [entry.analysis.core, *(f.statement for f in entry.analysis.findings)]
        marked = 0
        for n in range(50):
            paper, text = given[n // 5]

            source = Source(paper, text, settled[n // 5].analysis, n // 5 + 1)
            before = len(server.calls)
            answer = await analyst.answer(QUESTIONS[n % 5], [source], [], language, show_nothing)
            assert len(server.calls) - before <= 2
            said.append(answer.text)
            marked += "(?)" in answer.text
        assert [found for text in said for found in unmarked(text)] == []
        lied = [c for c in server.calls if c.behaviour == "false_sentences"]
        assert 0.2 <= len(lied) / len(server.calls) <= 0.5
        assert {c.task for c in lied} >= {"analysis", "answer"}
        assert marked >= 5
        await model.aclose()
