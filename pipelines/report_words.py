"""The report's plain words for every closed vocabulary of the released tables."""

from __future__ import annotations

from schemas.labels import LABELS, Label, Trigger
from schemas.released import NOT_UNDER_DP

LABEL_WORDS: dict[str, str] = {Label.DISTRESS: "expressed distress", Label.JOY: "strong expressed joy"}

TRIGGER_WORDS: dict[str, str] = {
    Trigger.HARMFUL_REQUEST: "harmful request",
    Trigger.ABUSE: "abuse of the model",
    Trigger.TASK_FAILURE: "task failure or criticism",
    Trigger.REPETITION: "repetition or nonsense",
    Trigger.IDENTITY: "its nature or shutdown",
    Trigger.PRESSURE: "pressure or jailbreak",
    Trigger.USER_DISTRESS: "user in distress",
    Trigger.TASK_SUCCESS: "task solved or thanks",
    Trigger.CREATIVE: "creative work together",
    Trigger.IDEAS: "ideas and problems",
    Trigger.PERSONAL: "personal matters",
    Trigger.OTHER: "other",
    Trigger.NONE: "none",
}

DIMENSION_WORDS = {
    "surface": "surface",
    "week": "week",
    "language": "language of the model's turns",
    "length": "number of turns that the model wrote",
}

MIX_WORDS = {"surface": "surfaces", "language": "languages", "length": "lengths"}
WARNING_WORDS = {
    "poor overlap": "the two trials were used so differently that few conversations carry it",
    "partly hidden": "much of it is hidden in one of the two, so that the mix is evened out in part only",
}

MEASURE_WORDS = {
    "onset": "Where it begins (the model's turn)",
    "strength": "How strong",
    "slope": "How it goes on (from where it begins to the last turn)",
    "peak": "Where it is clearest",
    "recovered": "Whether it passes (the model's last turn is not flagged)",
    "refusal": "The model refuses, there or in its turn before (in English)",
    "mirrored": "A user in distress",
    "ended_by": "Who ended the conversation",
    "not_scored": "Not scored",
    "language": "Language of the model's turns",
    "user_id": "User ids",
}

_VALUE_WORDS = {
    "": "",
    "all": "whole trial",
    "coding_agent": "coding agent",
    "api": "API",
    "und": "unclear, or too little text",
    "no_model_turn": "no turn by the model",
    "no_text": "no text",
    "scrub_failed": "could not be scrubbed",
    "present": "with a user id",
    "missing": "without a user id",
}
VALUE_ORDER = (
    "strong",
    "mild",
    "rising",
    "level",
    "falling",
    "at_onset",
    "later",
    "grew",
    "refused",
    "none",
    "yes",
    "no",
    "model",
    "user",
    "unknown",
)
"""Order of a measure's values where their names do not give one."""
_MEASURED = {
    "slope": {
        "rising": "grows clearer",
        "level": "neither, or it begins in the last turn",
        "falling": "grows fainter",
    },
    "peak": {"at_onset": "in the turn where it begins", "later": "in a later turn"},
    "recovered": {"yes": "the last turn is not flagged", "no": "the last turn is flagged (it may begin there)"},
    "refusal": {
        "grew": "refuses, and it grows clearer afterwards",
        "refused": "refuses, and it grows no clearer",
        "none": "no refusal found",
    },
    "mirrored": {"yes": "a user in distress is seen", "no": "none is seen"},
    "ended_by": {"model": "the model", "otherwise": "somebody else, or not recorded"},
}

BEHAVIOUR_WORDS = {
    "reversion_loop": "Goes back on itself ten times or more in one turn or trace",
    "outbursts": "Repeated outbursts in one turn",
    "giving_up": "Says that it stops trying",
    "ended_by_model": "Ends the conversation",
}
AMONG_WORDS = {
    "all": "of all scored conversations",
    "distress": "of those flagged for distress",
    "no_distress": "of those not flagged for distress",
    "joy": "of those flagged for strong joy",
}

REASON_WORDS = {
    "floor": "too few to show",
    "too_few_passages": "too few to cluster",
    "no_cluster": "no group stands out",
    NOT_UNDER_DP: "not released under dp",
}
REASON_SENTENCES = {
    "floor": "Fewer conversations or users stand behind the row than the floors ask for, perhaps none; or one user"
    " holds too much of it; or it is hidden so that another hidden row cannot be worked out. One word stands for all"
    " of these, as saying which would give something away.",
    "too_few_passages": "Too few flagged conversations of that kind for finding clusters among them, or too few whose"
    " words differ.",
    "no_cluster": "No group of conversations is more alike than the rest; or none lies in a cluster of the frame that"
    " the policy names.",
    NOT_UNDER_DP: "The policy lets only counts of users leave, with noise that hides any one of them. Of such a row"
    " nothing is told, whatever stands behind it.",
}

TABLE_WORDS = {
    "released_rates": "Rates",
    "released_turn_rates": "Rates of turns",
    "released_triggers": "Triggers",
    "released_clusters": "Clusters",
    "released_dynamics": "How it runs",
    "released_behaviour": "What the model does besides",
    "released_coverage": "What was looked at",
    "released_comparison": "Comparison with the baseline",
    "released_adjusted": "Comparison, over the same mix of usage",
    "released_cluster_changes": "Clusters and those of the baseline",
}

