"""The pupils of a classroom: read from a sheet, compared with what is there, taken over as a whole or not at all."""
