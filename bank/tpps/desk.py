"""What staff may ask to be done with TPPs, their certificates and statements, and with those who vouch for them."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from cryptography import x509
from django import forms

from bank.approvals import requests
from bank.approvals.requests import Order
from bank.desk.deeds import Deed, DeedRefused
from bank.keys import jose
from bank.tpps import anchors, directory, signing_requests
from bank.tpps.models import TPP, Certificate, CertificateRequest, SoftwareStatement, TrustAnchor


class Anchor(forms.Form):
    """Somebody who may vouch for TPPs: by certificates, by software statements, or by both."""

    name = forms.CharField(max_length=140)
    kind = forms.ChoiceField(choices=TrustAnchor.Kind.choices, initial=TrustAnchor.Kind.OPEN_BANKING)
    uses = forms.MultipleChoiceField(choices=TrustAnchor.Use.choices, label="Believed in")
    pem = forms.CharField(
        required=False,
        label="Certificates",
        help_text="PEM: the authority's own first, then those of its intermediates.",
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    crl_url = forms.URLField(required=False, assume_scheme="https", label="Address of its revocation list")
    issuer = forms.CharField(required=False, max_length=200, label="iss of its software statements")
    jwks = forms.CharField(
        required=False, label="Key set that it signs them with", widget=forms.Textarea(attrs={"rows": 4})
    )

    def clean_pem(self) -> str:
        """Take certificates that can be read."""
        pem: str = self.cleaned_data["pem"].strip()
        if not pem:
            return ""
        try:
            x509.load_pem_x509_certificates(pem.encode())
        except ValueError:
            raise forms.ValidationError("These are no certificates in PEM.") from None
        return pem + "\n"

    def clean_jwks(self) -> dict[str, Any]:
        """Take a key set with a usable key."""
        text = self.cleaned_data["jwks"]
        if text and not _usable_keys(text):
            raise forms.ValidationError("This is no key set with a key that the bank can use.")
        keys: dict[str, Any] = json.loads(text) if text else {}
        return keys

    def clean(self) -> dict[str, Any]:
        """Who is believed in something must bring what that is checked with."""
        fields: dict[str, Any] = super().clean() or {}
        uses = set(fields.get("uses", []))
        if uses - {TrustAnchor.Use.STATEMENTS.value} and not fields.get("pem"):
            self.add_error("pem", "Certificates are judged by those of their authority.")
        if TrustAnchor.Use.STATEMENTS.value in uses and not (fields.get("issuer") and fields.get("jwks")):
            self.add_error("issuer", "Software statements are judged by their issuer and its key set.")
        if TrustAnchor.objects.filter(name=fields.get("name")).exists():
            self.add_error("name", "There is one of this name already.")
        return fields


def _usable_keys(text: str) -> Collection[str]:
    """The ids of the keys of a set that signatures can be checked with."""
    try:
        return jose.key_set(text)
    except (AttributeError, ValueError):
        return ()


class AddAnchor(Deed):
    """Note somebody who may vouch for TPPs."""

    name = "add"
    words = "Add a trust anchor"
    permission = "tpps.add_trustanchor"
    form = Anchor
    done = "Added. It is believed in nothing until two people trust it."

    def perform(self, fields: dict[str, Any], *, actor: str, now: datetime) -> None:
        """Keep it, not trusted yet."""
        anchors.add(actor=actor, now=now, **fields)


class Signing(forms.Form):
    """What a TPP wants a certificate for, and the signing request that it sent."""

    software = forms.CharField(max_length=40, label="Software id")
    use = forms.ChoiceField(choices=[(use.value, use.label) for use in directory.TPP_USES])
    shape = forms.ChoiceField(
        choices=[(directory.Shape.OPEN_BANKING, "OBWAC or OBSeal"), (directory.Shape.EIDAS, "QWAC or QSealC")]
    )
    csr = forms.CharField(
        max_length=signing_requests.PEM_MAX,
        label="Signing request",
        help_text="PEM. Only its key counts: subject and roles are what the directory knows.",
        widget=forms.Textarea(attrs={"rows": 12}),
    )

    def clean_software(self) -> SoftwareStatement:
        """Take software that the directory knows."""
        found = SoftwareStatement.objects.filter(pk=self.cleaned_data["software"]).first()
        if found is None:
            raise forms.ValidationError("The directory knows no software of this id.")
        return found


class BringSigningRequest(Deed):
    """Note the signing request of a TPP."""

    name = "bring"
    words = "Bring a TPP's signing request"
    permission = "tpps.add_certificaterequest"
    form = Signing
    done = "Kept. Nothing is issued until it is asked for on its page, and a second person agrees."

    def perform(self, fields: dict[str, Any], *, actor: str, now: datetime) -> None:
        """Keep it, if a certificate could be issued over it. Raises DeedRefused."""
        try:
            signing_requests.keep(
                fields["software"],
                use=fields["use"],
                shape=directory.Shape(fields["shape"]),
                pem=fields["csr"],
                actor=actor,
                now=now,
            )
        except signing_requests.SigningRequestRefused as refused:
            raise DeedRefused(str(refused)) from None


@requests.action
class Issue(requests.Action):
    """Issue a certificate over a signing request."""

    name = "tpps.issue"
    words = "Issue this certificate"
    model = "tpps.CertificateRequest"
    unfit = "A certificate was issued over this request already, or its software statement is withdrawn."

    def is_offered(self, thing: Any) -> bool:
        """Only once, and for software that stands."""
        return thing.issued_id is None and thing.software_statement.withdrawn_at is None

    def carry_out(self, order: Order) -> None:
        """Issue it, if somebody else than who brought the request agrees."""
        self.check(order.subject)
        request = CertificateRequest.objects.select_for_update().get(pk=order.subject)
        if request.asked_by == order.actor:
            raise requests.SecondPersonNeeded("You brought this signing request yourself: a second person must decide.")
        signing_requests.issue(request, reason=order.reason, actor=order.actor, now=order.now)


@requests.action
class Trust(requests.Action):
    """Believe an anchor."""

    name = "tpps.trust"
    words = "Trust this anchor"
    model = "tpps.TrustAnchor"
    unfit = "This anchor is trusted already."

    def is_offered(self, thing: Any) -> bool:
        """Only one that is withdrawn, or was never trusted."""
        return thing.withdrawn_at is not None

    def carry_out(self, order: Order) -> None:
        """Trust it: what it vouches for counts at once."""
        self.check(order.subject)
        anchors.trust(TrustAnchor.objects.get(pk=order.subject), reason=order.reason, actor=order.actor, now=order.now)


@requests.action
class Distrust(requests.Action):
    """Believe an anchor no more."""

    name = "tpps.distrust"
    words = "Withdraw trust from this anchor"
    model = "tpps.TrustAnchor"
    unfit = "This anchor is not trusted."

    def is_offered(self, thing: Any) -> bool:
        """Only one that is trusted."""
        return thing.withdrawn_at is None

    def carry_out(self, order: Order) -> None:
        """Withdraw it: nothing that it vouches for counts any more."""
        self.check(order.subject)
        anchor = TrustAnchor.objects.get(pk=order.subject)
        anchors.distrust(anchor, reason=order.reason, actor=order.actor, now=order.now)


@requests.action
class Revoke(requests.Action):
    """Take a certificate back."""

    name = "tpps.revoke"
    words = "Revoke this certificate"
    model = "tpps.Certificate"
    unfit = "This certificate is revoked already, or is the bank's own."

    def is_offered(self, thing: Any) -> bool:
        """Only a TPP's that counts."""
        return thing.revoked_at is None and thing.software_statement_id is not None

    def carry_out(self, order: Order) -> None:
        """Revoke it: no connection with it counts any more."""
        self.check(order.subject)
        certificate = Certificate.objects.get(pk=order.subject)
        directory.revoke(certificate, reason=order.reason, actor=order.actor, now=order.now)


