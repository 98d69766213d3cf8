"""Receives what people do on Slack and passes it to the event handler."""
