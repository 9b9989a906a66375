"""One patient's evaluation that lives on: what an event or the time changes, and when something changes by itself.

::

    event → touched columns ─┐
    time  → passed edges ────┴─ reach → what is stale ─ current → findings before and after ─ due → next moment

`reach` says what rests on what in a plan, `edges` until when a number stands, `current` holds what is found out and
takes over what still stands, `due` looks for the next moment at which a finding changes without new data. The
findings are those of `cds.execute.single`, which computes everything here.
"""
