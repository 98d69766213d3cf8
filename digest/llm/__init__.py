"""The Analyst that asks a language model: prompts, a module for each task and the client."""
