"""Trying a defense by eye: a page on this machine, with one photo and a strength to drag.

`page` makes the page with Gradio, `serve` runs it, and the other files say what is on it. Photos
are held in memory, and nothing is told that a figure does not say. It may use the floors below,
and from the room beside it the tables of `advice`.
"""
