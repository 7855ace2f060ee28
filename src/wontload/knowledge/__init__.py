"""Facts that hold on every machine, as data: each row says where it is written and when that was checked.

Which component a file belongs to and who provides it (`components`, `providers`, tables in `libraries/`), what is
installed together (`suites`), which names are other versions of one library (`families`), where copies commonly lie
(`places`), what packages are called and how they load their libraries (`packages`), what clean systems bring
(`profiles`), what Windows' error numbers mean (`windows_errors`). Of NVIDIA's GPUs: which compute capability one has
and which toolkits compile for it (`gpus`), which driver a CUDA takes (`cuda`), which code runs where (`gpu_targets`).
What levels and variants ask of a processor (`cpu`), which compilers go together (`toolchains`), which C library a
distribution has and a wheel tag asks for (`linux_releases`), which remedies people give each other (`advice`). Tables
are read one by one, when first asked for. Import from the module that has your fact: the room itself has none, so that
nobody waits for the others.

Not here: anything about a particular machine (`machine`), or what a fact means for a load (`diagnosis`).
"""
