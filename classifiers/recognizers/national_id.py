"""Numbers that states give to people, beyond the United States and the United Kingdom: a table of forms
and checks."""

from __future__ import annotations

import re
from collections.abc import Callable

from classifiers.recognizers.checksums import luhn, verhoeff, weighted
from classifiers.recognizers.form import Form
from classifiers.recognizers.labelled import LabelledRule, labelled
from classifiers.recognizers.needs import every, with_digits, with_match, with_place

_L = r"(?<![\w.,+-])"
_R = r"(?![\w]|[.,-]\d)"


def _mod11_tail(digits: str, first: range, second: range) -> bool:
    """Two check digits, each eleven minus the weighted sum, ten and above as 0 (Brazil)."""
    base = len(digits) - 2
    one = 11 - weighted(digits[:base], first, 11)
    two = 11 - weighted(digits[: base + 1], second, 11)
    return digits[-2:] == f"{one if one < 10 else 0}{two if two < 10 else 0}" and len(set(digits)) > 1


def _spain(value: str) -> bool:
    """The letter is the number modulo 23; X, Y, Z of foreigners stand for 0, 1, 2."""
    number = value[:-1].translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == value[-1]


def _france(value: str) -> bool:
    """97 minus the number modulo 97; Corsica's A and B count as 0 with a million or two taken off."""
    body = value[:13]
    less = 1_000_000 if "A" in body else 2_000_000 if "B" in body else 0
    return 97 - (int(body.replace("A", "0").replace("B", "0")) - less) % 97 == int(value[13:])


def _china(value: str) -> bool:
    """ISO 7064 modulo 11, 10 written as X."""
    rest = sum(int(char) * (2 ** (17 - at) % 11) for at, char in enumerate(value[:17])) % 11
    return "10X98765432"[rest] == value[17]


