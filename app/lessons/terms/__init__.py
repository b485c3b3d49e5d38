"""Term plans: groups of schools that learn together, their courses, the rules by which lessons recur, days off."""
