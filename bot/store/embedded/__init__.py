"""The Redis or Valkey server that Paperboy starts when REDIS_URL is not set."""
