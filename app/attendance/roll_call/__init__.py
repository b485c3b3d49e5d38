"""The roll call of the pupils behind one screen: ticked or counted in the classroom, corrected in the office."""
