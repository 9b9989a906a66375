"""Words of simulations in nb, nn and en."""

from typing import Final

from cds.sentences import Sentences

WORDS: Final[Sentences] = {
    "title": (
        "Varsler slik de ville ha vært, {start} til {end}, hver dag kl. {times}",
        "Varsel slik dei ville ha vore, {start} til {end}, kvar dag kl. {times}",
        "Alarms as they would have been, {start} to {end}, each day at {times}",
    ),
    "people": (
        "{followed} av {patients} pasienter får minst én regel brukt på seg; {weeks} uker",
        "{followed} av {patients} pasientar får minst éin regel brukt på seg; {weeks} veker",
        "{followed} of {patients} patients have a rule that applies to them; {weeks} weeks",
    ),
    "nobody": (
        "Forutsetning: ingen kvitterer varsler",
        "Føresetnad: ingen kvitterer varsel",
        "Assumption: nobody acknowledges an alarm",
    ),
    "answered": (
        "Forutsetning: alle varsler blir kvittert {after} etter at de er vist",
        "Føresetnad: alle varsel blir kvitterte {after} etter at dei er viste",
        "Assumption: every alarm is acknowledged {after} after it was shown",
    ),
    "load": (
        "{rate} varsler i uka per 80 pasienter ({alerts} i alt); {alerted} pasienter med minst ett, flest: {busiest}",
        "{rate} varsel i veka per 80 pasientar ({alerts} i alt); {alerted} pasientar med minst eitt, flest: {busiest}",
        "{rate} alerts a week per 80 patients ({alerts} in all); {alerted} patients with at least one, most: {busiest}",
    ),
    "busiest": ("{patient} ({count})", "{patient} ({count})", "{patient} ({count})"),
    "none": ("ingen", "ingen", "none"),
    "little": (
        "For lite til å si noe: færre enn 30 pasienter eller 10 varsler",
        "For lite til å seie noko: færre enn 30 pasientar eller 10 varsel",
        "Too little to say: fewer than 30 patients or 10 alerts",
    ),
    "mark": (
        "* færre enn 30 pasienter eller 10 varsler: for lite til å si noe",
        "* færre enn 30 pasientar eller 10 varsel: for lite til å seie noko",
        "* fewer than 30 patients or 10 alerts: too little to say",
    ),
    "unmeasured": (
        "Kan ikke avgjøres: {share} % av vurderingene; da er det ikke målt nok, og ingen vet om et varsel mangler",
        "Kan ikkje avgjerast: {share} % av vurderingane; då er det ikkje målt nok, og ingen veit om eit varsel manglar",
        "Cannot be told: {share} % of the looks; too little was measured then, and nobody knows whether an alert is "
        "missing",
    ),
    "per_week": ("i uka/80", "i veka/80", "a week/80"),
    "alerts": ("varsler", "varsel", "alerts"),
    "patients": ("pasienter", "pasientar", "patients"),
    "opened": ("åpnet", "opna", "opened"),
    "from_before": ("fra før", "frå før", "from before"),
    "confirmed": ("bekreftet", "stadfesta", "confirmed"),
    "quietened": ("stille", "stille", "quiet"),
    "shown": ("vist senere", "vist seinare", "shown later"),
    "reminded": ("gjentatt", "gjentatt", "repeated"),
    "risen": ("forverret", "forverra", "worse"),
    "escalated": ("eskalert", "eskalert", "escalated"),
    "suppressed": ("skjult", "skjult", "hidden"),
    "standing": ("står igjen", "står att", "standing"),
    "unknown": ("ukjent %", "ukjent %", "unknown %"),
    "rule": ("regel", "regel", "rule"),
    "all": ("alle regler", "alle reglar", "all rules"),
    "compared": (
        "Varsler i uka per 80 pasienter, og pasienter som kommer til og faller fra mot «{first}»",
        "Varsel i veka per 80 pasientar, og pasientar som kjem til og fell frå mot «{first}»",
        "Alerts a week per 80 patients, and patients gained and lost against “{first}”",
    ),
    "gained": ("+{count}", "+{count}", "+{count}"),
    "lost": ("−{count}", "−{count}", "−{count}"),
    "wrote": ("skrev {file}", "skreiv {file}", "wrote {file}"),
    "band_silent": (
        "STILLE  {rule}: ingen varsler, ventet {low} til {high} i uka per 80 pasienter",
        "STILLE  {rule}: ingen varsel, venta {low} til {high} i veka per 80 pasientar",
        "SILENT  {rule}: no alerts, expected {low} to {high} a week per 80 patients",
    ),
    "band_below": (
        "UNDER   {rule}: {rate} i uka per 80 pasienter, ventet {low} til {high}",
        "UNDER   {rule}: {rate} i veka per 80 pasientar, venta {low} til {high}",
        "BELOW   {rule}: {rate} a week per 80 patients, expected {low} to {high}",
    ),
    "band_above": (
        "OVER    {rule}: {rate} i uka per 80 pasienter, ventet {low} til {high}",
        "OVER    {rule}: {rate} i veka per 80 pasientar, venta {low} til {high}",
        "ABOVE   {rule}: {rate} a week per 80 patients, expected {low} to {high}",
    ),
    "band_not_told": (
        "UKJENT  {rule}: regelen står ikke i filen med ventede tall",
        "UKJENT  {rule}: regelen står ikkje i fila med venta tal",
        "UNKNOWN {rule}: the rule is not in the file of expected numbers",
    ),
    "band_gone": (
        "BORTE   {rule}: regelen finnes ikke lenger, ventet {low} til {high} i uka per 80 pasienter",
        "BORTE   {rule}: regelen finst ikkje lenger, venta {low} til {high} i veka per 80 pasientar",
        "GONE    {rule}: the rule is there no longer, expected {low} to {high} a week per 80 patients",
    ),
    "band_inside": (
        "Alle regler innenfor det som er ventet",
        "Alle reglar innanfor det som er venta",
        "Every rule within what is expected",
    ),
}
