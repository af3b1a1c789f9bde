"""Every command of the dashboard, once: its key, its place in the palette, its tooltip, its word in the footer."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class Command:
    """A command. `id` is the name for remapping its key; `label` is None for one that the footer leaves out."""

    id: str
    keys: str
    action: str
    title: str
    says: str
    label: str | None = None
    shown_key: str | None = None
    pinned: bool = False
    """Whether the footer keeps room for it, however narrow it is."""
    steers: bool = False
    """Whether it needs a simulation that runs, as all do whose `id` begins with `world.`."""

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


def place_command(mode: str, title: str, key: str) -> Command:
    """Return the command that goes to a screen."""
    return Command(f"screen.{mode}", key, f"place('{mode}')", title, f"Goes to this screen, key {key}")


_WALL_SAYS = "Switches between the platform's view (short names) and the client's (customers' names)"

# In the order of the footer, which shows as many as fit: those up to "quit" do at 72 columns, the narrowest there is.
COMMANDS: tuple[Command, ...] = (
    Command(
        "world.pause",
        "space",
        "pause",
        "Pause or go on",
        "Pauses the simulated world, or lets it go on",
        "pause",
    ),
    Command(
        "world.step",
        "full_stop",
        "step",
        "One event on",
        "Goes forward one event, and says in words what it did",
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
        pinned=True,
    ),
    Command(
        "quit",
        "q",
        "quit",
        "Quit",
        "Quits the dashboard; a simulation that runs elsewhere goes on",
        "quit",
        pinned=True,
    ),
    Command("wall", "p", "wall", "Side of the wall", _WALL_SAYS, "wall"),
    Command(
        "time.back",
        "left_square_bracket",
        "travel(-1)",
        "Back in time",
        "Shows every screen as it was an hour before",
        "back",
        "[",
    ),
    Command(
        "time.on",
        "right_square_bracket",
        "travel(1)",
        "On in time",
        "Shows every screen as it was an hour later; at the end it is live again",
        "on",
        "]",
    ),
    Command(
        "world.leap",
        "comma",
        "step('change')",
        "On to the next change",
        "Goes on, event by event, until one has changed a match, a decision or a reward, and says what it did",
        "change",
        ",",
    ),
    Command(
        "world.back",
        "b",
        "rewind",
        "Back to an earlier stop",
        "Lists earlier stops, to go back to one; the world is recreated from its seed (only in a demo)",
    ),
    Command(
        "time.day_back",
        "left_curly_bracket",
        "travel(-24)",
        "Back by a day",
        "Shows every screen as it was a day before",
        None,
        "{",
    ),
    Command(
        "time.day_on",
        "right_curly_bracket",
        "travel(24)",
        "On by a day",
        "Shows every screen as it was a day later; at the end it is live again",
        None,
        "}",
    ),
    Command(
        "palette",
        "ctrl+p",
        "command_palette",
        "All commands",
        "Finds a command by its name",
        "commands",
        "^p",
    ),
    Command("theme", "t", "theme", "Light or dark", "Switches between the dark and the light theme", "theme"),
    Command(
        "focus.next",
        "tab",
        "focus_next",
        "Next part",
        "Moves the focus on; the arrow keys also do",
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
    Command(
        "table",
        "ctrl+e",
        "table",
        "Table as CSV",
        "Saves the rows of the table that has the focus as a CSV file",
        "table",
        "^e",
    ),
)

# What a screen of its own takes into its OWN_COMMANDS where it can do it: the same key for the same thing everywhere.
FILTER = Command(
    "filter", "slash", "filter", "Filter", "Shows only the rows that match, as you type", "filter", "/"
)
OPEN = Command("open", "enter", "open", "Open", "Opens the row under the cursor", "open")
BACK = Command("back", "escape", "back", "Back", "Closes what is open, or empties the filter", "back", "esc")
SORT = Command(
    "sort",
    "s",
    "sort",
    "Sort",
    "Sorts by the next sortable column; again for the other direction",
    "sort",
)
EDIT = Command("edit", "e", "edit", "Edit", "Edits the selected item", "edit")
