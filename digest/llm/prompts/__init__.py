"""Builds what the model gets: the words of each task, the schema of its reply, the material."""
