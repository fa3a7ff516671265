"""Rows of the fault book that need more than a guard taken out: workers, brokers and servers going wrong under load."""
