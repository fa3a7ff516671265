"""Row 6: from an append to the row that reporting shows, at half of what the whole house can bear."""
