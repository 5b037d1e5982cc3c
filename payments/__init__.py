"""Moving money out: payment types, submission, settlement, schemes, and the payment endpoints."""
