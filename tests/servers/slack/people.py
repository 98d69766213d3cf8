"""What people do in the workspace, as the payloads Slack sends for it. Returns the Delivery to wait for, or several.

An event that the manifest does not subscribe to, or whose scope it lacks, is not sent: as on Slack, the app simply never hears of it.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from tests.servers.slack.hub import Delivery, Hub
from tests.servers.slack.workspace import APP, BOT_USER, TEAM, Message, Workspace

if TYPE_CHECKING:
    from tests.servers.slack.server import SlackServer

EVENT_SCOPES = {
    "app_mention": "app_mentions:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "link_shared": "links:read",
    "member_joined_channel": "channels:read",
    "channel_left": "channels:read",
    "channel_archive": "channels:read",
    "channel_unarchive": "channels:read",
    "group_left": "groups:read",
    "group_archive": "groups:read",
    "group_unarchive": "groups:read",
}
MENTION = f"<@{BOT_USER}>"


class People:
    """Part of SlackServer."""

    space: Workspace
    hub: Hub
    scopes: set[str]
    events: set[str]

    # ------------------------------------------------ events

    def emit(self, name: str, event: dict[str, Any]) -> Delivery | None:
        """`name` is the subscription's (`message.channels`); None when the app would not hear of it."""
        if name not in self.events or (EVENT_SCOPES.get(name) or next(iter(self.scopes))) not in self.scopes:
            return None
        stamp = event.get("event_ts") or self.space.new_ts()
        payload = {
            "token": "verification",
            "team_id": TEAM,
            "api_app_id": APP,
            "event": {**event, "event_ts": stamp},
            "type": "event_callback",
            "event_id": f"Ev{uuid.uuid4().hex[:10].upper()}",
            "event_time": int(float(stamp)),
            "authorizations": [{"enterprise_id": None, "team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
        }
        return self.hub.deliver("events_api", payload)

    def again(self, delivery: Delivery) -> Delivery:
        """The same event, delivered once more."""
        return self.hub.deliver("events_api", delivery.payload)

    def _kind(self, channel: str) -> str:
        place = self.space.channels[channel]
        return "im" if place.direct else "groups" if place.private else "channels"

    def _channel_type(self, channel: str) -> str:
        return {"im": "im", "groups": "group", "channels": "channel"}[self._kind(channel)]

    def say(self, channel: str, user: str, text: str, thread_ts: str = "", **more: Any) -> list[Delivery]:
        """A message; as on Slack one that mentions the bot in a channel gives two events. Its ts is in the deliveries' event."""
        place = self.space.channels[channel]
        message = Message(self.space.new_ts(), channel, user, text, thread_ts=thread_ts, **more)
        self.space.put(place, message)
        event: dict[str, Any] = {"type": "message", "channel": channel, "channel_type": self._channel_type(channel)}
        event |= {"user": user, "text": text, "ts": message.ts, "event_ts": message.ts, "team": TEAM}
        if message.bot_id:
            event |= {"bot_id": message.bot_id, "subtype": "bot_message"}
        if thread_ts:
            event |= {"thread_ts": thread_ts}
        sent = [self.emit(f"message.{self._kind(channel)}", event)] if BOT_USER in place.members else []
        if MENTION in text and not place.direct:
            del event["channel_type"]
            sent.append(self.emit("app_mention", {**event, "type": "app_mention"}))
        return [d for d in sent if d is not None]

    def edit(self, channel: str, ts: str, text: str) -> Delivery | None:
        message = self.space.channels[channel].messages[ts]
        before = message.json()
        message.text, message.edited = text, True
        return self._changed(channel, message.json(), before)

    def preview(self, channel: str, ts: str) -> Delivery | None:
        """What a link in it leads to is shown below it."""
        message = self.space.channels[channel].messages[ts].json()
        return self._changed(
            channel, message | {"attachments": [{"id": 1, "from_url": "https://example.org"}]}, message
        )

    def _changed(self, channel: str, after: dict[str, Any], before: dict[str, Any]) -> Delivery | None:
        return self.emit(
            f"message.{self._kind(channel)}",
            {
                "type": "message",
                "subtype": "message_changed",
                "channel": channel,
                "channel_type": self._channel_type(channel),
                "hidden": True,
                "ts": self.space.new_ts(),
                "message": after,
                "previous_message": before,
            },
        )

    def remove(self, channel: str, ts: str) -> Delivery | None:
        """Of a message with replies a tombstone is left."""
        place = self.space.channels[channel]
        message = place.messages.pop(ts)
        event = {
            "type": "message",
            "channel": channel,
            "channel_type": self._channel_type(channel),
            "hidden": True,
            "ts": self.space.new_ts(),
            "previous_message": message.json(),
        }
        if any(m.thread_ts == ts for m in place.messages.values()):
            tomb = Message(ts, channel, "USLACKBOT", "This message was deleted.", subtype="tombstone")
            place.messages[ts] = tomb
            event |= {"subtype": "message_changed", "message": tomb.json()}
        else:
            event |= {"subtype": "message_deleted", "deleted_ts": ts}
        return self.emit(f"message.{self._kind(channel)}", event)

    def react(self, user: str, channel: str, ts: str, name: str) -> Delivery | None:
        message = self.space.channels[channel].messages[ts]
        message.reactions.setdefault(name, []).append(user)
        item = {"type": "message", "channel": channel, "ts": ts}
        event = {"type": "reaction_added", "user": user, "reaction": name, "item": item, "item_user": message.user}
        return self.emit("reaction_added", event)

    def unreact(self, user: str, channel: str, ts: str, name: str) -> Delivery | None:
        message = self.space.channels[channel].messages[ts]
        message.reactions[name].remove(user)
        item = {"type": "message", "channel": channel, "ts": ts}
        event = {"type": "reaction_removed", "user": user, "reaction": name, "item": item, "item_user": message.user}
        return self.emit("reaction_removed", event)

    def invite(self, channel: str, by: str, who: str = BOT_USER) -> Delivery | None:
        self.space.channels[channel].members.add(who)
        event = {
            "type": "member_joined_channel",
            "user": who,
            "channel": channel,
            "channel_type": "C",
            "team": TEAM,
            "inviter": by,
        }
        return self.emit("member_joined_channel", event)

    def kick(self, channel: str, by: str) -> Delivery | None:
        """The bot is removed."""
        place = self.space.channels[channel]
        place.members.discard(BOT_USER)
        name = "group_left" if place.private else "channel_left"
        return self.emit(name, {"type": name, "channel": channel, "actor_id": by})

    def archive(self, channel: str, by: str) -> Delivery | None:
        place = self.space.channels[channel]
        place.archived = True
        name = "group_archive" if place.private else "channel_archive"
        return self.emit(name, {"type": name, "channel": channel, "user": by})

    def unarchive(self, channel: str, by: str) -> Delivery | None:
        place = self.space.channels[channel]
        place.archived = False
        name = "group_unarchive" if place.private else "channel_unarchive"
        return self.emit(name, {"type": name, "channel": channel, "user": by})

    def open_home(self, user: str, tab: str = "home") -> Delivery | None:
        channel = self.space.open_direct(user).id
        return self.emit("app_home_opened", {"type": "app_home_opened", "user": user, "channel": channel, "tab": tab})

    def share_link(self, user: str, channel: str, *urls: str, source: str = "conversations_history") -> Delivery | None:
        """Of a message that has these links."""
        (said,) = self.say(channel, user, " ".join(f"<{url}>" for url in urls))
        ts = said.payload["event"]["ts"] if said else [*self.space.channels[channel].messages][-1]
        links = [{"domain": "arxiv.org", "url": url} for url in urls]
        event = {"type": "link_shared", "user": user, "channel": channel, "message_ts": ts, "links": links}
        return self.emit(
            "link_shared", event | {"unfurl_id": f"{channel}.{ts}", "source": source, "is_bot_user_member": True}
        )

    # ------------------------------------------------ commands and clicks

    def command(self: SlackServer, user: str, channel: str, command: str, text: str = "") -> Delivery:
        """`/paper …`; not in threads, as on Slack."""
        place = self.space.channels[channel]
        return self.hub.deliver(
            "slash_commands",
            {
                "token": "verification",
                "team_id": TEAM,
                "team_domain": "team",
                "channel_id": channel,
                "channel_name": "directmessage" if place.direct else "privategroup" if place.private else place.name,
                "user_id": user,
                "user_name": self.space.users[user].name,
                "command": command,
                "text": text,
                "api_app_id": APP,
                "is_enterprise_install": "false",
                "response_url": self.new_response_url(user, channel),
                "trigger_id": self.new_trigger(user),
            },
        )

    def _element(self, blocks: list[dict[str, Any]], label: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """Block id, element and what was chosen in it, by what a person reads on it."""
        for block in blocks:
            for element in [*block.get("elements", []), *([block["accessory"]] if "accessory" in block else [])]:
                if element.get("text", {}).get("text") == label if isinstance(element.get("text"), dict) else False:
                    return block.get("block_id", "auto"), element, {"value": element.get("value", "")}
                for name in ("positive_button", "negative_button"):
                    if element.get(name, {}).get("text", {}).get("text") == label:
                        return block.get("block_id", "auto"), element, {"value": element[name]["value"]}
                for option in element.get("options", []):
                    if option["text"]["text"] == label:
                        return block.get("block_id", "auto"), element, {"selected_option": option}
        raise LookupError(f"nothing reads {label!r} in {[b.get('type') for b in blocks]}")

    def click(self: SlackServer, user: str, message: Message, label: str) -> Delivery:
        """Presses the button, or the option of a menu, that reads so."""
        block_id, element, chosen = self._element(message.blocks, label)
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": bool(message.to),
        }
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        payload = self._actions(user, block_id, element, chosen) | {
            "container": container,
            "channel": {"id": message.channel, "name": self.space.channels[message.channel].name},
            "response_url": self.new_response_url(user, message.channel, message),
        }
        if not message.to:
            payload["message"] = message.json(replies=len(self.space.thread(message.channel, message.ts)) - 1)
        return self.hub.deliver("interactive", payload)

    def click_in_view(self: SlackServer, user: str, view: dict[str, Any], label: str) -> Delivery:
        """In a modal or on the Home tab."""
        block_id, element, chosen = self._element(view["blocks"], label)
        sent = _seen(view)
        container = {"type": "view", "view_id": view.get("id", "")}
        return self.hub.deliver(
            "interactive", self._actions(user, block_id, element, chosen) | {"container": container, "view": sent}
        )

    def fill(self: SlackServer, user: str, view: dict[str, Any], **typed: Any) -> list[Delivery]:
        """Fills in fields of a modal by their labels' ids, and gives what Slack tells at once: text after Enter, anything
        else when it is chosen."""
        sent = []
        for name, value in typed.items():
            block = next(b for b in view["blocks"] if b["type"] == "input" and b["element"]["action_id"] == name)
            view.setdefault("_typed", {})[block["block_id"], name] = value
            if block.get("dispatch_action"):
                chosen = _state(block["element"], value)[name]
                body = self._actions(user, block["block_id"], block["element"], chosen)
                container = {"type": "view", "view_id": view["id"]}
                sent.append(self.hub.deliver("interactive", body | {"container": container, "view": _seen(view)}))
        return sent

    def _actions(
        self: SlackServer, user: str, block_id: str, element: dict[str, Any], chosen: dict[str, Any]
    ) -> dict[str, Any]:
        action = {"type": element["type"], "action_id": element["action_id"], "block_id": block_id, **chosen}
        return {
            "type": "block_actions",
            "user": {"id": user, "username": self.space.users[user].name, "team_id": TEAM},
            "api_app_id": APP,
            "token": "verification",
            "team": {"id": TEAM, "domain": "team"},
            "trigger_id": self.new_trigger(user),
            "actions": [{**action, "action_ts": self.space.new_ts()}],
        }

    def shortcut(self: SlackServer, user: str, message: Message, callback_id: str) -> Delivery:
        payload = {
            "type": "message_action",
            "callback_id": callback_id,
            "token": "verification",
            "trigger_id": self.new_trigger(user),
            "response_url": self.new_response_url(user, message.channel),
            "message_ts": message.ts,
            "action_ts": self.space.new_ts(),
            "user": {"id": user, "name": self.space.users[user].name, "team_id": TEAM},
            "team": {"id": TEAM, "domain": "team"},
            "channel": {"id": message.channel, "name": self.space.channels[message.channel].name},
            "message": message.json(),
            "api_app_id": APP,
        }
        return self.hub.deliver("interactive", payload)

    def submit(self: SlackServer, user: str, view: dict[str, Any], **typed: Any) -> Delivery:
        """Presses the submit button of a modal with these fields changed: text, `HH:MM`, an option's value, or a list of them."""
        fields = {b["element"]["action_id"]: b["block_id"] for b in view["blocks"] if b["type"] == "input"}
        unknown = set(typed) - set(fields)
        assert not unknown, f"the modal has no fields {unknown}, but {set(fields)}"
        for name, value in typed.items():
            view.setdefault("_typed", {})[fields[name], name] = value
        sent = _seen(view)
        payload = {
            "type": "view_submission",
            "team": {"id": TEAM, "domain": "team"},
            "user": {"id": user, "username": self.space.users[user].name, "team_id": TEAM},
            "api_app_id": APP,
            "token": "verification",
            "trigger_id": self.new_trigger(user),
            "view": sent,
            "response_urls": [],
        }
        return self.hub.deliver("interactive", payload)


def _seen(view: dict[str, Any]) -> dict[str, Any]:
    """The view as Slack sends it back. What was filled in stays under the same ids of block and element."""
    typed = view.get("_typed", {})
    values = {
        b["block_id"]: _state(b["element"], typed.get((b["block_id"], b["element"]["action_id"])))
        for b in view["blocks"]
        if b["type"] == "input"
    }
    return {k: v for k, v in view.items() if not k.startswith("_")} | {"state": {"values": values}}


def _state(element: dict[str, Any], typed: Any) -> dict[str, dict[str, Any]]:
    kind = element["type"]
    options = [o for g in element.get("option_groups", [element]) for o in g.get("options", [])]
    if kind == "plain_text_input":
        value: dict[str, Any] = {"value": typed if typed is not None else element.get("initial_value")}
    elif kind == "timepicker":
        value = {"selected_time": typed if typed is not None else element.get("initial_time")}
    elif kind in ("multi_static_select", "checkboxes"):
        picked = element.get("initial_options", []) if typed is None else [o for o in options if o["value"] in typed]
        value = {"selected_options": picked}
    else:
        picked = [o for o in options if o["value"] == typed] or [None]
        value = {"selected_option": element.get("initial_option") if typed is None else picked[0]}
    return {element["action_id"]: {"type": kind, **value}}
