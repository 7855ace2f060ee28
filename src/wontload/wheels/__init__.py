"""Wheels before they are installed: where they are offered, what is inside, and whether it would load."""
