"""`paperboy export`: the papers of a channel's digest of a day, of the latest, and what was saved there."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from bot.archive.archive import Archive
from bot.cli.archive.export import _load_saved, _of_digest
from tests.bot.people import HERE


@pytest.fixture
def app(channel, tmp_path):
    context = channel.context
    archive = Archive(context.store, tmp_path, context.services.papers)
    return SimpleNamespace(store=context.store, services=context.services, archive=archive)


async def test_the_latest_digest_a_day_s_and_what_was_saved(channel, app):
    digest, _ = await channel.digest()
    later = replace(digest, local_date=digest.local_date + timedelta(days=1), entries=digest.entries[:1])
    await channel.context.store.save_digest(replace(later, made_at=digest.made_at + timedelta(days=1)), (), ())
    assert [p.id for p in await _of_digest(app, HERE.key, None)] == [digest.entries[0].paper.id]
    assert [p.id for p in await _of_digest(app, HERE.key, digest.local_date)] == [e.paper.id for e in digest.entries]
    assert await _of_digest(app, HERE.key, date(2020, 1, 1)) == []
    assert await _of_digest(app, "slack:C9", None) == []
    assert await _load_saved(app, HERE.key) == []
    await channel.click(("save", f"{digest.key}#2"))
    assert [p.id for p in await _load_saved(app, HERE.key)] == [digest.entries[1].paper.id]
