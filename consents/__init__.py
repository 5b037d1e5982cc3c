"""Who may do what: consent objects, their life cycle, and the pages where customers decide."""
