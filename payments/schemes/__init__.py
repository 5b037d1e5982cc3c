"""Payment schemes: how money leaves for other banks."""
