"""The version, read by the build and by `wontload --version`."""

__version__ = "0.1.0"
