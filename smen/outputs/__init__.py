"""Files for people: maps, cube, catalogue, QGIS project, report, figures and tables, from arrays and a window."""
