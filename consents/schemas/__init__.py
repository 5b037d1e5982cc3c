"""The standard's types of the resources of this package."""
