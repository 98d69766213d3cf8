"""Builds the request that mends flawed places of an output, within a budget of tokens. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mean

from digest.llm.prompts import schemas, tasks
from digest.llm.prompts.requests import shortened
from digest.llm.server.wire import Request, estimate_tokens, request_tokens, system, user
from digest.model import Fault, Problem

TENTH = 0.093
"""Share of an analysis' tokens that its repair may take. It allows the estimate to err a little."""
LEAST_INPUT, LEAST_TOKENS = 480, 880
"""Tokens that any repair may take, of input and in all: as many as for a paper of 3,000 tokens."""
_SOURCE, _LEAST_SOURCE = 45, 100
"""Least tokens of the source for each place that needs it, and for all of them together."""
_FEW = 6
"""So many flawed places are each rewritten; of more, a part's short form stands for both."""
_BEGINNING = 40
"""Tokens shown of a text that is rewritten from the source."""
_SHOWN, _MOST_SHOWN = 110, 700
"""Tokens shown of a text that is mended: the room that it needs at least, and the most."""
_LIKELY = {"short": 100, "full": 400, "statement": 45, "quotation": 50}
"""Tokens that a text takes if no sound text of its form tells."""
_LIKELY_ELSE, _BRIEF = 60, 60
_NAMED = 14
"""Tokens of a fix besides its text."""
_DETAIL = 120
"""Characters of the sentence that says what is wrong with a place."""
_OWN_WORDS = frozenset(
    (Fault.WRONG_LANGUAGE, Fault.TOO_LONG, Fault.TRUNCATED, Fault.PREAMBLE, Fault.CHATTER, Fault.LEAKED)
)
"""Faults of texts that themselves hold what is needed to mend them."""
_REWRITTEN = _OWN_WORDS | {Fault.NUMBER, Fault.NAME, Fault.UNKNOWN_ID, Fault.SUPPORT}
"""Faults of texts that are mostly sound. A repair gets these texts whole if they fit."""


@dataclass(frozen=True)
class Budget:
    """Tokens that a repair may take."""

    into: float
    """Tokens of input."""
    total: float
    """Tokens of input and output together."""


def budget_of(request: Request, written: str, share: float) -> Budget:
    """Returns a share of what an output cost: of its request, and of both. An output that broke off
    or is short counts as one of usual length."""
    into = request_tokens(request)
    total = into + max(estimate_tokens(written), request.likely_tokens)
    return Budget(max(LEAST_INPUT, share * into), max(LEAST_TOKENS, share * total))


def repair_request(
    request: Request,
    texts: Mapping[str, str],
    problems: Sequence[Problem],
    language: str,
    source_of: Callable[[Sequence[str], int], str],
    budget: Budget,
) -> tuple[Request | None, float]:
    """Asks again for the flawed texts, in order, as far as the budget goes. Returns the request and
    the share of the texts that it holds. If it does not hold all, it asks for shorter short forms.

    `source_of` gives, for paths of flawed texts, `<paper>` blocks of at most so many characters."""
    by_place: dict[str, list[Problem]] = {}
    for problem in problems:
        by_place.setdefault(problem.where, []).append(problem)
    if len(by_place) > _FEW:
        by_place = {w: own for w, own in by_place.items() if not _stands_in(w, own, by_place)}
    repair = _Repair(request, texts, by_place, language, budget)
    chosen = repair.fitting(_groups(by_place))
    if len(chosen) < len(by_place):
        repair = replace(repair, brief=True)
        chosen = repair.fitting(_groups(by_place))
    return (repair.request_for(chosen, source_of) if chosen else None), len(chosen) / len(by_place)


def _stands_in(where: str, own: Sequence[Problem], places: Collection[str]) -> bool:
    """Returns whether the short form of a part is rewritten and can stand for this form."""
    part, _, form = where.rpartition(".")
    return form == "full" and f"{part}.short" in places and all(p.fault is not Fault.TOO_LONG for p in own)


def _groups(places: Collection[str]) -> list[list[str]]:
    """Returns places to mend together: those of a finding, and every other by itself."""
    found: dict[str, list[str]] = {}
    for where in places:
        found.setdefault(where.rpartition(".")[0] if where.startswith("findings.") else where, []).append(where)
    return [*found.values()]


