"""Where somebody lives or comes from, told in a sentence: "I live in ...", "born in ...", in several
languages."""

from __future__ import annotations

import re

from classifiers.recognizers.form import Form
from classifiers.recognizers.needs import with_lead
from classifiers.recognizers.rule import Rule

_LEAD = (
    r"\b(?:(?:i|we|he|she|they|who)(?:'m|'re|'s| am| are| is| was| were)? (?:currently |now |still |"
    r"originally |also |just |only )?"
    r"(?:live[sd]?|living|reside[sd]?|residing|stay(?:s|ed|ing)?|based|moved?|moving|relocat(?:e|ed|ing)|"
    r"grew up|raised|born|settled)"
    r"(?: (?:here|back|away|up|down|over|out))?(?: (?:in|at|to|near|outside|around|from))|"
    r"(?:i|we)(?:'m| am|'re| are) (?:originally |actually )?from|my (?:home ?town|city|town|village|home "
    r"address|place) is(?: in| called)?|"
    r"based in|living in|resident of|ich (?:wohne|lebe) in|komme aus|j'habite (?:à|au|en)|je vis (?:à|au|"
    r"en)|je viens de|"
    r"vivo en|soy de|moro em|sou de|abito a|vivo a|vengo da|ik woon in|mieszkam w|jag bor i|jeg bor i|asun|"
    r"я живу в|oturuyorum)"
)
_PLACE = (
    r"(?P<pii>(?-i:[A-ZÀ-ÝŁŚŻČŠŽİ])[\w'’.-]{1,30}(?:(?: |, | - )(?:(?-i:[A-ZÀ-ÝŁŚŻČŠŽİ])[\w'’.-]{1,30}|"
    r"(?:de|la|del|upon|on|of|am|an der|sur|ob der|do|da|le) "
    r"(?-i:[A-ZÀ-Ý])[\w'’.-]{1,30})){0,4})"
)
_NOT_PLACES_TEXT = (
    "I A The An My Your God Heaven Hell January February March April May June July August "
    "September October November December Monday Tuesday Wednesday Thursday Friday Saturday Sunday "
    "English"
)
_NOT_PLACES = frozenset(_NOT_PLACES_TEXT.split())
_LEADS = (
    "live", "living", "resid", "stay", "based", "move", "moving", "relocat", "grew up", "raised", "born",
    "settled", "from", "home",
    "my city", "my town", "my village", "my place", "wohne", "lebe", "komme", "habite", "je vis", "viens",
    "vivo", "soy de", "moro",
    "sou de", "abito", "vengo", "woon", "mieszkam", "bor i", "asun", "живу", "oturuyorum",
)  # fmt: skip


class Residence(Rule):
    """Capitalised words after a phrase of residence. Lower-cased places are left to the name model."""

    ENTITY = "LOCATION"
    FORMS = (Form("told", rf"{_LEAD} {_PLACE}", 0.5, with_lead(*_LEADS), "", 32, 220, _LEADS),)

    def judge(self, value: str, match: re.Match[str], form: str) -> float | None:
        return 0.0 if value.split()[0].rstrip(",.'’") in _NOT_PLACES else None
