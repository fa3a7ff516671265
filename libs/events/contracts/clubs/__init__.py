"""What the clubs publish: who was invited, who joined, who left."""
