"""Words and patterns by which `redaction` knows what must not be told, and what must stay."""

from __future__ import annotations

import re

from wontload.knowledge.variables import is_secret, subject_of

KINDS = ("user", "host", "value", "proxy", "secret", "credentials", "email", "sid")
TOKEN = re.compile(rf"<(?:{'|'.join(KINDS)}) ?(\d{{1,9}})>")
PLAIN_TOKEN = re.compile(rf"<(?:{'|'.join(KINDS)})\d{{1,9}}>")  # of a name that a shell takes without quotes, too
PLAIN_NAME = re.compile(r"[\w@+=.-]+")

# Directories whose entries are homes of persons, and those of their entries that are nobody's.
HOMES = "users|home|documents and settings"
EVERYBODY = frozenset(("public", "default", "default user", "all users", "shared", "root", "linuxbrew", ".", ".."))

# Names of users and hosts that are words of paths, packages and messages as well.
COMMON = frozenset(
    (
        "admin administrator anaconda android apple arch bash bin build builder cache centos conda config "
        "container core credentials cuda data debian default desktop developer docker documents downloads "
        "email error fedora file gcc git github gitlab guest home host http import include install intel "
        "jenkins lib lib64 library libs linux llama local localhost machine main microsoft module mypc name "
        "nobody node none null numpy nvidia opt package packages path program project proxy python pytorch "
        "redhat release root runner runneradmin scripts secret server service share site source src student "
        "system system32 temp test tester tests tmp tools torch ubuntu user username users vagrant value venv "
        "visual vscode wheel windows wine work workspace x86_64"
    ).split()
)

# Fields whose text is one of a few words.
STRUCTURE = ("kind", "outcome", "format", "defect", "origin", "source", "vendor", "layout", "implementation", "schema")

USER = ("USER", "USERNAME", "LOGNAME", "LNAME", "SUDO_USER", "DOAS_USER", "WINEUSERNAME")
OWN_NAME = ("COMPUTERNAME", "HOSTNAME", "HOST")
HOST = (*OWN_NAME, "USERDOMAIN", "USERDOMAIN_ROAMINGPROFILE", "USERDNSDOMAIN", "LOGONSERVER")
# Variables of systems whose values are no secret but for the names in them.
KNOWN = re.compile(
    r"HOME|HOMEDRIVE|HOMEPATH|USERPROFILE|PUBLIC|APPDATA|LOCALAPPDATA|TEMP|TMP|TMPDIR|SYSTEMROOT|SYSTEMDRIVE|WINDIR|"
    r"COMSPEC|PATHEXT|OS|PROGRAM(?:FILES|DATA|W6432).*|COMMONPROGRAM.*|ALLUSERSPROFILE|PROCESSOR_.*|"
    r"NUMBER_OF_PROCESSORS|LANG|LANGUAGE|LC_.*|SHELL|TERM|PWD|OLDPWD|SHLVL|PYTHON.*|XDG_.*_HOME"
)

# One group each: what is replaced. In this order: what an earlier one took is no longer there for a later one.
PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("credentials", re.compile(r"://([^/@\s\"'<>]+)@")),
    (
        "secret",
        re.compile(
            r"(?<![A-Za-z0-9])((?:gh[pousr]_|github_pat_|glpat-|hf_|sk-|xox[abprs]-|pypi-|npm_|AKIA|ASIA|AIza)"
            r"[\w-]{12,}|eyJ[\w-]{8,}\.[\w-]{4,}(?:\.[\w-]*)?)"
        ),
    ),
    (
        "secret",
        re.compile(
            r"(?:token|passwo?r?d|secret|api[_-]?key|access[_-]?key|bearer)[\"']?(?:\s*[=:]\s*|\s+(?=\S{16}))[\"']?"
            r"(?!<)([^\s\"'&;,<>]{6,})",
            re.IGNORECASE,
        ),
    ),
    (
        "email",
        re.compile(r"([\w.+%-]+@(?:[\w-]+\.)+(?!(?:so|dll|dylib|pyd|py|json|framework)\b)[A-Za-z]{2,})\b"),
    ),
    ("sid", re.compile(r"\b(S-1-5-21(?:-\d+){3,})")),
    # \\server\share, also behind \\?\UNC; not \\?\, \\.\, and the places of this computer itself.
    (
        "host",
        re.compile(
            r"(?:(?<![\w:\\])\\\\|\\\\\?\\UNC\\)(?!(?:wsl\$|wsl\.localhost|localhost|\.|\?)(?:\\|$))([\w.$-]+)(?=\\[^\\])",
            re.IGNORECASE,
        ),
    ),
)


def sort_of_variable(name: str) -> str:
    """`user`, `host` or `proxy`: its value names one; `known`: its value may stay, without such names; else empty."""
    upper = name.upper()
    if upper in USER or upper in HOST:
        return "user" if upper in USER else "host"
    if upper.endswith("_PROXY"):
        return "proxy"
    return "known" if KNOWN.fullmatch(upper) or (subject_of(name) and not is_secret(name)) else ""
