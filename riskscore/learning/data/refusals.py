"""The named refusals: what a model will not do, and what to do about it."""


class Refusal(Exception):
    """Base of all refusals; the text says what there is, why that is not enough, what to do."""


class TooFewEvents(Refusal):
    """Fewer events, or fewer places with events, than the model declares that it needs."""


class OneClass(Refusal):
    """All outcomes are the same, so there are no classes to separate."""


class OnePlace(Refusal):
    """All rows belong to one place, so nothing can be held out."""


class UnusableInput(Refusal):
    """Inputs that no model can be trained on: infinite, empty, or of the wrong shape."""


class BadArtefact(Refusal):
    """A stored model cannot be used; the champion that is in use stays in use."""


class WrongHash(BadArtefact):
    """The stored bytes are not those that the registry names."""


class UntrustedType(BadArtefact):
    """The stored model holds a type that is not on the list of trusted ones."""


class OtherVersion(BadArtefact):
    """The stored model was made by another version of scikit-learn: train again."""


class Truncated(BadArtefact):
    """The stored bytes end too early or are no model at all."""
