"""Count what a door does, and write the counts in the OpenMetrics text format."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Final

from simulator.domain.vocabulary import Receipt
from simulator.platform.receipts import Counts

BOUNDS_S: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
CONTENT_TYPE: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"


_CLIENTS: Final = 40  # counted separately
_WAYS: Final = 1_000  # pairs of source and client, counted separately
OTHERS: Final = "(other)"
"""The name under which later clients are counted."""


@dataclass
class Calls:
    """The number of requests a client made, and the receipts of its messages."""

    requests: int = 0
    counts: Counts = field(default_factory=Counts)


@dataclass
class Metrics:
    """Counts of requests by route and status, messages by receipt, durations in seconds, and webhooks."""

    requests: Counter[tuple[str, int]] = field(default_factory=Counter)
    counts: Counts = field(default_factory=Counts)
    slots: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    seconds: float = 0.0
    webhooks: Counter[bool] = field(default_factory=Counter)
    callers: dict[str, Calls] = field(default_factory=dict)
    came: Counter[tuple[str, str]] = field(default_factory=Counter)

    def received(self, client: str, counts: Counts, sources: Mapping[str, int]) -> None:
        """Count the receipts of a client's request, and how many events of each source were accepted."""
        self.counts += counts
        name, calls = self._calls(client)
        calls.counts += counts
        for source, accepted in sources.items():
            known = (source, name) in self.came or len(self.came) < _WAYS
            self.came[source if known else OTHERS, name] += accepted

    def answered(self, client: str, route: str, status: int, seconds: float) -> None:
        """Count a client's request and its duration in seconds."""
        _, calls = self._calls(client)
        calls.requests += 1
        self.requests[route, status] += 1
        self.slots[bisect_left(BOUNDS_S, seconds)] += 1
        self.seconds += seconds

    def posted(self, *, taken: bool) -> None:
        """Count a webhook that was posted, by whether it was acknowledged."""
        self.webhooks[taken] += 1

    def _calls(self, client: str) -> tuple[str, Calls]:
        """Return the name and counts of a client; clients beyond the first 40 are counted together."""
        name = client if client in self.callers or len(self.callers) < _CLIENTS else OTHERS
        return name, self.callers.setdefault(name, Calls())

    def text(self, gauges: Iterable[tuple[str, str, int]]) -> str:
        """Return the metrics as text; `gauges` are name, help text and value of each gauge."""
        return "".join(f"{line}\n" for line in self._lines(gauges))

    def _lines(self, gauges: Iterable[tuple[str, str, int]]) -> Iterator[str]:
        yield "# TYPE referral_requests counter"
        yield "# HELP referral_requests Requests answered, by route and status."
        for (route, status), count in sorted(self.requests.items()):
            yield f'referral_requests_total{{route="{route}",status="{status}"}} {count}'
        yield "# TYPE referral_messages counter"
        yield "# HELP referral_messages Messages received, by receipt."
        for receipt in Receipt:
            yield f'referral_messages_total{{receipt="{receipt}"}} {getattr(self.counts, receipt)}'
        yield "# TYPE referral_request_seconds histogram"
        yield "# UNIT referral_request_seconds seconds"
        yield "# HELP referral_request_seconds How long requests took."
        counts = list(accumulate(self.slots))
        for bound, count in zip((*map(str, BOUNDS_S), "+Inf"), counts, strict=True):
            yield f'referral_request_seconds_bucket{{le="{bound}"}} {count}'
        yield f"referral_request_seconds_sum {self.seconds:.6f}"
        yield f"referral_request_seconds_count {counts[-1]}"
        yield "# TYPE referral_webhooks counter"
        yield "# HELP referral_webhooks Webhooks posted, by result."
        for taken, result in ((True, "taken"), (False, "failed")):
            yield f'referral_webhooks_total{{result="{result}"}} {self.webhooks[taken]}'
        for name, meaning, value in gauges:
            yield f"# TYPE referral_{name} gauge"
            yield f"# HELP referral_{name} {meaning}"
            yield f"referral_{name} {value}"
        yield "# EOF"
