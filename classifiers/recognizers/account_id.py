"""Numbers that firms, schools and clinics give to people: accounts, orders, bookings, policies, patients,
devices."""

from __future__ import annotations

import re

from classifiers.recognizers.form import FLAGS, Form
from classifiers.recognizers.labelled import FILL, GAP, LabelledRule, label_words, labelled
from classifiers.recognizers.needs import Leads, every, with_chars, with_digits, with_number, with_run, with_words

# A word that means such a number only with "number", "id", "#" or a colon behind it, or where the value is long.
_BARE = (
    "account", "acct", "order", "invoice", "booking", "reservation", "confirmation", "reference", "ref", "ticket",
    "case",
    "claim", "policy", "customer", "cust", "client", "member", "membership", "student", "employee", "staff", "badge",
    "patient", "tracking", "shipment", "parcel", "transaction", "routing", "loan", "contract", "subscription",
    "user id",
    "serial", "voucher", "registration", "locator", "flight confirmation", "medical record", "purchase", "receipt",
    "request",
    "incident", "file", "record", "application", "card member", "frequent flyer", "loyalty", "library card",
    "device", "meter",
    "commande", "dossier", "cuenta", "pedido", "reserva", "póliza", "expediente", "factura", "cliente", "conto",
    "ordine",
    "pratica", "polizza", "fattura", "prenotazione", "conta", "encomenda", "apólice", "processo", "bestelling",
    "bestellung",
    "auftrag", "rechnung", "buchung", "vertrag", "akte", "police", "sendung", "réservation", "contrat", "abonné",
    "adhérent",
    "zamówienie", "zamówienia", "klienta", "rezerwacji", "polisy", "ordre", "ordrenr", "sipariş", "müşteri",
    "rezervasyon",
    "заказ", "заказа", "договор", "договора", "счет", "счета", "счёта", "клиента", "бронирования", "полиса", "заявки",
)  # fmt: skip
_SURE = (
    "mrn", "sort code", "swift", "bic", "uid", "imei", "imsi", "iccid", "meid", "pnr", "npi", "ein", "vat", "vat id",
    "siret", "siren",
    "ust id", "kontonummer", "kundennummer", "kunden nr", "bestellnummer", "rechnungsnummer", "auftragsnummer",
    "buchungsnummer", "buchungscode", "vertragsnummer", "mitgliedsnummer", "versicherungsnummer", "sendungsnummer",
    "vorgangsnummer", "matrikelnummer", "personalnummer", "patientennummer", "aktenzeichen", "geschäftszeichen",
    "seriennummer",
    "zählernummer", "n° client", "n° de commande", "numéro de client", "numéro de commande", "numéro de dossier",
    "numéro de réservation", "numéro de contrat", "numéro d'adhérent", "número de cuenta", "número de pedido",
    "número de cliente", "número de reserva", "número de póliza", "número de expediente", "numero cliente",
    "numero ordine",
    "codice cliente", "codice prenotazione", "número do pedido", "número da conta", "klantnummer", "bestelnummer",
    "ordernummer",
    "rekeningnummer", "lidnummer", "polisnummer", "dossiernummer", "numer klienta", "numer zamówienia", "kundnummer",
    "kundenummer", "ordernr", "ordrenummer", "medlemsnummer", "bokningsnummer", "tilausnumero", "asiakasnumero",
    "sipariş no",
    "müşteri no", "номер заказа", "номер счета", "номер договора", "订单号", "账号", "帐号", "客户号", "会员号",
    "注文番号",
    "会員番号", "予約番号", "お客様番号", "주문번호", "계좌번호", "회원번호", "رقم الطلب", "رقم الحساب", "ऑर्डर नंबर",
)  # fmt: skip
_QUALIFIED = (
    r"(?:number|no|nr|num|ids?|code|ref|reference|locator|nummer|n[uú]mero|num[ée]ro|numer|номер|lautet|#|nº|n°)"
)
_ANY = label_words(_BARE)
_CONTEXT = (
    rf"\b(?:{_ANY})(?:[^\w\n]{{1,3}}{_QUALIFIED}(?!\w)){{1,3}}|(?<![a-z])(?:{label_words(_SURE)})|"
    rf"\b(?:n[uú]mer\w*|num[ée]ro|codice|n[º°]|номер)(?: d[eou'a]| del)?.?.?(?:{_ANY})|"
    # The turn before ends with the first part of a number, and perhaps with a word or two of the other side.
    rf"\b(?:{_ANY})(?: is| ist| est| es)? {{1,2}}#?[A-Z]{{0,4}}[-./]?\d[\w ./-]{{0,24}}(?: [a-z ?,.]{{0,32}})?$"
)
_HEX_ID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_LOCATORS = ("pnr", "booking code", "booking reference", "booking ref", "booking number", "confirmation code",
             "confirmation number", "reservation code", "reservation number", "record locator", "flight code",
             "flight reference",
             "buchungscode", "codice prenotazione", "code de réservation", "código de reserva")  # fmt: skip
