"""Where webhooks may be: https on two ports, at public addresses, and nowhere else in whatever
spelling; when an address is saved, and again when it is called."""

import asyncio
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from riskscore.config.production_checks import production_refusals
from riskscore.errors import ValidationError
from riskscore.webhooks import posting
from riskscore.webhooks.public_addresses import NoAddress, NotPublic, is_public, resolved
from riskscore.webhooks.receiver import BadReceiver, Receiver

PUBLIC = "203.0.112.7"


def answering(*addresses: str) -> Any:
    """A look-up of names that knows one answer, and counts how often it is asked."""
    asked: list[str] = []

    def lookup(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    lookup.asked = asked  # type: ignore[attr-defined]
    return lookup


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/x",
        "ftp://hooks.example.org/x",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "//hooks.example.org/x",
        "hooks.example.org/x",
        "",
        "https://",
        "https:///x",
        "https://hooks.example.org:22/x",
        "https://hooks.example.org:6379/x",
        "https://hooks.example.org:80/x",
        "https://hooks.example.org:0/x",
        "https://hooks.example.org:99999/x",
        "https://hooks.example.org:x/",
        "https://user@hooks.example.org/x",
        "https://user:secret@hooks.example.org/x",
        "https://hooks.example.org@127.0.0.1/x",
        "https://hooks.example.org/x#part",
        "https://hooks.example.org/x#",
        "https://hooks.example.org/a b",
        "https://hooks.example.org\\@127.0.0.1/",
        "https://hooks.example.org/\r\nHost: evil",
        "https://hooks.example.org/\x00",
        "https://hooks.example.org/ü",
        "https://hooks .example.org/",
        "https://hooks%2eexample.org/",
        "https://-hooks.example.org/",
        "https://hooks..example.org/",
        f"https://{'a' * 64}.example.org/",
        f"https://hooks.example.org/{'a' * 400}",
        "https://127.1/x",
        "https://0x7f.1/x",
        "https://0x7f000001/x",
        "https://2130706433/x",
        "https://0177.0.0.1/x",
        "https://127.0.0.1.nip.0x7f/x",
        "https://[::1/x",
        "https://[fe80::1%25eth0]/x",
    ],
)
def test_an_address_that_is_no_https_address_of_a_name_is_refused(url: str, settings: Any) -> None:
    with pytest.raises(BadReceiver):
        Receiver.of(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://127.255.0.1/x",
        "https://0.0.0.0/x",
        "https://10.1.2.3/x",
        "https://172.16.0.1/x",
        "https://192.168.1.1/x",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/x",
        "https://100.100.100.200/x",
        "https://168.63.129.16/x",
        "https://192.0.0.8/x",
        "https://192.0.2.1/x",
        "https://198.18.0.1/x",
        "https://224.0.0.1/x",
        "https://240.0.0.1/x",
        "https://255.255.255.255/x",
        "https://[::1]/x",
        "https://[::]/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://[::ffff:169.254.169.254]/x",
        "https://[::127.0.0.1]/x",
        "https://[64:ff9b::a9fe:a9fe]/x",
        "https://[2002:7f00:1::]/x",
        "https://[2001:0:7f00:1::]/x",
        "https://[fd00:ec2::254]/x",
        "https://[fe80::1]/x",
        "https://[ff02::1]/x",
        "https://[2001:db8::1]/x",
        "https://localhost/x",
        "https://LOCALHOST:8443/x",
        "https://ⓛocalhost/x",
        "https://１２７.0.0.1/x",
    ],
)
def test_an_address_that_is_not_public_is_refused_in_whatever_spelling(
    url: str, settings: Any
) -> None:
    with pytest.raises(ValidationError):
        Receiver.of(url).addresses()


@pytest.mark.parametrize("text", ["8.8.8.8", "203.0.112.7", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_addresses_of_the_internet_are_public(text: str) -> None:
    assert is_public(ip_address(text))


def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    with pytest.raises(NotPublic, match=r"leads to 10\.0\.0\.1"):
        resolved("hooks.example.org", 443, answering(PUBLIC, "10.0.0.1"))
    with pytest.raises(NoAddress):
        resolved("hooks.example.org", 443, answering())
    assert resolved("hooks.example.org", 443, answering(PUBLIC, PUBLIC)) == [PUBLIC]


def test_a_name_is_kept_in_one_spelling() -> None:
    assert Receiver.of("https://Hooks.Example.ORG:443?a=1").url == "https://hooks.example.org/?a=1"
    assert Receiver.of("https://bücher.example/x").host == "xn--bcher-kva.example"
    assert Receiver.of("https://a.example:8443/x%20y").url == "https://a.example:8443/x%20y"


def test_a_name_that_changes_its_address_after_it_was_saved_is_refused_at_the_call() -> None:
    receiver = Receiver.of("https://rebinding.example/x")
    assert receiver.addresses(answering(PUBLIC)) == [PUBLIC]
    lookup = answering("127.0.0.1")
    reply = asyncio.run(posting.post(receiver, {}, b"{}", lookup))
    assert reply.status is None
    assert "leads to 127.0.0.1, which is not public" in reply.error
    assert len(lookup.asked) == 1


def _certificate(folder: Path, name: str) -> Path:
    """A certificate for a name that signs itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + made.public_bytes(Encoding.PEM)
    )
    return file


def test_the_checked_address_is_called_and_tls_and_host_speak_of_the_name(
    tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = _certificate(tmp_path, "hooks.example")
    seen: list[tuple[str, str]] = []

    class Told(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append((self.headers["Host"], names[-1]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    names: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    context.sni_callback = lambda _socket, name, _context: names.append(str(name))
    server = HTTPServer(("127.0.0.1", 0), Told)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    port = server.server_port
    settings.WEBHOOK_DEVELOPMENT = [f"127.0.0.1:{port}"]
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    posting._trusted.cache_clear()
    try:
        for name, works in (("hooks.example", True), ("other.example", False)):
            lookup = answering("127.0.0.1")
            receiver = Receiver("https", name, port, "/x")
            reply = asyncio.run(posting.post(receiver, {}, b"{}", lookup))
            assert (reply.status == 204) is works, reply
            assert len(lookup.asked) == 1
    finally:
        posting._trusted.cache_clear()
        server.shutdown()
        server.server_close()
    assert seen == [(f"hooks.example:{port}", "hooks.example")]
    assert "certificate" in reply.error.lower()


def test_production_refuses_to_call_private_addresses() -> None:
    refused = production_refusals(
        secret="", debug=False, hosts=["a"], database_url="", redis_url="",
        webhooks=["127.0.0.1:9000"],
    )  # fmt: skip
    assert any(line.startswith("RISKSCORE_WEBHOOK_DEVELOPMENT") for line in refused)
