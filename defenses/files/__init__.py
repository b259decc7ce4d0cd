"""Files so that nothing is lost, torn or told: pictures, atomic renames, the cache,
and digests of the code that made what is cached.

It may use `photo` alone. A new picture format goes into `pictures.py`.
"""
