"""Handles Slack's events: the event handler stores them before they are acknowledged.

Slack sends a failed event again. Events that do not concern the bot are neither stored nor
logged."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import replace

from bot.core.chat import ChatError, EventHandler, Outside, Person, Place
from bot.slack.listeners import payloads
from bot.slack.listeners.interactions import publish_home
from bot.slack.listeners.payloads import Payload
from bot.slack.listeners.people import People
from bot.slack.markup import parse_text
from bot.slack.render.blocks import blocks
from bot.slack.web_api import Identity, WebApi
from digest.errors import for_log
from digest.render.width import shortened

log = logging.getLogger(__name__)

PROMPT_TITLE = 75
"""Characters of a suggested prompt's title."""
TEAM = "team_id"
"""Names the workspace in an event that is handed on. Slack names it beside the event."""

Handler = Callable[[Payload], Awaitable[None]]

EVENTS = (
    "app_home_opened", "app_mention", "app_uninstalled", "channel_archive", "channel_left",
    "channel_unarchive", "group_archive", "group_left", "group_unarchive", "link_shared",
    "member_joined_channel", "message", "reaction_added", "reaction_removed", "tokens_revoked",
)  # fmt: skip
"""The event types handled. `message` covers message.channels, message.groups and message.im. Apps
with the older assistant pane send `assistant_thread_started`, too; new apps cannot."""


