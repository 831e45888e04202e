"""User names: @handles, and names after words such as "my username is"."""

from __future__ import annotations

import re

from classifiers.recognizers.form import Form
from classifiers.recognizers.labelled import FILL, GAP, label_words
from classifiers.recognizers.needs import Leads, before_has, every, with_chars, with_head, with_text, with_words
from classifiers.recognizers.rule import Rule
from classifiers.recognizers.traits import opened, traits_of

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
_PLATFORM = (
    r"(?:discord|insta(?:gram)?|ig|twitter|snap(?:chat)?|telegram|tiktok|tik ?tok|skype|psn|steam|twitch|reddit|"
    r"threads|"
    r"bluesky|mastodon|github|roblox|xbox|kik|wechat|vk|facebook|fb|youtube|onlyfans|pinterest|tumblr|linkedin|venmo|"
    r"cash ?app|paypal|signal|viber|minecraft|epic|riot|valorant)"
)
# Words that mean a name of this kind and nothing else.
_WORDS = (
    "username", "usernames", "user name", "user id", "userid", "handle", "login", "login name", "nickname", "nick",
    "gamertag",
    "gamer tag", "screen name", "screenname", "display name", "account name", "psn", "psn id", "my ig", "ig",
    "my insta", "my snap",
    "benutzername", "nutzername", "nom utilisateur", "utilisateur", "pseudo", "identifiant", "usuario",
    "nombre de usuario", "nome utente",
    "utente", "usuário", "nome de usuário", "gebruikersnaam", "nazwa użytkownika", "användarnamn", "brukernavn",
    "käyttäjänimi",
    "логин", "ник", "никнейм", "юзернейм", "имя пользователя", "用户名", "昵称", "ユーザー名", "아이디",
    "kullanıcı adı",
)  # fmt: skip
_LEADS = Leads((*_WORDS, "user"))
_MARKED = r"(?=[^\W\d_]{0,38}[\d_.-])(?=[\d_.-]{0,38}[^\W\d_])\w[\w.-]{1,38}\w(?![\w(@]|\.\w)"
"""A name with a digit or mark in it."""
_PLAIN = r"\w[\w.-]{1,38}\w(?![\w(@])"
_LINKS = r"(?:is|was|name|id|handle|tag|user|username|account|as|under|called|ist|es|est|é|è|=|:|,|-)"
_NOT_NAMES_TEXT = (
    "is the and a an to or in on not my your for no yes name id account bot page app user "
    "username password none null invalid already taken required field string true false server "
    "group chat post story link with that this it was"
)
_NOT_NAMES = frozenset(_NOT_NAMES_TEXT.split())