_LETTERS = (
    rf"(?:{label_words(_LOCATORS)}){FILL}{GAP}"
    r"(?P<pii>(?-i:[A-Z]{5,8}))(?!\w)"
)
# Without any label: capitals and digits, or more digits than counts and years have.
_ALONE = r"(?<![\w.,$€£¥+/:=#%&*^~<>-])"
_BARE_CODE = (
    rf"{_ALONE}(?:(?-i:[A-Z]{{1,5}})\d{{5,10}}(?-i:[A-Z]{{0,3}})|\d{{7,10}}(?-i:[A-Z])|\d{{6,12}}|\d{{3}}-\d{{7}}-\d{{7}})"
    r"(?![\w%/:=]|[.,-]\d)"
)
_BARE_ANCHOR = rf"{_ALONE}(?:(?-i:[A-Z]{{1,5}})?\d{{5}}|\d{{3}}-\d{{7}})"
_ROUND = re.compile(r"\d+000|(\d)\1+|0?123456\d*|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{0,4}")
# What makes a shorter number somebody's own.
_OWN = re.compile(r"\b(?:mine|ours|yours|(?:call|know|list|file|find) (?:me|us)(?: as| under)?)\b", FLAGS)
# A number that belongs to somebody; others are counts, products and constants.
_OWNER = re.compile(
    r"\b(?:i|i'?m|me|my|mine|our|ours|his|her|their|your|yours|client|customer|member|contract|permit|licen[cs]e|passport|"
    r"document|reference|confirmation|account|order|booking|number on)\b",
    FLAGS,
)
_STANDARDS = ("ISO", "RFC", "PEP", "CVE", "UTF", "SHA", "COV")


