"""What `make drift` compares: the published document on one side, the committed generated code on the other.

    nodes          one small language for types, spoken by every reader below
    published      reads an OpenAPI document as it stands on disk (3.0 or 3.1 nullability), schemas
    operations     the same for its operations
    allowances     what the corrections file declares, and so may differ
    loading        imports a generated package from any folder, beside any other
    tables         reads the field tables and operation tables of the imported code
    annotations    reads what people and type checkers see: annotations, defaults, signatures
    comparison     document against tables; consistency: tables against annotations; probes: behaviour
    trees          the committed files against a fresh generation

None of it uses the generator, its parser or `scripts.correct`: a mistake there must not hide here.
"""
