"""What operators and reconcile need: readiness, and the purge of the trash.

May import every feature; no feature imports it.
"""
