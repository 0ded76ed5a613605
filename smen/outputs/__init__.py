"""What a person opens: GeoTIFFs, figures and tables, made from arrays, a window and plain words."""
