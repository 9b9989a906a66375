"""What can be wrong with patient data: a stable code and a sentence with the cure, never the patient's values."""

import re
from typing import Final

from cds.diagnostics import Issue, Language

ISSUES: Final = {
    "alert_not_known": "{count} alerts of a dispenser have a code that no concept uses; they were not used",
    "alerts_not_supplied": "a dispenser reported doses, but none of its alerts is here, so that missed doses would not "
    "be seen; send its DetectedIssues too, or say that they were supplied",
    "ambiguous_subject": "it does not say which patient it is about and was not used; add the subject",
    "answer_not_known": "the answer is not one that is known here, so it cannot be told; send one of the form's codes "
    "or words",
    "birth_date_in_part": "only a part of the date of birth is stated, so that the age is not known; state year, month "
    "and day",
    "certainty_not_understood": "how certain it is cannot be read, so it counts as not certain; send a standard status",
    "class_not_known": "{count} encounters have a class in no code system that is known here, so that stays do not "
    "count as supplied; send the class in v3-ActCode",
    "codes_disagree": "its codes stand for different things, and it was not used; correct the codes",
    "comparator_not_understood": "the sign before the value is not understood, so it cannot be told; use <, <=, >, >=",
    "concept_not_mapped": "no vocabulary table and no line of concept_map.csv tells a code for this concept, so that "
    "its rows ({count} of them) were not used; add it to concept_map.csv",
    "conflicting_copies": "it is there twice with different content, and no update time tells which is the newer; both "
    "were used, send one",
    "date_not_understood": "the date cannot be read and was not used; write year-month-day, `2026-01-08`",
    "days_as_needed": "it is taken as needed, so that nobody knows how long the dispense lasts",
    "diagnosis_in_words": "the diagnosis is written in words only, so that no diagnosis counts as told in full; send "
    "its code, or state that `conditions` were supplied",
    "dispense_twice": "the same medicine was handed out on the same day for as many days, which counts once; if two "
    "were handed out, state the sum",
    "days_derived": "the days' supply is not stated or not possible, and was derived from the first and the last day "
    "of the exposure; state it",
    "days_not_possible": "a dispense cannot last so many days, and it counts as lasting nobody knows how long; correct "
    "the days' supply",
    "days_not_stated": "it is not stated how many days the dispense lasts, and it cannot be derived; state it",
    "days_not_understood": "the days' supply is not a number, so it is not known how long it lasts; send a number",
    "days_unit_not_understood": "the days' supply has no unit of time, so it is not known how long it lasts; send `d`",
    "delay_not_known": "the dose was taken, but not when; it counts as taken and cannot be judged as late",
    "device_not_included": "{count} statements refer to a Device that is not in the bundle, so that it is not known "
    "which device; include it",
    "dispenser_report_not_understood": "the dispenser's event is not one of VKP's, or is not completed; the dose "
    "counts as not judged",
    "dose_not_judged": "its status does not say whether the dose was taken, and it counts as not judged",
    "drug_type_not_known": "this drug type does not say whether the medicine was handed out or only prescribed, so "
    "that its rows ({count} of them) count as neither; add it to concept_map.csv",
    "end_disagrees": "it is marked as active and has an end, so it is not certain after that; correct one of them",
    "end_not_known": "it has ended, nobody knows when, so it is not certain until it was last recorded; state the end",
    "entered_in_error": "it is marked as entered in error and was not used",
    "entry_not_read": "the entry holds no resource that can be read and was not used",
    "fate_not_understood": "the status of the dose is not one of taken, missed, unknown; the dose counts as not judged",
    "file_not_whole": "the manifest of the export lists more of this than is here, so that it does not count as handed "
    "over in full; fetch the file again",
    "form_not_completed": "it is not completed, and was not used; send it when it is completed or amended",
    "future_dated": "it is dated more than a day after it was recorded, so that what it is of is not known in full; "
    "correct the time",
    "goal_not_in_force": "it is not in force, and its targets were not used as limits",
    "implausible": "the value is outside what a living person can have and was set aside; correct it at the source",
    "incomplete": "only a part of the answer is here, so that nothing counts as supplied in full; send all pages",
    "journey_not_read": "it is not stated for when doses were taken out ahead; they count as not judged until the "
    "dispenser is used again; state the first and the last dose",
    "kind_not_read": "{count} {kind} resources are not read here",
    "line_not_read": "the line holds no resource that can be read, and it is not known whose it was; correct it at the "
    "source",
    "limit_not_read": "the patient's limit cannot be read, so the rules that use it will be unknown; {cure}",
    "limit_only_as_text": "a limit of the plan is written only as text, and was not used as a limit; send it as a Goal "
    "target or in a table of limits",
    "meaning_changed": "it carries an extension or rule that may change its meaning; it was not used",
    "medicine_not_included": "{count} resources refer to a Medication that is not in the bundle, so that it is not "
    "known which medicine; include it",
    "medicine_not_mapped": "no vocabulary table and no line of concept_map.csv tells the ATC code of this concept, so "
    "that its rows ({count} of them) may be any medicine; add it to concept_map.csv",
    "medicine_not_stated": "a row does not say which medicine it is about, so that a class cannot be told in full; "
    "state the ATC code of every row",
    "medicine_not_used": "the Medication is withheld, entered in error, or carries what may change its meaning; it is "
    "not known which medicine it is",
    "meter_limit_not_stated": "the meter showed HI or LO without its limit; send the limit as the value, with > or <",
    "name_not_known": "this name is not known and was not used{cure}",
    "not_a_use": "it is a draft, a proposal, cancelled, or asks for the medicine not to be taken; it counts as no use",
    "not_certain": "it is provisional, so that rules that need it will be unknown; confirm or refute it",
    "not_handed_over": "it was not handed over, and does not count as supply",
    "other_patient": "it is about another patient and was not used",
    "medicine_not_read": "the code of the medicine is no ATC code; write it like `C07AB02`",
    "package_size_missing": "the quantity has no unit, so that it may count packages, and their size is not stated; it "
    "is not known how long the dispense lasts, state the days' supply",
    "part_missing": "a part of the reading is missing; the rest of it is used",
    "part_twice": "a part is there twice with different values, so that it cannot be told; send one",
    "patient_not_known": "the table of patients has nobody of this id, and the row was not used; add the patient there",
    "patient_not_stated": "it does not say which patient it is about and was not used; state the patient's id",
    "patient_twice": "the patient is there twice with different facts, of which none counts; send one row",
    "period_reversed": "it ends before it begins, so it counts as not certain; correct the dates",
    "plan_not_in_force": "the plan or activity is not in force, so that what it says to do is not shown",
    "plan_withheld": "the plan is withheld, so that what it says to do is not shown",
    "plan_without_zones": "{count} care plans name no zone, and nothing of them was used",
    "plan_zone_not_told": "the plan names several zones for one activity, so that what it says to do is not shown; "
    "name one",
    "reports_not_supplied": "a dispenser's alerts are here, but none of the doses that it dispensed; send its "
    "MedicationDispenses too, or say that they were supplied",
    "schedule_too_large": "the medicines of the roll have more clock times than can be laid out, so that the doses are "
    "not known in full; send the current medicines only",
    "status_not_used": "its status is not final, amended or corrected, and it was not used; send it when it is final",
    "stay_not_dated": "it is not stated when the stay began, so that it counts as not certain; state the period",
    "stay_on_leave": "the patient was on leave during the stay, and that part of it counts as not certain",
    "subject_not_known": "the export holds no Patient that it is about, or more than one, and it was not used; include "
    "the Patient",
    "target_not_a_limit": "a target names no limit of a ruleset, and was not used as a limit; code its measure with "
    "the limit's name",
    "time_missing": "the time is missing, so that it may be the newest, and what it is of is not known in full; "
    "state the time",
    "time_not_understood": "the time cannot be read, so that it may be the newest, and what it is of is not known in "
    "full; write it like `2026-01-08T07:30:00+01:00`",
    "times_disagree": "the moment and the date are not of the same day, so that neither was used; correct one of them",
    "too_many_at_once": "{count} different readings bear the same time; they count as one that contradicts itself",
    "unit_missing": "the unit is missing, so the value cannot be told; use one of {units}",
    "unit_not_understood": "the unit is not accepted here, so the value cannot be told; use one of {units}",
    "unknown_code": "{count} observations have a code that no concept uses; they were not used",
    "unknown_device": "{count} devices have no type that a concept uses; they were not used",
    "unknown_form": "{count} answered forms are none that a concept uses; they were not used",
    "unlike_code": "the code is one digit from a code of `{name}`; it was not used, did you mean {known}?",
    "use_not_dated": "it is not stated for how long the device was used, so that it counts as not certain; state the "
    "period",
    "value_missing": "there is no value, and it was not used",
    "value_not_a_number": "the value is not a number, so it cannot be told; send a JSON number",
    "value_not_finite": "the value is not a finite number and was set aside; correct it at the source",
    "value_withheld": "the value is withheld, so that rules that need it will be unknown",
    "word_not_known": "a word here is not known and was not used{cure}",
    "wrong_shape": "{expected} belongs here; it was not used",
    "zone_not_known": "the time zone is not known, so that nothing of this patient can be used; write an IANA name, "
    "`Europe/Oslo`",
}
"""Code -> sentence; `{words}` are filled in by the adapter."""

