"""How dates and moments are written, by language; settings.FORMAT_MODULE_PATH names this package.

Django takes its own formats of the language before DATE_FORMAT of the settings, and these before
its own.
"""
