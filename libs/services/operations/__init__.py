"""What nobody asks for and has to be done: the purge of the trash, in each round of reconcile; what operators watch.

May import every feature; no feature imports it.
"""
