"""The corridor: one module per stage. A stage reads, calls one or two wings, and writes; it holds no science."""
