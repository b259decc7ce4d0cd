"""The main job: every defense against every attacker, on the photos of one scene.

`run.py` leads through it; `measure.py` measures one defense, `assemble.py` makes records of that.
It may use the attackers, metrics, recognizers, data, statistics and results, and is used by
tuning, audit and lab.
"""
