"""What the subcommands do: `authoring` (new, check, test), `running` (run, demo), `lookup` (explain, schema)."""
