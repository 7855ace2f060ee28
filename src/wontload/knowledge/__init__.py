"""Facts that hold on every machine, as data: each row says where it is written and when that was checked.

Which component a file belongs to and who provides it (`components`, `providers`, tables in `libraries/`), what is
installed together (`suites`), which names are other versions of one library (`families`), where copies commonly lie
(`places`), what packages are called and how they load their libraries (`packages`), what clean systems bring
(`profiles`), what Windows' error numbers mean (`windows_errors`). Tables are read one by one, when first asked for;
importing this room reads none.

Not here: anything about a particular machine (`machine`), or what a fact means for a load (`diagnosis`).
"""

from wontload.knowledge.components import Component, component_of, components
from wontload.knowledge.families import Family, family_of, other_majors
from wontload.knowledge.packages import Loading, Package, distribution_for, import_name_for, package
from wontload.knowledge.places import Place, places
from wontload.knowledge.profiles import Profile, profile, profile_names
from wontload.knowledge.providers import Provider, manager_of, providers_of
from wontload.knowledge.suites import is_directory_variable, suite_of
from wontload.knowledge.windows_errors import WindowsError, windows_error

__all__ = [
    "Component",
    "Family",
    "Loading",
    "Package",
    "Place",
    "Profile",
    "Provider",
    "WindowsError",
    "component_of",
    "components",
    "distribution_for",
    "family_of",
    "import_name_for",
    "is_directory_variable",
    "manager_of",
    "other_majors",
    "package",
    "places",
    "profile",
    "profile_names",
    "providers_of",
    "suite_of",
    "windows_error",
]
