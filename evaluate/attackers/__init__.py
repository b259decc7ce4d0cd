"""People with stated knowledge who try to name someone."""
