"""The engine that assesses how well an employer looks after health at work."""
