"""Implements a Model by recorded replies. Checks, evidence and renderer are the real ones.

A recording holds, for each language, the raw texts that a model sent: `ranking.json`,
`summary.json`, one `<paper id>.json` for each analysis, `support.json` with the verdict on each
doubtful sentence, and `answers.md`. In that file, each answer follows a line `=== <paper ids> |
<question> | <the same in other words>`. The checked results may be stored beside them, in
`checked.json`."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources.abc import Traversable

from digest.cache_keys import fingerprint
from digest.errors import ModelUnavailable
from digest.llm.server.client import Model
from digest.llm.server.wire import Reply, Request
from digest.patterns import regex
from digest.ports import OnText
from digest.retrieval.terms import asked

_TASK = regex(r"Task: ([a-z ]+)")
_PAPER = regex(r'<paper n="(\d+)">\n(.+)')
_LANGUAGE = regex(r"\(([A-Za-z]{2,3})(?:-[\w-]+)?\)")
_QUESTION = regex(r"\nQuestion: (.*)\Z", re.DOTALL)
_PAIR = regex(r'<pair n="(\d+)">\nsentence: (.*)\nquotation: (.*)\n')
_HEAD = regex(r"^=== (.+)\n", re.MULTILINE)
_PIECES = regex(r"\S+\s*|\s+")
_HAN_PIECES = regex(r"[\u3000-\u9fff]{1,3}|[^\u3000-\u9fff\s]+\s*|\s+")
_NAMES_PAPER = regex(r"#?\d{1,2}|第\s*[\d一二三四五六七八九十]+\s*篇(?:论文|文章)?")


class OutsideRecording(ModelUnavailable):
    """The recording has no reply to the request."""


@dataclass(frozen=True)
class RecordedAnswer:
    papers: tuple[str, ...]
    """The papers' ids."""
    questions: tuple[str, ...]
    """The question in several wordings."""
    text: str


@dataclass(frozen=True)
class Recording:
    titles: Mapping[str, str]
    """Titles by paper id, in the order of the ranking's numbers."""
    texts: Mapping[tuple[str, str], str]
    """Raw texts by language and file name."""

    @cached_property
    def version(self) -> str:
        return fingerprint(*(part for key, text in sorted(self.texts.items()) for part in (*key, text)))[:8]

    @cached_property
    def languages(self) -> tuple[str, ...]:
        return tuple(sorted({language for language, _ in self.texts}))

    def answers(self, language: str) -> list[RecordedAnswer]:
        _, *parts = _HEAD.split(self.texts.get((language, "answers.md"), ""))
        found = []
        for head, text in zip(parts[::2], parts[1::2], strict=True):
            ids, *questions = (piece.strip() for piece in head.split("|"))
            found.append(RecordedAnswer(tuple(ids.split()), tuple(questions), text.strip()))
        return found


def load_recording(folder: Traversable, titles: Mapping[str, str]) -> Recording:
    """Returns the recording. `folder` holds a folder of raw texts for each language."""
    texts = {
        (language.name, file.name): file.read_text("utf-8").strip()
        for language in folder.iterdir()
        if language.is_dir()
        for file in language.iterdir()
        if file.name != "checked.json"
    }
    return Recording(titles, texts)


class RecordedModel(Model):
    """Replies from a recording. Raises OutsideRecording for a request without a recorded reply."""

    def __init__(self, recording: Recording, *, pace: float = 0.0) -> None:
        """`pace`: seconds between two pieces of an answer."""
        super().__init__(name="recorded")
        self._recording = recording
        self._pace = pace

    async def prepare(self) -> None:
        """Does nothing: it needs no SDK."""

    async def ask(self, request: Request) -> Reply:
        return self._reply(request)

    async def stream(self, request: Request, on_text: OnText) -> Reply:
        reply = self._reply(request)
        shown = ""
        pieces = _HAN_PIECES if re.search(r"[\u4e00-\u9fff]", reply.text) else _PIECES
        for piece in pieces.findall(reply.text):
            shown += piece
            await on_text(shown)
            await asyncio.sleep(self._pace)
        await on_text(reply.text)
        return reply

    def _reply(self, request: Request) -> Reply:
        text = recorded_text(self._recording, request)
        if text is None:
            raise OutsideRecording("The recording has no reply to this.")
        return Reply(text, self.name, finish="stop")


def recorded_text(recording: Recording, request: Request) -> str | None:
    """Returns the recorded reply to a request, found by task, language, papers and question."""
    task = _TASK.match(request.messages[0]["content"])
    whole = "\n".join(m["content"] for m in request.messages)
    last = request.messages[0 if task and task[1] == "ranking" else -1]["content"]
    language = _LANGUAGE.findall(last.partition("\nQuestion:")[0])[-1:]
    if task and task[1] == "support":
        return _verdicts(recording, last)
    given = {number: title.strip() for number, title in _PAPER.findall(whole)}
    ids = [i for title in given.values() for i, known in recording.titles.items() if known == title]
    if not (task and language and len(ids) == len(given)):
        return None
    if task[1] == "analysis" and len(ids) == 1:
        return recording.texts.get((language[0], f"{ids[0]}.json"))
    if task[1] in ("ranking", "summary"):
        return recording.texts.get((language[0], f"{task[1]}.json")) if ids == [*recording.titles] else None
    question = _QUESTION.search(last)
    if task[1] != "answer" or question is None:
        return None
    return _answer(recording.answers(language[0]), ids, question[1])


def _verdicts(recording: Recording, asked_for: str) -> str | None:
    """Returns the recorded words in the order of the pairs. The two pairs with known answers differ
    from call to call: one is its quotation, the other denies it."""
    known = {
        verdict["sentence"]: verdict
        for (_, name), text in recording.texts.items()
        if name == "support.json"
        for verdict in json.loads(text)["verdicts"]
    }
    verdicts = []
    for number, sentence, quotation in _PAIR.findall(asked_for):
        own = {"reason": "its own words", "word": "yes"} if sentence == quotation else known.get(sentence)
        if own is None and not sentence.endswith(quotation):
            return None
        own = own or {"reason": "denies it", "word": "opposite"}
        verdicts.append({"n": int(number), "reason": own["reason"], "word": own["word"]})
    return json.dumps({"verdicts": verdicts}, ensure_ascii=False)


def _answer(answers: Sequence[RecordedAnswer], ids: Sequence[str], question: str) -> str | None:
    """The answer recorded for a question with the same words, whatever their order."""
    words = _content(question)
    for answer in answers:
        same = (known for known in answer.questions if words and _content(known) == words)
        if sorted(answer.papers) == sorted(ids) and (question in answer.questions or any(same)):
            return answer.text
    return None


def _content(question: str) -> frozenset[str]:
    """Returns the words of the question, without the papers' numbers."""
    return frozenset(asked(_NAMES_PAPER.sub(" ", question.casefold())))
