"""The garbage collector of a program that runs for months."""

import gc

YOUNG, MIDDLE, OLD = 10_000, 50, 100
"""Objects made until the young are looked through; how often until the older ones are. A look at everything, with some
hundred workflows in memory, stops the program for half a second."""


def settle() -> None:
    """Once everything is imported: what is there now stays, and is not looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)
