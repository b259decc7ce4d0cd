"""The main job: every defense against every attacker, on the photos of one scene.

`run.py` leads through it; `measure.py` measures one defense, `assemble.py` makes records of that,
`certificates.py` and `worst.py` say what they may claim. A new planted case goes into `cases.py`.
It may use the attackers, metrics, recognizers, data, statistics and results, and is used by
tuning, audit and lab.
"""
