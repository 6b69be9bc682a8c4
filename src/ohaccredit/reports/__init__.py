"""What people read: view models, charts, HTML and PDF."""
