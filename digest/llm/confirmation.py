"""Asks the fast model once about the sentences that rules find doubtful.

One call settles all doubts of an answer or a digest; without doubts, none is made. The call also
judges sentences that rules support in other words. Two of its pairs have known answers: a quotation
beside itself, and beside its denial. If the model errs in these, every doubt is marked. If the call
fails, the marks stay."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from digest.errors import Unavailable, for_log
from digest.llm.prompts.requests import support_request
from digest.llm.replies.marks import Word
from digest.llm.replies.parsing import list_at, parse_number, parse_object
from digest.llm.server.client import Model
from digest.llm.server.failures import RequestTooLong
from digest.model import Doubt

log = logging.getLogger(__name__)

MOST = 80
"""Doubts in one call. The marks of any others stay."""
MOST_REWORDED = 30
"""Sentences in one call that rules support in other words: about 1,000 tokens of the reply."""


async def confirm_doubts(model: Model, doubts: Sequence[Doubt]) -> dict[Doubt, Word]:
    """Returns the model's word for each doubt that it judged. Raises Misconfigured."""
    every = list(dict.fromkeys(doubts))
    asked = [d for d in every if not d.reworded]
    if not asked:
        return {}
    asked = [*asked, *[d for d in every if d.reworded][:MOST_REWORDED]][:MOST]
    log.info("event=support_asked model=%s doubts=%d", model.fast, len(asked))
    true, false = known_pairs(asked[0])
    middle = len(asked) // 2
    pairs = [*asked[:middle], false, *asked[middle:], true]
    try:
        reply = await model.ask(support_request(pairs))
    except (Unavailable, RequestTooLong) as error:
        log.warning("event=support_not_judged model=%s cause=%r", model.fast, for_log(error))
        return {}
    found = words_from(reply.text, pairs)
    if found.pop(true, None) is not Word.YES or found.pop(false, None) in (None, Word.YES):
        log.warning("event=support_not_judged model=%s cause='it errs in known pairs'", model.fast)
        return dict.fromkeys((d for d in asked if not d.reworded), Word.NO)
    return found


def known_pairs(doubt: Doubt) -> tuple[Doubt, Doubt]:
    """Returns a true pair and a false one, made from a doubt's quotation."""
    quotation = doubt.quotation.split("\n")[0]
    true = Doubt("", quotation, quotation, doubt.around)
    return true, Doubt("", f"It is not true that the paper says: {quotation}", quotation, doubt.around)


def words_from(text: str, asked: Sequence[Doubt]) -> dict[Doubt, Word]:
    """Returns the first readable word for each number. A pair without one stays doubtful."""
    found: dict[Doubt, Word] = {}
    for item in list_at(parse_object(text), "verdicts"):
        number = parse_number(item.get("n"), 1, len(asked))
        said = str(item.get("word", "")).strip().lower()
        if number and said in set(Word):
            found.setdefault(asked[int(number) - 1], Word(said))
    return found
