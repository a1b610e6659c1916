"""Map files as layers: staged, compared with the edition in force, stored whole or not at all."""
