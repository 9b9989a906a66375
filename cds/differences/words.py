"""The words of a comparison, in every language."""

from typing import Final

from cds.sentences import Sentences

WORDS: Final[Sentences] = {
    "head": ("{ruleset}: {old} → {new}", "{ruleset}: {old} → {new}", "{ruleset}: {old} → {new}"),
    "same": ("ingen endringer i meningen", "ingen endringar i meininga", "no change of meaning"),
    "status": ("Status: {old} → {new}", "Status: {old} → {new}", "Status: {old} → {new}"),
    "applies": (
        "Gjelder nå også bare når: {text}",
        "Gjeld no òg berre når: {text}",
        "Now also applies only when: {text}",
    ),
    "applies_no_more": (
        "Gjelder ikke lenger bare når: {text}",
        "Gjeld ikkje lenger berre når: {text}",
        "No longer applies only when: {text}",
    ),
    "added": ("Ny {what}: «{name}»{text}", "Ny {what}: «{name}»{text}", "New {what}: “{name}”{text}"),
    "removed": ("Fjernet {what}: «{name}»", "Fjerna {what}: «{name}»", "Removed {what}: “{name}”"),
    "changed": (
        "{name}: {field}: {old} → {new}",
        "{name}: {field}: {old} → {new}",
        "{name}: {field}: {old} → {new}",
    ),
    "texts": (
        "{name}: ordlyden er endret ({fields})",
        "{name}: ordlyden er endra ({fields})",
        "{name}: other words ({fields})",
    ),
    "nothing": ("ikke satt", "ikkje sett", "not set"),
    "limit": ("grense", "grense", "limit"),
    "value": ("verdi", "verdi", "value"),
    "rule": ("regel", "regel", "rule"),
    "ruleset": ("regelsettet", "regelsettet", "the ruleset"),
    "input": ("kilde til data", "kjelde til data", "input"),
    "bands": ("poengtabell", "poengtabell", "table of points"),
    "score": ("poengsum", "poengsum", "score"),
    "check_block": ("sjekk", "sjekk", "check"),
    "amount": ("tall", "tal", "number"),
    "allowed": ("pasientens egen kan være", "pasienten si eiga kan vere", "a patient's own may be"),
    "meaning": ("regnes som", "blir rekna som", "computed as"),
    "when": ("slår til", "slår til", "fires"),
    "confirm": ("bekreftes av", "blir stadfesta av", "confirmed by"),
    "for": ("må vare i", "må vare i", "must last"),
    "hidden_by": ("skjules av", "blir skjult av", "hidden by"),
    "unknown_while": ("ukjent mens", "ukjent medan", "unknown while"),
    "vkp": ("VKP-kode", "VKP-kode", "VKP code"),
    "source": ("kilde", "kjelde", "source"),
    "alarm": ("varsel, {field}", "varsel, {field}", "alarm, {field}"),
    "moved": (
        "{rule}: {gained} flere, {lost} færre pasienter ({old} → {new})",
        "{rule}: {gained} fleire, {lost} færre pasientar ({old} → {new})",
        "{rule}: {gained} patients gained, {lost} lost ({old} → {new})",
    ),
    "unknown": (
        "{rule}: kan ikke avgjøres hos {old} → {new}",
        "{rule}: kan ikkje avgjerast hos {old} → {new}",
        "{rule}: cannot be told for {old} → {new}",
    ),
    "gained": ("nye: {patients}", "nye: {patients}", "gained: {patients}"),
    "lost": ("borte: {patients}", "borte: {patients}", "lost: {patients}"),
    "nobody": ("ingen pasient får et annet svar", "ingen pasient får eit anna svar", "no patient gets another answer"),
    "load": (
        "Varsler i uka per 80 pasienter, {start} til {end}, hver dag kl. 08:00, uten at noen kvitterer",
        "Varsel i veka per 80 pasientar, {start} til {end}, kvar dag kl. 08:00, utan at nokon kvitterer",
        "Alerts a week per 80 patients, {start} to {end}, each day at 08:00, with nobody to acknowledge them",
    ),
    "per_week": ("{rule}: {old} → {new}", "{rule}: {old} → {new}", "{rule}: {old} → {new}"),
    "all_rules": ("alle regler", "alle reglar", "all rules"),
    "too_little": ("for lite til å si noe", "for lite til å seie noko", "too little to say"),
    "people": ("{count} pasienter ved {at}", "{count} pasientar ved {at}", "{count} patients at {at}"),
}
