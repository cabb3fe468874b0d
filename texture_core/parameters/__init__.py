"""Every parameter of the method, stated once, and the named sets of them.

What a parameter does belongs in the room that uses it.
"""
