"""The posts of bases: who holds which, and the chain of those who held it before."""
