"""What stands here itself needs NumPy, pytest and Hypothesis alone; ``book/`` and ``conformance/`` need much more."""
