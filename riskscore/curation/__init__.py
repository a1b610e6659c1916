"""What people change: projects, evidence, challenges, land layers."""
