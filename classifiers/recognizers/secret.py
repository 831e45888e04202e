"""Secrets: keys and tokens with a known form, private keys, signed web tokens, passwords told in text or
set in code."""

from __future__ import annotations

import math
import re
from collections import Counter

from classifiers.recognizers.form import Form
from classifiers.recognizers.labelled import LOOSE
from classifiers.recognizers.needs import (
    every,
    lead_before,
    remembered,
    with_chars,
    with_digits,
    with_head,
    with_lead,
    with_run,
    with_text,
    with_words,
)
from classifiers.recognizers.rule import Rule
from classifiers.recognizers.traits import opened, traits_of

_PREFIXED = (
    r"(?:sk|pk|rk)[-_](?:(?:live|test|proj|ant|or|svcacct)[-_])?[\w-]{16,200}|gh[pousr]_\w{20,255}|"
    r"github_pat_\w{20,255}|"
    r"glpat-[\w-]{16,64}|xox[abeoprs]-[\w-]{10,250}|xapp-[\w-]{10,250}|(?:AKIA|ASIA|AGPA|AIDA|"
    r"AROA)[A-Z0-9]{12,20}|"
    r"AIza[\w-]{30,40}|ya29\.[\w-]{20,300}|SG\.[\w-]{16,32}\.[\w-]{16,64}|hf_\w{20,64}|npm_\w{30,64}|"
    r"pypi-[\w-]{40,255}|"
    r"do[opr]_v1_[0-9a-f]{32,64}|shp(?:at|ca|pa|ss)_[0-9a-f]{24,64}|key-[0-9a-f]{32}|"
    r"EAACEdEose0cBA\w{8,200}|sq0[a-z]{3}-[\w-]{22,60}|dapi[0-9a-f]{32}|r8_\w{30,50}|gsk_\w{30,80}|"
    r"pplx-\w{30,80}|"
    r"vault:v\d:[\w+/=]{16,200}|hvs\.[\w-]{20,120}|lin_api_\w{30,60}|nvapi-[\w-]{40,90}|secret_\w{24,64}|"
    r"whsec_\w{20,64}|ntn_\w{30,64}|GOCSPX-[\w-]{20,40}|PMAK-[\w-]{40,80}|NRAK-[A-Z0-9]{20,40}|"
    r"sntry[su]_[\w=+/-]{30,200}|"
    r"figd_[\w-]{30,60}|sbp_[0-9a-f]{30,60}|dp\.(?:pt|st|ct|sa)\.[\w.-]{30,80}|pscale_\w{2,8}_[\w-]{30,60}|"
    r"xkeysib-[\w-]{40,120}|AGE-SECRET-KEY-1[A-Z0-9]{50,70}|glsa_\w{30,50}|EAA[A-Z]\w{60,250}|tskey-[\w-]{20,80}|"
    r"FlyV1 \w{2,5}_[\w+/=,]{40,200}|ATATT[\w=-]{60,250}|phc_\w{30,60}|xai-\w{40,100}|tvly-[\w-]{20,60}|"
    r"cfut_[\w-]{30,60}"
)
# Keys that begin as words do, but go on as none does.
_DOTTED = (
    r"(?<![\w.-])(?:pat\w{14}\.[0-9a-f]{40,80}|[MNO][\w-]{22,26}\.[\w-]{6}\.[\w-]{27,40}|\d{8,10}:AA[\w-]{32,36}|"
    r"(?:SK|AC)[0-9a-f]{32}|sl\.[\w-]{60,200})(?![\w-])"
)
_PEM = (
    r"-----BEGIN [A-Z0-9 ]{0,40}?(?:PRIVATE KEY|CERTIFICATE|PGP PRIVATE KEY BLOCK)[A-Z "
    r"]{0,10}-----(?:[\w+/=\s:,.()\\<>]++|-(?!----))*+(?:-----END [A-Z0-9 ]{1,50}-----|\Z)"
)
_WORD = (
    r"(?:pass ?(?:words?|wd|code|phrase)|passwrd|(?-i:SMTP_PASS|[A-Z_]{0,20}_PASS)|pass(?=[\"'`]?\s?[:=])|pw|pwd|psw|"
    r"psk|passwort|kennwort|mot de passe|mdp|contrase(?:ñ|n)a|clave|senha|"
    r"wachtwoord|hasło|parola|lösenord|passord|adgangskode|salasana|jelszó|heslo|şifre|sifre|пароль|пароля|密码|密碼|口令|"
    r"パスワード|비밀번호|"
    r"secret(?:[_ -]?(?:key|access[_-]?key))?|client[_-]?secret|api[_ -]?(?:key|token|secret)|apikey|"
    r"access[_ -]?(?:key|token)(?:[_-]?id)?|"
    r"auth[_ -]?(?:key|token)|bearer[_ -]?token|refresh[_-]?token|private[_ -]?key|encryption[_ -]?key|"
    r"token|pin(?: code)?|otp|"
    r"verification code|security answer|credentials?)"
)
_GAP = (
    r"[\"'`]?(?:\s{0,3}(?:[:=]|=>|:=|==|->)\s{0,3}|\s{1,2}(?:is|was|are|ist|est|es|é|è|=|to)(?::|"
    r"\s)\s{0,2}(?:set to |now )?|(?P<near>\s(?=[^\s]{0,40}(?:\d|(?-i:[a-z][A-Z])))))"
)
_ASSIGNED = (
    rf"(?<![a-z]){_WORD}{_GAP}(?P<pii>\"[^\"\n]{{4,200}}\"|'[^'\n]{{4,200}}'|`[^`\n]{{4,200}}`|"
    rf"[^\s\"'`,;<>(){{}}]{{4,200}})"
)
_THING = r"[^\s\"'`,;<>(){}|\]\\]{4,200}"
_KEY_TOLD = (
    r"\b(?:the|my|our|your|its|mein|der|la|le|el|il|a|o|ma|mi|minha) (?:key|schlüssel|clé|llave|chiave|chave|code)"
    rf"(?:'?s| is| ist| est| es| è| é)[: ]{{1,3}}[\"'`]?(?P<pii>{_THING})"
)
# A label and a value with marks between them: quotes, tags, cells, brackets, and the words of tags.
_APART = (
    rf"(?<![a-z]){_WORD}(?![a-z])(?P<marks>{LOOSE}{{1,6}}?(?:(?:values?|content|n|b|td|th|span|type|name|text|"
    rf"input){LOOSE}{{1,6}}?){{0,4}})"
    rf"(?P<pii>{_THING})"
)
_CONTEXT = rf"(?<![a-z]){_WORD}(?![a-z])"
_HEAD = re.compile(rf"[\w ]{{0,20}}?{_WORD}[\w ]{{0,12}}", re.IGNORECASE)
_CONTEXT_RE = re.compile(_CONTEXT, re.IGNORECASE)
_HINTS = (
    "pass", "pw", "kennwort", "mdp", "contraseña", "senha", "wachtwoord", "hasło", "parola", "secret", "api",
    "access", "auth", "token", "private", "encryption", "pin", "otp", "verification", "security", "credential",
    "psw", "psk",
    "contrasena", "clave", "lösenord", "adgangskode", "salasana", "jelszó", "heslo", "şifre", "sifre", "пароль",
    "пароля", "密码",
    "密碼", "口令", "パスワード", "비밀번호",
)  # fmt: skip
_HINT_BEFORE = lead_before(*_HINTS)
_ASKED = remembered(
    lambda traits: _HINT_BEFORE(traits) and (traits.whole or _CONTEXT_RE.search(traits.opened_before) is not None)
)
_COMMON_TEXT = (
    "your yours my the a an this that not no none null nil true false undefined example changeme "
    "change required invalid wrong incorrect correct expired weak strong strength too short long "
    "very safe secure secured stored saved sent reset forgotten forgot lost hidden encrypted "
    "hashed protected string str bytes int bool text value input password passwd secret token key "
    "here there and or only also always never usually something anything nothing what which where "
    "when how if i it he she they we you valid missing empty optional needed used using because "
    "but for with without from in on at of by as be been being easy hard simple difficult "
    "important enough just like compromised leaked stolen working broken being important "
    "sensitive generated created provided shared public private unknown different same new old "
    "better best bad good fine okay os.environ os.getenv process.env getpass config settings self "
    "request req user form data params args"
)
_COMMON = frozenset(_COMMON_TEXT.split())
_STAND_IN = re.compile(
    r"^[\W_]*(?:x{3,}|\*{3,}|\.{3,}|<|\$\{|\{\{|\[|%\(|your|my[-_]|insert|replace|example|placeholder|todo|"
    r"change)",
    re.IGNORECASE,
)
_CASES = re.compile(r"[a-z][A-Z].*[a-z][A-Z]|[a-z][A-Z]{2}")
_CODE_VALUE = re.compile(
    r"^(?:os\.|process\.|self\.|this\.|config|settings|getenv|env\b|new |await |input|request|req\.|"
    r"\w+\.\w+\.?\w*$)"
)

