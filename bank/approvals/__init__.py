"""The second person: actions that one member of staff asks for and another decides."""
