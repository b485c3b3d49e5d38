"""The film of a lesson: its tracks composed to one picture and one sound, to keep and to hand on."""
