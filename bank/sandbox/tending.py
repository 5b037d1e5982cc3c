"""What `manage.py tpp` does in the sandbox's directory: list and show TPPs, issue, renew and revoke for them.

A TPP is named by its folder below var/tpps, or by its software id. What is made for one that has a folder is written
there, so that its next call uses it; for any other it is printed. Rules: bank/tpps/directory.py.
"""

import json
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from cryptography import x509
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bank import clock
from bank.outbox import unit
from bank.sandbox import enrolment
from bank.tpps import authority, directory, signing_requests, statements
from bank.tpps.models import Certificate, SoftwareStatement

ACTOR = "bank:manage.py"
REDIRECT = "redirect"  # the TPP's own page; the directory vouches for it, and keeps no record


def add_arguments(commands: Any, command_line: BaseCommand) -> None:
    """Declare the sub-commands; each runs in a unit of work of its own, then tells line by line."""
    for name, function, words in (
        ("list", list_all, "list the TPPs that the directory knows"),
        ("show", show, "show a TPP with its certificates and keys"),
        ("statement", statement, "sign a software statement of a TPP, to register with"),
        ("issue", issue, "issue a certificate to a TPP"),
        ("renew", renew, "renew a TPP's certificates over the same keys"),
        ("revoke", revoke, "revoke certificates of a TPP, or withdraw its software statement"),
    ):
        command: ArgumentParser = commands.add_parser(name, help=words)
        command.set_defaults(do=_in_a_unit(function, command_line))
        if name != "list":
            command.add_argument("name", help="a folder below var/tpps, or a software id")
        if name in {"issue", "revoke"}:
            command.add_argument("--use", choices=[use.value for use in directory.TPP_USES], required=name == "issue")
        if name == "issue":
            command.add_argument("--shape", choices=list(directory.Shape), default=directory.Shape.OPEN_BANKING)
            command.add_argument("--csr", type=Path, help="a signing request in PEM; else a new key is made")
        if name == "revoke":
            command.add_argument("--statement", action="store_true", help="withdraw the software statement too")
            command.add_argument("--reason", default="revoked by command")


def _in_a_unit(
    function: Callable[[dict[str, Any], datetime], Iterator[str]], command_line: BaseCommand
) -> Callable[[dict[str, Any]], None]:
    def run(options: dict[str, Any]) -> None:
        with unit.work():
            lines = list(function(options, clock.now()))
        for line in lines:
            command_line.stdout.write(line)

    return run


def list_all(_options: dict[str, Any], now: datetime) -> Iterator[str]:
    """One line an application."""
    yield f"{'software id':22}  {'organisation id':18}  {'roles':16}  {'state':9}  {'until':10}  name"
    for row in SoftwareStatement.objects.select_related("tpp").order_by("created_at", "pk"):
        ends = [one.not_after for one in row.certificates.filter(revoked_at=None, not_after__gt=now)]
        until = f"{max(ends):%Y-%m-%d}" if ends else "-"
        state = "withdrawn" if row.withdrawn_at else row.tpp.status
        yield f"{row.pk:22}  {row.tpp_id:18}  {','.join(row.roles):16}  {state:9}  {until:10}  {row.client_name}"


def show(options: dict[str, Any], now: datetime) -> Iterator[str]:
    """Everything about one application."""
    row = find(options["name"])
    yield f"{row.client_name}: software {row.pk} of organisation {row.tpp_id} ({row.tpp.name}), {row.tpp.status}"
    yield f"roles: {', '.join(row.roles)}; sent back to: {', '.join(row.redirect_uris)}"
    yield f"keys: {statements.jwks_url(row)}: {', '.join(key['kid'] for key in row.jwks.get('keys', [])) or 'none'}"
    for one in row.certificates.order_by("not_before", "pk"):
        state = "revoked" if one.revoked_at else "ended" if one.not_after <= now else "counts"
        yield f"{one.use:9}  {one.pk}  until {one.not_after:%Y-%m-%d}  {state}  {one.subject}"


def statement(options: dict[str, Any], now: datetime) -> Iterator[str]:
    """The signed statement alone, so that it can be piped."""
    row = find(options["name"])
    if row.withdrawn_at:
        raise CommandError("The software statement was withdrawn.")
    yield statements.sign(row, now=now)


