"""What policy teams do with rule files: check them and run their worked cases."""
