"""Files so that nothing is lost, torn or told: pictures, atomic renames, the cache.

It may use `photo` alone. A new picture format goes into `pictures.py`.
"""
