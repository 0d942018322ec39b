"""Hashes of texts: what has the same one is not graded, or asked about, a second time."""

from __future__ import annotations

import hashlib


def digest(*texts: str) -> str:
    """A hash that is equal for equal texts only."""
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()
