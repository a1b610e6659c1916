"""The forms in which publishers have published the same figures: sheets, headers, names of columns.

What a form is known from stands in its docstring; a form that nobody could check says so.
"""
