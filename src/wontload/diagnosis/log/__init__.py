"""A pasted message or build log in, findings of the same catalogue out. Nothing is looked up on any machine.

`reading` makes text of bytes, `text` undoes what terminals, forums and trackers did to it, `events` finds what programs
said (the tables of `knowledge/messages/`; `translated` puts other languages' words into English for it), `facts`
collects what it tells of package, Python and CUDA, `elsewhere` finds a library in listings that were pasted along, and
`judging` makes findings: of a text that decides, a cause; of one that does not, suspects, and what would settle it.

The findings that live in build logs alone have rules of their own, in `diagnosis/rules/` as all others.
"""
