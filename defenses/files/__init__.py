"""Files so that nothing is lost, torn or told: pictures, atomic renames, the cache.

Beside the cache stand digests of the code that made what is in it. The room may use `photo` alone.
A new picture format goes into `pictures.py`.
"""
