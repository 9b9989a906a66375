"""The words of reviews and releases, in every language."""

from typing import Final

from cds.sentences import Sentences

WORDS: Final[Sentences] = {
    "sheet": (
        "Svar på hvert spørsmål uten å se hva regelsettet sier, og lever svarene med --answers.",
        "Svar på kvart spørsmål utan å sjå kva regelsettet seier, og lever svara med --answers.",
        "Answer each question without looking at what the ruleset says, and hand it in with --answers.",
    ),
    "choices": (
        "svar: {choices}",
        "svar: {choices}",
        "answer: {choices}",
    ),
    "asked": (
        "{count} spørsmål skrevet til {file}",
        "{count} spørsmål skrivne til {file}",
        "{count} questions in {file}",
    ),
    "differs": (
        "spørsmål {number}: {rule}: du svarte «{answer}», regelsettet sier «{came}»",
        "spørsmål {number}: {rule}: du svara «{answer}», regelsettet seier «{came}»",
        "question {number}: {rule}: you answered “{answer}”, the ruleset says “{came}”",
    ),
    "approved": (
        "{ruleset} er godkjent av {name}; enhver endring i filen gjør godkjenningen ugyldig",
        "{ruleset} er godkjend av {name}; kvar endring i fila gjer godkjenninga ugyldig",
        "{ruleset} is approved by {name}; any edit of the file voids it",
    ),
    "refused": (
        "ikke godkjent: {count} svar er ulike; finn ut hvem som har rett, og be om en ny gjennomgang",
        "ikkje godkjent: {count} svar er ulike; finn ut kven som har rett, og be om ein ny gjennomgang",
        "not approved: {count} answers differ; find out who is right, and ask for another review",
    ),
    "short": (
        "{ruleset} kan ikke tas i bruk ennå:",
        "{ruleset} kan ikkje takast i bruk enno:",
        "{ruleset} cannot be released yet:",
    ),
    "released": (
        "{ruleset} {version} er tatt i bruk {date}",
        "{ruleset} {version} er teke i bruk {date}",
        "{ruleset} {version} is released on {date}",
    ),
    "errors": (
        "filene har feil: `cds check` viser dem",
        "filene har feil: `cds check` viser dei",
        "the files have errors: `cds check` shows them",
    ),
    "no_cases": ("det har ingen prøvetilfeller", "det har ingen prøvetilfelle", "it has no cases"),
    "cases": (
        "{count} prøvetilfeller går ikke som ventet: `cds test` viser dem",
        "{count} prøvetilfelle går ikkje som venta: `cds test` viser dei",
        "{count} cases do not come as expected: `cds test` shows them",
    ),
    "strength": (
        "{count} små feil ville ikke blitt lagt merke til: `cds test --strength` viser dem",
        "{count} små feil ville ikkje blitt lagde merke til: `cds test --strength` viser dei",
        "{count} small errors would go unnoticed: `cds test --strength` shows them",
    ),
    "verify": (
        "{count} ting må ses på: `cds verify` viser dem",
        "{count} ting må sjåast på: `cds verify` viser dei",
        "{count} things must be looked at: `cds verify` shows them",
    ),
    "texts": (
        "tekster mangler på {languages}: {where}",
        "tekstar manglar på {languages}: {where}",
        "texts are missing in {languages}: {where}",
    ),
    "owner": ("ingen eier er oppgitt", "ingen eigar er oppgitt", "no owner is named"),
    "review_by": (
        "`review_by` ligger ikke etter {date}",
        "`review_by` ligg ikkje etter {date}",
        "`review_by` does not lie after {date}",
    ),
    "to_confirm": (
        "kilden `{source}` må bekreftes først: {text}",
        "kjelda `{source}` må stadfestast først: {text}",
        "the source `{source}` must be confirmed first: {text}",
    ),
    "review": (
        "ingen har godkjent filen slik den står: `cds review`",
        "ingen har godkjent fila slik ho står: `cds review`",
        "nobody has approved the file as it stands: `cds review`",
    ),
    "version": (
        "versjon {version} er lavere enn {current}",
        "versjon {version} er lågare enn {current}",
        "version {version} is below {current}",
    ),
}
