"""AMD's processors by the number in a code object's e_flags.

Source: LLVM 21.1.4, include/llvm/BinaryFormat/ELF.h, EF_AMDGPU_MACH_AMDGCN_*; names as in "User Guide for AMDGPU
Backend", "Processors". Checked 2026-11-23.
"""

_FROM_0X20 = (
    "gfx600 gfx601 gfx700 gfx701 gfx702 gfx703 gfx704 - gfx801 gfx802 gfx803 gfx810 gfx900 gfx902 gfx904 gfx906 "
    "gfx908 gfx909 gfx90c gfx1010 gfx1011 gfx1012 gfx1030 gfx1031 gfx1032 gfx1033 gfx602 gfx705 gfx805 gfx1035 "
    "gfx1034 gfx90a gfx940 gfx1100 gfx1013 gfx1150 gfx1103 gfx1036 gfx1101 gfx1102 gfx1200 gfx1250 gfx1151 gfx941 "
    "gfx942 - gfx1201 gfx950 - gfx9-generic gfx10-1-generic gfx10-3-generic gfx11-generic gfx1152 - - gfx1153 "
    "gfx12-generic gfx1251 - - - - gfx9-4-generic"
).split()
PROCESSORS = {number: name for number, name in enumerate(_FROM_0X20, 0x20) if name != "-"}
