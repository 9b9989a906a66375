"""The tables of the OMOP CDM that are read, and the few of its standard concepts that are known without a vocabulary.

Table and column names: OMOP CDM v5.3 and v5.4, OHDSI. Everything else is looked up in the vocabulary tables.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple


class Names(NamedTuple):
    """The columns of an OMOP table by what they hold; "" = it has none. words: what stood in place of a number."""

    concept: str
    source_concept: str
    source: str
    time: str
    date: str
    end_time: str = ""
    end_date: str = ""
    value: str = ""
    unit: str = ""
    unit_source: str = ""
    operator: str = ""
    value_concept: str = ""
    words: tuple[str, ...] = ()
    certainty: str = ""

    @property
    def all(self) -> tuple[str, ...]:
        """Every column, with that of the person."""
        single = [each for each in self if isinstance(each, str) and each]
        return ("person_id", *single, *self.words)


MEASUREMENT: Final = Names(
    concept="measurement_concept_id",
    source_concept="measurement_source_concept_id",
    source="measurement_source_value",
    time="measurement_datetime",
    date="measurement_date",
    value="value_as_number",
    unit="unit_concept_id",
    unit_source="unit_source_value",
    operator="operator_concept_id",
    value_concept="value_as_concept_id",
    words=("value_source_value",),
)
OBSERVATION: Final = Names(
    concept="observation_concept_id",
    source_concept="observation_source_concept_id",
    source="observation_source_value",
    time="observation_datetime",
    date="observation_date",
    value="value_as_number",
    unit="unit_concept_id",
    unit_source="unit_source_value",
    value_concept="value_as_concept_id",
    words=("value_as_string", "value_source_value"),
)
CONDITION: Final = Names(
    concept="condition_concept_id",
    source_concept="condition_source_concept_id",
    source="condition_source_value",
    time="condition_start_datetime",
    date="condition_start_date",
    end_time="condition_end_datetime",
    end_date="condition_end_date",
    certainty="condition_status_concept_id",
)
DEVICE: Final = Names(
    concept="device_concept_id",
    source_concept="device_source_concept_id",
    source="device_source_value",
    time="device_exposure_start_datetime",
    date="device_exposure_start_date",
    end_time="device_exposure_end_datetime",
    end_date="device_exposure_end_date",
)
VISIT: Final = Names(
    concept="visit_concept_id",
    source_concept="visit_source_concept_id",
    source="visit_source_value",
    time="visit_start_datetime",
    date="visit_start_date",
    end_time="visit_end_datetime",
    end_date="visit_end_date",
)
DRUG: Final = Names(
    concept="drug_concept_id",
    source_concept="drug_source_concept_id",
    source="drug_source_value",
    time="drug_exposure_start_datetime",
    date="drug_exposure_start_date",
    end_time="drug_exposure_end_datetime",
    end_date="drug_exposure_end_date",
)
DRUG_TYPE: Final = "drug_type_concept_id"
DRUG_AMOUNTS: Final = ("days_supply", "quantity")
PERSON: Final = (
    "person_id",
    "gender_concept_id",
    "year_of_birth",
    "month_of_birth",
    "day_of_birth",
    "birth_datetime",
)
PERIOD: Final = ("person_id", "observation_period_start_date", "observation_period_end_date")

EVENTS: Final[Mapping[str, Names]] = {
    "measurement": MEASUREMENT,
    "observation": OBSERVATION,
    "condition_occurrence": CONDITION,
    "device_exposure": DEVICE,
    "visit_occurrence": VISIT,
    "drug_exposure": DRUG,
}
"""What happened to persons: table -> its columns."""

NEEDED: Final[Mapping[str, tuple[str, ...]]] = {
    "person": ("person_id",),
    "observation_period": PERIOD,
    **{name: ("person_id", each.concept, each.date) for name, each in EVENTS.items()},
    "drug_exposure": ("person_id", DRUG.concept, DRUG.date, DRUG_TYPE),
    "concept": ("concept_id", "vocabulary_id", "concept_code"),
    "concept_relationship": ("concept_id_1", "concept_id_2", "relationship_id"),
    "concept_ancestor": ("ancestor_concept_id", "descendant_concept_id"),
}
"""Every table that is read -> the columns without which it is not that table."""

NO_CONCEPT: Final = 0

MALE: Final = 8507
FEMALE: Final = 8532
SEXES: Final[Mapping[int, str]] = {MALE: "male", FEMALE: "female"}
"""Vocabulary Gender; its two standard concepts (OHDSI, Vocabulary-v5.0 wiki, GENDER)."""

COMPARATORS: Final[Mapping[int, str]] = {
    4171756: "<",
    4171754: "<=",
    4172704: ">",
    4171755: ">=",
    4172703: "",
}
"""Domain Meas Value Operator (SNOMED); "" = equal to the value."""

INPATIENT: Final = 9201
EMERGENCY_AND_INPATIENT: Final = 262
STAYS: Final = frozenset({INPATIENT, EMERGENCY_AND_INPATIENT})
"""Vocabulary Visit, codes IP and ERIP."""
OTHER_VISITS: Final = frozenset({9202, 9203})
"""Vocabulary Visit, codes OP and ER: no stays."""

PRELIMINARY: Final = frozenset({32899, 4033240})
"""Preliminary diagnosis: vocabulary Condition Status, and the SNOMED concept that CDM 5.2 named for it."""

DrugType = Literal["dispensed", "prescribed", "given"]
DRUG_TYPES: Final[Mapping[int, DrugType]] = {
    32825: "dispensed",  # EHR dispensing record
    32869: "dispensed",  # Pharmacy claim
    32857: "dispensed",  # Mail order record
    38000175: "dispensed",  # Prescription dispensed in pharmacy
    38000176: "dispensed",  # Prescription dispensed through mail order
    32838: "prescribed",  # EHR prescription
    32839: "prescribed",  # EHR prescription issue record
    32830: "prescribed",  # EHR medication list
    38000177: "prescribed",  # Prescription written
    32818: "given",  # EHR administration record
    38000180: "given",  # Inpatient administration
}
"""Vocabularies Type Concept and, until 2020, Drug Type."""

SYSTEMS: Final[Mapping[str, str]] = {"SNOMED": "SNOMED CT", "ICD10": "ICD-10"}
"""Vocabularies that are called otherwise here; LOINC, ATC and UCUM are called the same."""
ATC: Final = "ATC"
UCUM: Final = "UCUM"
MAPS_TO: Final = "Maps to"
