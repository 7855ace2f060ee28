"""What the tool says, for people and for programs.

For people: one module a report (`why.render_why`, `tree.render_tree`, `page.render_page`: a value in, a `str` out),
drawn for a `screen.Terminal`. There is no module of all of them: nobody who asks for one waits for the others.
For both of them elsewhere: `why_document`, `tree_document` and `doctor_document` make a `document` of the same values
and sentences, which `html` writes as one page and `markdown` as text to paste. Each escapes in one place.
For programs: `as_json` (`why_to_json`, `load_to_json`, `tree_to_json`, `dump`), whose shapes stand in `schemas/`.

A report adds no judgement: it shows what a `Diagnosis` or a `LoadResult` holds, in the order it holds it.
Whatever came from a file or a machine passes `text.clean` before a terminal sees it.
"""
