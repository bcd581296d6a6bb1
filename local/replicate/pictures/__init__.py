"""Draws the pictures: from a photo, or from the words of a prompt alone. Same order, same bytes."""

import os

# Read when numpy is first imported. Its matrices here have three rows: threads wait for each other longer than they
# compute, and the time they spin is taken from everything else on the machine.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
