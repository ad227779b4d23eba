"""The signed address of an iframe: vectors of another implementation, and nothing of it shown."""

import copy
import logging
import pickle
import shutil
import subprocess
from urllib.parse import parse_qs, urlsplit

import pytest

from jobmojito import ConfigurationError
from jobmojito.embedding import sign_embed_url

# Signatures and base64 made with openssl 3: `openssl dgst -sha256 -hmac KEY`, `openssl base64 -A`.
VECTORS = [
    (
        ("e-1", "k3y", "Ann Example", "ann@example.com"),
        "0a3d27dbf105613207682f4ddc75a0ba7ecd23fcbd2cb8d84692671b2b62cff0",
        ("QW5uIEV4YW1wbGU=", "YW5uQGV4YW1wbGUuY29t"),
    ),
    (
        ("7fbd70cb-97a9-473b-89f0-c21cd241eb3f", "ключ/+= ", "Zoë Žižková 李雷", "zoe+test@exämple.org"),
        "d3c1d23174f82c9f28d0f4aa211597452c1e056f4e1a3b10b7f6348bab6b47c8",
        ("Wm/DqyDFvWnFvmtvdsOhIOadjumbtw==", "em9lK3Rlc3RAZXjDpG1wbGUub3Jn"),
    ),
]


def _signed(embed_id, key, name, email):
    return sign_embed_url("acme", embed_id, key, name=name, email=email)


@pytest.mark.parametrize(("given", "signature", "written"), VECTORS)
def test_it_signs_as_openssl_does(given, signature, written):
    """The signature is over id, name and email as they are; the query carries the latter in base64."""
    url = urlsplit(_signed(*given).reveal())
    query = parse_qs(url.query, strict_parsing=True)

    assert (url.scheme, url.netloc, url.path) == ("https", "acme.interviewmojito.com", "/embed")
    assert query == {
        "embed_id": [given[0]],
        "name": [written[0]],
        "email": [written[1]],
        "signature": [signature],
    }


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize(("given", "signature", "written"), VECTORS)
def test_the_vectors_are_those_of_openssl(given, signature, written):
    """They were not made by the code that they test."""
    embed_id, key, name, email = given
    command = ["openssl", "dgst", "-sha256", "-hmac", key]
    done = subprocess.run(command, input=(embed_id + name + email).encode(), capture_output=True, check=True)

    assert done.stdout.decode().split()[-1] == signature


def test_the_address_is_shown_nowhere(caplog):
    """It is a credential for ever: no repr, text, log line or pickle has it, or the candidate."""
    url = _signed(*VECTORS[0][0])
    logging.getLogger("app").warning("%s %r", url, url)

    shown = f"{url} {url!r} {[url]} {caplog.text}"
    assert not any(secret in shown for secret in ("signature", "k3y", "QW5u", "ann@", "e-1"))
    for copied in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="not pickled"):
            copied(url)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        *(
            ({"portal": one}, "portal must be ")
            for one in ("", "acme.evil.example/", "a b", "-a", "acme\n", "ACME", None)
        ),
        *(({name: " "}, f"{name} must be a string") for name in ("embed_id", "signing_key", "name", "email")),
        ({"signing_key": b"key"}, "signing_key must be a string"),
        ({"name": "Zoe \ud800"}, "name holds a lone surrogate"),
    ],
)
def test_what_cannot_be_signed_is_refused(changed, words):
    """And the text does not quote what was given."""
    given = {"portal": "acme", "embed_id": "e-1", "signing_key": "k3y", "name": "Zoe", "email": "zoe@example.com"}
    given |= changed

    with pytest.raises(ConfigurationError, match=words) as caught:
        sign_embed_url(given.pop("portal"), given.pop("embed_id"), given.pop("signing_key"), **given)

    assert "zoe" not in str(caught.value).lower()
    assert "k3y" not in str(caught.value)
