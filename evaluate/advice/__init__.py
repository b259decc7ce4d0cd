"""Advice: which defense, how strong, for these photos; from figures that were measured.

`advise` looks at a folder, takes the table of a run of the user or that of the most similar
public data set in `measured/`, and answers in figures of that table alone: a strength that nobody
measured is never named. It may use the floors below; tables are made by
`unmask.benchmarks.advice`.
"""
