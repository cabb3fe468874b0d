"""Every parameter of the method, stated once (`method`), and named sets of them (`presets`).

The statement of a parameter has its type, unit, range, default, the paper's value and a description; checks, messages
and documentation come from it. What a parameter does belongs in the room that uses it.
"""
