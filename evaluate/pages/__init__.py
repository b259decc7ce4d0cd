"""The drawing room: one HTML file with style, script, tables and charts, and no network.

All of it takes plain texts and numbers, knows nothing of records and uses nothing of `evaluate`.
A page is `shell.page` around `Section`s; their bodies are made by `tags.tag` and by the
functions of one file a picture: `table`, `bar`, `scatter`, `curve`, `heat`, `faces`. A new kind
of picture gets a file here; what a page says lives with the command whose page it is.
"""
