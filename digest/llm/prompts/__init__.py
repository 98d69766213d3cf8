"""What the model is given: the words of each task, the schema of its reply, the material."""
