"""`explain`: explain what happened in words: which rule, which values, and what would have paid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import typer

from referral_tui.cli.options import DEFAULT_DATABASE, Json, SharedDatabase
from referral_tui.cli.output import print_json, say_lines

Fields = dict[str, Any]


def explain(
    what: Annotated[
        str,
        typer.Argument(
            metavar="WHAT",
            help="A friend or referrer (reference, its beginning, short name, code, hash of a contact), "
            "a conversion (ID or SOURCE:ID), a reward's number.",
        ),
    ],
    db: SharedDatabase = DEFAULT_DATABASE,
    as_json: Json = False,
) -> None:
    """Explain what happened to a friend, a referrer, a conversion or a reward.

    Prints the timeline, the attribution with the touches that lost and why, every rule with the values it read, the
    rewards with their dates, and what would have paid.

    Example: referral-tui explain amber-otter-42 --db shop.db
    """
    from referral_tui.cli.stored import readable
    from referral_tui.names import short_name
    from simulator.explain import explain as account

    explanation = account(readable(db), what, short_name)
    if as_json:
        print_json(explanation)
        return
    say_lines(_lines(explanation))


def _lines(explanation: Fields) -> Iterator[str]:
    from referral_tui.words import account_words

    title = {
        "conversion": f"{explanation.get('source')}:{explanation.get('id')}, a conversion of ",
        "reward": f"Reward {explanation.get('id')}, for a conversion of ",
    }
    yield f"{title.get(explanation['kind'], '')}{explanation['name']} ({explanation['ref']})"
    yield from account_words(explanation)
    if explanation["kind"] == "reward":
        yield ""
        yield _reward(explanation["reward"])
        yield from (f"  {line}" for line in explanation["reward"]["why_not"])
    if explanation.get("referrer"):
        yield from _referrer(explanation["referrer"])
    if explanation["kind"] != "referrer":
        yield from _journey(explanation)


def _referrer(one: Fields) -> Iterator[str]:
    from referral_tui.figures import counted
    from referral_tui.names import short_name
    from referral_tui.words import friend_words, reason_words
    from simulator.domain.moments import moment

    yield ""
    yield f"As a referrer: {counted(one['friends_count'], 'friend')}"
    for link in one["links"]:
        yield f"  link {link['code']} since {moment(link['since'])}"
    for friend in one["friends"]:
        matched = f"{short_name(friend['friend'])} by {_way(friend)}"
        yield f"  {moment(friend['attributed_at'])}  {matched}: {friend_words(friend)}"
    if one["friends_count"] > len(one["friends"]):
        yield f"  … and {one['friends_count'] - len(one['friends'])} more"
    for room in one["room"]:
        left = [f"{room['count'] or 'none'} more"] if room["count"] is not None else []
        left += [room["value"]] if room["value"] is not None else []
        yield f"  {room['reward']} has room for {' and '.join(left)} {room['window']}"
    for row in one["decisions"]:
        reason = f": {reason_words(row['reason'])}" if row["reason"] else ""
        yield f"  {counted(row['count'], 'decision')} on friends' conversions: {row['outcome']}{reason}"
    for row in one["rewards"]:
        yield f"  {row['count']} {row['reward']} {row['state']}, {row['value']}"


def _journey(explanation: Fields) -> Iterator[str]:
    from referral_tui.names import short_name
    from referral_tui.words import not_repeated, unmatched_words, why_heading
    from simulator.domain.moments import moment

    yield from _timeline(explanation)
    yield ""
    yield "Who referred them"
    if explanation["attribution"] is None:
        yield f"  {unmatched_words(explanation)}"
    else:
        yield f"  {short_name(explanation['attribution']['referrer'])} by {_way(explanation['attribution'])}"
        if (ended := explanation["attribution"]["ended_at"]) is not None:
            yield f"  until {moment(ended)}: merged accounts keep the earlier of two referrers"
    for touch in explanation["touches"]:
        owner = short_name(touch["referrer"]) if touch["referrer"] else "nobody"
        settled = explanation["attribution"] or explanation["decisions"]
        mark = "won " if touch["won"] else "lost" if settled else "open"
        yield f"  {mark}  visit of {moment(touch['occurred_at'])}, code {touch['code']} of {owner}: {touch['why']}"
    for late in explanation["late_codes"]:
        owner = short_name(late["referrer"]) if late["referrer"] else "nobody"
        typed = f"code {late['code']} of {owner} in a {late['type']} of {moment(late['received_at'])}"
        yield f"  lost  {typed}: {late['why']}"
    for one in explanation["decisions"]:
        why_not = [*one["why_not"], *one["no_line"]]
        yield from _decision(one, not_repeated(explanation, one["milestone"], why_not))
    if explanation["decisions_left_out"]:
        yield ""
        yield f"… and {explanation['decisions_left_out']:,} decisions more; explain SOURCE:ID explains any conversion"
    yield from _afterwards(explanation)
    if explanation["rewards"]:
        yield ""
        yield "Rewards"
        for reward in explanation["rewards"]:
            yield f"  {_reward(reward)}"
            yield from (
                f"    {line}" for line in not_repeated(explanation, reward["reward"], reward["why_not"])
            )
    if explanation["why_not"]:
        yield ""
        yield why_heading(explanation)
        yield from (f"  {line}" for line in explanation["why_not"])


def _afterwards(explanation: Fields) -> Iterator[str]:
    """Return lines on what reversed or changed a conversion after it was judged."""
    from referral_tui.names import short_name
    from simulator.domain.moments import moment

    if explanation["reversals"]:
        yield ""
        yield "Reversals"
        for one in explanation["reversals"]:
            came = f"{moment(one['received_at'])}, of {one['source']}:{one['reverses']}"
            named = f" in the name of {short_name(one['subject'])}" if one["subject"] else ""
            effect = f"without effect: {one['why']}" if one["why"] else "it counts"
            yield f"  {came}{named}: {effect}"
    if explanation["amended"]:
        yield ""
        yield "What changed a conversion afterwards"
        for one in explanation["amended"]:
            yield f"  {moment(one['received_at'])}, {one['conversion']}: {one['says']}"


def _timeline(explanation: Fields) -> Iterator[str]:
    from referral_tui.figures import counted
    from simulator.domain.moments import moment

    yield ""
    yield "What happened"
    for entry in explanation["timeline"]:
        yield f"  {moment(entry['at'])}  {_entry(entry)}"
    if explanation["events_left_out"]:
        later = counted(explanation["events_left_out"], "later event")
        yield f"  … and {later}; `referral-tui export events` has them all"


def _decision(one: Fields, why_not: Iterable[str]) -> Iterator[str]:
    from referral_tui.words import reason_words

    yield ""
    reason = f": {reason_words(one['reason'])}" if one["reason"] else ""
    yield f"Decision {one['id']}, {one['milestone']}, on {one['source']}:{one['event_id']}: {one['outcome']}{reason}"
    for rule in one["rules"]:
        values = ", ".join(f"{name} = {_value(value)}" for name, value in rule["values"].items())
        yield f"  {rule['result']:<7} {rule['code']}: {rule['says']}  [{values}]"
        if rule["result"] != "pass":
            yield f"          {rule['because']}"
    for offer in one["offers"]:
        values = ", ".join(f"{name} = {_value(value)}" for name, value in offer["values"].items())
        yield f"  {offer['offered']:<7} offer of {offer['reward']}: {offer['says']}  [{values}]"
    for split in one["variants"]:
        yield f"  {split['says']}"
    if one["approved"]:
        yield f"  {one['approved']}"
    yield from (f"  {line}" for line in why_not)
    yield from (f"  {_if_approved(line)}" for line in one["if_approved"])


def _if_approved(one: Fields) -> str:
    """Return a line for each reward that an approval would start."""
    from referral_tui.names import short_name
    from referral_tui.words import counts_only
    from simulator.domain.moments import moment

    who = one["recipient"] if one["role"] == "community" else short_name(one["recipient"])
    due = "at once" if one["at_once"] else moment(one["due_at"])
    return (
        f"if approved: {one['reward']} {one['value']} for {who} ({one['role']}), due {due}{counts_only(one)}"
    )


def _entry(entry: Fields) -> str:
    """Return a line of the timeline."""
    from referral_tui.names import short_name
    from referral_tui.words import reason_words

    if entry["kind"] == "event":
        shown = _with_amount(entry)
        fields = [f"{name} {_value(shown[name])}" for name in _SHOWN if name in shown]
        lag = entry["received_at"] - entry["occurred_at"]
        late = f", {_duration(lag)} after it happened" if lag >= 60_000 else ""
        late = ", time inferred from its receipt" if entry.get("time_inferred") else late
        details = f" ({', '.join(fields + _steered(entry))})" if fields or _steered(entry) else ""
        no_effect = f"; without effect: {entry['no_effect']}" if entry.get("no_effect") else ""
        return f"{entry['type']}{details}, from {entry['source']}{late}{no_effect}"
    if entry["kind"] == "attributed":
        return f"→ matched to {short_name(entry['referrer'])} by {_way(entry)}"
    if entry["kind"] == "decided":
        reason = f": {reason_words(entry['reason'])}" if entry["reason"] else ""
        return f"→ {entry['milestone']}: {entry['outcome']}{reason}"
    return f"→ {entry['reward']} {entry['kind']}"


def _steered(entry: Fields) -> list[str]:
    """Return what a merge, a choice or a redemption is about."""
    from referral_tui.names import short_name
    from simulator.explain.source import steered

    fields = steered(entry)
    details = [f"into {short_name(fields['into'])}"] if isinstance(fields.get("into"), str) else []
    if "reward_reward" in fields:
        details.append(f"reward {fields['reward_reward']} of {fields.get('reward_id')}")
    if "choice" in fields:
        details.append(f"choice {fields['choice']}")
    return details


def _with_amount(entry: Fields) -> Fields:
    """Return an event's fields, with amount and currency formatted as one if the currency is known."""
    from simulator.domain.currencies import DIGITS
    from simulator.program.words import amount

    currency = entry.get("currency")
    if "amount_minor" not in entry or currency not in DIGITS:
        return entry
    text = amount(entry["amount_minor"], currency, DIGITS[currency])
    return {
        **{name: entry[name] for name in entry if name not in ("amount_minor", "currency")},
        "amount": text,
    }


_SHOWN = (
    "code",
    "channel",
    "amount",
    "amount_minor",
    "currency",
    "outcome",
    "reverses",
    "reason",
    "eligible",
    "device_ref",
)


def _reward(reward: Fields) -> str:
    from referral_tui.names import short_name
    from referral_tui.words import state_words

    who = reward["recipient"] or "nobody"
    name = who if reward["role"] == "community" else short_name(who)
    state = state_words(reward["state"], reward["why"])
    return f"{reward['reward']} {reward['value']} for {name} ({reward['role']}): {state}"


def _way(one: Fields) -> str:
    return f"a typed code, {one['code']}" if one["method"] == "code" else f"the link {one['code']}"


def _value(value: Any) -> str:
    from simulator.explain.change_words import shown

    return shown(value)  # --json has all digits


def _duration(ms: int) -> str:
    from referral_tui.figures import duration

    return duration(ms)
