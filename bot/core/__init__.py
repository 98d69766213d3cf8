"""What every room of the bot shares: the Chat port, settings, schedule, texts, logs."""