NORWEGIAN: Final = {
    "alert_not_known": "{count} varsler fra en dispenser har en kode som ingen begreper bruker; de ble ikke brukt",
    "alerts_not_supplied": "en dispenser har meldt doser, men ingen av varslene er her, så doser som ikke er utlevert, "
    "ville ikke vises; send også DetectedIssue, eller oppgi at de er levert",
    "ambiguous_subject": "det står ikke hvilken pasient det gjelder, og det ble ikke brukt; oppgi subject",
    "answer_not_known": "svaret er ikke et som er kjent her, så det kan ikke leses; send en av skjemaets koder eller "
    "ord",
    "birth_date_in_part": "bare en del av fødselsdatoen er oppgitt, så alderen er ukjent; oppgi år, måned og dag",
    "certainty_not_understood": "hvor sikkert det er, kan ikke leses, så det regnes som usikkert; send vanlig status",
    "class_not_known": "{count} kontakter har en klasse i et kodeverk som ikke er kjent her, så opphold regnes ikke "
    "som levert; send klassen i v3-ActCode",
    "codes_disagree": "kodene betyr ulike ting, og det ble ikke brukt; rett kodene",
    "comparator_not_understood": "tegnet foran verdien er ikke forstått, så den kan ikke leses; bruk <, <=, >, >=",
    "concept_not_mapped": "ingen vokabulartabell og ingen linje i concept_map.csv gir en kode for dette begrepet, så "
    "radene ({count} av dem) ble ikke brukt; legg det til i concept_map.csv",
    "conflicting_copies": "den finnes to ganger med ulikt innhold, og ingen tid sier hvilken som er nyest; begge ble "
    "brukt, send én",
    "date_not_understood": "datoen kan ikke leses og ble ikke brukt; skriv år-måned-dag, `2026-01-08`",
    "days_as_needed": "den tas ved behov, så ingen vet hvor lenge utleveringen varer",
    "diagnosis_in_words": "diagnosen står bare med ord, så ingen diagnoser regnes som levert i sin helhet; send koden, "
    "eller oppgi at `conditions` er levert",
    "dispense_twice": "samme legemiddel er utlevert samme dag for like mange dager, og det regnes som én utlevering; "
    "oppgi summen hvis det var to",
    "days_derived": "antall dager er ikke oppgitt eller ikke mulig, og er regnet ut fra første og siste dag; oppgi det",
    "days_not_possible": "en utlevering kan ikke vare så mange dager, og det regnes som ukjent hvor lenge den varer; "
    "rett antall dager",
    "days_not_stated": "det står ikke hvor mange dager utleveringen varer, og det kan ikke regnes ut; oppgi det",
    "days_not_understood": "antall dager er ikke et tall, så det er ukjent hvor lenge det varer; send et tall",
    "days_unit_not_understood": "antall dager har ingen tidsenhet, så det er ukjent hvor lenge det varer; send `d`",
    "delay_not_known": "dosen ble tatt, men ikke når; den regnes som tatt og kan ikke bedømmes som sen",
    "device_not_included": "{count} opplysninger viser til et Device som ikke er i samme Bundle, så apparatet er "
    "ukjent; ta det med",
    "dispenser_report_not_understood": "hendelsen fra dispenseren er ikke en av VKPs, eller den er ikke completed; "
    "dosen regnes som ikke bedømt",
    "dose_not_judged": "status sier ikke om dosen ble tatt, og den regnes som ikke bedømt",
    "drug_type_not_known": "denne typen sier ikke om legemiddelet er utlevert eller bare forskrevet, så radene "
    "({count} av dem) regnes som ingen av delene; legg den til i concept_map.csv",
    "end_disagrees": "den er merket aktiv og har en slutt, så den er usikker etter det; rett én av dem",
    "end_not_known": "avsluttet uten sluttdato; regnes som usikker fram til den sist ble endret; oppgi slutten",
    "entered_in_error": "den er merket som feilført og ble ikke brukt",
    "entry_not_read": "oppføringen har ingen ressurs som kan leses, og ble ikke brukt",
    "fate_not_understood": "status for dosen er ikke taken, missed eller unknown; dosen regnes som ikke bedømt",
    "file_not_whole": "manifestet til eksporten nevner mer av dette enn det som er her, så det regnes ikke som levert "
    "i sin helhet; hent filen på nytt",
    "form_not_completed": "det er ikke fullført, og ble ikke brukt; send det når det er completed eller amended",
    "future_dated": "den er datert mer enn et døgn etter at den ble skrevet, så det den gjelder, er ikke kjent fullt "
    "ut; rett tiden",
    "goal_not_in_force": "målet gjelder ikke, og ble ikke brukt som grense",
    "implausible": "verdien er utenfor det et levende menneske kan ha, og ble lagt til side; rett den der den kom fra",
    "incomplete": "bare en del av svaret er her, så ingenting regnes som levert i sin helhet; send alle sidene",
    "journey_not_read": "det står ikke for hvilken tid doser ble tatt ut på forhånd; de regnes som ikke bedømt til "
    "dispenseren er i bruk igjen; oppgi første og siste dose",
    "kind_not_read": "{count} ressurser av typen {kind} leses ikke her",
    "line_not_read": "linjen har ingen ressurs som kan leses, og det er ukjent hvem den gjaldt; rett den der den kom "
    "fra",
    "limit_not_read": "pasientens grense kan ikke leses, så reglene som bruker den, kan ikke avgjøres; {cure}",
    "limit_only_as_text": "en grense i planen står bare som tekst, og ble ikke brukt som grense; send den som "
    "Goal.target eller i en tabell med grenser",
    "meaning_changed": "den har en utvidelse eller regel som kan endre betydningen; den ble ikke brukt",
    "medicine_not_included": "{count} ressurser viser til en Medication som ikke er i samme Bundle, så legemiddelet er "
    "ukjent; ta den med",
    "medicine_not_mapped": "ingen vokabulartabell og ingen linje i concept_map.csv gir ATC-koden til dette begrepet, "
    "så radene ({count} av dem) kan være hvilket som helst legemiddel; legg det til i concept_map.csv",
    "medicine_not_stated": "en rad sier ikke hvilket legemiddel den gjelder, slik at en klasse ikke kan avgjøres; "
    "oppgi ATC-koden i hver rad",
    "medicine_not_used": "Medication er sperret, feilført eller har noe som kan endre betydningen; det er ukjent "
    "hvilket legemiddel det er",
    "meter_limit_not_stated": "apparatet viste HI eller LO uten grensen sin; send grensen som verdi, med > eller <",
    "name_not_known": "dette navnet er ukjent og ble ikke brukt{cure}",
    "not_a_use": "den er en kladd, et forslag, avbestilt, eller ber om at legemiddelet ikke tas; den regnes ikke som "
    "bruk",
    "not_certain": "den er foreløpig, så regler som trenger den, kan ikke avgjøres; bekreft eller avkreft den",
    "not_handed_over": "det ble ikke utlevert, og regnes ikke som beholdning",
    "other_patient": "den gjelder en annen pasient og ble ikke brukt",
    "medicine_not_read": "koden for legemiddelet er ingen ATC-kode; skriv den som `C07AB02`",
    "package_size_missing": "mengden har ingen enhet, så den kan være antall pakninger, og størrelsen på dem står "
    "ikke; det er ukjent hvor lenge utleveringen varer, oppgi antall dager",
    "part_missing": "en del av målingen mangler; resten ble brukt",
    "part_twice": "en del finnes to ganger med ulike verdier, så den kan ikke leses; send én",
    "patient_not_known": "pasienttabellen har ingen med denne id-en, og raden ble ikke brukt; legg til pasienten der",
    "patient_not_stated": "det står ikke hvilken pasient det gjelder, og det ble ikke brukt; oppgi pasientens id",
    "patient_twice": "pasienten finnes to ganger med ulike opplysninger, og ingen av dem gjelder; send én rad",
    "period_reversed": "den slutter før den begynner, så den regnes som usikker; rett datoene",
    "plan_not_in_force": "planen eller tiltaket gjelder ikke, så det som står der, vises ikke",
    "plan_withheld": "planen er sperret, så det som står der, vises ikke",
    "plan_without_zones": "{count} planer nevner ingen sone, og ingenting i dem ble brukt",
    "plan_zone_not_told": "planen nevner flere soner for ett tiltak, så det som står der, vises ikke; oppgi én",
    "reports_not_supplied": "varsler fra en dispenser er her, men ingen av dosene den har utlevert; send også "
    "MedicationDispense, eller oppgi at de er levert",
    "schedule_too_large": "medisinene i rullen har flere klokkeslett enn det er plass til, så dosene er ikke kjent i "
    "sin helhet; send bare gjeldende medisiner",
    "status_not_used": "status er ikke final, amended eller corrected, og den ble ikke brukt; send den ferdig",
    "stay_not_dated": "det står ikke når oppholdet begynte, så det regnes som usikkert; oppgi perioden",
    "stay_on_leave": "pasienten hadde permisjon under oppholdet, og den delen regnes som usikker",
    "subject_not_known": "eksporten har ingen Patient som det gjelder, eller flere, og det ble ikke brukt; ta "
    "pasienten med",
    "target_not_a_limit": "et mål nevner ingen grense i et regelsett, og ble ikke brukt som grense; kod measure med "
    "navnet på grensen",
    "time_missing": "tiden mangler, så den kan være den nyeste, og det den gjelder, er ikke kjent fullt ut; "
    "oppgi tiden",
    "time_not_understood": "tiden kan ikke leses, så den kan være den nyeste, og det den gjelder, er ikke kjent fullt "
    "ut; skriv den som `2026-01-08T07:30:00+01:00`",
    "times_disagree": "tidspunktet og datoen er ikke fra samme dag, så ingen av dem ble brukt; rett én av dem",
    "too_many_at_once": "{count} ulike målinger har samme tid; de regnes som én som motsier seg selv",
    "unit_missing": "enheten mangler, så verdien kan ikke leses; bruk en av {units}",
    "unit_not_understood": "enheten er ikke i bruk her, så verdien kan ikke leses; bruk en av {units}",
    "unknown_code": "{count} observasjoner har en kode som ingen begreper bruker; de ble ikke brukt",
    "unknown_device": "{count} apparater har ingen type som et begrep bruker; de ble ikke brukt",
    "unknown_form": "{count} besvarte skjemaer er ikke blant dem som begreper bruker; de ble ikke brukt",
    "unlike_code": "koden er ett siffer unna en kode for `{name}`; den ble ikke brukt, mente du {known}?",
    "use_not_dated": "det står ikke hvor lenge apparatet ble brukt, så det regnes som usikkert; oppgi perioden",
    "value_missing": "det er ingen verdi, og den ble ikke brukt",
    "value_not_a_number": "verdien er ikke et tall, så den kan ikke leses; send et JSON-tall",
    "value_not_finite": "verdien er ikke et endelig tall og ble lagt til side; rett den der den kom fra",
    "value_withheld": "verdien er sperret, så regler som trenger den, kan ikke avgjøres",
    "word_not_known": "et ord her er ukjent og ble ikke brukt{cure}",
    "wrong_shape": "her skal det stå {expected}; det ble ikke brukt",
    "zone_not_known": "tidssonen er ukjent, så ingenting om denne pasienten kan brukes; skriv et IANA-navn, "
    "`Europe/Oslo`",
}
"""The same for Norwegian readers."""

