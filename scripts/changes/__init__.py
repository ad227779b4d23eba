"""What changed between two published documents, by meaning, and what that means for people who use the package.

places    values of a document and where they are
pairs     an old and a new type side by side, in the canonical form of `scripts.contract`
limits    what two alternatives allow of a value: listed values, formats, patterns, limits
variants  which alternatives of two types belong together, and which came or went
schemas   two types compared, with everything inside them, as a graph that may hold cycles
contracts two documents compared: operations, parameters, bodies, answers, security, servers, wording
rules     every kind of change and its grade
reports   text, Markdown and JSON
impact    the generated names that appear, vanish or change, and the next version
"""
