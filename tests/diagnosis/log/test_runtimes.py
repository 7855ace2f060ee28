"""What Java, .NET, Node.js and Perl say of a native library that they do not load."""

from __future__ import annotations

import pytest

from tests.support.logs import first, verdict

NO_FILE = ": cannot open shared object file: No such file or directory"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("java.lang.UnsatisfiedLinkError: no odd in java.library.path: [/usr/lib]", ("undetermined", "WL202")),
        ("DllNotFoundException: OddPlugin\nOdd.Start () (at Assets/Odd.cs:22)", ("undetermined", "WL201")),
        ("System.DllNotFoundException: odd assembly:<unknown> type:<unknown>", ("undetermined", "WL201")),
        ("it threw DllNotFoundException: what should I do about it", ("undetermined", "WL903")),
        ("error: [odd] libodd version 62 is too high (<= 61 required)", ("undetermined", "WL304")),
        ("The libodd price is too high", ("undetermined", "WL903")),
        ("Error: Module version mismatch. Expected 44, got 14.", ("fails", "WL501")),
        ("Module version mismatch between client and server", ("undetermined", "WL903")),
        # Ruby: an extension by its place in a gem, or by its name; a gem that is not installed is another matter.
        ("LoadError: cannot load such file -- /home/odd/gems/odd-2.1.1/lib/libodd", ("undetermined", "WL504")),
        ("LoadError: cannot load such file -- odd/odd", ("undetermined", "WL504")),
        ("LoadError: cannot load such file -- odd/even", ("undetermined", "WL903")),
        ("`require': incompatible library version - /home/odd/gems/odd.so (fatal)", ("fails", "WL501")),
        ("`require': linked to incompatible /usr/lib/libruby.so.3.3 - /gems/odd.so (LoadError)", ("fails", "WL501")),
        ("odd 2 has an incompatible library version - see the list", ("undetermined", "WL903")),
        ("LoadError: 126: \ufffd\ufffd \ufffd   - C:/Ruby23/gems/odd.so", ("undetermined", "WL201")),
        ("ImportError: DLL Load Failed:  The specified procedure cannot be found.", ("undetermined", "WL206")),
        ("The specified printer cannot be found.", ("undetermined", "WL903")),
        ("LoadLibrary failed for '../odd/odd.dll': (null) (193)", ("undetermined", "WL103")),
        ("OpenFile failed for '../odd/odd.dll': (null) (193)", ("undetermined", "WL903")),
        ("pywintypes.error: (126, 'LoadLibraryEx', 'Das ist kein Text.')", ("undetermined", "WL201")),
        ("pywintypes.error: (126, 'CreateFile', 'Das ist kein Text.')", ("undetermined", "WL903")),
        ("odd.so: wrong ELF class: ELFCLASS 64", ("fails", "WL103")),
        # Java: a method without code, a file that is gone, and archives that bring no library for a system.
        ("UnsatisfiedLinkError: odd.Part.run(II)V", ("undetermined", "WL201")),
        ("UnsatisfiedLinkError: 'void odd.Part.run(int)'", ("undetermined", "WL201")),
        ("UnsatisfiedLinkError: it was thrown (as I said)", ("undetermined", "WL903")),
        ("UnsatisfiedLinkError: Can't load library: /tmp/odd1/libodd.so", ("undetermined", "WL101")),
        ("UnsatisfiedLinkError: Can't load library: /tmp/odd1/libodd.dylib", ("undetermined", "WL103")),
        ("UnsatisfiedLinkError: Can't load library: that is all", ("undetermined", "WL903")),
        ("UnsatisfiedLinkError: File /odd/linux/libodd.so was not found inside JAR.", ("undetermined", "WL504")),
        ("UnsatisfiedLinkError: no odd_linux_x86_64 in java.library.path", ("undetermined", "WL504")),
        ("UnsatisfiedLinkError: no odd in java.library.path", ("undetermined", "WL202")),
        (f"UnsatisfiedLinkError: /tmp/libodd.so: /tmp/libodd.so{NO_FILE}", ("undetermined", "WL103")),
        (f"UnsatisfiedLinkError: /tmp/libodd.so: libodd.so.3{NO_FILE}", ("undetermined", "WL201")),
        ('nativeLibraryDirectories=[/x/arm64]]] couldn\'t find "libodd.so"', ("undetermined", "WL504")),
        ('I couldn\'t find "library"', ("undetermined", "WL903")),
        # .NET: a host on a Windows without an update, and a DLL without quotes around its name.
        ("Failed to load the dll from [C:\\odd\\odd.dll], HRESULT: 0x80070057", ("undetermined", "WL307")),
        ("Failed to load the dll from [C:\\odd\\odd.dll], HRESULT: 0x8007007E", ("undetermined", "WL201")),
        ("Unable to load DLL Odd.Native or one of its dependencies.", ("undetermined", "WL201")),
        ("FROM odd:21-jre-alpine\nUnsatisfiedLinkError: no odd in java.library.path", ("undetermined", "WL306")),
        ("UnsatisfiedLinkError: C:\\my odd\\odd.dll: Can't find dependent libraries", ("undetermined", "WL201")),
        ("odd: Can't load IA 32-bit .dll on a AMD 64-bit platform", ("fails", "WL103")),
        ("An attempt was made to load a program with an incorrect format. (0x8007000B)", ("undetermined", "WL103")),
        ("Unable to find an entry point named 'odd_init' in DLL 'odd'.", ("undetermined", "WL206")),
        ("System.DllNotFoundException: Unable to load DLL 'odd.dll'", ("undetermined", "WL201")),
        ("Error: Could not locate the bindings file. Tried:\n → /odd/build/odd.node", ("undetermined", "WL504")),
        ("Error: Cannot find module '../build/Release/odd.node'", ("undetermined", "WL504")),
        ("Error: Cannot find module '../build/Release/odd'", ("undetermined", "WL504")),
        ("Error: Cannot find module @odd/odd-linux-x64-gnu.", ("undetermined", "WL504")),
        ("Error: Cannot find module 'odd'", ("undetermined", "WL903")),  # no native part
        ("Error: Module did not self-register: '/odd/odd.node'.", ("undetermined", "WL501")),
        ("Odd.c: loadable library and perl binaries are mismatched (got handshake key 0x1)", ("fails", "WL501")),
        ("Can't locate loadable object for module Odd::Part in @INC", ("undetermined", "WL504")),
    ],
)
def test_what_runtimes_say(text, answer):
    assert verdict(text) == answer


def test_java_names_the_file_that_is_there():
    said = "java.lang.UnsatisfiedLinkError: C:\\my odd\\odd.dll: Can't find dependent libraries"
    assert first(said).title.startswith("odd.dll is there")
    assert "java.library.path" in first("no odd in java.library.path").title


def test_a_module_of_another_node():
    text = (
        "Error: The module '/odd/odd.node' was compiled against a different Node.js version using\n"
        "NODE_MODULE_VERSION 93. This version of Node.js requires NODE_MODULE_VERSION 115."
    )
    assert verdict(text) == ("fails", "WL501")
