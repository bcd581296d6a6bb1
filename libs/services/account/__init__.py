"""The account itself: everything about it as an archive, and its end.

May import libs.services.external, media and paging; no other feature.
"""
