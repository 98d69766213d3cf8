"""Discord: `listeners` receive events, `render` makes components, `chat` posts them.

Here too `import discord` imports the SDK.
"""
