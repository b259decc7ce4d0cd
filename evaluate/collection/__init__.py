"""Runs of `compare` in one Parquet data set: added, read back, grouped by what is comparable.

It may use `results`, `report` and `pages`, never a photo. A run is an `Entry`; `parquet` knows how
it lies in a file, `add` and `read` the folder, `groups` which runs may stand in one table. A new
view of many runs gets a file here.
"""
