"""Headers: those of every answer, with what a page may load; and what those of a request say of its client."""

from __future__ import annotations

import ipaddress
import re
from typing import Any

from starlette.types import Scope

HOST = re.compile(r"[A-Za-z0-9._:\[\]-]{0,255}")
HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
}
PAGE = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
"""The policy of pages. NiceGUI writes scripts and styles into its page, and compiles templates in the browser."""
DATA = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; " \
    "frame-ancestors 'none'"  # fmt: skip
"""The policy of all that is neither page nor script."""
RUNS = ("text/html", "text/javascript", "application/javascript")


def policy(host: str) -> str:
    """The content policy of a page at a host: its own scripts and styles, pictures in it, sockets to the same host."""
    sockets = f"'self' ws://{host} wss://{host}" if host else "'self'"
    return "; ".join(f"{name} {value}" for name, value in {**PAGE, "connect-src": sockets}.items())


def dressed(headers: Any, host: str) -> list[tuple[bytes, bytes]]:
    """An answer's headers with ours in place of any of the same name."""
    kind = next((value.decode("latin-1") for name, value in headers if name.lower() == b"content-type"), "")
    safe = host if HOST.fullmatch(host) else ""
    own = {**HEADERS, "content-security-policy": policy(safe) if kind.startswith(RUNS) else DATA}
    kept = [(name, value) for name, value in headers if name.lower().decode("latin-1") not in own]
    return [*kept, *((name.encode(), value.encode()) for name, value in own.items())]


def address(scope: Scope, proxies: bool) -> str:
    """The client of a request: its address, or the first 64 bits of one of the sixth version."""
    told = [str((scope.get("client") or ("",))[0])]
    if proxies:
        told.insert(0, header(scope, b"x-forwarded-for").rpartition(",")[2].strip())
    for text in told:
        try:
            found = ipaddress.ip_address(text)
        except ValueError:
            continue
        if isinstance(found, ipaddress.IPv4Address):
            return str(found)
        mapped = found.ipv4_mapped
        return str(mapped or ipaddress.IPv6Address(int(found) >> 64 << 64))
    return "unknown"


def header(scope: Scope, name: bytes) -> str:
    """The last header of a name; "" where there is none."""
    found = [value for key, value in scope["headers"] if key.lower() == name]
    return str(found[-1].decode("latin-1")) if found else ""
