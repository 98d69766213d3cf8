"""Implements the Analyst by a language model: prompts, a module for each task, and the client."""
