"""The routes of the local Discord that a bot of ours uses, each as strict as Discord is. What is not here is refused."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.servers import discord_rules as rules
from tests.servers.discord_rules import EPHEMERAL, V2, Refused, bad
from tests.servers.discord_world import DM, FORUM, PERMISSIONS, PUBLIC_THREAD, Interaction

if TYPE_CHECKING:
    from tests.servers.discord import Discord

Handler = Callable[..., Any]
_ROUTES: list[tuple[str, re.Pattern[str], Handler]] = []


def _on(method: str, path: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        _ROUTES.append((method, re.compile(re.sub(r"\{\w+\}", "([^/]+)", path)), handler))
        return handler

    return register


def answered(d: Discord, method: str, path: str, body: Any, query: dict[str, str]) -> Any:
    """The answer as JSON, None for 204. Raises Refused."""
    for verb, pattern, handler in _ROUTES:
        if verb == method and (found := pattern.fullmatch(path)):
            return handler(d, body, query, *found.groups())
    raise Refused(404, 0, f"404: Not Found ({method} {path} is not in the local Discord)")


@_on("GET", "/users/@me")
def _me(d: Discord, body: Any, query: Any) -> Any:
    return d.world.bot


@_on("GET", "/oauth2/applications/@me")
@_on("GET", "/applications/@me")
def _application(d: Discord, body: Any, query: Any) -> Any:
    return {
        "id": d.world.application, "name": "paperboy", "icon": None, "description": "", "bot_public": False, "bot_require_code_grant": False,
        "verify_key": "", "owner": d.world.bot, "team": None, "summary": "", "flags": (1 << 19) if d.gateway.content else 0,
    }  # fmt: skip


@_on("GET", "/channels/{channel}")
def _channel(d: Discord, body: Any, query: Any, channel: str) -> Any:
    found = d.world.get_channel(channel)
    deny = sum(PERMISSIONS[name] for name in d.world.denied[channel])
    everyone = {"id": found.get("guild_id"), "type": 0, "allow": "0", "deny": str(deny)}
    return {**found, "permission_overwrites": [everyone] if "guild_id" in found else []}


@_on("GET", "/guilds/{guild}")
def _guild(d: Discord, body: Any, query: Any, guild: str) -> Any:
    return d.world.guild_create(d.world.guilds[guild])


@_on("GET", "/guilds/{guild}/members/{user}")
def _member(d: Discord, body: Any, query: Any, guild: str, user: str) -> Any:
    found = next((u for u in [d.world.bot, *d.world.people()] if u["id"] == user), None)
    if found is None and user not in d.world.members:
        raise Refused(404, 10007, "Unknown Member")
    return d.member(found or {"id": user})


@_on("DELETE", "/channels/{channel}")
def _channel_delete(d: Discord, body: Any, query: Any, channel: str) -> Any:
    d.world.need(d.world.get_channel(channel), "MANAGE_THREADS")
    return d.world.channels.pop(channel)


@_on("POST", "/users/@me/channels")
def _dm(d: Discord, body: Any, query: Any) -> Any:
    user = next((u for u in d.world.people() if u["id"] == str(body["recipient_id"])), None)
    known = [c["recipients"][0] for c in d.world.channels.values() if c["type"] == DM]
    user = user or next((u for u in known if u["id"] == str(body["recipient_id"])), None)
    if user is None:
        raise Refused(400, 50007, "Cannot send messages to this user")
    return d.world.direct(user)


@_on("POST", "/channels/{channel}/typing")
def _typing(d: Discord, body: Any, query: Any, channel: str) -> None:
    d.world.get_channel(channel)


def _may_write(d: Discord, channel: dict[str, Any]) -> None:
    if channel["type"] == FORUM:
        raise Refused(400, 50008, "Cannot send messages in a non-text channel")
    d.world.need(channel, "SEND_MESSAGES_IN_THREADS" if channel["type"] == PUBLIC_THREAD else "SEND_MESSAGES")
    if channel["type"] == PUBLIC_THREAD and channel["thread_metadata"]["locked"]:
        raise Refused(403, 50083, "Thread is archived")


@_on("POST", "/channels/{channel}/messages")
def _send(d: Discord, body: Any, query: Any, channel_id: str) -> Any:
    channel = d.world.get_channel(channel_id)
    _may_write(d, channel)
    if body.get("attachments"):
        d.world.need(channel, "ATTACH_FILES")
    rules.check_message(body, flags=int(body.get("flags") or 0))
    rules.check_spec("MessageCreateRequest", body)
    reference = body.get("message_reference")
    if (
        reference
        and str(reference["message_id"]) not in d.world.messages[channel_id]
        and reference.get("fail_if_not_exists", True)
    ):
        raise bad("message_reference: Unknown message")
    nonce = str(body.get("nonce") or "")
    if nonce and body.get("enforce_nonce") and (channel_id, nonce) in d.world.nonces:
        known = d.world.nonces[channel_id, nonce]
        if known in d.world.messages[channel_id]:
            return d.world.messages[channel_id][known]
    message = d.world.write(channel, d.world.bot, body)
    if nonce:
        d.world.nonces[channel_id, nonce] = message["id"]
    return message


@_on("GET", "/channels/{channel}/messages")
def _history(d: Discord, body: Any, query: dict[str, str], channel_id: str) -> Any:
    channel = d.world.get_channel(channel_id)
    if "READ_MESSAGE_HISTORY" in d.world.lacking(channel):
        return []
    limit = int(query.get("limit", 50))
    if not 1 <= limit <= 100:
        raise bad("limit: Must be between 1 and 100")
    seen = [d.gateway.shown(m, channel, content=d.gateway.content) for m in d.world.messages[channel_id].values()]
    found = sorted(seen, key=lambda m: int(m["id"]))
    if "after" in query:
        return list(reversed([m for m in found if int(m["id"]) > int(query["after"])][:limit]))
    if "before" in query:
        found = [m for m in found if int(m["id"]) < int(query["before"])]
    return list(reversed(found[-limit:]))


@_on("GET", "/channels/{channel}/messages/{message}")
def _message(d: Discord, body: Any, query: Any, channel_id: str, message_id: str) -> Any:
    d.world.need(d.world.get_channel(channel_id), "READ_MESSAGE_HISTORY")
    found = d.world.get_message(channel_id, message_id)
    return d.gateway.shown(found, d.world.channels[channel_id], content=d.gateway.content)


@_on("PATCH", "/channels/{channel}/messages/{message}")
def _edit(d: Discord, body: Any, query: Any, channel_id: str, message_id: str) -> Any:
    channel = d.world.get_channel(channel_id)
    message = d.world.get_message(channel_id, message_id)
    if message["author"] is not d.world.bot:
        raise Refused(403, 50005, "Cannot edit a message authored by another user")
    if channel["type"] == PUBLIC_THREAD and channel["thread_metadata"]["archived"]:
        raise Refused(400, 50083, "Thread is archived")
    if int(body.get("flags") or 0) & ~(V2 | rules.NO_EMBEDS):
        raise bad("flags: only SUPPRESS_EMBEDS and IS_COMPONENTS_V2 can be edited")
    rules.check_message(body, flags=message["flags"] | int(body.get("flags") or 0), edit=True)
    rules.check_spec("MessageEditRequestPartial", body)
    return d.world.rewrite(message, body)


@_on("DELETE", "/channels/{channel}/messages/{message}")
def _delete(d: Discord, body: Any, query: Any, channel_id: str, message_id: str) -> None:
    d.world.get_channel(channel_id)
    d.world.remove(channel_id, message_id)


@_on("POST", "/channels/{channel}/messages/{message}/threads")
def _thread(d: Discord, body: Any, query: Any, channel_id: str, message_id: str) -> Any:
    channel = d.world.get_channel(channel_id)
    d.world.need(channel, "CREATE_PUBLIC_THREADS")
    rules.check_thread(body)
    rules.check_spec("CreateTextThreadWithMessageRequest", body)
    if message_id in d.world.channels:
        raise Refused(400, 160004, "A thread has already been created for this message")
    d.world.get_message(channel_id, message_id)
    return d.world.thread(
        channel, message_id, body["name"], d.world.bot["id"], body.get("auto_archive_duration") or 1440
    )


@_on("POST", "/channels/{channel}/threads")
def _forum_post(d: Discord, body: Any, query: Any, channel_id: str) -> Any:
    forum = d.world.get_channel(channel_id)
    if forum["type"] != FORUM:
        raise Refused(400, 50024, "Cannot execute action on this channel type")
    d.world.need(forum, "SEND_MESSAGES")
    if body["message"].get("attachments"):
        d.world.need(forum, "ATTACH_FILES")
    rules.check_thread(body)
    rules.check_message(body["message"], flags=int(body["message"].get("flags") or 0), starter=True)
    rules.check_spec("CreateForumThreadRequest", body)
    tags = [str(t) for t in body.get("applied_tags") or []]
    if unknown := set(tags) - {t["id"] for t in forum["available_tags"]}:
        raise bad(f"applied_tags: {sorted(unknown)} are not tags of the forum")
    if forum["flags"] & 1 << 4 and not tags:
        raise Refused(400, 40067, "A tag is required to create a forum post in this channel")
    thread = d.world.thread(
        forum, d.world.snowflake(), body["name"], d.world.bot["id"], body.get("auto_archive_duration") or 1440, tags
    )
    message = d.world.write(thread, d.world.bot, body["message"], message_id=thread["id"])
    return {**thread, "message": message}


@_on("GET", "/guilds/{guild}/threads/active")
def _active(d: Discord, body: Any, query: Any, guild: str) -> Any:
    return {"threads": d.world.active_threads(guild), "members": []}


@_on("GET", "/channels/{channel}/threads/archived/public")
def _archived(d: Discord, body: Any, query: Any, channel_id: str) -> Any:
    d.world.need(d.world.get_channel(channel_id), "READ_MESSAGE_HISTORY")
    found = [
        c for c in d.world.channels.values() if c.get("parent_id") == channel_id and c["thread_metadata"]["archived"]
    ]
    return {"threads": found, "members": [], "has_more": False}


@_on("PATCH", "/channels/{channel}")
def _channel_edit(d: Discord, body: Any, query: Any, channel_id: str) -> Any:
    channel = d.world.get_channel(channel_id)
    if channel["type"] != PUBLIC_THREAD:
        return _furnish(d, channel, body)
    rules.check_spec("UpdateThreadRequestPartial", body)
    state = channel["thread_metadata"]
    if state["locked"]:
        d.world.need(channel, "MANAGE_THREADS")
    if state["archived"] and body.get("archived", True):
        raise Refused(400, 50083, "Thread is archived")
    if "name" in body:
        rules.check_thread({"name": body["name"]})
    channel["name"] = body.get("name", channel["name"])
    state["archived"] = body.get("archived", state["archived"])
    d.world.emit("THREAD_UPDATE", channel)
    return channel


def _furnish(d: Discord, channel: dict[str, Any], body: Any) -> Any:
    d.world.need(channel, "MANAGE_CHANNELS")
    rules.check_spec("UpdateGuildChannelRequestPartial", body)
    if channel["type"] != FORUM:
        raise Refused(400, 50024, "Cannot execute action on this channel type")
    tags = body.get("available_tags", channel["available_tags"])
    names = [t["name"] for t in tags]
    if any(not 1 <= rules.size(name) <= 20 for name in names):
        raise bad("available_tags: Must be between 1 and 20 in length.")
    if len(set(names)) < len(names):
        raise Refused(400, 40061, "Tag names must be unique")
    default = {"moderated": False, "emoji_id": None, "emoji_name": None}
    channel["available_tags"] = [{**default, **t, "id": t.get("id") or d.world.snowflake()} for t in tags]
    channel["default_reaction_emoji"] = body.get("default_reaction_emoji", channel["default_reaction_emoji"])
    d.world.emit("CHANNEL_UPDATE", channel)
    return channel


@_on("PUT", "/applications/{application}/commands")
def _commands(d: Discord, body: Any, query: Any, application: str) -> Any:
    rules.check_commands(body)
    for command in body:
        rules.check_spec("ApplicationCommandUpdateRequest", command)
    given = {"application_id": application, "version": "1", "default_permission": True, "description": ""}
    d.world.commands = [{**given, **c, "id": d.world.snowflake()} for c in body]
    return d.world.commands


@_on("GET", "/applications/{application}/commands")
def _commands_get(d: Discord, body: Any, query: Any, application: str) -> Any:
    return d.world.commands


# ---------------------------------------------------------------- interactions

DEADLINE = 3.0
_FIRST = {4: "CreateMessage", 5: "CreateMessage", 6: "UpdateMessage", 7: "UpdateMessage", 9: "Modal"}


def _interaction(d: Discord, token: str) -> Interaction:
    found = d.world.interactions.get(token)
    if found is None:
        raise Refused(404, 10062, "Unknown interaction")
    return found


@_on("POST", "/interactions/{interaction}/{token}/callback")
def _callback(d: Discord, body: Any, query: Any, interaction_id: str, token: str) -> Any:
    found = _interaction(d, token)
    late = time.monotonic() - found.began
    if late > DEADLINE:
        raise Refused(404, 10062, f"Unknown interaction ({late:.1f} s)")
    if found.kind:
        raise Refused(400, 40060, "Interaction has already been acknowledged.")
    kind, data = body["type"], body.get("data") or {}
    name = "ApplicationCommandAutocomplete" if kind == 8 else _FIRST[kind]
    rules.check_spec(f"{name}{'' if kind == 8 else 'Interaction'}CallbackRequest", body)
    if kind == 4:
        _shown(d, found, data, original=True)
    elif kind == 7:
        rules.check_message(data, flags=found.payload["message"]["flags"] | int(data.get("flags") or 0), edit=True)
        d.world.rewrite(found.payload["message"], data, hidden=bool(found.payload["message"]["flags"] & EPHEMERAL))
    elif kind == 8:
        if len(data["choices"]) > 25 or any(not 1 <= rules.size(c["name"]) <= 100 for c in data["choices"]):
            raise bad("choices")
        found.choices = data["choices"]
    elif kind == 9:
        rules.check_modal(data)
        found.modal = data
    elif kind == 5:
        found.payload["_flags"] = int(data.get("flags") or 0)
    found.kind, found.acked_after = kind, late
    answer: dict[str, Any] = {
        "interaction": {"id": found.id, "type": found.payload["type"], "response_message_ephemeral": False}
    }
    if kind in (4, 7):
        answer["resource"] = {"type": kind, "message": found.shown[-1] if kind == 4 else found.payload["message"]}
    return answer if query.get("with_response") else None


def _shown(d: Discord, found: Interaction, data: dict[str, Any], *, original: bool) -> dict[str, Any]:
    flags = int(data.get("flags") or 0)
    if original and "_flags" in found.payload:
        flags |= found.payload["_flags"] & EPHEMERAL
    rules.check_message(data, flags=flags, webhook=True)
    channel = d.world.channels[found.payload["channel_id"]]
    hidden = bool(flags & EPHEMERAL)
    message = d.world.write(channel, d.world.bot, {**data, "flags": flags}, hidden=hidden)
    found.shown.append(message)
    if original:
        found.original = message["id"]
    return message


@_on("POST", "/webhooks/{application}/{token}")
def _follow_up(d: Discord, body: Any, query: Any, application: str, token: str) -> Any:
    found = _interaction(d, token)
    if not found.kind:
        raise Refused(404, 10015, "Unknown Webhook")
    # The SDK names its files by number, which Discord takes though its description does not.
    files = [a | {"id": str(a["id"])} for a in body.get("attachments", ())]
    rules.check_spec("IncomingWebhookRequestPartial", body | ({"attachments": files} if files else {}))
    first = found.kind == 5 and not found.original
    return _shown(d, found, body, original=first)


def _of(d: Discord, token: str, message_id: str) -> dict[str, Any]:
    found = _interaction(d, token)
    wanted = found.original if message_id == "@original" else message_id
    if message_id == "@original" and not wanted and found.kind in (6, 7):
        return found.payload["message"]
    message = next((m for m in found.shown if m["id"] == wanted), None)
    if message is None:
        raise Refused(404, 10008, "Unknown Message")
    return message


@_on("GET", "/webhooks/{application}/{token}/messages/{message}")
def _shown_get(d: Discord, body: Any, query: Any, application: str, token: str, message_id: str) -> Any:
    return _of(d, token, message_id)


@_on("PATCH", "/webhooks/{application}/{token}/messages/{message}")
def _shown_edit(d: Discord, body: Any, query: Any, application: str, token: str, message_id: str) -> Any:
    found = _interaction(d, token)
    if message_id == "@original" and found.kind == 5 and not found.original:
        return _shown(d, found, body, original=True)
    message = _of(d, token, message_id)
    rules.check_message(body, flags=message["flags"] | int(body.get("flags") or 0), edit=True, webhook=True)
    rules.check_spec("IncomingWebhookUpdateRequestPartial", body)
    return d.world.rewrite(message, body, hidden=bool(message["flags"] & EPHEMERAL))


@_on("DELETE", "/webhooks/{application}/{token}/messages/{message}")
def _shown_delete(d: Discord, body: Any, query: Any, application: str, token: str, message_id: str) -> None:
    found = _interaction(d, token)
    if message_id == "@original" and found.kind == 5 and not found.original:
        found.original = "deleted"
        return
    message = _of(d, token, message_id)
    found.shown.remove(message)
    d.world.messages[message["channel_id"]].pop(message["id"], None)
