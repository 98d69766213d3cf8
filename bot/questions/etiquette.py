"""Decides whether to answer a message in a thread that the bot started.

A message that addresses the bot is answered. Any other message is answered only if it mentions
nobody else, replies to no person and reads as a question. It must also name a paper, be the
thread's first human message, or follow a question by the same person that the bot answers. UNSURE
means that only the author is asked, if the platform can do that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.core.chat import Question
from digest.patterns import regex
from digest.which_paper.resolve import LONGEST_CUE


class Decision(StrEnum):
    YES = "yes"
    UNSURE = "unsure"
    NO = "no"


@dataclass(frozen=True)
class ThreadState:
    """What has happened in the thread so far."""

    humans_spoke: bool = False
    """A person has written in this thread before."""
    last_speaker: str = ""
    """The person who wrote last; empty when it was the bot."""
    answered: str = ""
    """The person whose question the bot took last."""
    quiet: bool = False


_ASKING_EN = regex(
    r"^(?:(?:and|so|ok|okay|but|hi|hey|hello|also|then|wait|hmm|btw)\b[\s,]*)*"
    r"(?:what|which|how|why|when|where|who|whose|does|do|did|is|are|was|were|can|could|would|will|should|has|have|any|anything"
    r"|explain|compare|summari[sz]e|describe|list|show|tell me|give me|walk me|elaborate|define|translate|quote|find)\b",
    re.IGNORECASE,
)
_ASKING_ZH = regex(
    r"吗|呢[？?]?$|什么|怎么|怎样|如何|为什么|为何|哪|多少|几(?!乎|何)|有没有|是否|是不是|能否|能不能|可否|可不可以"
    r"|^(?:请|帮忙|麻烦)?(?:解释|讲讲|讲一下|说说|说一下|介绍|对比|比较|总结|概括|列出|翻译|展开)"
)
_ASKING_JA = regex(r"(?:ですか|ますか|でしょうか|のか|何|どう|なぜ|どこ|いつ|誰)")
_AMONG_PEOPLE = regex(
    r"^(?:thanks|thank you|thx|lol|haha+|nice|cool|great|wow|agreed|same here|\+1|i think|imo|imho|we should|let'?s|let us"
    r"|谢谢|感谢|哈哈|赞|不错|厉害|同意|我觉得|我认为|我们|咱们|大家|收到|好的)",
    re.IGNORECASE,
)
_TO_PEOPLE = regex(
    r"\b(?:you guys|anyone|anybody|someone|everybody|everyone|y'?all|folks|did you|have you|are you|do you|can you (?:guys|join|come|send me|review my)"
    r"|shall we|should we|can we|do we|are we|were we|will we|our|your (?:opinion|take|slides?|talk|draft|pr)|lunch|meeting|standup|stand-up|slides?)\b"
    r"|你们|有人|谁(?:有空|去|来|想|要|负责|能)|大家|我们|咱们|你(?:觉得|认为|看了|读了|有空|要不要|来吗|去吗)|开会|吃饭|组会",
    re.IGNORECASE,
)


def reads_as_question(text: str) -> bool:
    """Whether the text is a question or request by its form (en, zh, ja) or question mark."""
    stripped = re.sub(r"https?://\S+", "", text).strip()
    if re.search(r"[?？]\s*(?:$|\n)", stripped) or "?" in stripped.replace("??", "?")[-40:] or "？" in stripped[-40:]:
        return True
    return bool(_ASKING_EN.match(stripped) or _ASKING_ZH.search(stripped) or _ASKING_JA.search(stripped))


def decide(question: Question, state: ThreadState, *, names_paper: bool) -> Decision:
    """Returns whether to answer. `names_paper`: the text names one of the thread's papers."""
    if question.addressed:
        return Decision.YES
    text = question.text
    if len(text) > 2 * LONGEST_CUE:
        text = f"{text[:LONGEST_CUE]}\n{text[-LONGEST_CUE:]}"
    barred = state.quiet or question.mentions_others or question.replies_to_person
    if barred or not reads_as_question(text):
        return Decision.NO
    to_people = bool(_TO_PEOPLE.search(text) or _AMONG_PEOPLE.match(text.strip()))
    if names_paper:
        return Decision.UNSURE if to_people else Decision.YES
    with_the_bot = state.last_speaker in ("", question.person.id)
    if to_people or not with_the_bot:
        return Decision.NO
    follows_answer = state.answered == question.person.id
    return Decision.YES if not state.humans_spoke or follows_answer else Decision.UNSURE
