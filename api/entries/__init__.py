"""What makes a valid entry, in a pack and in the body of a request: its schema, the rules, its references."""
