"""A patient's data as they are followed: written down, and changed by one event at a time.

A chart (`record`, `bundle`) holds what was written and the facts that it was read to. After each event the facts are
those of all that is written then, read by the same intake as ever. One plain reading or dose is read alone and its row
set among the others (`splice`); whatever is not so plain is told by reading everything again.
"""
