"""Pure scoring engine: numpy and the standard library, nothing of ours."""
