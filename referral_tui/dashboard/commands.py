"""Every command of the dashboard, once: its key, its place in the palette, its tooltip, its word in the footer."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class Command:
    """A command. `id` is what a remapped key goes by; `label` is null for one that the footer leaves out."""

    id: str
    keys: str
    action: str
    title: str
    says: str
    label: str | None = None
    shown_key: str | None = None

    @property
    def binding(self) -> Binding:
        """The key binding of the command."""
        return Binding(
            self.keys,
            self.action,
            self.title,
            show=self.label is not None,
            key_display=self.shown_key,
            tooltip=self.says,
            id=self.id,
        )


# In the order of the footer, which shows as many as fit: those up to "quit" do at 72 columns, the narrowest there is.
COMMANDS: tuple[Command, ...] = (
    Command(
        "world.pause",
        "space",
        "pause",
        "Pause or go on",
        "Stops the simulated world, or lets it go on",
        "pause",
    ),
    Command(
        "world.step",
        "full_stop",
        "step",
        "One event on",
        "Lets one more event happen, and says in words what it did",
        "step",
        ".",
    ),
    Command(
        "world.faster", "plus,equals_sign", "speed(1)", "Faster", "Lets the world go faster", "faster", "+"
    ),
    Command(
        "world.slower",
        "minus",
        "speed(-1)",
        "Slower",
        "Lets the world go slower, down to the pace of the clock",
        "slower",
        "-",
    ),
    Command(
        "help",
        "question_mark",
        "explain",
        "Help",
        "Explains what has the focus, with the formula of its number, and lists the keys",
        "help",
        "?",
    ),
    Command("quit", "q", "quit", "Quit", "Leaves the dashboard; what runs beside it is not touched", "quit"),
    Command(
        "palette",
        "ctrl+p",
        "command_palette",
        "All commands",
        "Finds a command by its name",
        "commands",
        "^p",
    ),
    Command("theme", "t", "theme", "Light or dark", "Changes between the dark and the light theme", "theme"),
    Command(
        "focus.next",
        "tab",
        "focus_next",
        "Next part",
        "Moves the focus on; the arrow keys do, too",
        "next part",
    ),
    Command(
        "picture",
        "ctrl+s",
        "picture",
        "Picture",
        "Saves a picture of this screen as an SVG file",
        "picture",
        "^s",
    ),
)
