"""The measurements that take longer than a chapter may, each with its recorded result.

``make experiments`` redoes all of them. One file is one question: it names its cases in
``CASES``, and ``measure(seed, *case)`` trains and tests one network. ``record.py`` runs
them and keeps the numbers in a JSON file beside it; the tests recompute the cases in
``RECOMPUTED`` for one seed.
"""
