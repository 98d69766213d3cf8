"""Makes digests of arXiv papers and answers questions about them. A library: it knows no chat
platform, no Redis, no scheduler."""
