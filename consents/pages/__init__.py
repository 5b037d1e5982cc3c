"""The pages where customers decide."""
