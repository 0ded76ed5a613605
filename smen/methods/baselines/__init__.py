"""Methods that a downscaling method has to beat, one a file."""
