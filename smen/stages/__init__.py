"""The corridor: one module per stage. A stage reads files, calls one or two wings, writes files; it holds no science."""
