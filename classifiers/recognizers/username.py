"""User names: @handles, and names after words such as "my username is"."""

from __future__ import annotations

import re

from classifiers.recognizers.rule import Form, Rule
from classifiers.recognizers.traits import every, with_chars, with_lead, with_text, with_words

_KEPT_TEXT = (
    "everyone here channel all media import param params return returns throws see type types "
    "override property staticmethod classmethod abstractmethod dataclass test autowired component "
    "service controller repository entity bean id table column deprecated since author version "
    "nullable nonnull inject module pytest fixture app decorator wraps lru_cache cache "
    "cached_property keyframes font charset supports include mixin extend apply tailwind layer "
    "use forward if else for while input output viewchild injectable interface end class protocol "
    "property synthesize selector objc main available escaping published state binding "
    "environmentobject observedobject discardableresult suppresswarnings functionalinterface "
    "safevarargs getmapping postmapping requestmapping restcontroller configuration value "
    "transactional before after beforeeach aftereach staticmethod click task echo off set"
)
_KEPT = frozenset(_KEPT_TEXT.split())
_WORD = (
    r"(?:user ?name|user[ _-]?id|handle|login|nick(?:name)?|gamertag|screen ?name|discord|insta(?:gram)?|"
    r"(?<=my )ig|twitter|snap(?:chat)?|telegram|tiktok|skype|psn|steam|benutzername|nom d'utilisateur|"
    r"pseudo|usuario|utente|usuário)"
)
_NOT_NAMES_TEXT = (
    "is the and a an to or in on not my your for no yes name id account bot page app user "
    "username password none null invalid already taken required field string true false server "
    "group chat post story link with that this it was"
)
_NOT_NAMES = frozenset(_NOT_NAMES_TEXT.split())

# A plain word counts only here: "my discord is down" names nobody.
_OWN = re.compile(r"\bmy (?:user ?name|handle|gamertag|nick(?:name)?|screen ?name|login)\b", re.IGNORECASE)
_TOLD = (
    "user", "handle", "login", "nick", "gamertag", "screen", "discord", "insta", "my ig", "twitter", "snap",
    "telegram", "tiktok",
    "skype", "psn", "steam", "benutzername", "utilisateur", "pseudo", "usuario", "utente", "usuário",
)  # fmt: skip


class Username(Rule):
    """An @ and two characters or more, where no code mark is meant; a word after "username" that has a
    digit or mark in it."""

    ENTITY = "USERNAME"
    FORMS = (
        Form("at", r"(?<![\w@./+-])@[A-Za-z0-9_][\w.-]{0,38}[\w](?![\w@]|\()", 0.6, with_chars("@"), "@"),
        Form("discord",
            r"(?<![\w#])[A-Za-z][\w.]{1,31}#\d{4}(?!\w)", 0.6, with_chars("#"), r"#\d{4}(?!\w)", 34, 0),
        Form("reddit", r"(?<![\w/])/?u/(?P<pii>[\w-]{3,20})(?![\w/])", 0.6, with_text("u/", "U/"), "/?u/"),
        Form("told",
            rf"\b{_WORD}\b(?:[^\w\n]{{0,3}}(?:is|was|name|id|=|"
            rf":)){{1,2}}[^\w\n]{{0,3}}(?P<pii>[\w][\w.-]{{1,38}}[\w])(?![\w(])",
             0.5, with_lead(*_TOLD), "", 12, 90, _TOLD),
        Form("keyed",
            r"\b(?:user|username|user_name|login|screen_name)[\"']?\s{0,2}[:=]\s{0,2}[\"'](?P<pii>[\w][\w.-]"
            r"{1,38}[\w])[\"']",
             0.5, every(with_chars(":="), with_words("user", "login", "screen")), r"[:=]\s{0,2}[\"']", 16,
             48),
    )  # fmt: skip

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        low = value.lower().removeprefix("@")
        if form == "at":
            after = match.string[match.end() : match.end() + 1]
            return 0.0 if low.split(".")[0] in _KEPT or after == "/" else None
        if form in ("told", "keyed"):
            marked = any(char.isdigit() or char in "_." for char in value[1:])
            plain = form == "keyed" or _OWN.search(match.string, max(0, match.start() - 4), match.end()) is not None
            return 0.0 if low in _NOT_NAMES or not (marked or plain) else None
        return None
