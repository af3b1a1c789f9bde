"""Keep the devices each person was seen with, and since when: found by person and device, and listed by person."""

from __future__ import annotations

import numpy as np

from simulator.engine.arrays import NONE, Columns, Ints, Keys, chain_back
from simulator.engine.keys import KeyIndex, mix


class Devices:
    """One row for each person and device. Devices have no ids: two are the same if the hashes of their texts agree.

    Columns of `rows`: the `device` hash, the `seq` of the event that first showed it, and in `before` the person's
    previous row. A pair is found by the exclusive or of device and person (spread over 64 bits): if the row found
    has this device, it has this person too.
    """

    def __init__(self) -> None:
        self.rows = Columns({"device": (np.uint64, 0), "seq": (np.uint32, 0), "before": (np.int32, NONE)})
        self._index = KeyIndex()
        self._collisions: dict[tuple[int, int], int] = {}  # rows of pairs whose key another pair holds

    def enter(self, persons: Ints, devices: Keys, seqs: Ints, heads: Ints) -> Ints:
        """Add new pairs; return the persons who gained a device, each as often as they gained one.

        `heads` are the newest rows of all people; they are moved to the new ones.
        """
        insertion = self._index.get_or_insert(mix(persons) ^ devices)
        new = np.flatnonzero(insertion.first)
        self._index.put(insertion.slots[new], self._add(persons[new], devices[new], seqs[new], heads))
        gained = [persons[new]]
        held = self.rows["device"][self._index.get(insertion.slots)]
        for row in np.flatnonzero(held != devices).tolist():
            key, one = (int(persons[row]), int(devices[row])), slice(row, row + 1)
            if key not in self._collisions:
                self._collisions[key] = int(self._add(persons[one], devices[one], seqs[one], heads)[0])
                gained.append(persons[one])
        return np.concatenate(gained)

    def find(self, persons: Ints, devices: Keys) -> Ints:
        """Return the row of each person and device, or NONE."""
        found = self._index.find(mix(persons) ^ devices)
        wrong = (found != NONE) & (self.rows["device"][found] != devices)
        for row in np.flatnonzero(wrong).tolist():
            found[row] = self._collisions.get((int(persons[row]), int(devices[row])), NONE)
        return found

    def _add(self, persons: Ints, devices: Keys, seqs: Ints, heads: Ints) -> Ints:
        added = self.rows.append(device=devices, seq=seqs)
        self.rows["before"][added] = chain_back(persons, added, heads)
        return added
