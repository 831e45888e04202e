"""Names that somebody tells: "my name is ...", in several languages. The name model finds the others."""

from __future__ import annotations

import re

from classifiers.recognizers.form import Form
from classifiers.recognizers.needs import with_lead
from classifiers.recognizers.rule import Rule

_LEAD = (
    r"(?:\b(?:my (?:full |real |first |last |legal |maiden )?(?:name|surname)(?:'s| is)|name[sd]? is|i am "
    r"called|i'm called|they call me|(?:you can |please |just |everyone )call(?:s)? me|"
    r"i go by|call me(?= (?-i:[A-Z]))|mein name ist|ich hei(?:ß|ss)e|je m'appelle|mon nom est|me llamo|mi "
    r"nombre es|meu nome é|me chamo|mi chiamo|il mio nome è|"
    r"ik heet|mijn naam is|nazywam się|mam na imię|jag heter|jeg hedder|jeg heter|benim adım|adım|nama saya|"
    r"tên tôi là|jina langu ni|numele meu este|"
    r"меня зовут|мене звати)|我叫|我的名字是|私の名前は)"
)
_WORD = r"[^\W\d_][\w'’-]{0,24}\.?"
_TOLD = rf"{_LEAD}[ :]{{0,2}}(?P<pii>{_WORD}(?: {_WORD}){{0,3}})"
_HAN = r"(?:我叫|我的名字是|私の名前は)(?P<pii>[\u3040-\u30ff\u4e00-\u9fff]{2,4})"
_LEADS = (
    "name", "called", "call me", "calls me", "go by", "heiße", "heisse", "appelle", "mon nom", "me llamo",
    "nombre es", "nome é",
    "me chamo", "mi chiamo", "nome è", "ik heet", "naam is", "nazywam", "mam na imi", "jag heter",
    "jeg hedder", "jeg heter", "adım",
    "nama saya", "tên tôi", "jina langu", "numele meu", "зовут", "звати", "我叫", "我的名字", "私の名前",
)  # fmt: skip
# Words at which a name ends, or which show that none follows.
_STOP_TEXT = (
    "a an the and or but so not no none my your his her our their its this that these those it he "
    "she we they you i im i'm in on at to for from of with by as is are was were be been am will "
    "would can could should do does did have has had what who which when where why how if because "
    "since just only also too very really here there now then again still please thanks thank hi "
    "hello hey sorry unknown irrelevant important private secret whatever anything something "
    "nothing later back crazy old young stupid maybe ok okay yes btw lol and& und et y e ich je "
    "yo bin suis soy sono en de aus from-- i've i'd ive id not-- changed wrong misspelled taken "
    "listed missing spelled pronounced short after when-- based used required optional empty null "
    "undefined string given set stored"
)
_STOP = frozenset(_STOP_TEXT.split())


class ToldName(Rule):
    """One to four words after a phrase that tells a name, up to the first common word; none where that
    comes at once."""

    ENTITY = "PERSON"
    FORMS = (
        Form("told", _TOLD, 0.85, with_lead(*_LEADS), "", 24, 150, _LEADS),
        Form("han", _HAN, 0.8, with_lead(*_LEADS), "我叫|我的名字是|私の名前は"),
    )

    def trim(self, value: str, match: re.Match[str], form: str) -> int:
        """Ends a match at the first word that is no part of a name."""
        return len(value) if form == "han" else _name_end(value)


def _name_end(value: str) -> int:
    """Length of the name at the start of a run of words; a lower-case run counts as one word, since its
    end is open."""
    end = 0
    for number, match in enumerate(re.finditer(r"\S+", value)):
        word = match.group()
        if word.lower().strip(".'’") in _STOP or (number and not word[0].isupper()):
            break
        end = match.end()
        if word.endswith(".") and len(word) > 3:
            return end - 1
    return end
