"""Open a vision-language model or dual encoder and ask it one question about a picture.

`opening.py` is the door, `base.py` what every model can do. It knows names and wording, not
defenses or figures: those belong to `audit`, `lab` and the attacker `named`, who use this room.
"""
