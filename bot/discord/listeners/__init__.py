"""The gateway: what people do on Discord, as values of `bot.core.chat`."""
