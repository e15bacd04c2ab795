"""Files in and out: a column mapping proposed and remembered, a dry run, a report by row, the good rows in, the bad
rows back as a file with the reason beside each.

Every row goes through the same operation a person would use. A row's own key (`external_ref`, or what the kind names)
makes the second run of the same file change nothing. Events left: import.finished.
"""
