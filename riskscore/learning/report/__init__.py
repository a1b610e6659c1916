"""What a model's card says: metrics, drift, importance, coverage."""
