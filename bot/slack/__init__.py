"""Connects Slack: `listeners` receive events, `render` makes Block Kit, `chat` posts it."""
