"""Viet Nam's facts for every service: administrative units, working days, citizen numbers, names, dates."""
