"""The Web API methods the bot uses, with Slack's refusals. A method that is not here is `unknown_method`; each names its scope and its tier."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.servers.slack import rules
from tests.servers.slack.rules import Refused
from tests.servers.slack.workspace import APP, BOT_ID, BOT_USER, ENTERPRISE, TEAM, File, Message

if TYPE_CHECKING:
    from tests.servers.slack.server import SlackServer

Args = dict[str, Any]
Answer = dict[str, Any]
METHODS: dict[str, tuple[str, int, set[str], Callable[[SlackServer, Args], Answer]]] = {}
"""name -> (scope, calls a minute, allowed arguments, the function)"""


def method(name: str, scope: str, tier: int, allowed: str) -> Callable[..., Any]:
    def keep(function: Callable[[SlackServer, Args], Answer]) -> Callable[[SlackServer, Args], Answer]:
        METHODS[name] = (scope, tier, set(allowed.split()), function)
        return function

    return keep


# ---------------------------------------------------------------- who


@method("auth.test", "", 600, "")
def _auth_test(slack: SlackServer, args: Args) -> Answer:
    return {
        "url": "https://team.slack.com/",
        "team": "Team",
        "user": "paperboy",
        "team_id": TEAM,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


@method("users.info", "users:read", 100, "user include_locale")
def _users_info(slack: SlackServer, args: Args) -> Answer:
    user = slack.space.users.get(args["user"])
    if user is None:
        raise Refused("user_not_found")
    out: Answer = {
        "id": user.id,
        "team_id": user.team,
        "name": user.name,
        "deleted": False,
        "is_admin": user.admin,
        "is_owner": False,
        "is_restricted": user.restricted,
        "is_ultra_restricted": False,
        "is_bot": user.bot,
    }
    if str(args.get("include_locale", "")).lower() in ("1", "true"):
        out["locale"] = user.locale
    out["tz"] = user.tz
    if user.teams:
        out["enterprise_user"] = {"id": user.id, "enterprise_id": ENTERPRISE, "teams": list(user.teams)}
    return {"user": out}


def _member_page(name: str, found: list[Any], args: Args) -> Answer:
    limit, start = int(args.get("limit", 100)), int(args.get("cursor") or 0)
    cursor = str(start + limit) if start + limit < len(found) else ""
    return {name: found[start : start + limit], "response_metadata": {"next_cursor": cursor}}


@method("users.conversations", "channels:read", 50, "user types exclude_archived limit cursor team_id")
def _users_conversations(slack: SlackServer, args: Args) -> Answer:
    """Private channels only where the bot is too, as on Slack."""
    if args["user"] not in slack.space.users:
        raise Refused("user_not_found")
    types = str(args.get("types", "public_channel")).split(",")
    if "private_channel" in types:
        slack.require("groups:read")
    found = [
        {"id": c.id, "name": c.name, "is_private": c.private}
        for c in slack.space.channels.values()
        if not c.direct
        and args["user"] in c.members
        and ("private_channel" if c.private else "public_channel") in types
        and (BOT_USER in c.members or not c.private)
    ]
    return _member_page("channels", found, args)


@method("conversations.members", "channels:read", 100, "channel limit cursor")
def _conversations_members(slack: SlackServer, args: Args) -> Answer:
    channel = slack.space.channels.get(args["channel"])
    if channel is None or (channel.private and BOT_USER not in channel.members):
        raise Refused("channel_not_found")
    return _member_page("members", sorted(channel.members), args)


# ---------------------------------------------------------------- files


@method("files.getUploadURLExternal", "files:write", 100, "filename length alt_txt snippet_type")
def _upload_url(slack: SlackServer, args: Args) -> Answer:
    if not args.get("filename") or not 0 < int(args["length"]) <= 20_000_000 or len(args.get("alt_txt", "")) > 1000:
        raise Refused("invalid_arguments")
    file = f"F{len(slack.files) + 1}"
    slack.files[file] = File(int(args["length"]), args.get("alt_txt", ""))
    return {"file_id": file, "upload_url": f"{slack.origin}/upload/{file}"}


@method("files.completeUploadExternal", "files:write", 100, "files channel_id initial_comment thread_ts channels")
def _complete_upload(slack: SlackServer, args: Args) -> Answer:
    made = json.loads(args["files"])
    for item in made:
        file = slack.files.get(item["id"])
        if file is None or not file.data:
            raise Refused("file_not_found")
        file.complete, file.channel = True, args.get("channel_id", "")
    return {"files": [{"id": item["id"], "title": item.get("title", "")} for item in made]}


# ---------------------------------------------------------------- messages

_MESSAGE = "channel text blocks metadata thread_ts unfurl_links unfurl_media reply_broadcast mrkdwn parse link_names"


def _composed(slack: SlackServer, args: Args, *, thread: bool = True) -> Message:
    rules.message_text(args.get("text"))
    blocks = rules.message_blocks(args["blocks"]) if args.get("blocks") else []
    slack.check_files(blocks)
    if args.get("link_names") in (True, "1", "true", 1) or args.get("parse") == "full":
        raise Refused("invalid_arguments", "link_names would ping")
    return Message(
        ts=slack.space.new_ts(),
        channel="",
        user=BOT_USER,
        text=args["text"],
        blocks=blocks,
        thread_ts=args.get("thread_ts", "") if thread else "",
        metadata=rules.metadata(args["metadata"]) if args.get("metadata") else None,
        bot_id=BOT_ID,
        unfurl=(args.get("unfurl_links"), args.get("unfurl_media")),
    )


@method("chat.postMessage", "chat:write", 10_000, _MESSAGE)
def _post(slack: SlackServer, args: Args) -> Answer:
    channel = slack.space.channel(args["channel"], post=True)
    message = _composed(slack, args)
    slack.post_slot(channel.id)
    message.channel = channel.id
    slack.space.put(channel, message)
    return {"channel": channel.id, "ts": message.ts, "message": message.json(with_metadata=True)}


@method("chat.postEphemeral", "chat:write", 100, f"{_MESSAGE} user")
def _ephemeral(slack: SlackServer, args: Args) -> Answer:
    channel = slack.space.channel(args["channel"], post=True)
    message = _composed(slack, args)
    message.channel, message.to = channel.id, args["user"]
    slack.space.put(channel, message)
    return {"message_ts": message.ts}


@method("chat.update", "chat:write", 50, "channel ts text blocks metadata parse link_names reply_broadcast")
def _update(slack: SlackServer, args: Args) -> Answer:
    channel = slack.space.channel(args["channel"], post=True)
    old = slack.space.message(channel, args["ts"])
    if old.bot_id != BOT_ID:
        raise Refused("cant_update_message")
    if old.streaming:
        raise Refused("streaming_state_conflict")
    new = _composed(slack, args, thread=False)
    old.text, old.blocks, old.edited, old.edits = new.text, new.blocks, True, old.edits + 1
    if new.metadata is not None:
        old.metadata = new.metadata
    return {"channel": channel.id, "ts": old.ts, "text": old.text}


@method("chat.delete", "chat:write", 50, "channel ts")
def _delete(slack: SlackServer, args: Args) -> Answer:
    channel = slack.space.channel(args["channel"], post=True)
    message = slack.space.message(channel, args["ts"])
    if message.bot_id != BOT_ID:
        raise Refused("cant_delete_message")
    del channel.messages[message.ts]
    return {"channel": channel.id, "ts": message.ts}


@method("chat.getPermalink", "", 10_000, "channel message_ts")
def _permalink(slack: SlackServer, args: Args) -> Answer:
    channel = slack.space.channel(args["channel"])
    message = slack.space.message(channel, args["message_ts"])
    link = f"https://team.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


# ---------------------------------------------------------------- streams


@method(
    "chat.startStream",
    "chat:write",
    100,
    "channel thread_ts markdown_text recipient_team_id recipient_user_id chunks task_display_mode",
)
def _start(slack: SlackServer, args: Args) -> Answer:
    channel = slack.space.channel(args["channel"], post=True)
    if not args.get("thread_ts"):
        raise Refused("invalid_thread_ts")
    if not args.get("recipient_user_id"):
        raise Refused("missing_recipient_user_id")
    if args.get("recipient_team_id") != TEAM:
        raise Refused("missing_recipient_team_id")
    if args.get("markdown_text"):
        rules.markdown_text(args["markdown_text"])
    slack.post_slot(channel.id)
    message = Message(
        slack.space.new_ts(),
        channel.id,
        BOT_USER,
        args.get("markdown_text", ""),
        thread_ts=args["thread_ts"],
        bot_id=BOT_ID,
        streaming=True,
    )
    slack.space.put(channel, message)
    return {"channel": channel.id, "ts": message.ts}


def _streaming(slack: SlackServer, args: Args) -> Message:
    channel = slack.space.channel(args["channel"], post=True)
    message = slack.space.message(channel, args["ts"])
    if message.ts in slack.stopped:
        message.streaming = False
        raise Refused("stopped_by_user")
    if not message.streaming:
        raise Refused("message_not_in_streaming_state")
    return message


@method("chat.appendStream", "chat:write", 100, "channel ts markdown_text chunks")
def _append(slack: SlackServer, args: Args) -> Answer:
    message = _streaming(slack, args)
    rules.markdown_text(args.get("markdown_text"))
    message.text += args["markdown_text"]
    message.edits += 1
    return {"channel": message.channel, "ts": message.ts}


@method("chat.stopStream", "chat:write", 100, "channel ts markdown_text blocks metadata chunks")
def _stop(slack: SlackServer, args: Args) -> Answer:
    message = _streaming(slack, args)
    if args.get("markdown_text"):
        rules.markdown_text(args["markdown_text"])
        message.text += args["markdown_text"]
    if args.get("metadata"):
        message.metadata = rules.metadata(args["metadata"])
    if args.get("blocks"):
        message.blocks = rules.message_blocks(args["blocks"])
    message.streaming = False
    return {"channel": message.channel, "ts": message.ts, "message": message.json()}


@method("assistant.threads.setStatus", "assistant:write", 600, "channel_id thread_ts status loading_messages")
def _status(slack: SlackServer, args: Args) -> Answer:
    channel = slack.space.channel(args["channel_id"], post=True)
    slack.space.message(channel, args["thread_ts"], "thread_not_found")
    slack.space.statuses.append((channel.id, args["thread_ts"], args["status"]))
    return {}


@method("assistant.threads.setSuggestedPrompts", "assistant:write", 600, "channel_id thread_ts title prompts")
def _prompts(slack: SlackServer, args: Args) -> Answer:
    channel = slack.space.channel(args["channel_id"], post=True)
    if (
        not channel.direct
        or not 1 <= len(args["prompts"]) <= 4
        or any(set(p) != {"title", "message"} for p in args["prompts"])
    ):
        raise Refused("invalid_arguments")
    slack.space.prompts[channel.id] = args["prompts"]
    return {}


@method("chat.unfurl", "links:write", 50, "channel ts unfurls unfurl_id source")
def _unfurl(slack: SlackServer, args: Args) -> Answer:
    message = slack.space.message(slack.space.channel(args["channel"], post=True), args["ts"], "cannot_find_message")
    for url, shown in args["unfurls"].items():
        if url not in message.text:
            raise Refused("cannot_unfurl_url")
        rules.message_blocks(shown["blocks"])
    slack.space.unfurls[message.ts] = args["unfurls"]
    return {}


# ---------------------------------------------------------------- conversations


def _page(messages: list[dict[str, Any]], args: Args) -> Answer:
    limit, start = int(args.get("limit", 100)), int(args.get("cursor") or 0)
    more = start + limit < len(messages)
    cursor = {"response_metadata": {"next_cursor": str(start + limit)}} if more else {}
    return {"messages": messages[start : start + limit], "has_more": more, **cursor}


def _since(args: Args) -> Callable[[Message], bool]:
    oldest, latest = str(args.get("oldest", "0")), str(args.get("latest", "9999999999"))
    return lambda m: float(oldest) < float(m.ts) <= float(latest)


_READ = "channel cursor limit oldest latest inclusive include_all_metadata"


def _history_scope(slack: SlackServer, channel_id: str) -> None:
    channel = slack.space.channels.get(channel_id)
    kind = "im" if channel and channel.direct else "groups" if channel and channel.private else "channels"
    slack.require(f"{kind}:history")


@method("conversations.history", "", 50, _READ)
def _history(slack: SlackServer, args: Args) -> Answer:
    _history_scope(slack, args["channel"])
    channel = slack.space.channel(args["channel"])
    wanted = _since(args)
    tops = [m for m in channel.messages.values() if not m.thread_ts and wanted(m)]
    meta = str(args.get("include_all_metadata", "")).lower() in ("1", "true")
    found = [
        m.json(with_metadata=meta, replies=len(slack.space.thread(channel.id, m.ts)) - 1)
        for m in sorted(tops, key=lambda m: m.ts, reverse=True)
    ]
    return _page(found, args)


@method("conversations.replies", "", 50, f"{_READ} ts")
def _replies(slack: SlackServer, args: Args) -> Answer:
    _history_scope(slack, args["channel"])
    channel = slack.space.channel(args["channel"])
    slack.space.message(channel, args["ts"], "thread_not_found")
    meta = str(args.get("include_all_metadata", "")).lower() in ("1", "true")
    wanted = _since(args)
    thread = slack.space.thread(channel.id, args["ts"])
    found = [m.json(with_metadata=meta, replies=len(thread) - 1) for m in thread if m.ts == args["ts"] or wanted(m)]
    return _page(found, args)


@method("conversations.info", "channels:read", 50, "channel include_num_members")
def _info(slack: SlackServer, args: Args) -> Answer:
    channel = slack.space.channels.get(args["channel"])
    if channel is None or (channel.private and BOT_USER not in channel.members):
        raise Refused("channel_not_found")
    if channel.private:
        slack.require("groups:read")
    member = BOT_USER in channel.members
    return {
        "channel": {
            "id": channel.id,
            "name": channel.name,
            "is_archived": channel.archived,
            "is_member": member,
            "is_private": channel.private,
            "is_im": channel.direct,
        }
    }


@method("conversations.open", "im:write", 50, "users return_im")
def _open(slack: SlackServer, args: Args) -> Answer:
    if args["users"] not in slack.space.users:
        raise Refused("user_not_found")
    return {"channel": {"id": slack.space.open_direct(args["users"]).id}}


# ---------------------------------------------------------------- views


@method("views.open", "", 100, "trigger_id view")
def _views_open(slack: SlackServer, args: Args) -> Answer:
    user = slack.use_trigger(args.get("trigger_id", ""))
    return {"view": slack.keep_view(rules.view(args["view"], ("modal",)), user)}


@method("views.push", "", 100, "trigger_id view")
def _views_push(slack: SlackServer, args: Args) -> Answer:
    return _views_open(slack, args)


@method("views.update", "", 100, "view_id view hash external_id")
def _views_update(slack: SlackServer, args: Args) -> Answer:
    old = slack.space.views.get(args.get("view_id", ""))
    if old is None:
        raise Refused("not_found")
    if args.get("hash") and args["hash"] != old["hash"]:
        raise Refused("hash_conflict")
    new = rules.view(args["view"], ("modal",)) | {"hash": str(int(old["hash"]) + 1)}
    for gone in [k for k in old if not k.startswith("_") and k not in {"id", "team_id", "state", *new}]:
        del old[gone]
    old |= new
    slack.changed.set()
    return {"view": {k: v for k, v in old.items() if not k.startswith("_")}}


@method("views.publish", "", 100, "user_id view hash")
def _views_publish(slack: SlackServer, args: Args) -> Answer:
    slack.space.homes[args["user_id"]] = rules.view(args["view"], ("home",))
    return {"view": {"id": f"V-home-{args['user_id']}", "app_id": APP}}
