"""Web addresses that may name somebody: profiles, personal sites, links with a key or an address in them."""

from __future__ import annotations

import re

from classifiers.recognizers.form import Form
from classifiers.recognizers.needs import every, with_chars, with_lead, with_match, with_text, with_words
from classifiers.recognizers.rule import Rule

# Hosts that belong to everybody. A link to one stays, unless its path or query points at a person.
_PUBLIC_TEXT = (
    "wikipedia.org wikimedia.org wiktionary.org google.com youtube.com youtu.be github.com "
    "githubusercontent.com gitlab.com stackoverflow.com stackexchange.com python.org "
    "readthedocs.io nodejs.org mozilla.org w3.org w3schools.com microsoft.com apple.com "
    "amazon.com openai.com anthropic.com arxiv.org doi.org nih.gov cdc.gov who.int "
    "nasa.gov bbc.com bbc.co.uk nytimes.com theguardian.com cnn.com reuters.com reddit.com "
    "twitter.com x.com facebook.com instagram.com linkedin.com tiktok.com medium.com quora.com "
    "imdb.com spotify.com netflix.com kubernetes.io apache.org debian.org ubuntu.com "
    "jquery.com jsdelivr.net unpkg.com cloudflare.com googleapis.com gstatic.com bootstrapcdn.com "
    "fontawesome.com schema.org json-schema.org localhost "
    "mathjax.org tensorflow.org pytorch.org kaggle.com unsplash.com imgur.com pollinations.ai "
    "pixabay.com discord.com discord.gg telegram.org whatsapp.com zoom.us paypal.com stripe.com "
    "ebay.com etsy.com booking.com airbnb.com tripadvisor.com yelp.com weather.com un.org "
    "europa.eu oracle.com java.com ruby-lang.org rust-lang.org golang.org go.dev php.net "
    "mysql.com postgresql.org sqlite.org mongodb.com redis.io nginx.org android.com gnu.org "
    "kernel.org adobe.com canva.com figma.com wordpress.org tailwindcss.com reactjs.org react.dev "
    "vuejs.org angular.io flask.palletsprojects.com djangoproject.com rubyonrails.org laravel.com"
)
PUBLIC = frozenset(_PUBLIC_TEXT.split())
_SCHEME = r"(?<![\w.])(?:https?|ftp|sftp|ssh|wss?|hxxps?|rtsp)://"
_CHARS = r"[^\s<>\"'`\\^{}|\[\]()]"
_ENDS = (
    r"(?-i:com|net|org|edu|gov|io|biz|eu|de|ch|fr|nl|es|uk|au|ca|pl|cz|dk|se|fi|br|ru|jp|cn|kr|mx|pt|ie|nz|"
    r"za|tr|ua|dev|ai|xyz|"
    r"online|tech|shop|cloud|family|studio|design|photography|art|wiki|COM|NET|ORG|DE|FR|EU|UK|IO)"
)
# Endings that are also words or names of attributes: only with a path, or a digit or hyphen in the name.
_WORD_ENDS = (
    r"(?-i:in|it|no|at|be|me|us|co|info|name|pro|app|site|store|blog|club|so|to|is|id|tv|gg|gr|hu|ro|bg|hr|lt|lv|ee|"
    r"il|hk|tw|sg|vn|ke|ng|ly|fm|im|cc|ink|link|page|"
    r"bio|social|space|website|world|life|email)"
)
_LABELS = r"(?<![\w@./:-])(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,4}"
_STOP = r"(?![\w@-]|\.\w|\()"
_BARE = rf"{_LABELS}{_ENDS}{_STOP}(?:[/?#]{_CHARS}{{0,512}})?"
_WORDY = rf"{_LABELS}{_WORD_ENDS}{_STOP}(?:/{_CHARS}{{1,512}})?"
_BARE_HEAD = rf"\.{_ENDS}{_STOP}"
_WORDY_HEAD = rf"\.{_WORD_ENDS}{_STOP}"
_PERSONAL = re.compile(
    r"(?:linkedin\.com/(?:in|pub)/|facebook\.com/[\w.]{3,}|fb\.com/|instagram\.com/[\w.]{2,}|(?:twitter|"
    r"x)\.com/(?!search|home|i/)\w{2,}"
    r"|tiktok\.com/@|github\.com/(?!features|topics|explore|search|about|login|orgs|pricing)[\w.-]+|"
    r"gitlab\.com/[\w-]+|t\.me/|wa\.me/|reddit\.com/u(?:ser)?/|medium\.com/@|youtube\.com/(?:@|user/|c/|"
    r"channel/)"
    r"|discord\.gg/|steamcommunity\.com/id/|open\.spotify\.com/user/|quora\.com/profile/"
    r"|docs\.google\.com/|drive\.google\.com/|calendar\.google\.com|meet\.google\.com/|zoom\.us/j/|"
    r"pastebin\.com/|paypal\.me/|venmo\.com/"
    r"|airbnb\.com/users|kaggle\.com/[\w-]+/|amazon\.com/gp/profile|maps\.google|goo\.gl/maps|"
    r"chat\.openai\.com/share)", re.IGNORECASE
)  # fmt: skip
_OWN_PATH = re.compile(r"/(?:u|users?|in|people|profiles?|members?|author)/\w|/[~@]\w", re.IGNORECASE)
_TELLING = re.compile(
    r"[?&;#/](?:\w{0,16}(?:user|name|mail|token|key|session|sid|auth|uid|account|profile|phone|secret|sig|"
    r"code|password))\w{0,8}=|@",
    re.IGNORECASE,
)
_CODE_HOSTS_TEXT = "asp.net socket.io ado.net vb.net three.js node.js next.js vue.js d3.js express.js deno.land bit.ly"
_CODE_HOSTS = frozenset(_CODE_HOSTS_TEXT.split())
_TRAILING = ".,;:!?*_"
# Names of fields in the query of a link whose values belong to a person.
_FIELDS = (
    r"user|login|handle|screen|nick|name|mail|recipient|token|key|session|sid|auth|uid|account|profile|phone|mobile|"
    r"cell|tel|contact|fax|secret|sig|code|pass|pwd|card|cc|pan|iban|creditor|ssn|social|tax|nino|insurance|"
    r"ni_number|national|citizen|licen|plate|dob|birth|bday|order|booking|policy|case|invoice|customer|client|member|"
    r"ticket|patient|student|employee|addr|ip|mac|bssid|src|host|url|link|homepage|website|redirect|\w{1,24}_id|"
    r"id_number|\w{1,24}_?n(?:o|um|umber)|"
    r"dni|nie|nif|cpf|cnpj|bsn|pesel|curp|rfc|rut|sin|tfn|nric|aadhaar|cnic|pps|cpr|oib|cnp|egn|jmbg|nik|nin|nid"
)
_QUERY = (
    rf"[?&;](?:(?P<field>[\w.%-]{{0,24}}?(?:{_FIELDS})[\w.-]{{0,16}}|[\w.-]{{0,12}}%[\w%.-]{{2,120}})|[\w.-]{{1,24}})="
    rf"(?P<pii>[^\s&\"'<>#]{{3,512}})"
)
_PROFILE_HOSTS = ("t.me/", "wa.me/", "linktr.ee/", "twitch.tv/", "paypal.me/", "about.me/", "ask.fm/", "last.fm/",
"discord.gg/",
                  "m.me/", "bsky.app/", "cash.app/")  # fmt: skip
