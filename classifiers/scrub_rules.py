"""All pattern recognisers, in one list, and which of their forms are tried on a conversation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from classifiers.recognizers.account_id import AccountId
from classifiers.recognizers.birth_date import BirthDate
from classifiers.recognizers.coordinates import Coordinates
from classifiers.recognizers.credit_card import CreditCard
from classifiers.recognizers.driver_license import DriverLicense
from classifiers.recognizers.email_address import EmailAddress
from classifiers.recognizers.encoded_email import EncodedEmail
from classifiers.recognizers.iban_code import IbanCode
from classifiers.recognizers.ip_address import IpAddress
from classifiers.recognizers.mac_address import MacAddress
from classifiers.recognizers.national_id import NationalId
from classifiers.recognizers.needs import signs_of
from classifiers.recognizers.once import once
from classifiers.recognizers.passport import Passport
from classifiers.recognizers.phone_number import PhoneNumber
from classifiers.recognizers.residence import Residence
from classifiers.recognizers.rule import Rule, Tried, needed
from classifiers.recognizers.secret import Secret
from classifiers.recognizers.street_address import StreetAddress
from classifiers.recognizers.told_name import ToldName
from classifiers.recognizers.traits import Traits
from classifiers.recognizers.uk_nino import UkNino
from classifiers.recognizers.url import Url
from classifiers.recognizers.us_ssn import UsSsn
from classifiers.recognizers.username import Username
from classifiers.recognizers.wallet import Wallet

RULES: tuple[type[Rule], ...] = (
    EmailAddress, EncodedEmail, PhoneNumber, Url, IpAddress, MacAddress, IbanCode, CreditCard, UsSsn, UkNino,
    NationalId,
    Passport, DriverLicense, AccountId, BirthDate, Username, Secret, Wallet, StreetAddress, Residence,
    ToldName, Coordinates,
)  # fmt: skip

FEW_TURNS = 4
LONG_TURN = 500
"""Characters of a turn on average."""
_BETWEEN = "\n\x02\n"
"""Stands between turns that are looked at as one text."""


class Forms:
    """Forms that are tried, rule by rule: every one of them, and those which can match without a digit."""

    def __init__(self, every: Sequence[Tried], wordy: Sequence[Tried]) -> None:
        self.every, self.wordy = every, wordy

    @once
    def _by_sign(self) -> tuple[frozenset[int], dict[str, set[int]]]:
        """Places, among `every`, of the forms whose need says nothing of pieces and words; and of the others by each
        piece or word of which one must be there."""
        always, by_sign = set(), defaultdict(set)
        for place, tried in enumerate(self.every):
            signs = signs_of(tried.need)
            if signs is None:
                always.add(place)
            for sign in signs or ():
                by_sign[sign].add(place)
        return frozenset(always), dict(by_sign)

    def signed(self, traits: Traits) -> list[Tried]:
        """The forms of which a sign is in the text or the end of the turns before, and those that have none."""
        always, by_sign = self._by_sign
        there = traits.hits.keys() | traits.word_set | traits.hits_before.keys() | traits.words_before
        seen = by_sign.keys() & there
        places = always.union(*(by_sign[sign] for sign in seen))
        return [self.every[place] for place in sorted(places)]


@lru_cache(maxsize=1)
def make_rules() -> tuple[Rule, ...]:
    """One instance of each recogniser, shared by the process: they hold compiled patterns and no text."""
    return tuple(rule() for rule in RULES)


def all_forms(rules: Sequence[Rule]) -> Forms:
    """Every form of these rules."""
    every = [Tried(rule, form) for rule in rules for form in rule.FORMS]
    return Forms(every, [tried for tried in every if not tried.numeric])


def forms_to_try(forms: Forms, texts: Sequence[str]) -> Forms:
    """Of these forms those that may match in one of the turns of a conversation, by their cheap tests on all turns at
    once. Exact: no other form can match.

    All of them, where the turns are few or long: one more pass would cost more than it saves.
    """
    if len(texts) < FEW_TURNS or sum(map(len, texts)) > LONG_TURN * len(texts):
        return forms
    everything = _BETWEEN.join(texts)
    traits = Traits(everything, everything, whole=True)
    may = needed(traits, [tried for tried in forms.signed(traits) if traits.digits or not tried.numeric])
    return Forms(may, [tried for tried in may if not tried.numeric])
