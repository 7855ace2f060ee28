"""Which system libraries lie in dyld's shared cache: since macOS 11 they have no file on disk.

Source: man dlopen(3), "most OS dylibs are combined into the dyld cache and do not exist on disk"; dyld/Loader.cpp
(`mightBeInSharedCache`).
"""

from __future__ import annotations

from wontload.machine import System

PREFIXES = ("/usr/lib/", "/System/Library/", "/System/iOSSupport/usr/lib/", "/System/iOSSupport/System/Library/")

# A search proposes `/usr/lib/<anything>`, so there a place alone proves nothing. These are names of Apple's own in
# /usr/lib, as the macOS SDK has a stub (.tbd) for each.
IN_USR_LIB = frozenset(
    f"/usr/lib/lib{name}.dylib"
    for name in (
        "System System.B c m dl pthread info proc poll dbm rpcsvc util util1.0 objc objc.A c++ c++.1 c++abi sqlite3 "
        "sqlite3.0 z z.1 bz2 bz2.1.0 iconv iconv.2 charset charset.1 xml2 xml2.2 xslt xslt.1 exslt exslt.0 curl "
        "curl.4 expat expat.1 ffi edit edit.3 edit.3.0 readline ncurses ncurses.5.4 curses form form.5.4 menu menu.5.4 "
        "panel panel.5.4 resolv resolv.9 sandbox sandbox.1 compression archive archive.2 icucore icucore.A pam pam.2 "
        "sasl2 sasl2.2 ldap lber gssapi_krb5 krb5 k5crypto com_err cups cups.2 cupsimage bsm bsm.0 pcap pcap.A "
        "AppleArchive BSDPClient CoreStorage apple_nghttp2 blas lapack cblas clapack tidy tidy.A hunspell mecab "
        "netsnmp netsnmp.25"
    ).split()
)
SWIFT = "/usr/lib/swift/libswift"


def may_be_there(path: str) -> bool:
    """Whether dyld says of an absent library that it is not in the cache either."""
    return path.startswith(PREFIXES)


def contains(system: System, path: str, *, named: bool) -> bool:
    """Whether a path stands for a library of the cache.

    Args:
        named: a load command, or the program, has the path in full. Where the cache of that system is not known this
            is taken for proof: nothing but Apple's own libraries is installed there.
    """
    if system.shared_cache is not None:
        if path in system.shared_cache:
            return True
        return any(path.startswith(entry) for entry in system.shared_cache if entry.endswith("/"))
    if path in IN_USR_LIB or path.startswith(SWIFT):
        return True
    return named and path.startswith(PREFIXES)