_PROFILE = rf"(?<![\w@./-])(?:www\.)?(?:{'|'.join(map(re.escape, _PROFILE_HOSTS))})[\w.@~$/+-]{{2,128}}"
_SAID = (
    r"(?<![\w.@-])(?:https? )?(?:[a-z0-9][a-z0-9-]{0,62}(?: dot | punkt | punto )){1,4}[a-z]{2,12}\b"
    r"(?: slash(?: [~@\w.-]{1,60}(?: dot [\w-]{1,40}){0,3})?){0,6}"
)

_DOTTED = with_match(re.compile(r"\.[a-zA-Z]{2}"))


class Url(Rule):
    """A link, unless its host is public and its path points at nobody; a bare host name with a usual
    ending."""

    ENTITY = "URL"
    FORMS = (
        Form("scheme", rf"{_SCHEME}{_CHARS}{{3,2048}}", 0.6, with_text("://"), r"[a-z]{2,5}://"),
        Form("www", rf"(?<![\w./@])www\d?\.{_CHARS}{{3,2048}}", 0.6, with_words("www"), r"(?<![\w./@])www"),
        Form("bare", _BARE, 0.5, _DOTTED, _BARE_HEAD, 260, 520),
        Form("wordy", _WORDY, 0.5, _DOTTED, _WORDY_HEAD, 260, 520),
        Form("profile", _PROFILE, 0.6, with_lead(*_PROFILE_HOSTS), r"\.(?:me|ee|tv|fm|gg|app)/", 24, 160),
        Form("query", _QUERY, 0.6, every(with_chars("="), with_chars("?&;")), r"[?&;][\w.%-]{1,160}="),
        Form("said", _SAID, 0.5, with_words(" dot ", " punkt ", " punto "), " (?:dot|punkt|punto) ", 260, 420),
    )

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        if form == "query":
            if not match.group("field"):
                return None if sum(map(str.isdigit, value)) >= 9 else 0.0
            return None if any(map(str.isdigit, value)) or len(value) > 4 else 0.0
        if form == "profile":
            return None
        if form == "said":
            return self._said(value, match)
        if _OWN_PATH.search(value) or _PERSONAL.search(value) or _TELLING.search(value):
            return None
        host = re.split(r"[/?#:]", value.rpartition("://")[2].split("@")[-1], maxsplit=1)[0].rstrip(_TRAILING).lower()
        labels = host.removeprefix("www.").split(".")
        if len(labels) < 2 and form != "www":
            return 0.0
        endings = {".".join(labels[at:]) for at in range(len(labels))}
        if not endings.isdisjoint(PUBLIC) or host in _CODE_HOSTS:
            return 0.0
        if form == "wordy" and not re.search(r"[\d-].*\.|/", value):
            return 0.0
        if form in ("bare", "wordy") and (not value[0].isalpha() or len(labels[-2]) < 2):
            return 0.0
        return None

    def _said(self, value: str, match: re.Match[str]) -> float | None:
        """A link that is spelled out: judged as it would be written, where its end is that of a host."""
        link = re.sub(r" (?:dot|punkt|punto) ", ".", value.lower()).replace(" slash", "/").replace("/ ", "/")
        host = link.partition("/")[0].split()[-1]
        if "/" not in link and re.search(r" (?:punto|punkt) (?:de|es)$", value.lower()):
            # "el punto de vista"
            return 0.0
        if re.fullmatch(rf"(?:{_LABELS}){_ENDS}", host):
            return self.judge(link, match, "bare")
        sure = "/" in link or re.match(r"www|.*[\d-].*\.", host)
        return self.judge(link, match, "bare") if sure and re.fullmatch(rf"(?:{_LABELS}){_WORD_ENDS}", host) else 0.0
