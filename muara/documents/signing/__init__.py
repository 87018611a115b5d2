"""Electronic signing: a decree is signed by its official, then numbered and closed by the office's seal.

The parts, in the order in which a decree meets them (docs/adr/0016):

- `form.prepare(pdf)` turns the named blanks of a letter into form fields and two empty signature fields;
- `local.sign(pdf, …)` puts the official's signature (PAdES), `local.seal(pdf, …)` fills in the registrar's
  number and dates and closes the file, in one revision; `bsre.sign_decree` lets BSrE's service sign instead;
- `validate.validate(pdf, trust=…, expected=…, at=…)` judges a file by the four rules: a `Verdict`;
- `certificates` keeps who may sign: issuing, importing, revoking, and `trust()` for the validator;
- `published` reads and writes the file of public keys by which a stranger judges.

None of them knows a case. What a decree's pages call is `steps.actions.signing`: `sign(task, …)` at step 15,
`seal_pending(row, …)` at step 16, `verify(pdf, …)` for an uploaded file.
"""
