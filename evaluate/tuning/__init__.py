"""Search the weakest strength that is safe, and check it on people the search never saw."""
