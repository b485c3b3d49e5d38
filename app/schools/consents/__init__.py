"""What pupils agreed to: a sheet per classroom, filled in from the forms that came back on paper."""
