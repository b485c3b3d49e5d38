"""County, schools, classrooms: what a timetable is made of."""
