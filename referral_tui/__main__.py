"""Entry point of `referral-tui` and `python -m referral_tui`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command; Ctrl-C ends it without a traceback, also while its modules are still loading."""
    try:
        from referral_tui.cli.app import main as command

        command()
    except KeyboardInterrupt:
        print("referral-tui: interrupted", file=sys.stderr)  # noqa: T201 - before there is anything else to say it
        sys.exit(130)


if __name__ == "__main__":
    main()
