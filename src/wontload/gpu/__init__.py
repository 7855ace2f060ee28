"""Whether a package really runs on the GPU, by measurement in a child process.

`exercising` has it work, stage by stage; `meter` reads the GPU's memory meanwhile; `memory` makes series of that;
`verdict` says what they mean; `baseline` holds a later measurement against an earlier one. Nothing here decides by what
a package says of itself.
"""