_ONE: Final = {
    "alert_not_known": (
        "1 alert of a dispenser has a code that no concept uses; it was not used",
        "1 varsel fra en dispenser har en kode som ingen begreper bruker; det ble ikke brukt",
    ),
    "class_not_known": (
        "1 encounter has a class in no code system that is known here, so that stays do not count as supplied; send "
        "the class in v3-ActCode",
        "1 kontakt har en klasse i et kodeverk som ikke er kjent her, så opphold regnes ikke som levert; send klassen "
        "i v3-ActCode",
    ),
    "device_not_included": (
        "1 statement refers to a Device that is not in the bundle, so that it is not known which device; include it",
        "1 opplysning viser til et Device som ikke er i samme Bundle, så apparatet er ukjent; ta det med",
    ),
    "kind_not_read": ("1 {kind} resource is not read here", "1 ressurs av typen {kind} leses ikke her"),
    "medicine_not_included": (
        "1 resource refers to a Medication that is not in the bundle, so that it is not known which medicine; "
        "include it",
        "1 ressurs viser til en Medication som ikke er i samme Bundle, så legemiddelet er ukjent; ta den med",
    ),
    "plan_without_zones": (
        "1 care plan names no zone, and nothing of it was used",
        "1 plan nevner ingen sone, og ingenting i den ble brukt",
    ),
    "unknown_code": (
        "1 observation has a code that no concept uses; it was not used",
        "1 observasjon har en kode som ingen begreper bruker; den ble ikke brukt",
    ),
    "unknown_device": (
        "1 device has no type that a concept uses; it was not used",
        "1 apparat har ingen type som et begrep bruker; det ble ikke brukt",
    ),
    "unknown_form": (
        "1 answered form is none that a concept uses; it was not used",
        "1 besvart skjema er ikke blant dem som begreper bruker; det ble ikke brukt",
    ),
}
"""The sentences that count, for a count of one: in English, in Norwegian."""

