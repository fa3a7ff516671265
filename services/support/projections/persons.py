"""Persons as support knows them from the registry."""

from libs.people import people

persons = people("support")
