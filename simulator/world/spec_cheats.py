"""The part of a world file about fraud: how often each kind of cheat cheats; a table left out is never."""

from __future__ import annotations

from simulator.world.measures import Part, Share


class SelfReferral(Part):
    """Referrers who now and then invite themselves under a second address.

    cheaters      of the first customers, who are ready to
    per_share     of their shares, those which they answer themselves
    same_device   of the second selves, who come from the referrer's own device
    same_contact  who give the referrer's own contact
    convert       who go through with it
    """

    cheaters: Share = 0.0
    per_share: Share = 0.0
    same_device: Share = 0.0
    same_contact: Share = 0.0
    convert: Share = 0.0


class Cheats(Part):
    """Fraud personas; who they are stands in the CRM database only."""

    self_referral: SelfReferral = SelfReferral()
