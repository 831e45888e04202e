"""Numbers that firms, schools and clinics give to people: accounts, orders, bookings, policies, patients,
devices."""

from __future__ import annotations

import re

from classifiers.recognizers.rule import Form, Rule
from classifiers.recognizers.traits import (
    every,
    with_chars,
    with_digits,
    with_lead,
    with_number,
    with_run,
    with_words,
)

_KINDS = (
    "account", "acct", "order", "invoice", "booking", "reservation", "confirmation", "reference", "ref",
    "ticket", "case",
    "claim", "policy", "customer", "cust", "client", "member", "membership", "student", "employee", "staff",
    "badge",
    "patient",
    "mrn", "medical record", "tracking", "shipment", "parcel", "transaction", "routing", "sort code", "swift",
    "bic", "iban",
    "loan", "contract", "subscription", "user id", "userid", "user_id", "uid", "customer_id", "account_id",
    "order_id", "imei",
    "serial", "pin", "voucher", "record locator", "pnr", "flight confirmation", "npi", "ein", "vat",
    "registration", "konto",
    "kontonummer", "kundennummer", "bestellnummer", "rechnungsnummer", "auftragsnummer", "numéro de client",
    "commande",
    "dossier", "cuenta", "pedido", "reserva", "conto", "ordine", "conta", "klantnummer", "bestelling",
)  # fmt: skip
_LEADS = tuple(kind.replace("_", " ").split()[0] for kind in _KINDS)
_KIND = "|".join(re.escape(kind).replace(r"\ ", r"[ _-]") for kind in sorted(_KINDS, key=len, reverse=True))
_FILL = (
    r"(?:[^\w\n]{0,3}(?:number|no|nr|num|id|code|is|was|it'?s|the|my|your|nummer|n[uú]mero|num[ée]ro|numero|"
    r"ist|es|est|key|with)\b){0,4}"
)
_TOKEN = r"(?P<pii>(?=[A-Z_-]{0,8}\d)[A-Z0-9](?:[-_/]?[A-Z0-9]){3,30}(?:[ -]\d{2,8}){0,4})(?![\w])"
_HEX_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class AccountId(Rule):
    """Four characters or more with three digits at least, right after a word such as "account" or "order
    number"."""

    ENTITY = "ACCOUNT_ID"
    FORMS = (
        Form("told",
            rf"(?<![a-z])(?:{_KIND})s?\b{_FILL}[^\w\n]{{0,4}}{_TOKEN}",
            0.6, every(with_digits, with_lead(*_LEADS)), "", 4, 110, _LEADS, True),
        Form("keyed",
            rf"(?<!\w)\w{{0,24}}?(?:_id|id|_no|number)[\"']?\s{{0,2}}[:=]\s{{0,2}}[\"']?{_TOKEN}", 0.4,
             every(with_digits, with_chars(":="), with_words("id ", " no ", "number ")),
                 r"(?:id|_no|number)[\"']?\s{0,2}[:=]", 30, 80),
        Form("uuid",
            rf"(?<![\w-]){_HEX_ID}(?![\w-])",
            0.4, every(with_digits, with_run(36)), "-[0-9a-f]{4}-[0-9a-f]{4}-", 16, 20),
        Form("hash",
            r"(?<![\w&#])#[A-Z]{0,4}-?\d{5,12}(?:-\d{2,6})?(?![\w])",
            0.4, every(with_chars("#"), with_number), "#"),
        Form("letters", r"(?<![\w.,-])[A-Z]{2,5}-\d{4,12}(?:-[A-Z0-9]{1,8}){0,2}(?![\w])", 0.4,
             every(with_chars("-"), with_digits), r"-\d{4}", 8, 40),
        Form("candidate",
            r"(?<![\w.,$€£+-])(?=[A-Z-]{0,6}\d)[A-Z0-9](?:-?[A-Z0-9]){4,23}(?![\w%]|[.,]\d)", 0.2,
             with_number, r"(?<![\w.,$€£+-])(?:[A-Z]{0,5}-?)\d"),
    )  # fmt: skip
    CONTEXT = (
        rf"\b(?:{_KIND})s?(?:[^\w\n]{{1,3}}(?:number|no|nr|num|id|code|is|was|nummer|n[uú]mero|num[ée]ro|"
        rf"numero)\b){{1,3}}"
    )

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        digits = sum(char.isdigit() for char in value)
        if (
            digits < 3
            or _PLAIN_CODE.fullmatch(value)
            or _DATE.match(value)
            or (digits == len(value) and _YEAR.fullmatch(value))
        ):
            return 0.0
        if form == "letters" and value[:3].upper() in ("ISO", "RFC", "PEP", "CVE", "UTF", "SHA", "COV"):
            return 0.0
        if form == "keyed" and digits < 5:
            return 0.0
        return None


_PLAIN_CODE = re.compile(r"[a-z]+\d{1,3}|[A-Z][a-z]+[-_]?\d{1,4}")
_DATE = re.compile(r"(?:19|20)\d\d[-/][01]?\d[-/][0-3]?\d|[0-3]?\d[-/][01]?\d[-/](?:19|20)\d\d")
_YEAR = re.compile(r"(?:19|20)\d\d")
