"""What `make drift` compares: the published document on one side, the committed generated code on the other.

Reading the document
    nodes, values     one small language for types; values of a document with their place
    published         schemas of an OpenAPI document as it stands (3.0 or 3.1 nullability)
    operations        its operations
    allowances        what the corrections file declares, and so may differ
Reading the code
    loading           imports a generated package from any folder, beside any other
    tables            what machines go by: field tables and operation tables
    annotations       what people and type checkers see: annotations, defaults, signatures
    contract          the contract file that ships with it
    observation       all of these, read once
Comparing
    comparison        document against tables, and against the contract file
    consistency       tables against annotations and signatures; `resources` the same for the resource classes
    probes            requests on the wire and answers read (`wire`, `samples`, `fitting`); `roundtrips` for models
    runtime           the code that reads and writes by the tables against the one that is kept and tested
    meaning, reports  everything but the bytes in one check, and what it found

Nothing here uses the generator, its parser or `scripts.correct`: a mistake there must not hide here.
"""
