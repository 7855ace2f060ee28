"""Say why a native library will not load."""
