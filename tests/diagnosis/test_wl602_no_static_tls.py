"""WL602: the library is sound, and the room that it wants is taken."""

from __future__ import annotations

from tests.support.machines import LINUX_PACKAGE, USR_LIB, codes, data, diagnose, dlopen, linux, saw, so, told
from wontload.binary.entries import Relocation
from wontload.diagnosis import Severity

LIBRARY, GOMP = LINUX_PACKAGE + "/_c.so", USR_LIB + "/libgomp.so.1"
FILES = {
    LIBRARY: so("libgomp.so.1"),
    GOMP: so("libc.so.6", soname="libgomp.so.1", static_tls=True, tls_bytes=136),
    "/opt/big.so": so(static_tls=True, tls_bytes=1500),
}
TEXT = f"{GOMP}: cannot allocate memory in static TLS block"


def refused(text: str = TEXT):
    return saw(dlopen(LIBRARY, modules=("/usr/bin/python3.11", "/opt/big.so")), succeeded=False, text=text)


def test_glibc_says_so_and_the_headers_bear_it_out():
    answer = diagnose(linux(FILES), refused())
    (first,) = answer.findings
    assert (first.code, first.severity, first.explains_error) == ("WL602", Severity.ERROR, True)
    assert first.title == "no room is left for the static TLS of libgomp.so.1"
    assert (first.subject, first.chain) == ("libgomp.so.1", ("pkg", "_c.so", "libgomp.so.1"))
    assert data(first, "file", "bytes") == [136, 1500]
    assert "optional_static_tls" in first.explanation


def test_the_model_counts_what_is_left():
    """`R_X86_64_TPOFF64` against its own 1700 bytes, of which a process spares 1664."""
    image = so(
        "libc.so.6",
        soname="libgomp.so.1",
        static_tls=True,
        tls_bytes=1700,
        read_relocations=lambda: (Relocation(18, None, local=True),),
    )
    (first,) = diagnose(linux({**FILES, GOMP: image}), dlopen(LIBRARY)).findings
    assert (first.code, first.subject, first.explains_error) == ("WL602", "libgomp.so.1", True)
    assert "1700 bytes" in told(first)


def test_glibc_in_another_language():
    text = f"{GOMP}: im statischen TLS-Block kann kein Speicher reserviert werden"
    assert codes(diagnose(linux(FILES), refused(text))) == ["WL602"]


def test_musl_has_no_such_room_at_all():
    """`R_X86_64_TPOFF64`, whose symbol a library that comes later defines."""
    image = so("libc.so", read_relocations=lambda: (Relocation(18, "counter", local=True),), tls_bytes=8)
    musl = {"libc": "musl", "libc_version": "1.2.4", "default_directories": ("/lib",)}
    files = {LIBRARY: image, "/usr/bin/python3.11": so(), "/lib/libc.so": so(soname="libc.so")}
    (first,) = diagnose(linux(files, system=musl), dlopen(LIBRARY)).findings
    assert (first.code, first.subject, first.explains_error) == ("WL602", "_c.so", True)
    assert "musl" in first.title


def test_is_silent_about_a_text_that_names_no_such_library():
    answer = diagnose(linux(FILES), refused("libmbedtls.so: TLS handshake support is missing"))
    assert codes(answer) == ["WL903", "WL901"]


def test_is_silent_where_the_load_was_no_failure():
    assert codes(diagnose(linux(FILES), dlopen(LIBRARY))) == []


def test_a_survived_refusal_is_a_warning():
    (first,) = diagnose(linux(FILES), refused(), survived=True).findings
    assert (first.code, first.severity, first.explains_error) == ("WL602", Severity.WARNING, False)
