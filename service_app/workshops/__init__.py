"""The cluster and its member workshops: hours, people and roles, terms, invitations.

`workshop` and `cluster` are readable by every scope, because the street and the sign-in must find a workshop by the
name in its address; everything else here is behind both walls. A `member` row is also visible to its own account, so
that a person sees the list of their workshops before choosing one. Events left: member.invited, member.joined,
member.changed, workshop.changed, hours.changed.
"""
