"""The page of `compare`: from the records of a run, or of several, to one HTML file.

It may use `results` (rows, never photos) and `pages` (tables and charts that know nothing of
records). One file a section, each a function from a `Run` to what a `Section` holds; `page`
puts them in order. A new view of a run gets a file here and a line there.
"""
