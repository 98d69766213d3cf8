"""Recognises hosts with an ephemeral disk, where a restart empties the embedded store.

Reads the environment variables that such hosts set, never our own settings.
"""

from __future__ import annotations

from collections.abc import Mapping

EPHEMERAL: Mapping[str, str] = {
    "DYNO": "Heroku",
    "K_SERVICE": "Cloud Run",
    "CLOUD_RUN_JOB": "Cloud Run",
    "GAE_SERVICE": "App Engine",
    "VCAP_APPLICATION": "Cloud Foundry",
    "AWS_LAMBDA_FUNCTION_NAME": "AWS Lambda",
    "VERCEL": "Vercel",
}
MAYBE_EPHEMERAL: Mapping[str, str] = {
    "FLY_APP_NAME": "Fly.io",
    "RAILWAY_ENVIRONMENT": "Railway",
    "RENDER": "Render",
    "ECS_CONTAINER_METADATA_URI_V4": "ECS",
    "KUBERNETES_SERVICE_HOST": "Kubernetes",
}
"""Their disks last if a volume is mounted, which a process cannot see."""

REDIS_REQUIRED = (
    "This is {host}: its disk does not survive a restart. The store would lose its data, "
    "and papers would be posted twice. "
    "Set REDIS_URL to a Redis or Valkey server with an append-only file and maxmemory-policy noeviction."
)


EVERYWHERE = "0.0.0.0"  # noqa: S104


def address(environment: Mapping[str, str]) -> str:
    """Where to listen when HOST is not set: hosts reach a process from outside of its container and
    end one that listens on its own loopback only. Empty elsewhere."""
    return EVERYWHERE if ephemeral_host(environment) or maybe_ephemeral_host(environment) else ""


def ephemeral_host(environment: Mapping[str, str]) -> str:
    """The host's name if its disk never lasts, else empty."""
    return next((name for mark, name in EPHEMERAL.items() if environment.get(mark)), "")


def maybe_ephemeral_host(environment: Mapping[str, str]) -> str:
    """The host's name if its disk lasts only with a volume, else empty."""
    return next((name for mark, name in MAYBE_EPHEMERAL.items() if environment.get(mark)), "")
