"""How sure a score is: draws, intervals, sensitivity."""
