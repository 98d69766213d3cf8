"""Receives what people do on Discord and passes it to the event handler."""
