"""What apprentices do day by day: tasks, skills, reflections and attendance, each vouched for by somebody else."""
