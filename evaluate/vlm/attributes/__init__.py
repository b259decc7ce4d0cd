"""Find in an answer what it says of a person: gender, age, ethnicity, expression, occupation.

`found.py` is the door. Words are in `lexicon.py` and `occupations.py`, and whether one is told of
a person is decided in `told.py`.
"""
