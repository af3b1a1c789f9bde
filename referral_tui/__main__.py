"""`python -m referral_tui`: the same as the command `referral-tui`."""

from __future__ import annotations

from referral_tui.cli.app import main

if __name__ == "__main__":
    main()
