"""One module per stage: a stage reads files, calls packages and writes files; it holds no science."""
