"""Results to HTML, to notebooks, to claim marks and provenance; pure."""
