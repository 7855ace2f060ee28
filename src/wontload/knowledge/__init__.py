"""Facts that hold on every machine, as data: each row says where it is written and when that was checked.

Which component a file belongs to and who provides it (`components`, `providers`, tables in `libraries/`), what is
installed together (`suites`), which names are other versions of one library (`families`), where copies commonly lie
(`places`), what packages are called and how they load their libraries (`packages`), what clean systems bring
(`profiles`), what Windows' error numbers mean (`windows_errors`). Of NVIDIA's GPUs: which compute capability one has
and which toolkits compile for it (`gpus`), which driver a CUDA takes (`cuda`), which code runs where (`gpu_targets`).
What levels and variants ask of a processor (`cpu`), which compilers go together (`toolchains`), which C library a
distribution has and a wheel tag asks for (`linux_releases`), which remedies people give each other (`advice`). Tables
are read one by one, when first asked for; importing this room reads none.

Not here: anything about a particular machine (`machine`), or what a fact means for a load (`diagnosis`).
"""

from wontload.knowledge.advice import Advice, advice
from wontload.knowledge.components import Component, component_of, components
from wontload.knowledge.cpu import (
    CpuVariant,
    cpu_variant,
    cpu_variants,
    missing_for_level,
    x86_64_level,
    x86_64_levels,
)
from wontload.knowledge.cuda import (
    DriverFloor,
    cuda_of_driver,
    cuda_of_ptx,
    cuda_releases,
    driver_floor,
    driver_version,
    ptx_of_cuda,
)
from wontload.knowledge.families import Family, family_of, other_majors
from wontload.knowledge.gpu_targets import Fit, Target, parse_target, runs_on
from wontload.knowledge.gpus import (
    Architecture,
    architecture,
    capability_of_chip,
    compute_capabilities,
    compute_capability,
    toolkit_range,
)
from wontload.knowledge.linux_releases import LinuxRelease, WheelPolicy, linux_release, releases_with, wheel_policy
from wontload.knowledge.packages import Loading, Package, distribution_for, import_name_for, package
from wontload.knowledge.places import Place, places
from wontload.knowledge.profiles import Profile, newest_profiles, profile, profile_names
from wontload.knowledge.providers import Provider, distribution_of, in_newest_debian, manager_of, providers_of
from wontload.knowledge.suites import is_directory_variable, suite_of
from wontload.knowledge.toolchains import (
    HostCompilers,
    OfficialPython,
    Toolset,
    gcc_of_symbol_version,
    host_compilers,
    official_python,
    toolset,
    toolset_of_msc_ver,
)
from wontload.knowledge.windows_errors import WindowsError, windows_error

__all__ = [
    "Advice",
    "Architecture",
    "Component",
    "CpuVariant",
    "DriverFloor",
    "Family",
    "Fit",
    "HostCompilers",
    "LinuxRelease",
    "Loading",
    "OfficialPython",
    "Package",
    "Place",
    "Profile",
    "Provider",
    "Target",
    "Toolset",
    "WheelPolicy",
    "WindowsError",
    "advice",
    "architecture",
    "capability_of_chip",
    "component_of",
    "components",
    "compute_capabilities",
    "compute_capability",
    "cpu_variant",
    "cpu_variants",
    "cuda_of_driver",
    "cuda_of_ptx",
    "cuda_releases",
    "distribution_for",
    "distribution_of",
    "driver_floor",
    "driver_version",
    "family_of",
    "gcc_of_symbol_version",
    "host_compilers",
    "import_name_for",
    "in_newest_debian",
    "is_directory_variable",
    "linux_release",
    "manager_of",
    "missing_for_level",
    "newest_profiles",
    "official_python",
    "other_majors",
    "package",
    "parse_target",
    "places",
    "profile",
    "profile_names",
    "providers_of",
    "ptx_of_cuda",
    "releases_with",
    "runs_on",
    "suite_of",
    "toolkit_range",
    "toolset",
    "toolset_of_msc_ver",
    "wheel_policy",
    "windows_error",
    "x86_64_level",
    "x86_64_levels",
]
