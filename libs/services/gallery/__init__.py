"""What people keep: renders in lists and in full, collections, and downloads.

May import libs.services.media and paging; no other feature.
"""
