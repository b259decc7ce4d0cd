"""Several models asked the same of the same photos, and one page that sets them side by side.

It may use the rest of `audit` and everything below it. `listed.py` reads the file of models,
`cost.py` says what asking them will take, `run.py` asks one model after the other, each in an
audit folder of its own, `joined.py` reads these folders and lets only those stand together that
were asked the same, and `page.py` shows them.
"""
