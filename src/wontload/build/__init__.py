"""A wheel built for one machine: the plan, what it needs, the run. It installs nothing."""
