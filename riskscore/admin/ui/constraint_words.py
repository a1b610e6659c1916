"""What the database refuses, in words for a form: per constraint the field and what it must be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Model


@dataclass(frozen=True, slots=True)
class Must:
    """What a field must be. With bounds it is said only of a value outside of them."""

    field: str
    words: str
    low: float = float("-inf")
    high: float = float("inf")

    def is_broken(self, record: Model) -> bool:
        value = getattr(record, self.field, None)
        return isinstance(value, int | float) and not self.low <= value <= self.high


def _share(field: str, what: str) -> tuple[Must, ...]:
    return (Must(field, f"{what} must be between 0 and 1.", 0, 1),)


SEVERITY = "The severity"
CREDIBILITY = "The credibility"
SOURCE = (Must("url", "Say where it can be read: it needs an address."),)
SLUG = "Use small letters, digits and hyphens, like icmm-00026."
WORDS: Mapping[str, tuple[Must, ...]] = {
    "webhook_is_told_something": (Must("types", "Choose at least one kind of message."),),
    "webhook_has_a_secret": (Must("secret", "It has no secret: make it anew."),),
    "webhook_previous_secret_ends": (
        Must("previous_secret", "A secret that goes has an end: rotate it again."),
    ),
    "project_key_is_slug": (Must("key", SLUG),),
    "project_on_earth": (
        Must("latitude", "The latitude must be between −90 and 90.", -90, 90),
        Must("longitude", "The longitude must be between −180 and 180.", -180, 180),
    ),
    "project_one_primary": (Must("role", "Only one mineral is primary."),),
    "offtake_is_a_share": (Must("share", "The share must be above 0 and at most 1.", 1e-300, 1),),
    "status_credibility_is_share": _share("credibility", CREDIBILITY),
    "capacity_unknown_is_a_range_with_reason": (
        Must("amount", "State the amount; or, where nobody does, low, a higher high and a reason."),
    ),
    "capacity_is_not_negative": (
        Must("amount", "The amount must not be negative.", 0),
        Must("low", "The low end must not be negative.", 0),
        Must("high", "The high end must not be negative.", 0),
    ),
    "capacity_range_holds_amount": (
        Must("low", "The amount must lie between low and high; state both of them or neither."),
    ),
    "capacity_year_is_sane": (Must("year", "The year must be between 1900 and 2100.", 1900, 2100),),
    "capacity_credibility_is_share": _share("credibility", CREDIBILITY),
    "evidence_weights_are_shares": (
        *_share("severity", SEVERITY), *_share("credibility", CREDIBILITY),
    ),
    "evidence_level_is_given": (Must("level", "Consent and certification need a level."),),
    "challenge_answer_fits_its_state": (
        Must("state", "An accepted challenge names what it became, a declined one its reason."),
    ),
    "challenge_assigned_at_a_time": (
        Must("assigned_to", "Who takes a challenge takes it at a time, and nobody at none."),
    ),
    "challenge_open_once": (
        Must("statement", "The same correction of this project is open already."),
    ),
    "land_layer_is_whole_or_withdrawn": (
        Must("kind", "A layer has lands and a file, or it is withdrawn and has neither."),
    ),
    "land_layer_of_lands_has_an_area": (
        Must("kind", "A layer of lands says which area it maps: polygons or countries."),
    ),
    "land_layer_kind_is_known": (
        Must("kind", "The kind must be lands, areas, communities or languages."),
    ),
    "mineral_eol_rir_is_a_share": _share("eol_rir", "The recycling rate"),
    "trade_code_is_six_digits": (Must("hs6", "A customs code has six digits, like 283691."),),
    "company_key_is_slug": (Must("key", SLUG),),
    "ownership_is_a_share": (Must("share", "The share must be above 0 and at most 1.", 1e-300, 1),),
    "ownership_credibility_is_a_share": _share("credibility", CREDIBILITY),
    "ownership_has_a_source": SOURCE,
    "ownership_stated_once": (
        Must("company", "This owner is on file already: correct that statement."),
    ),
    "domicile_credibility_is_a_share": _share("credibility", CREDIBILITY),
    "domicile_has_a_source": SOURCE,
    "domicile_parent_is_another": (Must("parent", "A company is not its own parent."),),
    "domicile_one_line_of_versions": (
        Must("company", "Something is said of it already: correct that statement."),
    ),
    "place_code_is_iso": (Must("code", "A code of a place is three capital letters, like CHL."),),
    "place_member_not_itself": (Must("member", "A group is not a member of itself."),),
    "region_code_is_words": (
        Must("code", "Use small letters in words joined by hyphens, like latin-america."),
    ),
    "schedule_is_known": (
        Must("every", "A schedule runs every hour or day, over everything or what is stale."),
    ),
    "position_is_an_amount": (
        Must("kt_per_year", "Kilotonnes a year must be between 0 and 1,000,000.", 0, 1e6),
    ),
    "position_ends_after_it_begins": (Must("until", "It cannot end before it begins."),),
    "limit_names_what_it_is_about": (
        Must("what", "A share of one place names a place, one of an owner a company, others none."),
    ),
    "limit_is_on_its_scale": (
        Must("at_most", "A share must be between 0 and 1, points of an exposure 0 to 100."),
    ),
    "saved_mapping_has_a_name": (
        Must("name", "A saved mapping needs a name, without blanks around it."),
    ),
    "saved_mapping_is_of_objects": (
        Must("mapping", 'Write pairs, like {"place": "Country"}; {} for none.'),
    ),
    "saved_mapping_is_short": (Must("mapping", "This is too long: at most 20,000 characters."),),
    "scenario_version_from_one": (Must("version", "Versions count from 1."),),
    "scenario_code_is_slug": (Must("code", "Use small letters, digits, hyphens, like a-ban."),),
}  # fmt: skip


def in_words(record: Model, errors: ValidationError) -> ValidationError:
    """The errors, with each constraint that has words said by them and beside its field."""
    if not hasattr(errors, "error_dict"):
        return errors
    of_constraint = {
        str(each.get_violation_error_message()): WORDS[each.name]
        for each in record._meta.constraints
        if each.name in WORDS
    }
    told: dict[str, list[Any]] = {}
    for field, each in ((field, one) for field, all_ in errors.error_dict.items() for one in all_):
        words = str(each.messages[0]) if field == NON_FIELD_ERRORS else ""
        musts = of_constraint.get(words)
        if musts is None:
            told.setdefault(field, []).append(each)
            continue
        for must in [one for one in musts if one.is_broken(record)] or musts[:1]:
            told.setdefault(must.field, []).append(ValidationError(must.words))
    return ValidationError(told)
