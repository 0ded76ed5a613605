"""The default network's parts: coarse state, learnt pattern, features, linear skip, spread, and the method itself."""
