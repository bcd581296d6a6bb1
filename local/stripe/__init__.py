"""A local Stripe: the part of its HTTP API that Maquette uses, with checkout and portal pages and signed webhooks."""
