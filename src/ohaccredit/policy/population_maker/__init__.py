"""Made-up populations: whole submissions by the thousand, to try out rules and programs with.

A row depends on the files, the seed and its own number alone, so that chunks can be made apart. Which
evidence there is comes from the edition, how it is spread from the profile (standards/populations); nothing
here knows a standard, a criterion or a kind of evidence by name.
"""