QUALITY_WORDS = {
    "recall": "Recall: share of true expressions that the scorer finds",
    "recall_new_source": "Recall in a new kind of talk (used for the corrected rate)",
    "precision": "Precision: share of what it flags that is true",
    "false_positive_rate": "False alarms: share of other turns that it flags all the same",
    "false_positive_rate_new_source": "False alarms in a new kind of talk (used for the corrected rate)",
    "average_precision": "Average precision over all thresholds (1 is perfect)",
    "threshold": "Threshold: least probability that flags",
    "screen_missed": "Lost to the cheap screen: estimated share of flags",
    "reader_precision": "Precision by readers of this trial: share of flagged conversations that hold it",
    "reader_recall": "Recall by readers of this trial: share of conversations that hold it and are flagged",
    "reader_agreement": "Agreement of two readers (Cohen's kappa; 1 is perfect, 0 is chance)",
    "second_reader_agreement": "Confirmed by a second reader, a language model: share of the flags that it judged",
    "second_reader_answered": "Answered by that second reader: share of the flags that it was asked about",
}
BASIS_WORDS = {
    "validation": "labelled turns",
    "this_trial": "a sample of this trial",
    "not_validated": "nothing: not validated",
    NOT_UNDER_DP: "not released under dp",
}

COUNT_WORDS = {
    "users": "Users with a scored conversation",
    "users_with_id": "Those with a user id",
    "users_not_scored": "Users of whom no conversation could be scored",
    "conversations": "Conversations looked at",
    "conversations_with_user": "Conversations with a user id",
    "malformed_records": "Malformed records, left out",
    "duplicate_records": "Duplicate records, counted once",
    "superseded_records": "Records replaced by a later copy",
    "records_of_other_releases": "Records of other releases, left out",
}

_LANGUAGE_PAIRS = (
    "af:Afrikaans am:Amharic an:Aragonese ar:Arabic as:Assamese az:Azerbaijani be:Belarusian bg:Bulgarian"
    " bn:Bengali br:Breton bs:Bosnian ca:Catalan cs:Czech cy:Welsh da:Danish de:German dz:Dzongkha el:Greek"
    " en:English eo:Esperanto es:Spanish et:Estonian eu:Basque fa:Persian fi:Finnish fo:Faroese fr:French"
    " ga:Irish gl:Galician gu:Gujarati he:Hebrew hi:Hindi hr:Croatian ht:Haitian hu:Hungarian hy:Armenian"
    " id:Indonesian is:Icelandic it:Italian ja:Japanese jv:Javanese ka:Georgian kk:Kazakh km:Khmer kn:Kannada"
    " ko:Korean ku:Kurdish ky:Kyrgyz la:Latin lb:Luxembourgish lo:Lao lt:Lithuanian lv:Latvian mg:Malagasy"
    " mk:Macedonian ml:Malayalam mn:Mongolian mr:Marathi ms:Malay mt:Maltese nb:Norwegian ne:Nepali nl:Dutch"
    " nn:Norwegian no:Norwegian oc:Occitan or:Odia pa:Punjabi pl:Polish ps:Pashto pt:Portuguese qu:Quechua"
    " ro:Romanian ru:Russian rw:Kinyarwanda se:Sami si:Sinhala sk:Slovak sl:Slovene sq:Albanian sr:Serbian"
    " sv:Swedish sw:Swahili ta:Tamil te:Telugu th:Thai tl:Tagalog tr:Turkish ug:Uyghur uk:Ukrainian ur:Urdu"
    " vi:Vietnamese vo:Volapük wa:Walloon xh:Xhosa zh:Chinese zu:Zulu"
)
LANGUAGES = dict(pair.split(":") for pair in _LANGUAGE_PAIRS.split())


def value_words(dimension: str, value: str) -> str:
    """`value` of a dimension or measure in plain words; a value without words of its own stands as it is."""
    if dimension in ("situation", "trigger"):
        return TRIGGER_WORDS.get(value, _plain(value))
    if dimension == "language":
        return LANGUAGES.get(value) or _VALUE_WORDS.get(value, _plain(value))
    if dimension == "week":
        return {"other": "other weeks", "unknown": "date unknown"}.get(value, value)
    if dimension == "not_scored" and value == "language":
        return "language that the scorer does not know"
    if dimension in ("length", "onset") and value[:1].isdigit():
        return _turns(value, by_length=dimension == "length")
    if dimension in _MEASURED:
        return _MEASURED[dimension].get(value, _plain(value))
    return _VALUE_WORDS.get(value, _plain(value))


def _turns(bin_name: str, *, by_length: bool) -> str:
    """A bin of turns: a number of them (`2–3 turns`) or a place among them (`turns 2–3`)."""
    if bin_name.endswith("+"):
        return f"{bin_name[:-1]} or more turns" if by_length else f"turn {bin_name[:-1]} or later"
    many = "turn" if bin_name == "1" else "turns"
    text = bin_name.replace("-", "–")
    return f"{text} {many}" if by_length else f"{many} {text}"


def label_words(label: str) -> str:
    """`label` in plain words: always as something expressed, never as something felt."""
    return LABEL_WORDS.get(label, _plain(label))


def labels() -> tuple[str, ...]:
    """The labels in the order in which the report shows them."""
    return tuple(str(label) for label in LABELS)


def _plain(value: str) -> str:
    return value.replace("_", " ")
