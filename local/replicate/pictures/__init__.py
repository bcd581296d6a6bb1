"""Draws the pictures: from a photo, or from the words of a prompt alone. Same order, same bytes."""
