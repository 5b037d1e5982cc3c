"""How drf-spectacular writes the documents of openapi/ from the operations."""

from drf_spectacular.openapi import AutoSchema


class Schema(AutoSchema):
    """The standard's common headers and errors, added to every operation."""
