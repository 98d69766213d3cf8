"""What every room of the bot shares: the Chat port, subscriptions, settings, clock, schedule,
texts, logs and metrics."""
