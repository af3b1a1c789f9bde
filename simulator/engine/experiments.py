"""Assign people to the variants of an experiment, by nothing but its name and the person's reference."""

from __future__ import annotations

import hashlib
from itertools import accumulate

from simulator.program.model import Experiment


def variant_of(experiment: Experiment, reference: str) -> str:
    """Return the variant of a reference, the same at any time and in any version with these weights."""
    digest = hashlib.sha256(f"{experiment.name}:{reference}".encode()).digest()
    ends = list(accumulate(variant.weight for variant in experiment.variants))
    place = int.from_bytes(digest[:8], "big") % ends[-1]
    return next(variant.name for variant, end in zip(experiment.variants, ends, strict=True) if place < end)
