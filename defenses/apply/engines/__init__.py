"""Run one piece of work after the other on many machines: Ray.

An engine gets a function and its arguments and yields results as they are made, as `in_pool` does
on this machine. It knows nothing of pictures, and may use nothing of `unmask` but `threads`
and `device`.
"""
