"""WL515: RECORD does not describe what is in the wheel."""

from __future__ import annotations

from collections.abc import Iterator

from wontload.diagnosis.contents import Contents, finding
from wontload.diagnosis.finding import Finding, Severity

# Hashes that installers accept. Source: PyPA, "Recording installed projects": SHA-256 or better.
STRONG = frozenset({"sha256", "sha384", "sha512"})
WITHOUT_HASH = ("RECORD", "RECORD.jws", "RECORD.p7s")


def record_disagrees(contents: Contents) -> Iterator[Finding]:
    """RECORD is missing; or lists what is not there, misses what is, or has another size or hash for it.

    A hash that is right and written in another way than the standard asks is a warning. Source: PyPA, "Recording
    installed projects": "urlsafe-base64-nopad encoding of the hash digest".

    The same of an installation is WL504.
    """
    record = f"{contents.dist_info}/RECORD"
    if contents.record is None:
        yield finding(
            "WL515",
            "the wheel has no RECORD",
            {record: "is not there"},
            explanation="Installers check a wheel's files against its RECORD, and uninstall by it: pip refuses a wheel "
            "without one.",
        )
        return
    wrong = dict(_wrong(contents))
    if wrong:
        yield finding(
            "WL515",
            "RECORD does not describe what is in the wheel",
            wrong,
            explanation="Something changed the wheel after its RECORD was written: a strip, a signature, an "
            "edited file, "
            "an archive made again. Installers that check it refuse the wheel; those that do not leave files behind "
            "when "
            "they uninstall it.",
        )
    weak = {
        row.path: f"its hash is {row.algorithm}"
        for row in contents.record
        if row.algorithm and row.algorithm not in STRONG
    }
    if weak:
        yield finding(
            "WL515",
            "RECORD has hashes that installers do not take",
            weak,
            severity=Severity.WARNING,
            explanation="The specification asks for SHA-256 or better.",
        )
    odd = {
        row.path: "its hash is written in hexadecimal" + ", and is the file's" * (contents.digest(row.path) is not None)
        for row in contents.record
        if row.hexadecimal and row.path not in wrong
    }
    if odd:
        yield finding(
            "WL515",
            "RECORD has hashes that are not written as the standard asks",
            odd,
            severity=Severity.WARNING,
            explanation="The standard asks for URL-safe base64 without padding. pip does not look at these hashes; a "
            "program that compares them as texts takes each of these files for another.",
        )


def _wrong(contents: Contents) -> Iterator[tuple[str, str]]:
    listed: set[str] = set()
    exempt = {f"{contents.dist_info}/{name}" for name in WITHOUT_HASH}
    for row in contents.record or ():
        if row.path in listed:
            yield row.path, "is listed twice"
        listed.add(row.path)
        size = contents.sizes.get(row.path)
        if size is None and row.path.replace("\\", "/") in exempt:
            continue  # the row of RECORD itself, written on Windows: no installer looks at it
        if size is None:
            yield row.path, "is listed and not in the wheel"
        elif row.path in exempt:
            continue
        elif not row.algorithm:
            yield row.path, "is listed without a hash"
        elif row.size_bytes is not None and row.size_bytes != size:
            yield row.path, f"has {size} bytes, and RECORD says {row.size_bytes}"
        elif row.algorithm in STRONG and contents.digest(row.path) not in (None, row.digest):
            yield row.path, "is not the file whose hash RECORD has"
    for name in contents.sizes:
        if name not in listed and name not in exempt:
            yield name, "is in the wheel and not listed"
