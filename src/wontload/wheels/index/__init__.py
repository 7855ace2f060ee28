"""Where wheels are offered: index pages, `--find-links` pages and directories, releases on GitHub, local folders.

`link` is what all of them come to; `simple` reads PEP 503 and PEP 691 pages, `folders` what lies on this disk,
`releases` GitHub's API; `settings` says where pip and uv would look (`knowledge.indexes`: where a project publishes
builds that PyPI does not hold); `gather` asks all of them at once and says which could not be reached.

Not here: which link fits a machine (`wheels.choosing`), and what is inside (`wheels.wheel`).
"""
