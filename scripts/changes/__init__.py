"""What changed between two published documents, by meaning, and what that means for people who use the package.

places    values of a document and where they stand
branches  one alternative: a JSON type and the values left of it
shapes    a schema reduced to what it allows, however it is written
facets    the limits, enums and properties of one alternative of a shape
schemas   two schemas compared, as a graph that may hold cycles
contracts two documents compared: operations, parameters, bodies, answers, security, servers, wording
rules     every kind of change and its grade
reports   text, Markdown and JSON
impact    the generated names that appear, vanish or change, and the next version
"""
