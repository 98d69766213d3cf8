"""The Analyst that is a language model: `client` talks to the server, `prompts` holds the words, `analyst` does the work."""
