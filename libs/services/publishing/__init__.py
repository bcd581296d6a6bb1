"""What other people see: share links and what they open, the community, and reports about both.

May import libs.text; no other feature.
"""