_HEADERS = ("bearer ", "basic ", "apikey ", "token ")
_PREFIXES = (
    "sk-", "sk_", "pk-", "pk_", "rk-", "rk_", "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-", "xox",
    "xapp-", "akia", "asia", "agpa", "aida", "aroa", "aiza", "ya29.", "sg.", "hf_", "npm_", "pypi-", "doo_v1",
    "dop_v1", "dor_v1", "shp", "key-", "eaace", "sq0", "dapi", "r8_", "gsk_", "pplx-", "vault:v", "hvs.", "lin_api_",
    "nvapi-", "secret_", "whsec_", "ntn_", "gocspx-", "pmak-", "nrak-", "sntrys_", "sntryu_", "figd_", "sbp_",
    "dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "pscale_", "xkeysib-", "age-secret-key-1", "glsa_", "eaa", "tskey-",
    "flyv1 ", "atatt", "phc_", "xai-", "tvly-", "cfut_",
)  # fmt: skip


class Secret(Rule):
    """Known prefixes, PEM blocks and web tokens are sure. A told or assigned value must not be a plain
    word or a stand-in."""

    ENTITY = "SECRET"
    FORMS = (
        Form("prefixed", rf"(?<![\w-])(?:{_PREFIXED})(?![\w])", 0.95, with_run(16), "", 0, 260, _PREFIXES),
        Form("dotted", _DOTTED, 0.9, every(with_digits, with_run(32)), r"(?<![\w.-])(?:pat\w{14}\.|[MNO][\w-]{22}|"
            r"\d{8,10}:AA|(?:SK|AC)[0-9a-f]{32}|sl\.[\w-]{60})"),
        Form("pem", _PEM, 1.0, with_text("-----BEGIN", "-----begin"), "-----BEGIN"),
        Form("web_token",
            r"(?<![\w-])eyJ[\w-]{8,2000}\.[\w-]{8,4000}(?:\.[\w-]{0,1000})?",
            0.95, with_run(20), r"(?<![\w-])eyJ"),
        Form("ssh", r"ssh-(?:rsa|ed25519|dss) AAAA[\w+/=]{40,1000}", 0.8, with_run(44), "ssh-"),
        Form("header", r"\b(?:bearer|basic|apikey|token) (?P<pii>[\w+/=.~-]{16,2000})", 0.7,
             every(with_run(16), with_lead(*_HEADERS)), "", 0, 2020, _HEADERS),
        Form("assigned", _ASSIGNED, 0.6, with_lead(*_HINTS), "", 30, 240, _HINTS),
        Form("in_url",
            r"://[^\s:/@\"']{0,64}:(?P<pii>[^\s/@\"']{1,128})@",
            0.9, every(with_text("://"), with_chars("@")), "://"),
        Form("key_told", _KEY_TOLD, 0.6, with_words(" key", "schl", " cl", "llave", "chiave", "chave", " code"),
             r" (?:key|schlüssel|clé|llave|chiave|chave|code)(?:'?s| is| ist| est| es| è| é)", 8, 210),
        Form("apart", _APART, 0.6, with_lead(*_HINTS), "", 30, 330, _HINTS),
        Form("column", r"(?<![^\s\"',;|])[^\s\"',;|]{4,200}", 0.2, every(with_lead(*_HINTS), with_head(_HEAD))),
        Form("part", r"(?<!\S)\S{4,200}", 0.2, _ASKED, "", asked=True),
        Form("random",
            r"(?<![\w+/=.-])(?=[\w+/=-]{0,40}\d)[\w+/=-]{24,200}+(?![\w])",
            0.4, every(with_digits, with_run(24)),
             r"(?<![\w+/=.-])[\w+/=-]{24}"),
        Form("shaped", r"(?<![\w@#.])[a-z]{3,16}[!#?$%&*]\d{2,6}(?![\w])", 0.4,
             every(with_digits, with_chars("!#?$%&*")), r"[!#?$%&*]\d{2}", 17, 6),
        Form("hex",
            r"(?<![\w-])[0-9a-f]{32,128}(?![\w-])",
            0.4, every(with_digits, with_run(32)), r"(?<![\w-])[0-9a-f]{32}"),
        Form("flag",
            r"(?<=\s)(?:--password|--token|-p|--api-key|-u \w{1,30}:)[= ]?(?P<pii>[^\s\"'-][^\s\"']{5,100})",
            0.4,
             with_text("--", "-p", "-P", "-u", "-U"), r"(?<=\s)--?[ptau]"),
    )  # fmt: skip

    CONTEXT = _CONTEXT

    def trim(self, value: str, match: re.Match[str], form: str) -> int:
        """A mark at the end of a sentence is none of an answer."""
        return len(value.rstrip(".,;:\"')")) if form == "part" else len(value)

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        if form == "assigned":
            return _assigned(value, match)
        if form == "apart":
            marked = any(char in "\"'<>|=:[]()`{}\\" for char in match.group("marks"))
            return None if marked and _chosen(value) else 0.0
        if form == "key_told":
            return None if _chosen(value) and len(value) >= 6 else 0.0
        if form == "column":
            head = traits_of(match.string).column_head(match.start())
            return 0.7 if head and _HEAD.fullmatch(opened(head).strip(" \"'`*")) and _chosen(value) else 0.0
        if form == "part":
            return None if match.start() < 24 and _chosen(value) else 0.0
        if form in ("header", "flag"):
            return None if any(char.isdigit() for char in value) else 0.0
        if form == "hex":
            return None if len(set(value)) >= 8 and any(char.isalpha() for char in value) else 0.0
        return None if form != "random" or _random(value) else 0.0


