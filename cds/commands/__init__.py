"""What the subcommands do, by module.

`authoring` (new, check, test), `formatting` (format), `running` (run, demo), `streaming` (run --stream),
`scoring` (score), `serving` (serve), `auditing` (audit) and `lookup` (explain, schema).
"""
