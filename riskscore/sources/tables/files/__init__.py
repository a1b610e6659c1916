"""From the files of tables to rows of our columns: where the table stands, what its cells mean."""