_PHRASES: Final = (
    ("write an object with `limit`, `value` and `unit`", "skriv et objekt med `limit`, `value` og `unit`"),
    ("send `value` as a number", "send `value` som et tall"),
    ("write the dates as", "skriv datoene som"),
    ("as year-month-day", "som år-måned-dag"),
    ("state one value with its unit, without a sign before it", "oppgi én verdi med enhet, uten tegn foran"),
    ("let it end no earlier than it begins", "la den ikke slutte før den begynner"),
    ("say whether the goal is in force", "si om målet gjelder"),
    ("name one limit in each target", "oppgi én grense i hvert mål"),
    ("take out what may change its meaning", "ta ut det som kan endre betydningen"),
    ("it is withheld", "den er sperret"),
    ("let `until` be no earlier than `from`", "la `until` ikke være før `from`"),
    ("as a text", "som en tekst"),
    ("write `", "skriv `"),
    ("; did you mean", "; mente du"),
    ("; write one of", "; skriv en av"),
    ("a whole number", "et helt tall"),
    ("a number", "et tall"),
    ("an object", "et objekt"),
    ("a list of names", "en liste med navn"),
    ("a list", "en liste"),
    ("a text", "en tekst"),
    ("true, false or a time", "true, false eller et tidspunkt"),
)

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}", re.ASCII)


def issue(code: str, place: str, **words: object) -> Issue:
    """An issue of this kind at this place; `words` fill the sentence."""
    norwegian = {name: _in_norwegian(str(word)) for name, word in words.items()}
    is_one = words.get("count") == 1 and code in _ONE
    in_english, in_norwegian = _ONE[code] if is_one else (ISSUES[code], NORWEGIAN[code])
    return Issue(code, place, in_english.format(**words), in_norwegian.format(**norwegian))


def sentence(code: str, language: Language = "en") -> str:
    """What an issue of this kind says, with `…` for the words that its place fills in; KeyError when there is none."""
    text = (ISSUES if language == "en" else NORWEGIAN)[code]
    return re.sub(r"\{\w+\}", "…", text)


def _in_norwegian(phrase: str) -> str:
    for english, norwegian in _PHRASES:
        phrase = phrase.replace(english, norwegian)
    return phrase


def place_word(key: object) -> str:
    """A key as part of a place; what may be anything but a name is not repeated.

    >>> place_word("glucose"), place_word("Kari Nordmann")
    ('glucose', '?')
    """
    return key if isinstance(key, str) and _NAME.fullmatch(key) else "?"
