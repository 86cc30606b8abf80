"""The commands of ``florilege``, by what they are for."""
