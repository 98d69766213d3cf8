"""A file with the settings of many channels, YAML or JSON: parses, compares, exports.

  defaults: {language: zh, timezone: Asia/Shanghai, days: mon-fri}
  subscriptions:
  - {channel: slack:C0123ABCD, categories: [cs.CV, cs.RO], interests: robots that learn from video}

What a channel leaves out comes from `defaults`, else from the environment. Channels that the
file does not name are left alone, and so is a pause that it does not mention.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.core.chat import Place
from bot.core.ids import ChannelKey, MalformedId
from bot.core.settings import settings, shapes
from bot.core.settings.problems import plain
from bot.core.subscription import Detail, Layout, Subscription
from digest.arxiv.categories import TAXONOMY, check
from digest.errors import BadInput
from digest.model import Profile

T = TypeVar("T", bound=BaseModel)


def _channel(value: str) -> str:
    with contextlib.suppress(MalformedId):
        key = ChannelKey.parse(value)
        if key.platform in shapes.PLATFORMS and key.channel.strip():
            return str(ChannelKey(key.platform, shapes.channel(key.platform, key.channel)))
    raise ValueError(f"{value!r} names no channel; write slack:C0123ABCD or discord:1234567890")


def _categories(value: list[str]) -> list[str]:
    if not value:
        raise ValueError("names no category; write cs.CV, cs.RO")
    for name in value:
        found = check(name)
        if not found.possible:
            near = f"did you mean {', '.join(found.nearest)}" if found.nearest else f"the list is at {TAXONOMY}"
            raise ValueError(f"{name!r} is not an arXiv category; {near}")
    return [check(name).category for name in value]


def _time(value: Any) -> Any:
    """YAML reads 09:00 as text and 13:30 as a number of base 60."""
    return f"{value // 60:02d}:{value % 60:02d}" if isinstance(value, int) and not isinstance(value, bool) else value


class Wanted(BaseModel):
    """The fields that a file or the command line may set."""

    model_config = ConfigDict(extra="forbid")

    categories: Annotated[settings.Words, AfterValidator(_categories)] | None = None
    interests: Annotated[str, Field(max_length=1000)] | None = None
    wanted: settings.Words | None = None
    unwanted: settings.Words | None = None
    authors: settings.Words | None = None
    language: Annotated[str, AfterValidator(settings.language)] | None = None
    papers: Annotated[int, Field(ge=1, le=50)] | None = None
    detail: Detail | None = None
    time: Annotated[str, BeforeValidator(_time), AfterValidator(settings.clock_time)] | None = None
    timezone: Annotated[str, AfterValidator(settings.timezone)] | None = None
    days: Annotated[list[str], BeforeValidator(settings.weekdays)] | None = None
    weekly: Annotated[str, AfterValidator(settings.roundup)] | None = None
    monthly: Annotated[str, AfterValidator(settings.roundup)] | None = None
    paused: bool | None = None
    show_cost: bool | None = None
    figures: bool | None = None
    unfurl: bool | None = None
    changes: bool | None = None
    layout: Layout | None = None
    ping_role: str | None = None


class Channel(Wanted):
    channel: Annotated[str, AfterValidator(_channel)]


NAMES = tuple(Wanted.model_fields)


@dataclass(frozen=True)
class Difference:
    """Field to (before, after), as the file writes them. `new`: the channel is not set yet."""

    made: Subscription
    before: Subscription | None
    fields: Mapping[str, tuple[str, str]]

    @property
    def new(self) -> bool:
        return self.before is None

    def lines(self) -> list[str]:
        if self.new:
            said = ", ".join(f"{name} {after}" for name, (_, after) in self.fields.items())
            return [f"+ {self.made.key}: {said}"]
        if not self.fields:
            return [f"= {self.made.key}"]
        return [f"~ {self.made.key}", *(f"    {name}: {was} -> {now}" for name, (was, now) in self.fields.items())]


def parsed(text: str, name: str = "") -> list[Channel]:
    """A file's channels with their defaults. Raises BadInput with a sentence for each problem."""
    data = _data(text, name)
    problems: list[str] = []
    defaults = _checked(Wanted, data.get("defaults") or {}, "defaults", problems)
    listed = data.get("subscriptions")
    problems += [
        f"{key!r} is not known here; there are defaults and subscriptions."
        for key in data.keys() - {"defaults", "subscriptions"}
    ]
    if not isinstance(listed, list):
        raise BadInput("\n".join([*problems, "The file has no list of subscriptions."]))
    channels = []
    for n, item in enumerate(listed, 1):
        named = str(item.get("channel", "")) if isinstance(item, dict) else ""
        channel = _checked(Channel, item, f"subscriptions {n}" + (f" ({named})" if named else ""), problems)
        if channel is not None and defaults is not None:
            given = defaults.model_dump(exclude_none=True) | channel.model_dump(exclude_none=True)
            channels.append(Channel.model_validate(given))
    twice = sorted({c.channel for c in channels if [d.channel for d in channels].count(c.channel) > 1})
    problems += [f"{channel} stands there twice." for channel in twice]
    if problems:
        raise BadInput("\n".join(problems))
    return channels


