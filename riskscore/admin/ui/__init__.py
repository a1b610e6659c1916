"""What all pages share: charts, wording, filters."""
