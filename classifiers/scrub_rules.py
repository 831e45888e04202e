"""All pattern recognisers, in one list, and the cheap tests that say which kinds to look for in a text."""

from __future__ import annotations

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
from classifiers.recognizers.passport import Passport
from classifiers.recognizers.phone_number import PhoneNumber
from classifiers.recognizers.residence import Residence
from classifiers.recognizers.rule import Rule
from classifiers.recognizers.secret import Secret
from classifiers.recognizers.street_address import StreetAddress
from classifiers.recognizers.told_name import ToldName
from classifiers.recognizers.traits import traits_of
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


@lru_cache(maxsize=1)
def make_rules() -> tuple[Rule, ...]:
    """One instance of each recogniser, shared by the process: they hold compiled patterns and no text."""
    return tuple(rule() for rule in RULES)


def kinds_to_look_for(text: str, before: str = "") -> set[str]:
    """Entity types of which some pattern may match, by the recognisers' own cheap tests. Exact: no other
    can match."""
    traits = traits_of(text, before)
    return {rule.ENTITY for rule in make_rules() if rule.may_occur(traits)}
