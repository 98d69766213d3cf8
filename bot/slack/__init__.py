"""Slack: what is said becomes Block Kit (`render`), goes out (`chat`), and what people do comes in (`connect`, `listeners`)."""