class AccountId(LabelledRule):
    """Letters and digits, three digits at least, after a word such as "account" or "order number"."""

    ENTITY = "ACCOUNT_ID"
    LEAST = 2
    FORMS = (
        *labelled((*_BARE, *_SURE), _CONTEXT, 0.6, stems=("numer", "numéro", "numero", "número", "codice", "n°",
        "nº", "номер")),
        Form("keyed",
            r"(?<!\w)\w{0,24}?(?:_id|id|_no|number)[\"']?\s{0,2}[:=]\s{0,2}[\"']?"
            r"(?P<pii>(?=[A-Z_-]{0,8}\d)[A-Z0-9](?:[-_/]?[A-Z0-9]){3,30}(?:[ -]\d{2,8}){0,4})(?![\w])", 0.4,
             every(with_digits, with_chars(":="), with_words("id ", " no ", "number ")),
                 r"(?:id|_no|number)[\"']?\s{0,2}[:=]", 30, 110),
        Form("locator", _LETTERS, 0.6, Leads(_LOCATORS).here, "", 4, 200, Leads(_LOCATORS)),
        Form("uuid",
            rf"(?<![\w-]){_HEX_ID}(?![\w-])",
            0.4, every(with_digits, with_run(36)), "-[0-9a-f]{4}-[0-9a-f]{4}-", 16, 20),
        Form("hash",
            r"(?<![\w&#])#[A-Z]{0,4}-?\d{5,12}(?:-\d{2,6})?(?![\w])",
            0.4, every(with_chars("#"), with_number), "#"),
        Form("bare", _BARE_CODE, 0.4, with_number, _BARE_ANCHOR),
        Form("letters", r"(?<![\w.,-])[A-Z]{2,5}-\d{4,12}(?:-[A-Z0-9]{1,8}){0,2}(?![\w])", 0.4,
             every(with_chars("-"), with_digits), r"-\d{4}", 8, 40),
    )  # fmt: skip
    CONTEXT = _CONTEXT

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        digits = sum(map(str.isdigit, value))
        if form == "locator":
            return None
        if form == "loose" and digits < 2:
            # By far the most of what is looked at: a single digit is never a number of this kind.
            return 0.0
        if form == "spoken":
            weak = super().judge(value, match, form)
            return (
                self.BOOSTED
                if weak is None and _RIGHT_BEFORE.search(match.string[max(0, match.start() - 64) : match.start()])
                else weak
            )
        if _PLAIN_CODE.fullmatch(value) or _DATE.match(value):
            return 0.0
        if form == "told":
            return self._told(value, match, digits)
        if form == "part":
            return 0.0 if _YEAR.fullmatch(value) and len(match.string) > 24 else super().judge(value, match, form)
        if (digits < 3 and form != "loose") or _YEAR.fullmatch(value) or (form == "keyed" and digits < 5):
            return 0.0
        if form in ("letters", "bare") and value[:3].upper() in _STANDARDS:
            return 0.0
        if form == "bare":
            return None if _bare(value, match) else 0.0
        return super().judge(value, match, form)

    def _told(self, value: str, match: re.Match[str], digits: int) -> float | None:
        """A value right behind a label. Where nothing more says that a number of this kind follows, as in "order 300 of
        them", it must be too long for a count or mixed of letters and digits."""
        lead = match.group()[: match.start("pii") - match.start()]
        size = sum(map(str.isalnum, value))
        mixed = digits >= 2 and size >= 5 and digits < size
        if _SAYS.search(lead):
            return None if digits >= 3 or mixed else 0.0
        label = _LABEL.match(lead)
        if label is not None and any(map(str.isalnum, lead[label.end() :])):
            return 0.0
        mixed = mixed and _WORDY.search(value) is None
        cut = match.end() == len(match.string) and digits >= 3
        return None if mixed or digits >= 5 or (cut and not _YEAR.fullmatch(value)) else 0.0


_RIGHT_BEFORE = re.compile(rf"(?:{label_words((*_BARE, *_SURE))}){FILL}{GAP}$", re.IGNORECASE)
_LABEL = re.compile(rf"(?:{label_words((*_BARE, *_SURE))})", re.IGNORECASE)
# A word, a version or a year with a name before it is no number.
_WORDY = re.compile(r"[A-Za-z]{6}|\d\.\d|\b(?:19|20)\d\d$")
_SAYS = re.compile(
    rf"(?:{_QUALIFIED}|is|ist|est|es|lautet)(?![a-z])|[#:=]|nummer|(?:{label_words(_SURE)})", re.IGNORECASE
)
_PLAIN_CODE = re.compile(r"[a-z]+\d{1,3}|[A-Z][a-z]+[-_]?\d{1,4}")
_DATE = re.compile(r"(?:19|20)\d\d[-/][01]?\d[-/][0-3]?\d(?!\d)|[0-3]?\d[-/][01]?\d[-/](?:19|20)\d\d(?!\d)")
_YEAR = re.compile(r"(?:19|20)\d\d")


def _bare(value: str, match: re.Match[str]) -> bool:
    """Whether a code without a label is one: capitals and digits, or digits that are not round and have an owner."""
    if not value.isdigit():
        return True
    near = (
        match.string[max(0, match.start() - 100) : match.start()] + " " + match.string[match.end() : match.end() + 60]
    )
    owner = _OWN if len(value) < 8 else _OWNER
    return not _ROUND.fullmatch(value) and owner.search(near) is not None
