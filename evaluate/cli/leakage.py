"""The tables of a comparison, in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from ..results.attributes import attribute_table
from ..results.records import Record
from ..results.table import group_table, leakage_table, said_of, sorted_rows
from .terminal import print_table


def print_leakage(records: Sequence[Record]) -> None:
    """Print what leaks through each defense, for whom it leaks most, and what else it tells."""
    found = sorted_rows(records)
    print_table(leakage_table(found), caption=said_of(found), elsewhere="summary.csv")
    grouped = group_table(found)
    if grouped:
        told = "the group of people that leaks most through each defense, sought among all people"
        print_table(grouped, caption=told, elsewhere="summary.csv")
    asked = attribute_table(records)
    if asked:
        told = (
            "what else defended photos tell of people who were never seen: balanced accuracy, "
            "beside chance and what clean photos tell"
        )
        print_table(asked, caption=told, elsewhere="summary.csv")
