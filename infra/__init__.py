"""Everything that talks to the outside: PostgreSQL, Kafka, the command line."""
