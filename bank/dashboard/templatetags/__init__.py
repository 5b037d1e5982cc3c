"""Filters of this package's templates."""