def _data(text: str, name: str) -> dict[str, Any]:
    import yaml  # noqa: PLC0415  # only this command reads it

    try:
        data = json.loads(text) if name.endswith(".json") else yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        raise BadInput(f"{name or 'The file'} cannot be read: {' '.join(str(error).split())}") from None
    if not isinstance(data, dict):
        raise BadInput(f"{name or 'The file'} holds no subscriptions.")
    return data


def _checked(kind: type[T], data: Any, where: str, problems: list[str]) -> T | None:
    """None if it has problems, which are appended."""
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        for problem in error.errors():
            name = " ".join(str(part) for part in problem["loc"][:1])
            cause = problem.get("ctx", {}).get("error")
            unknown = f"is not known here; there are channel, {', '.join(NAMES)}"
            said = unknown if problem["type"] == "extra_forbidden" else plain(problem)
            said = str(cause) if isinstance(cause, ValueError) else said
            problems.append(": ".join(part for part in (where, name, said) if part).removesuffix(".") + ".")
        return None


def given(pairs: Sequence[str]) -> Wanted:
    """`papers=5`, `categories=cs.CV,cs.RO` as the command line gives them. Raises BadInput."""
    data: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name not in NAMES:
            raise BadInput(f"{pair!r} sets nothing; write NAME=VALUE, with one of {', '.join(NAMES)}.")
        data[name] = value
    problems: list[str] = []
    found = _checked(Wanted, data, "", problems)
    if found is None:
        raise BadInput("\n".join(problems))
    return found


def settled(wanted: Wanted, base: Subscription, place: Place) -> Subscription:
    """`base` with the wanted fields replaced."""
    said = wanted.model_dump(exclude_none=True, exclude={"channel"})
    said = {name: tuple(value) if isinstance(value, list) else value for name, value in said.items()}
    of_profile = {name: said.pop(name) for name in Profile.__dataclass_fields__ if name in said}
    return replace(base, place=place, profile=replace(base.profile, **of_profile), **said)


def place_of(channel: str) -> Place:
    """Raises BadInput."""
    try:
        key = ChannelKey.parse(_channel(channel))
    except ValueError as error:
        raise BadInput(f"{error}.") from None
    return Place(key.platform, key.channel)


def differences(
    channels: Sequence[Channel], current: Sequence[Subscription], defaults: Subscription, now: datetime
) -> list[Difference]:
    """For each channel of the file, in its order."""
    known = {s.key: s for s in current}
    found = []
    for channel in channels:
        before = known.get(channel.channel)
        made = settled(channel, defaults, place_of(channel.channel))
        if before is None:
            made = replace(made, created=now)
        else:
            paused = before.paused if channel.paused is None else channel.paused
            made = replace(made, created=before.created, set_by=before.set_by, paused=paused)
        found.append(difference(before, made))
    return found


def difference(before: Subscription | None, made: Subscription) -> Difference:
    was, now = shown(before) if before else {}, shown(made)
    fields = {name: (_word(was.get(name, "")), _word(value)) for name, value in now.items() if was.get(name) != value}
    return Difference(made, before, fields)


def shown(subscription: Subscription) -> dict[str, Any]:
    """The fields of a file with the subscription's values."""
    values = {name: getattr(subscription.profile, name, None) for name in Profile.__dataclass_fields__}
    values |= {name: getattr(subscription, name) for name in NAMES if name not in values}
    values["detail"] = subscription.detail.value
    values["layout"] = subscription.layout.value
    return {name: list(v) if isinstance(v := values[name], tuple) else v for name in NAMES}


def _word(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(value) or "none"
    return str(value) if value not in ("", None) else "none"


def exported(subscriptions: Sequence[Subscription], *, as_json: bool = False) -> str:
    """A file that, applied, changes nothing. People's own digests are theirs, and not in it."""
    channels = [s for s in subscriptions if not s.place.direct]
    data = {"subscriptions": [{"channel": s.key, **shown(s)} for s in channels]}
    if as_json:
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    import yaml  # noqa: PLC0415

    return str(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=120))
