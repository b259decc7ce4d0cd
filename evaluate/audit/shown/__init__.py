"""What is shown of an audit: sections of the page, tables of the terminal, charts, photos.

All of it is made from records alone. A new kind of question adds a file with its section, and its
line in `page.py`.
"""
