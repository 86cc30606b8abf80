"""Opens the app in a browser once it answers; run as a process of its own beside the server."""

from __future__ import annotations

import os
import sys
import time
import urllib.request
import webbrowser

PATIENCE = 90.0


def has_screen() -> bool:
    """Whether a graphical browser can be opened here: a text browser would take the terminal over."""
    return sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )


def open_when_ready(address: str, patience: float = PATIENCE) -> bool:
    """Wait until the app at ``address`` answers, then open it; false when it never does."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return webbrowser.open(address)
        except OSError:
            time.sleep(0.3)
    return False


if __name__ == "__main__":
    open_when_ready(sys.argv[1])
