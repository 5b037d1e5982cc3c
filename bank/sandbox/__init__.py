"""The sandbox: its processes, its cast, and the commands that run them."""
