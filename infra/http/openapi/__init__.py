"""The API as an OpenAPI 3.1 document, made from the declarations: msgspec makes the schemas from the annotations."""
