"""A local Replicate: the documented HTTP API, with pictures really made from each request, and faults on demand."""
