"""The default method: coarse history, static pattern, ridge regression with random features, error model, transfer."""
