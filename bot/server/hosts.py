"""Hosts whose disk does not last: there the embedded store would lose everything at each restart, so REDIS_URL is required.

Beside Settings the one place that looks at the environment: for marks that hosts leave there, never for values of ours.
"""

from __future__ import annotations

from collections.abc import Mapping

CERTAIN: Mapping[str, str] = {
    "DYNO": "Heroku",
    "K_SERVICE": "Cloud Run",
    "CLOUD_RUN_JOB": "Cloud Run",
    "GAE_SERVICE": "App Engine",
    "VCAP_APPLICATION": "Cloud Foundry",
    "AWS_LAMBDA_FUNCTION_NAME": "AWS Lambda",
    "VERCEL": "Vercel",
}
POSSIBLE: Mapping[str, str] = {
    "FLY_APP_NAME": "Fly.io",
    "RAILWAY_ENVIRONMENT": "Railway",
    "RENDER": "Render",
    "ECS_CONTAINER_METADATA_URI_V4": "ECS",
    "KUBERNETES_SERVICE_HOST": "Kubernetes",
}
"""Their disks last where a volume is mounted, which cannot be told from inside."""

REQUIRED = (
    "This is {host}: its disk does not last, so the store's data would be lost at every restart and papers posted twice. "
    "Set REDIS_URL to a Redis or Valkey server with an append-only file and maxmemory-policy noeviction."
)


def losing_disk(environment: Mapping[str, str]) -> str:
    """The host's name where its disk never lasts, else empty."""
    return next((name for mark, name in CERTAIN.items() if environment.get(mark)), "")


def doubtful_disk(environment: Mapping[str, str]) -> str:
    """The host's name where its disk lasts only with a volume, else empty."""
    return next((name for mark, name in POSSIBLE.items() if environment.get(mark)), "")
