"""The bank itself: the project's settings and every part that the four domains share."""
