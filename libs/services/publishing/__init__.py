"""What other people see: share links and what they open, the community, and reports about both.

May import libs.services.paging; no other feature.
"""
