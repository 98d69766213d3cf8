"""Connects Discord: `listeners` receive events, `render` makes components, `chat` posts them.

In this package, too, `import discord` imports the SDK."""