class Events:
    """Handles events. `on_revoked` is called when the app is uninstalled."""

    def __init__(
        self,
        api: WebApi,
        handler: EventHandler,
        people: People,
        start_task: Callable[[Awaitable[None]], object],
        on_revoked: Callable[[str], None],
    ) -> None:
        self._api, self._handler, self._people, self._start_task, self._on_revoked = (
            api,
            handler,
            people,
            start_task,
            on_revoked,
        )
        self._handlers: Mapping[str, Handler] = {
            "app_home_opened": self._home,
            "app_mention": self._user_message,
            "app_uninstalled": self._handle_uninstall,
            "assistant_thread_started": self._assistant,
            "channel_archive": self._left,
            "channel_left": self._left,
            "channel_unarchive": self._restore_archived,
            "group_archive": self._left,
            "group_left": self._left,
            "group_unarchive": self._restore_archived,
            "link_shared": self._links,
            "member_joined_channel": self._join,
            "message": self._message,
            "reaction_added": self._reaction,
            "reaction_removed": self._reaction,
            "tokens_revoked": self._handle_uninstall,
        }

    @property
    def types(self) -> Collection[str]:
        """The types of events that are handled."""
        return self._handlers.keys()

    async def handle(self, body: Payload) -> None:
        """Stores an event that concerns the bot. Raises what the handler raises."""
        event = body.get("event") or {}
        handler = self._handlers.get(str(event.get("type")))
        if handler is not None:
            await handler({**event, TEAM: str(body.get("team_id", ""))})

    async def _message(self, event: Payload) -> None:
        subtype = event.get("subtype")
        if subtype == "message_changed":
            await self._handle_edit(event)
        elif subtype == "message_deleted":
            await self._handle_deletion(event)
        else:
            await self._user_message(event)

    async def _user_message(self, event: Payload) -> None:
        who = await self._api.identity()
        if not payloads.is_by_person(event, who.user) or not await self._concerns(event, str(event["channel"]), who):
            return
        person = await self._people.person(str(event["user"]))
        await self._handler.on_question(payloads.question(event, str(event["channel"]), event[TEAM], who.user, person))

    async def _concerns(self, message: Payload, channel: str, who: Identity) -> bool:
        """Returns whether it addresses the bot or is in a thread that the bot started or answers
        in."""
        if payloads.is_direct(channel) or parse_text(str(message.get("text") or ""), who.user).to_bot:
            return True
        place = payloads.place_of(channel, str(message.get("thread_ts") or ""), str(message.get("ts", "")))
        return bool(place.thread) and await self._handler.knows(place)

    async def _handle_edit(self, event: Payload) -> None:
        who = await self._api.identity()
        new, old, channel = event.get("message") or {}, event.get("previous_message") or {}, str(event["channel"])
        if new.get("subtype") == "tombstone":
            await self._withdraw(channel, old or new, str(new["ts"]), who)
        elif payloads.is_by_person(new, who.user) and new.get("text") != old.get("text"):
            if not (await self._concerns(new, channel, who) or await self._concerns(old, channel, who)):
                return
            person = await self._people.person(str(new["user"]))
            question = payloads.question(new, channel, event[TEAM], who.user, person)
            at = str(event.get("event_ts") or event.get("ts") or "")
            await self._handler.on_edit(replace(question, edited=at))

    async def _handle_deletion(self, event: Payload) -> None:
        who = await self._api.identity()
        old = event.get("previous_message") or {}
        await self._withdraw(str(event["channel"]), old, str(event["deleted_ts"]), who)

    async def _withdraw(self, channel: str, old: Payload, ts: str, who: Identity) -> None:
        ours = who.user == old.get("user") or (bool(who.bot) and who.bot == old.get("bot_id"))
        if ours or await self._concerns(old, channel, who):
            await self._handler.on_delete(payloads.place_of(channel, str(old.get("thread_ts") or ""), ts), ts)

    async def _reaction(self, event: Payload) -> None:
        who = await self._api.identity()
        kind, item = payloads.reaction(str(event.get("reaction", ""))), event.get("item") or {}
        ours = event.get("item_user") == who.user and item.get("channel") and item.get("ts")
        if kind is not None and item.get("type") == "message" and ours:
            place = payloads.place_of(str(item["channel"]))
            undo = event.get("type") == "reaction_removed"
            await self._handler.on_reaction(place, str(item["ts"]), Person(str(event["user"])), kind, undo=undo)

    async def _join(self, event: Payload) -> None:
        who = await self._api.identity()
        if event.get("user") == who.user:
            inviter = str(event.get("inviter") or "")
            by = await self._people.person(inviter) if inviter else None
            await self._handler.on_membership(payloads.place_of(str(event["channel"])), joined=True, by=by)

    async def _left(self, event: Payload) -> None:
        by = str(event.get("actor_id") or event.get("user") or "")
        place = Place("slack", str(event["channel"]))
        await self._handler.on_membership(place, joined=False, by=Person(by) if by else None)

    async def _restore_archived(self, event: Payload) -> None:
        """Restores a channel. Slack reports every public channel, also those without the bot."""
        channel = str(event["channel"])
        try:
            inside = (await self._api.call("conversations.info", channel=channel))["channel"].get("is_member")
        except Outside:
            return
        if inside:
            await self._handler.on_membership(Place("slack", channel), joined=True)

    async def _home(self, event: Payload) -> None:
        if event.get("tab") == "home":
            self._start_task(self._publish(str(event["user"])))
        elif event.get("tab") == "messages":
            self._start_task(self._suggest(str(event["user"]), str(event["channel"])))

    async def _assistant(self, event: Payload) -> None:
        pane = event.get("assistant_thread") or {}
        thread = str(pane.get("thread_ts") or "")
        self._start_task(self._suggest(str(pane["user_id"]), str(pane["channel_id"]), thread))

    async def _suggest(self, user: str, channel: str, thread: str = "") -> None:
        """Offers questions about the person's papers. Without any, the manifest's stay."""
        found = await self._handler.prompts(await self._people.person(user), "slack")
        if not found:
            return
        prompts = [{"title": shortened(title, PROMPT_TITLE), "message": message} for title, message in found]
        within = {"thread_ts": thread} if thread else {}
        try:
            await self._api.call("assistant.threads.setSuggestedPrompts", channel_id=channel, prompts=prompts, **within)
        except ChatError as error:  # the app has no pane
            log.info("event=no_prompts reason=%s", for_log(error))

    async def _links(self, event: Payload) -> None:
        """Shows links in a person's message. A message that is still being written has no channel
        yet."""
        who = await self._api.identity()
        if event.get("user") != who.user and event.get("source") != "composer" and event.get("message_ts"):
            self._start_task(self._unfurl(event))

    async def _unfurl(self, event: Payload) -> None:
        place = payloads.place_of(str(event["channel"]))
        urls = [str(link["url"]) for link in event.get("links") or [] if link.get("url")]
        posts = await self._handler.unfurl(place, urls)
        if not posts:
            return
        shown = {url: {"blocks": blocks(post)} for url, post in posts.items()}
        try:
            await self._api.call("chat.unfurl", channel=place.channel, ts=str(event["message_ts"]), unfurls=shown)
        except ChatError as error:
            log.warning("event=not_unfurled reason=%s", for_log(error))

    async def _publish(self, user: str) -> None:
        await publish_home(self._api, self._handler, await self._people.person(user))

    async def _handle_uninstall(self, event: Payload) -> None:
        if event.get("type") == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
            return
        self._on_revoked(
            "Slack: the app was uninstalled or its token revoked; install it again and set "
            "SLACK_BOT_TOKEN to the new token."
        )