# A plain word counts only here: "my discord is down" names nobody.
_OWN = re.compile(
    r"\bmy (?:user ?name|handle|gamertag|nick(?:name)?|screen ?name|login)\b|benutzername|nutzername|"
    r"(?<![a-z])(?:utilisateur|nombre de usuario|nome utente)", re.IGNORECASE
)  # fmt: skip
_CONTEXT = (
    rf"\b(?:{label_words(_WORDS)})\b|\b(?:your|dein\w?|ihr|votre|ton|tu|tuo|seu|my|mein) {_PLATFORM}\b|"
    r"用户名|ユーザー名|"
    rf"\b{_PLATFORM} (?:name|handle|username|tag|id)\b"
)
# A constant, a path of attributes, a file or an abbreviation.
_CODE = re.compile(
    r"(?-i:[A-Z]+(?:_[A-Z]+)+)|[a-z]+\.[a-z]+\.[a-z.]+|\w+\.(?:py|js|ts|java|dart|html?|css|json|php|txt|md)|"
    r"[a-z]\.[a-z]",
    re.I,
)
_REPLIES = frozenset(
    "great thanks thank sure ok okay cool nice perfect awesome good hello hi hey bye nope yep yeah yes no maybe "
    "right exactly "
    "correct wonderful excellent fine lovely sorry what why how who when where please continue next done stop "
    "help".split()
)
_COLUMN = re.compile(rf"(?:{label_words(_WORDS)}|user)", re.IGNORECASE)
_PLATFORMS = (
    "discord", "insta", "instagram", "ig", "twitter", "snap", "snapchat", "telegram", "tiktok", "tik tok", "skype",
    "psn", "steam", "twitch", "reddit",
    "threads", "bluesky", "mastodon", "github", "roblox", "xbox", "kik", "wechat", "vk", "facebook", "fb", "youtube",
    "onlyfans", "pinterest", "tumblr", "linkedin", "venmo", "cash app", "cashapp", "paypal", "signal", "viber",
    "minecraft", "epic", "riot",
    "valorant",
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
        # A plain word where something says that a name follows; what is no name is judged below.
        Form("told",
            rf"(?<!\w)(?:{label_words(_WORDS)}|user(?=[\"']?\s?[:=]))(?![a-z]){FILL}[^\w\n]{{0,3}}"
            rf"(?:is|was|ist|es|est|=|:){GAP}(?P<pii>{_PLAIN})", 0.5, _LEADS.here, "", 4, 260, _LEADS),
        Form("marked", rf"(?<!\w)(?:{label_words(_WORDS)}|user(?=[^a-z]))(?![a-z_]){FILL}{GAP}@?(?P<pii>{_MARKED})",
            0.5,
             _LEADS.here, "", 4, 260, _LEADS),
        Form("platform", rf"(?<![a-z]){_PLATFORM}(?![a-z])(?:[^\w\n]{{0,3}}{_LINKS}){{1,3}}[^\w\n]{{0,3}}"
            rf"@?(?P<pii>{_MARKED})", 0.5,
             Leads(_PLATFORMS).here, "", 4, 110, Leads(_PLATFORMS)),
        Form("invited",
            rf"\b(?:add|follow|find|message|msg|dm|hit|reach|text|ping) (?:me|us)(?: up)?(?: on| at| via)? {_PLATFORM}"
            rf"(?:[^\w\n]{{0,3}}{_LINKS}){{0,3}}[^\w\n]{{0,3}}@?(?P<pii>{_MARKED})", 0.5, every(with_words(" me ",
            " us "), Leads(_PLATFORMS).here),
             r"\b(?:add|follow|find|message|msg|dm|hit|reach|text|ping) (?:me|us)", 0, 110),
        Form("keyed",
            r"(?<![a-z])(?:user|username|user_name|login|screen_name|screenname|handle|nick|"
            r"nickname)[\\\"']{0,2}\s{0,2}[:=]\s{0,2}"
            r"[\\\"']{1,2}(?P<pii>[\w][\w.-]{1,38}[\w])[\\\"']",
             0.5, every(with_chars(":="), with_words("user", "login", "screen", "handle", "nick")),
             r"[:=]\s{0,2}[\\\"']", 20,
             48),
        Form("column", rf"(?<![\w@.-]){_MARKED}", 0.2, every(_LEADS.here, with_head(_COLUMN))),
        Form("part", rf"(?<![\w@.-]){_PLAIN}", 0.2, before_has(re.compile(_CONTEXT, re.IGNORECASE), Leads((*_WORDS,
            *_PLATFORMS))), "", asked=True),
    )  # fmt: skip
    CONTEXT = _CONTEXT

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        low = value.lower().removeprefix("@")
        marked = any(char.isdigit() or char in "_." for char in value[1:]) and any(map(str.isalpha, value))
        if form == "at":
            after = match.string[match.end() : match.end() + 1]
            return 0.0 if low.split(".")[0] in _KEPT or after == "/" else None
        if form == "column":
            head = traits_of(match.string).column_head(match.start())
            return 0.7 if _COLUMN.fullmatch(opened(head).strip(" \"'`*")) else 0.0
        if form == "part":
            alone = len(match.string.strip(" .!")) == len(value) and value not in _NOT_NAMES and low not in _REPLIES
            return None if (marked and match.start() < 24) or alone else 0.0
        if form in ("marked", "platform", "invited", "told") and _CODE.fullmatch(value) and not match.string.isupper():
            return 0.0
        if form in ("told", "keyed"):
            plain = form == "keyed" or _OWN.search(match.string, max(0, match.start() - 4), match.end()) is not None
            return 0.0 if low in _NOT_NAMES or not (marked or plain) else None
        return None if marked or form not in ("marked", "platform", "invited") else 0.0