@dataclass(frozen=True)
class _Repair:
    request: Request
    texts: Mapping[str, str]
    by_place: Mapping[str, Sequence[Problem]]
    language: str
    budget: Budget
    brief: bool = False

    def fitting(self, groups: Sequence[Sequence[str]]) -> list[str]:
        chosen: list[str] = []
        for group in groups:
            if self._room([*chosen, *group]) >= 0:
                chosen += group
        return chosen

    def _room(self, places: Sequence[str]) -> float:
        """Returns the tokens left if these places are asked for and get the least of the source."""
        shown = {w: _cut(text, _SHOWN) for w, text in self._to_mend(places).items() if self._mostly_sound(w)}
        return self._left(self._asked(places, shown)) - self._least_source(places)

    def request_for(self, places: Sequence[str], source_of: Callable[[Sequence[str], int], str]) -> Request:
        room = self._left(self._asked(places, {})) - self._least_source(places)
        made = self._asked(places, _fitting(self._to_mend(places), room))
        given = max((m["content"] for m in self.request.messages), key=len)
        tokens = max(self._left(made), self._least_source(places))
        source = source_of(places, int(tokens * len(given) / estimate_tokens(given)))
        first, last = made.messages
        return Request((first, user(source), last), made.schema, made.fast, made.max_tokens, made.likely_tokens)

    def _left(self, made: Request) -> float:
        return min(self.budget.into, self.budget.total - made.likely_tokens) - request_tokens(made)

    def _least_source(self, places: Sequence[str]) -> int:
        needing = sum(any(p.fault not in _OWN_WORDS for p in self.by_place[w]) for w in places)
        return max(_LEAST_SOURCE, _SOURCE * needing)

    def _asked(self, places: Sequence[str], shown: Mapping[str, str]) -> Request:
        task = self.request.messages[0]["content"].split("\n", 1)[0].removeprefix("Task: ")
        forms = dict.fromkeys(where.rpartition(".")[2] for where in places)
        rules = (tasks.BRIEF_FORMS if self.brief else {}).get
        first = tasks.REPAIR.format(task=task) + "".join(rules(f) or tasks.REPAIR_FORMS.get(f, "") for f in forms)
        last = tasks.REPAIR_LAST.format(
            problems=self._listed(places, shown), language=tasks.language_name(self.language)
        )
        likely = sum(self._likely(where) for where in places)
        return Request((system(first), user(last)), schemas.FIXES, self.request.fast, self.request.max_tokens, likely)

    def _listed(self, places: Sequence[str], shown: Mapping[str, str]) -> str:
        lines, before = [], ""
        for where in places:
            found = "; ".join(dict.fromkeys(f"{p.fault.value}: {p.detail[:_DETAIL]}" for p in self.by_place[where]))
            name = "proves" if where.endswith("quotation") else "text"
            lines.append(f"- where: {where}")
            lines += [f"  problem: {found}"] if found != before else []
            lines += [f"  {name}: {shown[where]}"] if shown.get(where) else []
            before = found
        return "\n".join(lines)

    def _to_mend(self, places: Sequence[str]) -> dict[str, str]:
        """Returns the flawed texts: only the beginning if a text is mostly unsound, and for a
        quotation that is nowhere in the paper, the statement that it should prove."""
        found = {}
        for where in places:
            place, _, form = where.rpartition(".")
            text = self.texts.get(f"{place}.statement", "") if form == "quotation" else self.texts.get(where, "")
            found[where] = text if self._mostly_sound(where) else _cut(text, _BEGINNING)
        return found

    def _mostly_sound(self, where: str) -> bool:
        return all(p.fault in _REWRITTEN for p in self.by_place.get(where, ()))

    def _likely(self, where: str) -> int:
        form = where.rpartition(".")[2]
        sound = [
            estimate_tokens(text)
            for w, text in self.texts.items()
            if text
            and w.rpartition(".")[2] == form
            and self._mostly_sound(w)
            and all(p.fault is not Fault.TOO_LONG for p in self.by_place.get(w, ()))
        ]
        size = int(mean(sound) if sound else _LIKELY.get(form, _LIKELY_ELSE))
        return _NAMED + (min(size, _BRIEF) if self.brief and form == "short" else size)


def _fitting(texts: Mapping[str, str], room: float) -> dict[str, str]:
    """Returns the texts in so many tokens: short ones whole, the others cut to the same length."""
    found: dict[str, str] = {}
    sizes = sorted((estimate_tokens(text), where) for where, text in texts.items())
    for n, (size, where) in enumerate(sizes):
        each = int(room / (len(sizes) - n))
        found[where] = _cut(texts[where], min(each, _MOST_SHOWN))
        room -= min(size, each)
    return found


def _cut(text: str, tokens: int) -> str:
    text = " ".join(text.split())
    size = estimate_tokens(text)
    kept = max(0, tokens - estimate_tokens(tasks.SHORTENED))
    return shortened(text, len(text) * kept // size if size > tokens else len(text))
