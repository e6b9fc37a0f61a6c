#!/usr/bin/env python3
"""Writes first inputs of the targets here into FOLDER/<target>: from tests/unit/webauthn/vectors.json."""
import base64
import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PER_TARGET = 24


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def parts(ceremony):
    """(target, bytes) of one ceremony."""
    yield "fuzz_webauthn_response", ceremony["response"].encode()
    response = json.loads(ceremony["response"])["response"]
    yield "fuzz_webauthn_client_data", decode(response["clientDataJSON"])
    if "attestationObject" in response:
        yield "fuzz_webauthn_attestation", decode(response["attestationObject"])
        yield "fuzz_cbor", decode(response["attestationObject"])
    else:
        yield "fuzz_webauthn_authenticator_data", decode(response["authenticatorData"])


def main():
    folder = pathlib.Path(sys.argv[1])
    ceremonies = json.loads((ROOT / "tests/unit/webauthn/vectors.json").read_text())["ceremonies"]
    written = {}
    for ceremony in ceremonies:
        try:
            found = list(parts(ceremony))
        except (KeyError, TypeError, ValueError):
            continue
        for target, data in found:
            number = written.setdefault(target, 0)
            if number >= PER_TARGET or len(data) > 2000:
                continue
            written[target] = number + 1
            (folder / target).mkdir(parents=True, exist_ok=True)
            (folder / target / f"ceremony-{number:02}").write_bytes(data)


if __name__ == "__main__":
    main()
