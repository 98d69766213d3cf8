"""What the command line asks for is what a channel with the same settings asks for."""

from datetime import date

import pytest

from bot.cli.one_digest import CLI, Dates, request_for
from bot.core.settings.settings import Settings
from bot.digests.daily import RunOptions
from bot.server.wiring import open_app, subscription_from_settings
from bot.store import Run

DAY = date(2026, 1, 30)


@pytest.mark.parametrize("dates", [None, Dates(DAY, DAY)])
async def test_a_request_holds_every_setting(redis_url, tmp_path, dates):
    settings = Settings(_env_file=None, redis_url=redis_url, paperboy_home=tmp_path, digest_figures=False)
    async with open_app(settings) as app:
        request, _ = await request_for(app, dates)
        channel = subscription_from_settings(settings, CLI, app.now())
        run = Run(CLI.key, request.local_date, request.run)
        assert (request, request.figures) == ((await app.daily({}).request(channel, run, RunOptions()))[0], False)
