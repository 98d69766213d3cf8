"""Discord, at home: the gateway client (in), the renderer (pure), the chat (out). The only package that imports the SDK.

`import discord` means the SDK everywhere, also in here: imports are absolute.
"""
