"""Chooses and makes the tags of a forum's posts. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

PER_POST = 5
PER_FORUM = 20
NAME = 20
"""Characters of a tag's name."""
REQUIRED = 1 << 4
"""The flag of a forum whose posts need a tag."""
REACTION = "👍"
"""The default reaction, which counts as a vote for more like this."""


def choose(wanted: Sequence[Sequence[str] | str], forum: Mapping[str, Any]) -> list[str]:
    """Returns the ids of the forum's tags for a post. `wanted`: the names of each tag, of which the
    first that the forum has is taken; in a plan of an earlier version it is a plain string. If a
    forum requires a tag and has none of them, returns a tag that everybody may use."""
    usable = [tag for tag in forum.get("available_tags") or () if not tag.get("moderated")]
    by_name = {str(tag["name"]).casefold(): str(tag["id"]) for tag in usable}
    found = []
    for names in wanted:
        known = [n for n in _keys(names) if n in by_name]
        found += [by_name[n] for n in known[:1]]
    if not found and int(forum.get("flags") or 0) & REQUIRED:
        found = [str(tag["id"]) for tag in usable[:1]]
    return list(dict.fromkeys(found))[:PER_POST]


def _keys(names: Sequence[str] | str) -> list[str]:
    return [name.casefold() for name in ([names] if isinstance(names, str) else names)]


def change(wanted: Sequence[Sequence[str]], forum: Mapping[str, Any]) -> dict[str, Any]:
    """Returns what to change so that the forum has these tags, as far as it has room, and a default
    reaction if it has none; empty if nothing. What people made stays."""
    has = list(forum.get("available_tags") or ())
    known = {str(tag["name"]).casefold() for tag in has}
    missing = [names[0] for names in wanted if not known & set(_keys(names)) and len(names[0]) <= NAME]
    made = [{"name": name} for name in missing[: max(PER_FORUM - len(has), 0)]]
    # A list replaces the previous one, so the old tags are sent with their ids.
    tags = {"available_tags": [*has, *made]} if made else {}
    emoji = {"emoji_id": None, "emoji_name": REACTION}
    return tags | ({} if forum.get("default_reaction_emoji") else {"default_reaction_emoji": emoji})
