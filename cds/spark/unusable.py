"""What could not be used in a bucket of patients, so that it can be put together with that of other buckets."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from cds.adapters.tables.arrow import ArrowTable, compute, pa
from cds.adapters.tables.opened import Opened
from cds.adapters.tables.specification import MANIFEST
from cds.execute.findings import Findings
from cds.population import Array
from cds.scoring.ledger import OF_CODES, code_at, count_in, limits_table
from cds.spark.rows import COUNT, KEY, TOLD


def unusable(found: ArrowTable, tables: Mapping[str, Opened], numbers: Mapping[str, Array], scored: Findings) -> Any:
    """The issues of a bucket, of schema TOLD.

    found: as the tables' reader gives them; what is said of whole tables and of the manifest is left out, as every
    bucket says it. numbers: what number each row was given, -1 = none. scored: for what was wrong with limits.
    """
    is_whole = compute.is_null(found["patient"])
    is_coded = compute.and_(is_whole, compute.is_in(found["code"], value_set=OF_CODES))
    is_said = compute.and_(compute.not_equal(found["table"], MANIFEST), compute.invert(is_coded))
    coded = [_of_code(each, tables, numbers) for each in found.filter(is_coded).to_pylist() if _is_told(each)]
    more = scored.issues.more
    ids = pa.array(scored.ids, pa.string())
    of_limits = limits_table(ids, [(place, each) for place in sorted(more) for each in more[place]])
    single = pa.concat_tables([_numbered(found.filter(is_said), numbers), of_limits])
    for name in (KEY, COUNT):
        single = single.append_column(name, pa.nulls(single.num_rows, TOLD.field(name).type))
    return pa.concat_tables([single, pa.Table.from_pylist(coded, schema=TOLD)])


def _is_told(issue: Mapping[str, Any]) -> bool:
    """Whether an issue of codes is of rows of the bucket, and not of a table as a whole."""
    return issue["table"] != MANIFEST and (issue["row"] is not None or issue["code"] == "unknown_code")


def _of_code(issue: Mapping[str, Any], tables: Mapping[str, Opened], numbers: Mapping[str, Array]) -> dict[str, Any]:
    table, row = issue["table"], issue["row"]
    if row is None:
        return {**issue, KEY: f"column {issue['column']}", COUNT: count_in(issue["message"])}
    number = int(numbers[table][row])
    system, code = code_at(table, tables[table], row)
    return {**issue, "row": None if number < 0 else number, KEY: f"code {system} {code}"}


def _numbered(found: ArrowTable, numbers: Mapping[str, Array]) -> ArrowTable:
    """The issues with the numbers that the rows were given."""
    row = found["row"].fill_null(-1).to_numpy().copy()
    names = np.asarray(found["table"].to_pylist(), object)
    for table, each in numbers.items():
        mine = (names == table) & (row >= 0)
        row[mine] = each[row[mine]]
    return found.set_column(1, "row", pa.array(row, mask=row < 0))
