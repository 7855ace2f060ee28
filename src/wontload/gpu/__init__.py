"""Whether a package really runs on the GPU, by measurement in a child process."""
