"""Read HTTP URLs and host names that others wrote, without trusting that they are well-formed."""

from __future__ import annotations

from typing import Final
from urllib.parse import SplitResult, urlsplit

_LONGEST: Final = 2_048  # characters of a URL


def http_parts(url: str) -> SplitResult | None:
    """Return the parts of an absolute HTTP URL; None if it is not one, too long, or has characters that hide."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:  # a bracket that is not closed, a port that is no number
        return None
    fits = len(url) <= _LONGEST and url.isprintable() and " " not in url
    return parts if parts.scheme in ("http", "https") and host and fits else None


def host_name(called: str) -> str:
    """Return the name in a request's Host, without the port; empty if it can't be read."""
    try:
        return urlsplit(f"//{called}").hostname or ""
    except ValueError:
        return ""
