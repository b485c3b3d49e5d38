"""The timetable: lessons, who may see and enter them, rehearsals and the demo's lesson."""
