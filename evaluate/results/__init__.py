"""Records, and what is made from records alone: summary, ranks, table, plot, report.

It may use `statistics` and `unmask.defenses`; no attacker and no photo gets here, so a run can be
shown again from its folder. A new view of a run gets a file here.
"""
