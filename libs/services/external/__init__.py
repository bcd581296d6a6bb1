"""The clients of Replicate, Stripe, the provider's files and our own webhook handlers.

The only code that knows those SDKs and addresses. May import no feature.
"""
