"""Where tests find what is not code."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TESTS = ROOT / "tests"
SHARED = ROOT.parent / "shared"
"""The team's data beside the checkout. A test that uses it says so when it is absent."""
