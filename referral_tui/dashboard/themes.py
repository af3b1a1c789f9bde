"""The dashboard's own two themes: night, and day."""

from __future__ import annotations

from textual.theme import Theme

NIGHT = Theme(
    name="referral-night",
    primary="#5ea1ff",
    secondary="#7d8cff",
    accent="#ffb454",
    warning="#ffcc66",
    error="#ff6b7d",
    success="#4fd6a1",
    foreground="#d6deeb",
    background="#0d1420",
    surface="#141d2c",
    panel="#1d293d",
    dark=True,
    variables={
        "identification": "#6cb6ff",
        "participation": "#4fd6a1",
        "conversion": "#ffb454",
        "steering": "#c99bff",
        "quiet": "#8290a8",
        "edge": "#2b3a54",
        "funnel-top": "#4c8dff",
        "funnel-bottom": "#3ddc97",
        "footer-key-foreground": "#ffb454",
    },
)

DAY = Theme(
    name="referral-day",
    primary="#1f5fbf",
    secondary="#5a4fcf",
    accent="#9a5200",
    warning="#8a5a00",
    error="#b3203a",
    success="#0b7a53",
    foreground="#1d2733",
    background="#f4f6fa",
    surface="#ffffff",
    panel="#e3e9f2",
    dark=False,
    variables={
        "identification": "#1f5fbf",
        "participation": "#0b7a53",
        "conversion": "#9a5200",
        "steering": "#7a3bb8",
        "quiet": "#5d6b80",
        "edge": "#c3cede",
        "funnel-top": "#2f6fdd",
        "funnel-bottom": "#12976a",
        "footer-key-foreground": "#9a5200",
    },
)
