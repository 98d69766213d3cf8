"""The running service: wiring, roles, signals, health endpoints."""