def _assigned(value: str, match: re.Match[str]) -> float | None:
    core = value.strip("\"'`").rstrip(".!?")
    quoted = value[0] in "\"'`"
    if len(core) < 4 or core.lower() in _COMMON or _STAND_IN.search(core):
        return 0.0
    if match.group("near"):
        # Nothing between word and value: it must look like a secret, or the word must mean nothing else.
        drawn = len(core) >= 5 and any(map(str.isalpha, core)) and not (core.isalpha() and core.islower())
        if not drawn and not match.group().lower().startswith(("pin", "pw", "pass")):
            return 0.0
    if match.string[match.end() : match.end() + 1] == "(":
        return 0.0
    mixed = (
        _CASES.search(core) is not None
        or any(char.isdigit() for char in core)
        or any(not char.isalnum() and char not in ".-_'/" for char in core)
    )
    if mixed and not _CODE_VALUE.search(core):
        return 0.0 if " " in core and len(core) > 60 else None
    if quoted and " " not in core and not _CODE_VALUE.search(core):
        return 0.5
    # A plain word is a password only where somebody says that it is theirs.
    before = match.string[max(0, match.start() - 24) : match.start("pii")].lower()
    told = re.search(r"\b(?:my|our|his|her|their|mein|mon|mi|minha|mio|mijn)\b", before) and " is " in before
    return 0.5 if told and core.isalpha() else 0.0


def _chosen(value: str) -> bool:
    """Whether a run can be a password or a key: letters with digits or marks among them, and no stand-in."""
    core = value.strip("\"'`").rstrip(".!?,")
    if len(core) < 5 or core.lower() in _COMMON or _STAND_IN.search(core) or _CODE_VALUE.search(core):
        return False
    return any(map(str.isalpha, core)) and any(char.isdigit() or char in "!#$%&*@?^+~" for char in core)


def _random(value: str) -> bool:
    """Whether a run looks drawn at random: letters of both cases and digits, and many different ones."""
    kinds = (
        any(c.islower() for c in value),
        any(c.isupper() for c in value),
        sum(c.isdigit() for c in value) >= 2,
    )
    if not all(kinds) or "/" in value[:3] or value.count("/") + value.count("-") + value.count("_") > len(value) // 6:
        return False
    counts = Counter(value)
    entropy = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    return entropy > 3.6