def issue(options: dict[str, Any], now: datetime) -> Iterator[str]:
    """A certificate over the key of a signing request, printed; or over a new key, written to the TPP's folder."""
    row, use, shape = find(options["name"]), options["use"], directory.Shape(options["shape"])
    if options["csr"]:
        try:
            asked = signing_requests.read(options["csr"].read_text(errors="replace"))
        except signing_requests.SigningRequestRefused as refused:
            raise CommandError(str(refused)) from None
        yield directory.issue(row, use=use, public_key=asked.key, shape=shape, now=now).pem
        return
    folder = _folder(options["name"])
    if folder is None:
        raise CommandError("This TPP has no folder here: give a signing request (--csr FILE).")
    key = authority.new_key()
    made = directory.issue(row, use=use, public_key=key.public_key(), shape=shape, now=now)
    authority.write_key(folder / f"{use}.key", key)
    yield from _write(folder, made)


def renew(options: dict[str, Any], now: datetime) -> Iterator[str]:
    """The newest certificate of each use, once more."""
    row, folder = find(options["name"]), _folder(options["name"])
    for use in directory.TPP_USES:
        newest = row.certificates.filter(use=use, revoked_at=None).order_by("-not_before", "pk").first()
        if newest is None:
            continue
        made = directory.reissue(newest, actor=ACTOR, now=now)
        yield from _write(folder, made) if folder else iter([made.pem])
    if folder:
        yield from _renew_redirect(folder, now=now)


def revoke(options: dict[str, Any], now: datetime) -> Iterator[str]:
    """Every certificate of a use, or of all, that still counts."""
    row = find(options["name"])
    living = row.certificates.filter(revoked_at=None, not_after__gt=now).order_by("not_before", "pk")
    for one in living.filter(use=options["use"]) if options["use"] else living:
        directory.revoke(one, actor=ACTOR, reason=options["reason"], now=now)
        yield f"revoked: {one.use} {one.pk}"
    if options["statement"]:
        directory.withdraw(row, actor=ACTOR, reason=options["reason"], now=now)
        yield f"withdrawn: {row.pk}"


def renew_due(now: datetime) -> list[str]:
    """Renew the certificates of every TPP that has a folder here, in their last month; tell which.

    Opens a unit of work.
    """
    told = []
    for path in sorted((settings.VAR_DIR / "tpps").glob("*/tpp.json")):
        pem = path.with_name("transport.pem").read_bytes()
        if x509.load_pem_x509_certificate(pem).not_valid_after_utc < now + authority.RENEW_BEFORE:
            with unit.work():
                told += list(renew({"name": path.parent.name}, now))
    return told


def find(name: str) -> SoftwareStatement:
    """The application of a folder, or of a software id."""
    folder = _folder(name)
    software_id = json.loads((folder / "tpp.json").read_text())["software_id"] if folder else name
    found = SoftwareStatement.objects.select_related("tpp").filter(pk=software_id).first()
    if found is None:
        raise CommandError(f"The directory knows no TPP named {name}: manage.py tpp list")
    return found


def _folder(name: str) -> Path | None:
    folder = enrolment.folder_of(name)
    return folder if (folder / "tpp.json").is_file() else None


def _usable(key: Any) -> authority.PublicKey:
    if reason := directory.unfit(key):
        raise CommandError(reason)
    return cast(authority.PublicKey, key)


def _write(folder: Path, made: Certificate) -> Iterator[str]:
    """Put a certificate in the place of the one before, and tell the TPP's calls which key signs."""
    authority.replace(folder / f"{made.use}.pem", made.pem)
    if made.use == Certificate.Use.SIGNING:
        path = folder / "tpp.json"
        identity = json.loads(path.read_text()) | {"signing_kid": directory.kid_of(made)}
        authority.replace(path, json.dumps(identity, indent=2) + "\n")
    yield f"{folder / made.use}.pem until {made.not_after:%Y-%m-%d}"


def _renew_redirect(folder: Path, *, now: datetime) -> Iterator[str]:
    path = folder / f"{REDIRECT}.pem"
    if not path.exists():
        return
    issuer, old = directory.ensure_authority(now), x509.load_pem_x509_certificate(path.read_bytes())
    names = old.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    key = old.public_key()
    made = authority.issue_server(issuer, names=[str(one.value) for one in names], public_key=_usable(key), now=now)
    authority.replace(path, authority.as_pem(made) + authority.as_pem(issuer.certificate))
    authority.replace(folder / "ca.pem", authority.as_pem(issuer.root))
    yield f"{path} until {made.not_valid_after_utc:%Y-%m-%d}"
