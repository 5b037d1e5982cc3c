"""The payment types: one class each, with what differs between them as hooks."""
