"""Makes digests of arXiv papers and answers questions about them. This library knows no chat
platform, no Redis and no scheduler."""
