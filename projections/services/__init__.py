"""Services of bases: what is offered, the queue of what was asked for, and how each channel does."""
