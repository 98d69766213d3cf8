"""A text is normalised once a worker."""

import functools

import pytest

from digest.evidence import normalize

_scan_once = functools.lru_cache(maxsize=4_096)(normalize.scan)


@pytest.fixture(autouse=True)
def _scans_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of tests have an output of the same two papers checked, whose passages come out the same each time. What comes out
    is tested in `tests/digest/evidence`."""
    monkeypatch.setattr(normalize, "scan", _scan_once)
