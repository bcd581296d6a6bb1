"""What nobody asks for and has to be done: the purges of trash and carried usage by reconcile; what operators watch.

May import every feature; no feature imports it.
"""
