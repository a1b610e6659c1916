"""What is known of single projects, as columns: evidence, owners, distances to mapped things."""
