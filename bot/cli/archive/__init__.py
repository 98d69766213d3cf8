"""The commands that read the archive: its index, exports, and the tools for agents."""
