"""Ten threshold rules, twice: over features of thirty readings and over ten values; the facts, and other programs."""
