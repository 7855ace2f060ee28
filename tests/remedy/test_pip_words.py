"""Why pip could not fetch something, out of what it wrote."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from wontload.remedy.pip_words import Unreached, errors_of, unreached

RETRYING = "WARNING: Retrying (Retry(total=0, connect=None, read=None, status=None)) after connection broken by "
# As pip 23.2 said it here, with other hosts.
WITHOUT_ADDRESS = (
    "Looking in indexes: https://one.example/simple, file:///srv/simple, https://two.example/simple\n"
    f"{RETRYING}'NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f95>: Failed to "
    "establish a new connection: [Errno -3] Temporary failure in name resolution')': /simple/six/\n"
    "ERROR: No matching distribution found for six"
)
# As urllib3 words them.
CERTIFICATE = f"{RETRYING}'SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] no'))': /"
LATE = (
    "ERROR: HTTPSConnectionPool(host='files.example', port=443): Max retries exceeded with url: /six.whl (Caused by "
    "ReadTimeoutError(\"HTTPSConnectionPool(host='files.example', port=443): Read timed out. (read timeout=15)\"))"
)
BY_PROXY = (
    f"{RETRYING}'ProxyError('Cannot connect to proxy.', NewConnectionError('<urllib3.connection>: Failed "
    "to establish a new connection: [Errno 111] Connection refused'))': /simple/six/"
)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (WITHOUT_ADDRESS, Unreached(("one.example", "two.example"), "Temporary failure in name resolution")),
        (CERTIFICATE, Unreached(("pypi.org",), "its certificate is not trusted here")),
        (LATE, Unreached(("files.example",), "it did not answer in time")),
        (BY_PROXY, Unreached(("pypi.org",), "the connection through the proxy failed")),
    ],
)
def test_what_pip_writes(said: str, answer: Unreached):
    assert unreached(said) == answer


def test_this_pip_itself(tmp_path: Path):
    command = [sys.executable, "-m", "pip", "download", "--retries=1", "--index-url=http://127.0.0.1:9/simple", "six"]
    environment = {"PIP_CONFIG_FILE": "/dev/null", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode
    assert unreached(done.stdout + done.stderr) == Unreached(("127.0.0.1",), "Connection refused")


def test_a_version_that_there_is_not_is_no_matter_of_the_network():
    said = "WARNING: of no weight\nERROR: Could not find a version that satisfies x\nERROR: No matching distribution\n"
    assert unreached(said) is None
    assert errors_of(said) == "Could not find a version that satisfies x; No matching distribution"
    assert errors_of("no such option: --x\n") == "no such option: --x"
