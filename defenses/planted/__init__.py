"""Cases whose outcome is known beforehand, to try an evaluation on.

All but `constant` leave the face in the picture and only put it where, or show it as, no face
model looks for it: an evaluation in which nobody names people on them is blind, and its low
figures mean nothing. `constant` leaves nothing: who names people there reads something else
than the picture. They are no defenses, so `diagnostic` is True. They use what any defense uses.
A new one gets a file, an entry point and an attacker that solves it.
"""
