"""manage.py audit."""
