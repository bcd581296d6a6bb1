"""From what a person asks for to a render: submit, prediction, webhook, reconciliation.

May import libs.services.gallery.views, which says how a render looks, and external, media and paging.
"""
