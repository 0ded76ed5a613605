"""The report: one page that a browser opens from the folder of results, without a network.

The page's own parts (HTML, style, scripts) lie beside this module and are put into ``index.html``; the fields of each
region are scripts of their own in ``report/``, because a page opened as a file may load scripts, but not data.
"""
