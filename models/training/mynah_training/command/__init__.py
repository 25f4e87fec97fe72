"""The command recogniser: a small streaming CTC network that hears phones."""
