"""Makes digests, renders them as posts and delivers each exactly once."""
