"""What the demonstration tells: three universities at work, every step of it a request over HTTP."""
