"""The recipe that made Mynah's own models: voices, data, training, evaluation, export."""
