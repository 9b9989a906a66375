"""What a case says: a patient, a moment, and what is expected of some rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cds.diagnostics import Diagnostic, Language, Place
from cds.operators.reasons import Reason
from cds.result import Status


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is expected of one rule. rule: `ruleset/rule`; words: as the author wrote it.

    colour, reason, uncertain: "" or None = not asked. hidden_by: rule id, "" = it is not hidden. texts: language ->
    the summary that people shall read.
    """

    rule: str
    words: str
    place: Place
    status: Status
    colour: str = ""
    reason: Reason | None = None
    uncertain: bool | None = None
    hidden_by: str = ""
    texts: Mapping[Language, str] = field(default_factory=dict[Language, str])

    @property
    def content(self) -> tuple[object, ...]:
        """Everything but where it stands."""
        texts = tuple(sorted(self.texts.items()))
        return self.rule, self.status, self.colour, self.reason, self.uncertain, self.hidden_by, texts


@dataclass(frozen=True, slots=True)
class Case:
    """One case, with what it is `like` filled in.

    at: clock time in `zone`. record: the patient, as `cds.adapters.records.patient_from_dict` takes it.
    """

    name: str
    place: Place
    at: str
    zone: str
    record: Mapping[str, Any]
    expect: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The case file beside a ruleset, read. diagnostics: what is wrong with it; cases without a fault are there.

    is_adapted: the cases are about a ruleset with a local adaptation.
    """

    file: str
    lines: tuple[str, ...]
    cases: tuple[Case, ...]
    diagnostics: tuple[Diagnostic, ...]
    is_adapted: bool = False
