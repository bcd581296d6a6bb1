"""A local Replicate: its documented HTTP API, pictures made from each request, and faults that tests ask for."""
