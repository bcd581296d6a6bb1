"""What a person pays and has used: the subscription, Stripe's events, and credits.

May import libs.services.external and paging; no other feature.
"""
