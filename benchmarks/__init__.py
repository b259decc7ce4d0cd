"""Published tables and speed comparisons, each re-run by one command."""

if __name__ == "benchmarks":
    raise ImportError("import unmask.benchmarks; the checkout's root must not be on sys.path")
