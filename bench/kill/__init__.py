"""The bot between a strict Slack, a strict Discord, an arXiv and a model, killed at random moments and started again: see `__main__`."""
