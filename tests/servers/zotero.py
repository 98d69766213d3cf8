"""Zotero's Web API v3 as far as group libraries are written: keys, groups, item types and fields, items with versions and write tokens.

The rules are those of its documentation and of its server's source: at most 50 items, a write token of 5 to 32 characters that is kept after a
request that came through, version 0 for an item that must not exist, 412 in `failed` where it does.
"""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.servers.local import answering

KEY = re.compile(r"[23456789ABCDEFGHIJKLMNPQRSTUVWXYZ]{8}")
SHARED = (
    "key version itemType title creators abstractNote date DOI citationKey url accessDate archive archiveLocation shortTitle language "
    "libraryCatalog callNumber rights extra tags collections relations"
)
FIELDS = {
    "preprint": set(f"{SHARED} genre repository archiveID place series seriesNumber".split()),
    "journalArticle": set(
        f"{SHARED} publicationTitle volume issue pages series seriesTitle seriesText journalAbbreviation ISSN".split()
    ),
    "book": set(f"{SHARED} series seriesNumber volume numberOfVolumes edition place publisher numPages ISBN".split()),
}
"""By item type, those of them that matter here."""


@dataclass
class Fault:
    """What the next request meets."""

    status: int = 0
    """Answered instead; 0 for none."""
    headers: dict[str, str] = field(default_factory=dict)
    """Beside the answer, whatever that is."""
    body: str = ""
    lost: bool = False
    """The request comes through, and its answer does not."""


@dataclass
class Zotero:
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Key to what it may do in groups, as `/keys/current` says it."""
    groups: dict[str, str] = field(default_factory=lambda: {"12345": "Vision Group"})
    items: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    """Group to its items by key."""
    tokens: set[tuple[str, str]] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    bad: dict[str, tuple[int, str]] = field(default_factory=dict)
    """Title to the code and message with which an item of it fails."""
    requests: list[tuple[str, str, int]] = field(default_factory=list)
    """Method, path, number of items."""
    most_bytes: int = 1_000_000
    """Of a request."""
    version: int = 7
    url: str = ""

    def titles(self, group: str = "12345") -> list[str]:
        return sorted(item["title"] for item in self.items.get(group, {}).values())

    @property
    def writes(self) -> list[int]:
        """Items of each request that wrote."""
        return [items for method, _, items in self.requests if method == "POST"]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        count = len(json.loads(body)) if body else 0
        self.requests.append((request.method, request.path, count))
        fault = self.faults.pop(0) if self.faults else Fault()
        if fault.status:
            return web.Response(status=fault.status, headers=fault.headers, text=fault.body)
        if len(body) > self.most_bytes:
            return web.Response(status=413, text="The request is too large")
        answered = self._answer(request, body)
        if fault.lost:
            assert request.transport is not None
            request.transport.abort()
        answered.headers.update(fault.headers)
        return answered

    def _answer(self, request: web.Request, body: bytes) -> web.Response:
        if request.headers.get("Zotero-API-Version") != "3":
            return web.Response(status=400, text="This is not version 3")
        key, (first, *rest) = request.headers.get("Zotero-API-Key", ""), request.path.strip("/").split("/")
        if first == "itemTypes":
            return web.json_response([{"itemType": name, "localized": name} for name in FIELDS])
        if first == "itemTypeFields":
            return web.json_response([{"field": name} for name in sorted(FIELDS[request.query["itemType"]])])
        if key not in self.keys:
            return web.Response(status=403, text="Invalid key")
        if first == "keys":
            return web.json_response({"userID": 1, "username": "ann", "access": {"groups": self.keys[key]}})
        group = rest[0]
        if group not in self.groups:
            return web.Response(status=404, text="Group not found")
        if len(rest) == 1:
            return web.json_response({"id": int(group), "version": 1, "data": {"id": int(group), "name": self.groups[group]}})  # fmt: skip
        held = self.items.setdefault(group, {})
        if request.method == "GET":
            wanted = request.query["itemKey"].split(",")
            return web.json_response({name: held[name]["version"] for name in wanted if name in held})
        access = self.keys[key].get(group) or self.keys[key].get("all") or {}
        if not access.get("write"):
            return web.Response(status=403, text="Write access denied")
        return self._write(request, json.loads(body), held, key)

    def _write(self, request: web.Request, sent: Any, held: dict[str, dict[str, Any]], key: str) -> web.Response:
        token = request.headers.get("Zotero-Write-Token", "")
        if not isinstance(sent, list):
            return web.Response(status=400, text="Uploaded data must be a JSON array")
        if len(sent) > 50:
            return web.Response(status=413, text="Cannot add more than 50 items at a time")
        if token and not 5 <= len(token) <= 32:
            return web.Response(status=400, text="Write token must be 5-32 characters in length")
        if (key, token) in self.tokens:
            return web.Response(status=412, text="Write token already used")
        self.version += 1
        found: dict[str, dict[str, Any]] = {"successful": {}, "success": {}, "unchanged": {}, "failed": {}}
        for place, item in enumerate(sent):
            code, message = self._problem(item, held)
            if code:
                found["failed"][str(place)] = {"key": item.get("key", ""), "code": code, "message": message}
                continue
            held[item["key"]] = item | {"version": self.version}
            found["success"][str(place)] = item["key"]
            found["successful"][str(place)] = {"key": item["key"], "version": self.version, "data": held[item["key"]]}
        if token:
            self.tokens.add((key, token))
        return web.json_response(found, headers={"Last-Modified-Version": str(self.version)})

    def _problem(self, item: dict[str, Any], held: dict[str, dict[str, Any]]) -> tuple[int, str]:
        kind = item.get("itemType", "")
        if item.get("title") in self.bad:
            return self.bad[item["title"]]
        if kind not in FIELDS:
            return 400, f"'{kind}' is not a valid itemType"
        if unknown := sorted(item.keys() - FIELDS[kind]):
            return 400, f"'{unknown[0]}' is not a valid field for type '{kind}'"
        for creator in item["creators"]:
            if not (
                {"creatorType", "name"} == creator.keys() or {"creatorType", "firstName", "lastName"} == creator.keys()
            ):
                return 400, "creator object must contain either firstName/lastName or name"
        if not KEY.fullmatch(item["key"]):
            return 400, f"'{item['key']}' is not a valid item key"
        before = held.get(item["key"])
        if before is None:
            return (0, "") if item["version"] == 0 else (404, "Item doesn't exist (to create, use version 0)")
        if before["version"] != item["version"]:
            return (
                412,
                f"Item has been modified since specified version (expected {item['version']}, found {before['version']})",
            )
        return 0, ""


@asynccontextmanager
async def zotero_server(**more: Any) -> AsyncIterator[Zotero]:
    zotero = Zotero(**more)
    async with answering(zotero.answer) as zotero.url:
        yield zotero
