"""What a user may set: its schema, the file that holds it, documents made from it, regions."""
