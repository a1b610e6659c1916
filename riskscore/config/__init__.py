"""The environment through one reader, the addresses of the servers, logging, production checks."""
