"""Tables in: workbooks, delimited text and JSON read as rows that know their place, or refused whole."""
