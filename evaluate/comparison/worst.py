"""The worst case of one defense, and what its row may claim: `ok`, `at least` or `invalid`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..results.records import AND, PHOTOS, WEAK, Record
from ..statistics import Mean, paired_difference, unequal, worst_case
from .certificates import Key, Proof, best_of
from .means import statistic_of
from .measured import Attack, Credits, Measured

# a cheap attack and a dear one that does the same and more: the dear one must not be weaker
FAMILIES = (
    ("matched", "retrained/embeddings"),
    ("pixels", "retrained/pixels"),
    ("retrained/pixels", "retrained/cnn"),
    ("restored/linear", "restored/unet"),
)


def checked_attacks(measured: Measured, proof: Proof) -> list[Attack]:
    """Return the attacks, `invalid` where one cheats, with a reason where one is too weak.

    Whoever has a photo can cut the face out of it and look at that alone, or blank it and look at
    the rest: what is reached there is reached on the photo.
    """
    found = []
    for part, attacks in measured.by_part.items():
        shown = replace(measured, attacks=attacks)
        found += [on_part(_checked(attack, shown, proof.cheats), part) for attack in attacks]
    return found


def on_part(attack: Attack, part: str) -> Attack:
    """Return an attack on a part of photos as one on the photo, under a name of its own."""
    return replace(attack, name=f"{attack.name}, {part}") if part else attack


def worst_record(
    base: Record, attacks: Sequence[Attack], measured: Measured, proof: Proof
) -> Record:
    """Return the record of the highest rank-1 over all attacks that do not cheat.

    Leaving an attack out can only lower a maximum, so nothing else is left out. Whether a low
    figure may be believed is another matter: `ok` needs that every planted leak was seen by
    somebody, that undefended photos are named, and that no attack broke or was missing.

    Args:
        base: with everything that all records of the row share.
        attacks: from `checked_attacks`.
        measured: what was measured.
        proof: what the attackers showed on planted cases.
    """
    base = replace(base, n=len(measured.people), ceiling=proof.ceiling)
    if measured.status != "ok":
        return replace(base, status=measured.status, reason=measured.reason)
    naming = [a for a in attacks if not (a.figures and not a.credits)]
    who = ", ".join(dict.fromkeys(a.attacker for a in attacks))
    if not any(a.informed for a in naming):
        return replace(
            base, status="invalid",
            reason="not measured: a leakage needs an attacker who knows the defense and names "
            f"people, such as matched or pixels; figures of {who} are in the report",
        )  # fmt: skip
    counted = counting(attacks)
    if not any(a.informed and (a.name, a.recognizer) in counted for a in attacks):
        why = "; ".join(dict.fromkeys(a.reason for a in naming if a.informed and a.reason))
        reason = f"not measured: no informed attacker gave a figure that counts ({why})"
        return replace(base, status="invalid", reason=reason)
    doubts = [*proof.doubts, *doubts_of(attacks, measured, proof)]
    return _highest(base, counted, measured, doubts)


def counting(attacks: Sequence[Attack]) -> dict[Key, Credits]:
    """Return rank-1 credits of the attacks among which the worst case is sought."""
    return {
        (attack.name, attack.recognizer): attack.credits["rank1"]
        for attack in attacks
        if attack.status == "ok" and attack.credits
    }


def doubts_of(attacks: Sequence[Attack], measured: Measured, proof: Proof) -> list[str]:
    """Say why more may leak through this defense than was measured, in a sentence each."""
    told: dict[str, list[str]] = {}
    for attack in attacks:
        if attack.status != "ok":
            told.setdefault(attack.reason, []).append(attack.name)
    silent = _silent(attacks, measured, proof)
    if silent:
        told["it gave no answer here, though it did on undefended photos"] = silent
    doubts = [f"{', '.join(names)} did not count: {why}" for why, names in told.items()]
    if measured.lost_copies:
        lost = sum(measured.lost_copies.values())
        doubts.append(
            f"{lost} of {measured.copies} copies that attackers made failed, so they learned from "
            "clean photos"
        )
    for role, (held, of) in measured.found.items():
        if role != "probes" and held < of:
            doubts.append(f"the folder holds {held} of {of} {role} photos to learn from")
    return [*doubts, *measured.doubts]


def _silent(attacks: Sequence[Attack], measured: Measured, proof: Proof) -> list[str]:
    """Return the attacks that answered on undefended photos and did not here, though asked.

    Who named people there must name them here: pairs told apart are no rank-1.
    """
    here = {(attack.name, attack.recognizer): attack for attack in attacks}
    known = {attack.attacker for attack in attacks if attack.status != "ok"}  # they are told
    known |= set(measured.spared)
    return [
        one.name
        for one in proof.cases["undefended"].attacks
        if one.attacker not in known
        and not _answers_alike(one, here.get((one.name, one.recognizer)))
    ]


def _answers_alike(undefended: Attack, here: Attack | None) -> bool:
    return here is not None and (bool(here.credits) or not undefended.credits)


def over_photos(
    worst: Record, attacks: Sequence[Attack], measured: Measured, proof: Proof
) -> list[Record]:
    """Return the worst case where each photo weighs the same, if that is another question.

    It is the share of the photos that are named, most of whom may show one person. What always
    naming that person reaches is its chance.
    """
    if worst.value is None or not unequal(measured.people):
        return []
    base = replace(worst, name=PHOTOS, ceiling=best_of(proof.cases["undefended"], proof.cheats,
                                                       over="photos"))  # fmt: skip
    doubts = [worst.reason] if worst.status == "at least" else []
    return [_highest(base, counting(attacks), measured, doubts, "photos")]


def seed_known(worst: Record, attacks: Sequence[Attack], measured: Measured) -> list[Record]:
    """Return the worst case with attackers who know the seed of the release, if it has one."""
    if worst.value is None or not measured.disclosed:
        return []
    known = counting(
        [replace(a, name=f"{a.name}, seed known") for a in measured.disclosed]
    )  # beside the others, whom nobody forbids to attack as well
    lost = [attack.reason for attack in measured.disclosed if attack.status != "ok"]
    doubts = [*filter(None, [worst.reason]), *lost]
    base = replace(worst, name="seed known")
    return [_highest(base, {**counting(attacks), **known}, measured, doubts)]


def _highest(
    base: Record, counted: Mapping[Key, Credits], measured: Measured, doubts: Sequence[str],
    over: Mean = "people",
) -> Record:  # fmt: skip
    """Fill a record with the highest of some attacks; doubts make it a lower bound."""
    (name, recognizer), found = worst_case(counted, measured.people, mean=over)
    return replace(
        base,
        value=found.value,
        low=found.low,
        high=found.high,
        n=found.n,
        chance=measured.chance(over=over),
        statistic=statistic_of("rank1", over),
        recognizer=recognizer,
        attack=name,
        status="at least" if doubts else "ok",
        reason=AND.join(doubts),
    )


def _checked(attack: Attack, measured: Measured, cheats: Mapping[Key, str]) -> Attack:
    if attack.status != "ok":
        return attack
    why = cheats.get((attack.name, attack.recognizer))
    if why:
        return replace(attack, status="invalid", reason=why)
    for other in measured.attacks:
        if attack.credits and other.credits and _must_beat(attack, other):
            gap = paired_difference(
                attack.credits["rank1"], other.credits["rank1"], measured.people
            )
            if gap.high < 0:
                return replace(attack, reason=f"{WEAK}{-gap.value:.2f} below {other.name}")
    return attack


def _must_beat(attack: Attack, other: Attack) -> bool:
    """Whether an attack knows or tries more than another one, and so should reach as much."""
    if attack.recognizer and other.recognizer and attack.recognizer != other.recognizer:
        return False
    if attack.informed and not other.informed:
        return True
    return any(_is(other, cheap) and _is(attack, dear) for cheap, dear in FAMILIES)


def _is(attack: Attack, name: str) -> bool:
    return attack.name == name or attack.name.startswith(f"{name}/")
