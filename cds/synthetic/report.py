"""What a population's findings come to, and its marginals beside published ones, as text."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from cds.adapters.issues import sentence
from cds.diagnostics import Language
from cds.execute.findings import STATUSES, Findings
from cds.operators.reasons import Reason
from cds.result import Status
from cds.sentences import LANGUAGES, Sentences
from cds.synthetic.published import PUBLISHED
from cds.synthetic.tables import AT
from cds.wording import moment_text, reason_text

_WORDS: Final[Sentences] = {
    "head": (
        "{patients} oppdiktede pasienter (frø {seed}), {at}. Ingen av dem finnes.",
        "{patients} oppdikta pasientar (frø {seed}), {at}. Ingen av dei finst.",
        "{patients} made-up patients (seed {seed}), {at}. None of them exists.",
    ),
    "draft": (
        "!! UTKAST, IKKE GODKJENT FOR BRUK: alle regelsettene her",
        "!! UTKAST, IKKJE GODKJENT FOR BRUK: alle regelsetta her",
        "!! DRAFT, NOT APPROVED FOR USE: every ruleset here",
    ),
    "rules": (
        "Regel: antall pasienter med funn, som venter på bekreftelse, og der det ikke kan avgjøres",
        "Regel: talet på pasientar med funn, som ventar på stadfesting, og der det ikkje kan avgjerast",
        "Rule: patients with a finding, waiting for confirmation, and of whom it cannot be told",
    ),
    "columns": ("funn venter ukjent", "funn ventar ukjent", "fired waits unknown"),
    "reasons": ("Hvorfor det ikke kan avgjøres", "Kvifor det ikkje kan avgjerast", "Why it cannot be told"),
    "issues": (
        "Rader som ikke kunne brukes som de kom",
        "Rader som ikkje kunne brukast slik dei kom",
        "Rows that could not be used as they came",
    ),
    "marginals": (
        "Slik er befolkningen, og det som er publisert",
        "Slik er befolkninga, og det som er publisert",
        "What the population is like, and what has been published",
    ),
    "assumed": (
        "Hyppighetene er våre antakelser; de publiserte tallene gjelder andre grupper.",
        "Hyppigheitene er våre antakingar; dei publiserte tala gjeld andre grupper.",
        "The frequencies are assumptions of ours; the published figures are of other groups.",
    ),
    "nothing": (
        "fant ikke noe publisert tall",
        "fann ikkje noko publisert tal",
        "no published figure found",
    ),
    "here": ("her {value}", "her {value}", "here {value}"),
    "published": ("publisert: {says} ({source})", "publisert: {says} ({source})", "published: {says} ({source})"),
}
_SHARES: Final[Sentences] = {
    "with_stretches": (
        "pasienter uten noen måling i 14 dager eller mer",
        "pasientar utan noka måling i 14 dagar eller meir",
        "patients without any reading for 14 days or more",
    ),
    "weighs_four_days": (
        "hjertesviktpasienter som veier seg minst fire dager i uka",
        "hjartesviktpasientar som veg seg minst fire dagar i veka",
        "heart failure patients who weigh themselves on four days a week or more",
    ),
    "sent_twice": ("målinger som kom to ganger", "målingar som kom to gonger", "readings that came twice"),
    "other_units": (
        "målinger i en annen enhet enn den vanlige",
        "målingar i ei anna eining enn den vanlege",
        "readings in another unit than the usual one",
    ),
    "doses_taken": (
        "doser tatt, av dem som kan bedømmes",
        "dosar tekne, av dei som kan vurderast",
        "doses taken, of those that can be judged",
    ),
    "doses_late": (
        "tatte doser mer enn 60 minutter for sent",
        "tekne dosar meir enn 60 minutt for seint",
        "taken doses more than 60 minutes late",
    ),
    "doses_unknown": ("doser ingen vet noe om", "dosar ingen veit noko om", "doses of which nobody knows"),
    "dispenser_users_old": (
        "dispenserbrukere som er 67 år eller mer",
        "dispensarbrukarar som er 67 år eller meir",
        "dispenser users who are 67 or older",
    ),
    "statins_covered": (
        "statinbrukere med medisin 80 % av dagene eller mer",
        "statinbrukarar med medisin 80 % av dagane eller meir",
        "statin users with medicine on 80 % of days or more",
    ),
    "own_limits": ("pasienter med egne grenser", "pasientar med eigne grenser", "patients with limits of their own"),
    "limits_expired": ("egne grenser som er utløpt", "eigne grenser som er gått ut", "own limits that have expired"),
}
_NUMBERS: Final[Sentences] = {
    "days_followed": (
        "dager fulgt, gjennomsnitt",
        "dagar følgde, gjennomsnitt",
        "days followed, mean",
    ),
    "readings_per_week": (
        "målinger per pasientuke",
        "målingar per pasientveke",
        "readings per patient-week",
    ),
    "alerts_per_week": (
        "funn som oppsto, per pasientuke (siste uke)",
        "funn som oppstod, per pasientveke (siste veke)",
        "findings that began, per patient-week (last week)",
    ),
    "stays_per_year": (
        "sykehusopphold per pasientår",
        "sjukehusopphald per pasientår",
        "hospital stays per patient-year",
    ),
}


def began_per_week(days: Sequence[Findings]) -> float:
    """Findings that fired on a day and not on the day before, for each patient and week.

    days: the same patients, at least one of them, on at least two days, one after another.
    """
    fired = [each.status == STATUSES["fired"] for each in days]
    began = sum(int(np.count_nonzero(now & ~before)) for before, now in pairwise(fired))
    return began / len(days[0].ids) / ((len(days) - 1) / 7.0)


def summary(findings: Findings, codes: Iterable[str], seed: int, language: Language) -> str:
    """Findings of each rule, why others cannot be told, and what could not be read. codes: of the issues."""
    place = LANGUAGES.index(language)
    counts = findings.counts()
    head = _WORDS["head"][place].format(patients=len(findings.ids), seed=seed, at=moment_text(AT, language))
    parts = [f"{head}\n{_WORDS['draft'][place]}\n", *_rules(counts, place), *_reasons(findings, place, language)]
    return "".join([*parts, *_issues(codes, place, language)])


def _rules(counts: Mapping[str, Mapping[Status, int]], place: int) -> Iterator[str]:
    yield f"\n{_WORDS['rules'][place]}\n"
    yield "  {:>7} {:>7} {:>7}\n".format(*_WORDS["columns"][place].split())
    for rule, held in counts.items():
        if held["fired"] or held["unconfirmed"] or held["unknown"]:
            yield f"  {held['fired']:>7} {held['unconfirmed']:>7} {held['unknown']:>7}  {rule}\n"


def _reasons(findings: Findings, place: int, language: Language) -> Iterator[str]:
    unknown = findings.rows.reason[findings.rows.status == STATUSES["unknown"]]
    counted = Counter(Reason(each) for each in unknown.tolist())
    yield f"\n{_WORDS['reasons'][place]}\n"
    for reason, count in sorted(counted.items(), key=lambda each: (-each[1], each[0])):
        yield f"  {count:>7}  {reason_text(reason, language)} ({reason.name})\n"


def _issues(codes: Iterable[str], place: int, language: Language) -> Iterator[str]:
    yield f"\n{_WORDS['issues'][place]}\n"
    for code, count in sorted(Counter(codes).items(), key=lambda each: (-each[1], each[0])):
        yield f"  {count:>7}  {code}: {sentence(code, language)}\n"


def beside_published(found: Mapping[str, float], language: Language) -> str:
    """Each marginal, and below it the figures that were published, or that none was found."""
    place = LANGUAGES.index(language)
    lines = [f"\n{_WORDS['marginals'][place]}\n", f"  {_WORDS['assumed'][place]}\n"]
    for names, form in ((_NUMBERS, "{:.1f}"), (_SHARES, "{:.1%}")):
        for name, label in names.items():
            if name in found:
                value = form.format(found[name]).replace("%", " %")
                value = value if language == "en" else value.replace(".", ",")
                lines.append(f"  – {label[place]}: {_WORDS['here'][place].format(value=value)}\n")
                lines += [f"      {each}\n" for each in _published(name, place)]
    return "".join(lines)


def _published(name: str, place: int) -> list[str]:
    figures = PUBLISHED.get(name, ())
    return [_WORDS["published"][place].format(**each._asdict()) for each in figures] or [_WORDS["nothing"][place]]
