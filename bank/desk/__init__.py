"""The desk: what the admin pages of every package share. Staff look at everything here and edit nothing."""
