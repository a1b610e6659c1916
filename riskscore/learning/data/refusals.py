"""The named refusals: what a model will not do, and what to do about it."""

from riskscore.errors import RiskscoreError


class Refusal(RiskscoreError):
    """Base of all refusals; the text says what there is, why that is not enough, what to do."""

    code = "refused"
    remedy = "Add what the message says is missing, and train again."


class TooFewEvents(Refusal):
    """Fewer events, or fewer places with events, than the model declares that it needs."""

    code = "too_few_events"
    remedy = "Load more years or more evidence, and train again."


class OneClass(Refusal):
    """All outcomes are the same, so there are no classes to separate."""

    code = "one_class"
    remedy = "Load outcomes of both kinds, and train again."


class OnePlace(Refusal):
    """All rows belong to one place, so nothing can be held out."""

    code = "one_place"
    remedy = "Load the figures of more places, and train again."


class UnusableInput(Refusal):
    """Inputs that no model can be trained on: infinite, empty, or of the wrong shape."""

    code = "unusable_input"
    remedy = "Correct the inputs, and train again."


class BadArtefact(Refusal):
    """A stored model cannot be used; the champion that is in use stays in use."""

    code = "bad_artefact"
    remedy = "Train again, or restore the stored model."


class WrongHash(BadArtefact):
    """The stored bytes are not those that the registry names."""

    code = "wrong_hash"


class UntrustedType(BadArtefact):
    """The stored model holds a type that is not on the list of trusted ones."""

    code = "untrusted_type"


class OtherVersion(BadArtefact):
    """The stored model was made by another version of scikit-learn: train again."""

    code = "other_version"


class Truncated(BadArtefact):
    """The stored bytes end too early or are no model at all."""

    code = "truncated"
