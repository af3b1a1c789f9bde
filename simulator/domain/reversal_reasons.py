"""The reasons why a reversal has no effect, as the audit trail's `reversal-without-effect` gives them, in words."""

# edition 2: to be built: the reasons are those of `without_effect.py`

from __future__ import annotations

from typing import Final

WITHOUT_EFFECT: Final = "reversal.without_effect"
"""The metric that counts them by reason: each reversal once, by its current reason."""

OTHER_SUBJECT: Final = "other-subject"
OTHER_SOURCE: Final = "other-source"
NOT_RECEIVED: Final = "not-received"
ALREADY: Final = "already-reversed"
NO_REWARD: Final = "no-reward"
NOT_ISSUED: Final = "not-issued"
NO_CLAWBACK: Final = "no-clawback"
CLAWBACK_OVER: Final = "clawback-over"

REASONS: Final = {
    OTHER_SUBJECT: "it came in another person's name than the conversion",
    OTHER_SOURCE: "the conversion with this id came from another source; a reversal has its conversion's source",
    NOT_RECEIVED: "no conversion with this id has arrived from its source",
    ALREADY: "the conversion had been reversed before",
    NO_REWARD: "the conversion had brought no reward",
    NOT_ISSUED: "nothing had been paid for the conversion",
    NO_CLAWBACK: "the reward was paid, and nothing in the program takes it back",
    CLAWBACK_OVER: "the reward was paid, and the time to take it back was over",
}
