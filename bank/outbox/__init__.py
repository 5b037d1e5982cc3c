"""What must happen later: rows written with the change they follow from, handed to Celery afterwards."""
