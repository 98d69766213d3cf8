"""Talks to a model server: requests, dialects, streams, failures, prices and embeddings."""
