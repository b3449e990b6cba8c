"""Forms from what commands declare: controls to fill in, what came back as a command, refusals beside their field."""
