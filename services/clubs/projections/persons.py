"""Persons as the clubs know them from the registry."""

from libs.people import people

persons = people("clubs")
