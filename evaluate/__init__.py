"""Attackers, utility metrics, statistics, and the comparison that uses them."""

if __name__ == "evaluate":
    raise ImportError("import unmask.evaluate; the checkout's root must not be on sys.path")
