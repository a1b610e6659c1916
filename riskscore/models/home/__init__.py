"""What the first page keeps: watches, alerts, the question asked last, figures over all."""
