"""``python -m experiments`` records all experiments, ``... shifts`` one of them."""

import sys

from experiments.record import NAMES, record

for name in sys.argv[1:] or NAMES:
    record(name)
