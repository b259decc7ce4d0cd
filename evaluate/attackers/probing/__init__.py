"""Learning what a defense does by what it makes of chosen pictures, and turning that round.

They serve the attacker `probed` and know nothing of people. A new kind of chosen picture gets a
function in `chosen.py`, a new way to turn its answer round a file.
"""
