"""Images and files: uploads, the workers that decode, and the removal of files whose rows are gone.

May import libs.services.external and paging; no other feature.
"""
