"""The regulations of bases: what is in force, every text that ever was, and where somebody did not keep to one."""