def _germany(value: str) -> bool:
    """ISO 7064 modulo 11, 10 (tax number of eleven digits)."""
    product = 10
    for char in value[:10]:
        total = (int(char) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(value[10])


def _pesel(value: str) -> bool:
    return (10 - weighted(value[:10], (1, 3, 7, 9, 1, 3, 7, 9, 1, 3), 10)) % 10 == int(value[10])


def _dutch(value: str) -> bool:
    return (weighted(value[:8], range(9, 1, -1), 11) - int(value[8])) % 11 == 0


def _portugal(value: str) -> bool:
    check = 11 - weighted(value[:8], range(9, 1, -1), 11)
    return (check if check < 10 else 0) == int(value[8])


def _turkey(value: str) -> bool:
    odd, even = sum(map(int, value[0:9:2])), sum(map(int, value[1:8:2]))
    return (odd * 7 - even) % 10 == int(value[9]) and sum(map(int, value[:10])) % 10 == int(value[10])


# name: (form, check on the value without marks, score where the check holds, score where it does not)
_FORMS: dict[str, tuple[str, Callable[[str], bool] | None, float, float]] = {
    "es": (rf"{_L}(?:\d{{8}}|[XYZ][ -]?\d{{7}})[ -]?[A-Z](?![A-Z0-9])", _spain, 0.9, 0.3),
    "it": (rf"{_L}[A-Z]{{6}} ?\d\d[A-EHLMPRST]\d\d ?[A-Z]\d{{3}}[A-Z](?!\w)", None, 0.9, 0.9),
    "fr": (rf"{_L}[12] ?\d\d ?[01]\d ?(?:\d\d|2[AB]) ?\d{{3}} ?\d{{3}} ?\d\d{_R}", _france, 0.9, 0.5),
    "de": (rf"{_L}\d{{2}} ?\d{{3}} ?\d{{3}} ?\d{{3}}{_R}", _germany, 0.4, 0.2),
    "in_aadhaar": (rf"{_L}[2-9]\d{{3}}([ -]?)\d{{4}}\1\d{{4}}{_R}", verhoeff, 0.8, 0.3),
    "in_pan": (rf"{_L}[A-Z]{{3}}[ABCFGHLJPT][A-Z]\d{{4}}[A-Z](?!\w)", None, 0.8, 0.8),
    "br_cpf": (rf"{_L}\d{{3}}\.?\d{{3}}\.?\d{{3}}[-/]?\d{{2}}{_R}",
               lambda v: _mod11_tail(v, range(10, 1, -1), range(11, 1, -1)), 0.9, 0.3),
    "br_cpf_marked": (rf"{_L}\d{{3}}\.\d{{3}}\.\d{{3}}-\d{{2}}{_R}", None, 0.7, 0.7),
    "cn": (rf"{_L}[1-8]\d{{5}}(?:19|20)\d\d[01]\d[0-3]\d{{4}}[\dX](?!\w)", _china, 0.95, 0.5),
    "kr": (rf"{_L}\d\d[01]\d[0-3]\d-[1-8]\d{{6}}(?!\w)", None, 0.8, 0.8),
    "se": (rf"{_L}(?:19|20)?\d\d[01]\d[0-3]\d[-+]\d{{4}}(?!\w)", None, 0.6, 0.6),
    "dk": (rf"{_L}[0-3]\d[01]\d\d\d-\d{{4}}(?!\w)", None, 0.6, 0.6),
    "fi": (rf"{_L}[0-3]\d[01]\d\d\d[-+A]\d{{3}}[0-9A-FHJ-NPR-Y](?!\w)", None, 0.8, 0.8),
    "cz_sk": (rf"{_L}\d\d[0156]\d[0-3]\d/\d{{3,4}}(?!\w)", None, 0.6, 0.6),
    "pl": (rf"{_L}\d{{11}}{_R}", _pesel, 0.4, 0.2),
    "tr": (rf"{_L}[1-9]\d{{10}}{_R}", _turkey, 0.5, 0.2),
    "nl": (rf"{_L}\d{{9}}{_R}", _dutch, 0.3, 0.2),
    "pt": (rf"{_L}[1-3]\d{{2}} ?\d{{3}} ?\d{{3}}{_R}", _portugal, 0.3, 0.2),
    "ca": (rf"{_L}\d{{3}}[ -]\d{{3}}[ -]\d{{3}}{_R}", luhn, 0.6, 0.3),
    "ch": (rf"{_L}756\.?\d{{4}}\.?\d{{4}}\.?\d{{2}}{_R}", None, 0.9, 0.9),
    "mx": (rf"{_L}[A-Z]{{4}}\d\d[01]\d[0-3]\d[HMX][A-Z]{{5,6}}[A-Z0-9]\d(?!\w)", None, 0.9, 0.9),
    "sg": (rf"{_L}[STFGM]\d{{7}}[A-Z](?!\w)", None, 0.8, 0.8),
    "za": (rf"{_L}\d\d[01]\d[0-3]\d ?\d{{4}} ?[01]\d ?\d{_R}", luhn, 0.6, 0.2),
    "au_medicare": (rf"{_L}[2-6]\d{{3}} \d{{5}} \d{_R}", None, 0.5, 0.5),
    "no": (rf"{_L}[0-3]\d[01]\d\d\d ?\d{{5}}{_R}", None, 0.2, 0.2),
}  # fmt: skip

_NAMES = (
    "national id", "national identity", "national identification", "nationalid", "id number", "id no", "id nr",
    "id card",
    "identity card", "identity number", "identity no", "identification number", "citizen id", "citizen number",
    "citizen",
    "citizenship number", "personal number", "personal id", "personal code", "tax id", "tax number", "tax no",
    "tax file number",
    "aadhaar", "aadhar", "adhar", "uidai", "pan", "pan card", "pan number", "cpf", "cnpj", "rg", "dni", "nie", "nif",
    "nik", "nin",
    "nid", "nic", "bvn", "bsn", "burgerservicenummer", "sofinummer", "steuer id", "steueridentifikationsnummer",
    "steuernummer", "personalausweis", "personalausweisnummer", "ausweis", "ausweisnummer", "sozialversicherungsnummer",
    "svnr", "sv nummer", "sécurité sociale", "securite sociale", "securité sociale", "sécurite sociale",
    "numéro de sécurité sociale", "insee", "nir",
    "carte d'identité", "codice fiscale", "carta d'identità", "partita iva", "pesel", "dowód", "personnummer",
    "personnr", "fødselsnummer", "fodselsnummer", "cpr", "cpr nummer", "henkilötunnus", "hetu", "rodné číslo",
    "rodne cislo",
    "rijksregisternummer", "registre national", "numéro national", "cartão de cidadão", "cartao de cidadao",
    "bilhete de identidade",
    "taj", "taj szám", "személyi", "adóazonosító", "cnp", "egn", "егн", "oib", "jmbg", "emšo", "emso", "amka",
    "αμκα", "afm",
    "isikukood", "personas kods", "asmens kodas", "pps", "ppsn", "pps number", "снилс", "инн", "паспорт", "рнокпп",
    "ипн",
    "tc kimlik", "t.c. kimlik", "kimlik", "kimlik no", "tckn", "teudat zehut", "תעודת זהות", "emirates id", "iqama",
    "cnic",
    "nadra", "ghana card", "身份证", "身份证号", "身份证号码", "身分證", "身分證字號", "hkid", "マイナンバー",
    "個人番号",
    "주민등록번호", "주민번호", "nric", "mykad", "my kad", "ic number", "ic no", "thai id", "บัตรประชาชน",
    "cccd", "cmnd",
    "umid", "philhealth",
    "sss number", "tin", "tfn", "medicare", "ird", "ird number", "sin", "social insurance", "itin", "curp", "rfc",
    "rut",
    "cédula", "cedula", "cuil", "cuit", "ahv", "avs", "ahv nummer", "numéro avs", "id nummer", "identitätsnummer",
    "id kort",
    "identiteitskaart", "número de identidad", "numero de identidad", "documento", "documento de identidad", "nuip",
    "nss",
)  # fmt: skip
# As words of other meanings these stand in small letters.
_NEAR = (
    r"\b(?:national id\w*|national identi\w+|id (?:number|no|nr|card|nummer)|identity (?:card|number|no)|"
    r"identification number|citizen\w*|personal (?:number|id|code)|tax (?:id|number|no|file)|aadhaa?r|adhar|uidai|"
    r"pan (?:card|no|number)|cpf|cnpj|dni|nif|nik|nin|nid|nic|bvn|bsn|burgerservicenummer|sofinummer|steuer-? ?id\w*|"
    r"steuernummer|\w{0,8}ausweis\w*|sozialversicherungs\w+|svnr|s[ée]curit[ée] sociale|insee|codice fiscale|pesel|"
    r"personn(?:umme)?r|f[øo]dselsnummer|cpr|henkil[öo]tunnus|hetu|rodn[ée] [čc][íi]slo|rijksregister\w*|registre "
    r"national|"
    r"taj|cnp|egn|oib|jmbg|em[šs]o|amka|isikukood|personas kods|asmens kodas|ppsn?|t\.?c\.? kimlik\w*|kimlik|tckn|"
    r"teudat "
    r"zehut|emirates id|iqama|cnic|ghana card|hkid|nric|my ?kad|ic (?:number|no)|thai id|cccd|cmnd|umid|tfn|medicare|"
    r"ird|"
    r"itin|social insurance|curp|c[ée]dula|cui[lt]|ahv|avs|id kort|снилс|инн|рнокпп|ипн|егн|αμκα|"
    r"(?-i:SIN|RUT|RG|NIE|NIR|TIN|PAN|AFM|NSS)|(?:your|my|mi|su|mein) (?:sin|rut|rg|rfc|nie|tin|pan))\b|"
    r"身份证|身分證|マイナンバー|"
    r"個人番号|주민등록번호|주민번호|תעודת זהות|บัตรประชาชน"
)


# Where a number can begin: a few letters or none, then four digits, or six with marks or single letters
# between them.
_ANCHOR = r"(?<![\w.,+-])(?=[A-Z]{0,6}+ ?+(?:\d{4}|\d(?:[ .\-/A-Z]{0,2}\d){5}))"

# Digits first: that is found quicker than the place before them.
_ENOUGH = re.compile(r"\d(?:\d{3}|(?:[ .\-/A-Z]{0,2}\d){5})", re.IGNORECASE)
_PLACED = every(with_digits, with_match(_ENOUGH), with_place(_ANCHOR))


class NationalId(LabelledRule):
    """Forms of some two dozen states. Where a form is also a plain number, its check digit or a context
    word decides; any other number needs its label."""

    ENTITY = "NATIONAL_ID"
    LEAST = 3
    FEW = 6
    FORMS = (
        *(Form(name, form, good, _PLACED, _ANCHOR) for name, (form, _, good, _) in _FORMS.items()),
        *labelled(
            _NAMES,
            _NEAR,
            stems=(
                "ausweis",
                "sozialversicherung",
                "rijksregister",
                "steuer",
                "national",
                "citizen",
                "kimlik",
                "hetu",
                "henkil",
                "rodn",
            ),
        ),
    )
    CONTEXT = _NEAR

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        if form == "told":
            digits, open_end = sum(map(str.isdigit, value)), match.end() == len(match.string)
            mixed = digits and len(value) >= 6 and value.isalnum() and value.isupper() and not value.isdigit()
            if mixed and _SURE.search(match.group()):
                return None
            if digits < (3 if _SURE.search(match.group()) or open_end else 5):
                return 0.0
            if (
                _WEAK.match(match.group())
                and not (open_end and digits > 3)
                and (digits < (6 if value[:3].isdigit() or value[:3].lower() == "rfc" else 2))
            ):
                return 0.0
        if form not in _FORMS:
            return super().judge(value, match, form)
        _, check, good, bad = _FORMS[form]
        if check is None:
            return None
        core = "".join(char for char in value if char.isalnum()).upper()
        return good if check(core) else bad


# Words that mean other things as well, and a series of papers.
_WEAK = re.compile(r"(?:rfc|pan|sin|run|rut|nie|nin|nic|nir|tin|rg|taj|documento)\b", re.IGNORECASE)
_SURE = re.compile(
    r"number|nummer|num\b|n[ºo°r]\b|[:=#]|kimlik|aadhaa?r|pesel|kood|tunnus|číslo|szám|\bid\b|kods|cpf|curp|снилс",
    re.IGNORECASE,
)
