"""Resources of bases and who has them when: what is there, what is booked, what was used."""
