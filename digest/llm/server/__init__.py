"""The client of a model server: requests, dialects, streams, failures, prices and embeddings."""