@requests.action
class Renew(Revoke):
    """Issue a certificate once more; one that could be revoked."""

    name = "tpps.renew"
    words = "Renew this certificate"

    def carry_out(self, order: Order) -> None:
        """Issue another one over the same key; its owner finds it at the directory."""
        self.check(order.subject)
        directory.reissue(Certificate.objects.get(pk=order.subject), actor=order.actor, now=order.now)


@requests.action
class Withdraw(requests.Action):
    """Take a software statement back."""

    name = "tpps.withdraw"
    words = "Withdraw this software statement"
    model = "tpps.SoftwareStatement"
    unfit = "This software statement is withdrawn already."

    def is_offered(self, thing: Any) -> bool:
        """Only one that stands."""
        return thing.withdrawn_at is None

    def carry_out(self, order: Order) -> None:
        """Withdraw it: it registers no client any more."""
        self.check(order.subject)
        statement = SoftwareStatement.objects.get(pk=order.subject)
        directory.withdraw(statement, reason=order.reason, actor=order.actor, now=order.now)


@requests.action
class Block(requests.Action):
    """Shut a TPP out."""

    name = "tpps.block"
    words = "Block this TPP"
    model = "tpps.TPP"
    unfit = "This TPP is blocked already."

    def is_offered(self, thing: Any) -> bool:
        """Only an active one."""
        return bool(thing.status == TPP.Status.ACTIVE)

    def carry_out(self, order: Order) -> None:
        """Block it: its very next call fails."""
        self.check(order.subject)
        tpp = TPP.objects.get(pk=order.subject)
        directory.block(tpp, reason=order.reason, actor=order.actor, now=order.now)


@requests.action
class Unblock(requests.Action):
    """Let a TPP in again."""

    name = "tpps.unblock"
    words = "Unblock this TPP"
    model = "tpps.TPP"
    unfit = "This TPP is not blocked."

    def is_offered(self, thing: Any) -> bool:
        """Only a blocked one."""
        return bool(thing.status == TPP.Status.BLOCKED)

    def carry_out(self, order: Order) -> None:
        """Unblock it."""
        self.check(order.subject)
        tpp = TPP.objects.get(pk=order.subject)
        directory.unblock(tpp, reason=order.reason, actor=order.actor, now=order.now)
