"""A made-up population of Norwegian remote follow-up, for demonstrations and tests: `population`.

Nobody in it exists. It is drawn from a seed, reads no clock and no file, and holds on purpose what real data hold:
weeks without readings, other units, the same reading from two apps, somebody else on the scales, dispensers that fail,
limits that have expired, and rows that nobody can read. Its frequencies are assumptions of ours; `marginals` and
`published` set them beside what was found elsewhere.
"""

from cds.synthetic.tables import AT, population, save

__all__ = ["AT", "population", "save"]
