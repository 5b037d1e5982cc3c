"""What the API adds to manage.py."""
